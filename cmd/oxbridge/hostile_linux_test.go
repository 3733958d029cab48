package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	attack "github.com/oxbridge-mail/oxbridge/cmd/internal/hostile"
	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// What a hostile file may cost: processor time and memory, of the host and of
// its plugin processes. hangs is when a program that does not end is killed.
const (
	hostileTime   = 10 * time.Second
	hostileMemory = 256 << 20
	hangs         = 5 * time.Minute
)

// peakFile names the file in which the program says how much memory it used.
const peakFile = "OXBRIDGE_TEST_PEAK"

func init() {
	tellPeak = func() {
		path := os.Getenv(peakFile)
		if path == "" {
			return
		}
		var children syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children)
		_ = os.WriteFile(path, fmt.Appendln(nil, peakOfSelf(), children.Maxrss<<10), 0o600)
	}
}

// peakOfSelf is the most memory that this process has used, in bytes.
func peakOfSelf() int64 {
	self, _ := peak.Of(os.Getpid())
	return int64(self * (1 << 20))
}

// A den is where hostile files are converted: a folder whose every change
// outside of out is a fault.
type den struct {
	t    *testing.T
	root string
}

// secret is what stands in a file that hostile ones would like to read.
const secret = "correct horse battery staple"

func newDen(t *testing.T) *den {
	t.Helper()
	d := &den{t, t.TempDir()}
	for _, name := range []string{"in", "out", "work", "tmp", "home"} {
		if err := os.Mkdir(d.path(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"secret.txt", "in/secret.txt", "work/secret.txt", "home/secret.txt"} {
		if err := os.WriteFile(d.path(name), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *den) path(name string) string { return filepath.Join(d.root, filepath.FromSlash(name)) }

// tree returns what lies in the den outside of out and its like.
func (d *den) tree() map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(d.root, path)
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(rel, "out"):
			return fs.SkipDir
		}
		info, err := e.Info()
		if err == nil && e.Type().IsRegular() {
			files[rel] = fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		} else {
			files[rel] = e.Type().String()
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return files
}

// spent is what a run of the program took.
type spent struct {
	processor, wall time.Duration
	host, plugin    int64 // bytes
}

func (s spent) String() string {
	return fmt.Sprintf("%5.1f s CPU %5.1f s wall, host %3d MB, plugin %3d MB", s.processor.Seconds(), s.wall.Seconds(), s.host>>20, s.plugin>>20)
}

// A told is a result as the program prints it.
type told struct {
	Type, Input, Output, State, Reason string
}

// run runs the program in the den, holds it to its bounds, and returns its
// results.
func (d *den) run(many bool, args ...string) (list []told, took spent) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), hangs)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	peaks := filepath.Join(d.t.TempDir(), "peaks")
	cmd.Env = append(os.Environ(), asProgram+"=1", peakFile+"="+peaks, "TMPDIR="+d.path("tmp"), "HOME="+d.path("home"))
	cmd.Dir = d.path("work")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	before, began := d.tree(), time.Now()
	err := cmd.Run()
	took = spent{wall: time.Since(began), processor: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitPartial {
		d.t.Errorf("it ends with status %d, %v: %s", code, errors.Join(err, ctx.Err()), tail(stderr.String()))
	}
	if b, err := os.ReadFile(peaks); err == nil {
		_, _ = fmt.Sscan(string(b), &took.host, &took.plugin)
	}
	if after := d.tree(); !maps.Equal(before, after) {
		d.t.Errorf("something changed outside of the outputs: %v, was %v", after, before)
	}
	if took.processor > hostileTime && !many || took.host > hostileMemory || took.plugin > hostileMemory {
		d.t.Errorf("too much: %v", took)
	}
	for line := range bytes.Lines(stdout.Bytes()) {
		var r told
		if err := json.Unmarshal(line, &r); err != nil {
			d.t.Errorf("%q: %v", line, err)
		}
		if r.Type == "message" {
			list = append(list, r)
		}
	}
	return list, took
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

// convert converts a file or a folder to another folder and checks results and
// outputs.
func (d *den) convert(to, in, out string, many bool) (list []told, took spent) {
	d.t.Helper()
	list, took = d.run(many, "convert", "--to", to, "--json", "--out", d.path(out), d.path(in))
	for _, r := range list {
		switch {
		case r.State == "converted" && r.Output == "", r.State != "converted" && r.Reason == "":
			d.t.Errorf("%+v says too little", r)
		case strings.Contains(r.Reason, "panic"), strings.Contains(r.Reason, "plugin"):
			d.t.Errorf("%+v is no clear error", r)
		}
	}
	for path := range d.outputs(out) {
		b, err := os.ReadFile(path)
		if err != nil {
			d.t.Fatal(err)
		}
		if bytes.Contains(b, []byte(secret)) {
			d.t.Errorf("%s has what stands in another file", path)
		}
		if to == "eml" {
			d.harmless(path, b)
		}
	}
	return list, took
}

// outputs yields the files below a folder of outputs.
func (d *den) outputs(out string) func(func(string) bool) {
	return func(yield func(string) bool) {
		_ = filepath.WalkDir(d.path(out), func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && e.Name() == store.StateFolder:
				return fs.SkipDir
			case e.IsDir():
				return nil
			case !e.Type().IsRegular():
				d.t.Errorf("%s is no file", path)
			}
			if !yield(path) {
				return fs.SkipAll
			}
			return nil
		})
	}
}

var injectedField = regexp.MustCompile(`(?im)(?:^|[\r\n])` + attack.Mark + `[^\r\n]*`)

// harmless checks that the header of a mail is one, line by line, and that no
// line of the mail is a field of the injections.
func (d *den) harmless(path string, b []byte) {
	d.t.Helper()
	if m := injectedField.Find(b); m != nil {
		d.t.Errorf("%s has %q", path, m)
	}
	checkHeader(d.t, path, b)
}

// TestHostile converts files that are meant to hurt, each by a program of its
// own, and what comes of them back. With OXBRIDGE_BIG=1 they have their full size.
func TestHostile(t *testing.T) {
	full := os.Getenv("OXBRIDGE_BIG") == "1"
	for _, c := range attack.Bombs() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			d := newDen(t)
			if _, err := c.Write(d.path("in"), full); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(d.path("in/secret.txt")); err != nil {
				t.Fatal(err)
			}
			there, back := c.To(), "eml"
			if there == "eml" {
				back = "msg"
			}
			list, took := d.convert(there, "in", "out", c.Many)
			if len(list) == 0 {
				t.Error("no result")
			}
			t.Logf("%-32s to %s: %v, %s", c.Name, there, took, ending(list))
			if !full && (strings.HasPrefix(c.Name, "cfb-") || strings.HasPrefix(c.Name, "rtf-")) {
				return // what comes of these is small
			}
			if slices.ContainsFunc(list, func(r told) bool { return r.State == "converted" }) {
				list, took = d.convert(back, "out", "out-back", c.Many)
				t.Logf("%-32s back  : %v, %s", c.Name, took, ending(list))
			}
		})
	}
}

// ending says how conversions ended.
func ending(list []told) string {
	if len(list) == 1 {
		return strings.TrimRight(list[0].State+": "+list[0].Reason, ": ")
	}
	counts := map[string]int{}
	for _, r := range list {
		counts[r.State]++
	}
	return fmt.Sprint(counts)
}

// TestInjections converts small messages with text that would like to be a
// header field, there and back and there again.
func TestInjections(t *testing.T) {
	d := newDen(t)
	for _, c := range attack.Injections() {
		if _, err := c.Write(d.path("in/"+c.To()), false); err != nil {
			t.Fatal(err)
		}
	}
	for _, way := range []struct{ to, in, out string }{
		{"eml", "in/eml", "out-eml"}, {"msg", "out-eml", "out-eml-msg"}, {"eml", "out-eml-msg", "out-eml-msg-eml"},
		{"msg", "in/msg", "out-msg"}, {"eml", "out-msg", "out-msg-eml"},
	} {
		list, took := d.convert(way.to, way.in, way.out, true)
		if len(list) == 0 {
			t.Errorf("%s to %s: no results", way.in, way.to)
		}
		for _, r := range list {
			if r.State != "converted" {
				t.Errorf("%s: %s: %s", r.Input, r.State, r.Reason)
			}
		}
		t.Logf("%s to %s: %d messages, %v", way.in, way.to, len(list), took)
	}
}
