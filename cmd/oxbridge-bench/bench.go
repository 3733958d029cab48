package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
)

// bench collects what is measured.
type bench struct {
	options
	rows   []row
	stages []string // lines of go test -bench
	n      int      // output folders so far
}

// A row is what all programs did with one set of files.
type row struct {
	name     string
	to       string
	messages int
	bytes    int64 // of the inputs
	output   int64 // bytes of the outputs
	convert  usage
	copyIn   usage // cp -r of the inputs
	copyOut  usage // cp -r of the outputs
	synced   usage // cp -r of the outputs, and sync
	others   []other
}

// other is another program on the same files.
type other struct {
	name  string
	files int // messages that it got
	usage
}

// corpus measures both directions on messages made by rule.
func (b *bench) corpus(ctx context.Context, c sample.Corpus) error {
	in := filepath.Join(b.dir, c.Name+"-msg")
	if err := c.Write(in); err != nil {
		return err
	}
	eml := filepath.Join(b.dir, c.Name+"-eml")
	if err := b.convert(in, "eml", eml, "--no-ledger").run(ctx, nil); err != nil {
		return err
	}
	if err := b.both(ctx, c.Name, in, eml); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(in), os.RemoveAll(eml))
}

// realName stands for the messages that the user has.
const realName = "real"

// real measures messages that the user has.
func (b *bench) real(ctx context.Context) error {
	for _, d := range []struct{ to, from string }{{"eml", b.msg}, {"msg", b.eml}} {
		if d.from == "" {
			continue
		}
		in := filepath.Join(b.dir, "real-"+d.to)
		for i := range b.repeat {
			if err := os.CopyFS(filepath.Join(in, strconv.Itoa(i)), os.DirFS(d.from)); err != nil {
				return err
			}
		}
		if err := b.measure(ctx, realName, d.to, in); err != nil {
			return err
		}
		if err := os.RemoveAll(in); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) both(ctx context.Context, name, msg, eml string) error {
	if err := b.measure(ctx, name, "eml", msg); err != nil {
		return err
	}
	return b.measure(ctx, name, "msg", eml)
}

// measure runs all programs in turn, and takes the median of each.
func (b *bench) measure(ctx context.Context, name, to, in string) error {
	fmt.Fprintf(os.Stderr, "%s to %s\n", name, to)
	r := row{name: name, to: to}
	var err error
	if r.messages, r.bytes, err = size(in); err != nil {
		return err
	}
	var own ownRuns
	peers := b.peersOf(name, to)
	rivals := make([]peerRuns, len(peers))
	for turn := range b.runs {
		if r.output, err = b.turn(ctx, in, to, &own); err != nil {
			return err
		}
		for i, p := range peers {
			if err := b.peerTurn(ctx, turn, p, in, &rivals[i]); err != nil {
				return err
			}
		}
	}
	r.convert, r.copyIn, r.copyOut, r.synced = median(own.convert), median(own.copyIn), median(own.copyOut), median(own.synced)
	for i, p := range peers {
		if len(rivals[i].runs) > 0 {
			r.others = append(r.others, other{p.name, rivals[i].files, median(rivals[i].runs)})
		}
	}
	b.rows = append(b.rows, r)
	// Only now: file systems are slow to use again what was just deleted.
	for ; b.n > 0; b.n-- {
		if err := os.RemoveAll(b.outDir(b.n)); err != nil {
			return err
		}
	}
	return nil
}

// ownRuns are the runs of oxbridge with one set of files, and of what it is held
// against.
type ownRuns struct{ convert, copyIn, copyOut, synced []usage }

// turn runs oxbridge once, copies inputs and outputs, and returns the bytes of the
// outputs.
func (b *bench) turn(ctx context.Context, in, to string, runs *ownRuns) (output int64, err error) {
	out := b.folder()
	u, err := b.convert(in, to, out).measure(ctx)
	if err != nil {
		return 0, err
	}
	runs.convert = append(runs.convert, u)
	if _, output, err = size(out); err != nil {
		return 0, err
	}
	for _, c := range []struct {
		program program
		to      *[]usage
	}{
		{command("cp", "-r", in, b.folder()), &runs.copyIn},
		{command("cp", "-r", out, b.folder()), &runs.copyOut},
		{command("sh", "-c", `cp -r "$0" "$1" && sync -f "$1"`, out, b.folder()), &runs.synced},
	} {
		u, err := c.program.measure(ctx)
		if err != nil {
			return 0, err
		}
		*c.to = append(*c.to, u)
	}
	return output, nil
}

// peerRuns are the runs of another program with one set of files.
type peerRuns struct {
	runs  []usage
	files int // messages that it got
}

// peerTurn runs another program once. A slow one gets every message once, and in
// the first turn only. That it fails is said and no error.
func (b *bench) peerTurn(ctx context.Context, turn int, p peer, in string, runs *peerRuns) error {
	if p.slow {
		if turn > 0 {
			return nil
		}
		in = filepath.Join(in, "0")
	}
	u, err := p.command(in, b.folder()).measure(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.name, err)
		return nil
	}
	runs.runs = append(runs.runs, u)
	runs.files, _, err = size(in)
	return err
}

// convert is oxbridge as people start it.
func (b *bench) convert(in, to, out string, more ...string) program {
	p := command(b.program, append([]string{"convert", "--to", to, "--out", out, in}, more...)...)
	p.ok = []int{0, 3} // some messages of a real corpus are damaged
	return p
}

func (b *bench) outDir(n int) string { return filepath.Join(b.dir, "out"+strconv.Itoa(n)) }

// folder returns a folder that is not there.
func (b *bench) folder() string {
	b.n++
	return b.outDir(b.n)
}

// size returns how many files there are in a folder, without the ledger, and
// their bytes.
func size(dir string) (files int, bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Name() == ".oxbridge":
			return fs.SkipDir
		case e.Type().IsRegular():
			info, err := e.Info()
			if err != nil {
				return err
			}
			files++
			bytes += info.Size()
		}
		return nil
	})
	return files, bytes, err
}

// inside has go test measure stages and the price of the plugin process.
func (b *bench) inside(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "stages")
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchtime", "1s", "./cmd/oxbridge")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go test -bench: %w", err)
	}
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("Benchmark")) {
			b.stages = append(b.stages, string(line))
		}
	}
	return nil
}
