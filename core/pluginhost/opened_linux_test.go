package pluginhost

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// TestOpenedProgram puts another file in the place of a program after it was
// opened: what was opened is what runs, now and when it is started again.
func TestOpenedProgram(t *testing.T) {
	t.Parallel()
	for _, mode := range []sandbox.Mode{sandbox.Off, sandbox.Best} {
		path := filepath.Join(t.TempDir(), "plugin")
		contents, err := os.ReadFile(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		// A process that another test starts meanwhile would have the file open for
		// writing until its exec, and a file that is being written cannot be run.
		syscall.ForkLock.RLock()
		err = os.WriteFile(path, contents, 0o700)
		syscall.ForkLock.RUnlock()
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/false\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		c := play("good")
		c.Path, c.Program = path, f
		pool, err := Start(within(t), c, boxed(mode))
		if err != nil {
			t.Fatalf("sandbox %s: %v", mode, err)
		}
		job, out := export(t, "hello")
		if err := pool.Convert(within(t), job); err != nil || out.String() != "hello" {
			t.Errorf("sandbox %s: got %q, %v", mode, out, err)
		}
		job, out = export(t, "again")
		if err := pool.ConvertAlone(within(t), job); err != nil || out.String() != "again" {
			t.Errorf("sandbox %s, started again: got %q, %v", mode, out, err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}
