// Command oxbridge-bench measures the whole program, as people start it: CPU
// seconds of host and plugins together, wall time, peak memory, each beside a
// copy (cp -r) of the same files in the same run, and beside other programs that
// are installed. It writes a table.
//
//	go run ./cmd/oxbridge-bench -out cmd/oxbridge-bench/RESULTS.md
//
// Corpora are made by rule; -msg and -eml add folders of real messages. Which
// programs are measured beside it, README.md says.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
)

type options struct {
	program string // oxbridge
	out     string
	dir     string
	only    string
	msg     string
	eml     string
	peers   string
	repeat  int
	runs    int
	large   bool
	stages  bool
}

func main() {
	if len(os.Args) == 3 && readers[os.Args[1]] != nil {
		exit(readAll(os.Args[1], os.Args[2]))
	}
	var o options
	flag.StringVar(&o.program, "oxbridge", "", "measure the program at `path`; built from here by default")
	flag.StringVar(&o.out, "out", "", "write the table to `file` instead of standard output")
	flag.StringVar(&o.dir, "dir", "", "keep corpora and outputs in `dir`; a temporary folder by default")
	flag.StringVar(&o.only, "only", "", "measure the corpora `names` alone, separated by commas")
	flag.StringVar(&o.msg, "msg", "", "measure also the .msg files in `dir`")
	flag.StringVar(&o.eml, "eml", "", "measure also the .eml files in `dir`")
	flag.IntVar(&o.repeat, "repeat", 1, "take the files of -msg and -eml `n` times")
	flag.StringVar(&o.peers, "peers", "", "measure also the programs that peers.sh has installed in `dir`")
	flag.IntVar(&o.runs, "runs", 3, "run each program `n` times, in turn")
	flag.BoolVar(&o.large, "large", false, "measure also corpora of gigabytes")
	flag.BoolVar(&o.stages, "stages", true, "measure also the stages of a conversion and the price of the process")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(o.run(ctx))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "oxbridge-bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run measures everything and writes the table.
func (o options) run(ctx context.Context) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "oxbridge-bench-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(o.dir) }()
	}
	if o.program == "" {
		o.program = filepath.Join(o.dir, "oxbridge")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.program, "./cmd/oxbridge")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build oxbridge: %w", err)
		}
	}
	b := &bench{options: o}
	if err := b.real(ctx); err != nil { // first: large files leave the disk busy
		return err
	}
	for _, c := range sample.Corpora {
		if c.Large && !o.large || o.only != "" && !strings.Contains(","+o.only+",", ","+c.Name+",") {
			continue
		}
		if err := b.corpus(ctx, c); err != nil {
			return fmt.Errorf("corpus %s: %w", c.Name, err)
		}
	}
	if o.stages {
		if err := b.inside(ctx); err != nil {
			return err
		}
	}
	text := b.table(ctx)
	if o.out == "" {
		fmt.Print(text)
		return nil
	}
	return os.WriteFile(o.out, []byte(text), 0o644)
}
