//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A tortureRun is a run that has ended.
type tortureRun struct {
	dir, printed   string
	status, second int // of the run, and of the one beside it
	peak           int // of the host's memory, in kB; 0 if it is not known
}

func (r tortureRun) out() string    { return filepath.Join(r.dir, "out") }
func (r tortureRun) beside() string { return filepath.Join(r.dir, "beside") }

// A rack is what the runs have in common: messages in both formats, and the
// plugins.
type rack struct{ bad, good, eml, plugins string }

// newRack makes the messages. In bad some are bad, in good none is.
func newRack(t *testing.T) rack {
	t.Helper()
	dir := t.TempDir()
	r := rack{filepath.Join(dir, "bad"), filepath.Join(dir, "good"), filepath.Join(dir, "eml"), filepath.Join(dir, "plugins")}
	for _, d := range []string{r.bad, r.good, r.plugins} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := range tortured {
		name := fmt.Sprintf("%03d.msg", i)
		writeMsg(t, filepath.Join(r.good, name), tortureMessage(i, false))
		writeMsg(t, filepath.Join(r.bad, name), tortureMessage(i, isBad(i)))
	}
	if code := runProgram(t, "convert", "--no-ledger", "--to", "eml", "--out", r.eml, r.good); code != exitOK {
		t.Fatalf("status %d", code)
	}
	names := []string{"child"}
	for _, c := range always {
		names = append(names, c.role)
	}
	for _, c := range sometimes {
		names = append(names, c.role+someSuffix)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		linkProgram(t, filepath.Join(r.plugins, torturePrefix+name))
	}
	return r
}

// isBad reports whether message i of those for some torture is bad.
func isBad(i int) bool { return i%(tortured/tortureBad) == 30 }

// tortureMessage is a small message. Every tenth has an attachment that a plugin
// sees by a handle only.
func tortureMessage(i int, bad bool) *mapi.Message {
	subject := fmt.Sprint("message ", i)
	if bad {
		subject = badSubject + " " + subject
	}
	m := mail(subject, fmt.Sprint("m", i))
	m.Props.Set(proptag.Body, "A small message.\r\n")
	if i%10 == 0 {
		m.Attachments = append(m.Attachments, attach("a.bin", "application/octet-stream", make([]byte, 100<<10)))
	}
	return m
}

// linkProgram makes the test binary a program of another name.
func linkProgram(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Link(self, path) == nil {
		return
	}
	b, err := os.ReadFile(self) // another file system
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
}

// run runs the program with a plugin over in. Unless some of these are bad, the
// same process converts as many others beside it, by the plugin for mail.
func (r rack) run(ctx context.Context, dir, plugin, in string, more []string) (tortureRun, error) {
	run := tortureRun{dir: dir}
	summary := filepath.Join(dir, "summary")
	args := append([]string{
		"convert", "--plugin", filepath.Join(r.plugins, torturePrefix+plugin), "--to", "torture", "--out", run.out(),
		"--limit", "plugin.memory=256M", "--jobs", "4",
	}, more...)
	args = append(args, in)
	if in != r.bad {
		args = append(args, andThen, "convert", "--no-ledger", "--to", "msg", "--out", run.beside(), "--jobs", "2", r.eml)
	}
	cmd, printed := program(ctx, args...)
	cmd.Env = append(cmd.Env, summaryVar+"="+summary)
	cmd.WaitDelay = time.Minute
	err := cmd.Run()
	run.printed = printed.String()
	if cmd.ProcessState == nil {
		return run, err
	}
	b, err := os.ReadFile(summary)
	if err != nil {
		return run, fmt.Errorf("%v: %w\n%s", cmd.ProcessState, err, run.printed)
	}
	if n, err := fmt.Sscan(string(b), &run.status, &run.second, &run.peak); n < 2 {
		return run, fmt.Errorf("%q: %w", b, err)
	}
	return run, nil
}

// processesNamed returns the processes that were started by a program whose name
// begins with prefix, where the system tells.
func processesNamed(prefix string) []string {
	var found []string
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		name, _, _ := strings.Cut(string(b), "\x00")
		if strings.HasPrefix(filepath.Base(name), prefix) {
			found = append(found, filepath.Dir(path)+" "+name)
		}
	}
	return found
}
