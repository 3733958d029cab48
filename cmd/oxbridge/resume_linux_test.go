package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRebootedAtAnyMoment copies outputs and ledger while the program stands
// still at a random moment, as a machine finds them that lost its power, and
// goes on from the copy.
func TestRebootedAtAnyMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, whole := filepath.Join(dir, "in"), filepath.Join(dir, "whole")
	makeInputs(t, in, "eml", 120)
	began := time.Now()
	end := runProgram(t, "convert", "--to", "eml", "--out", whole, in)
	length := time.Since(began)
	want, wantResults := outputs(t, whole), results(t, whole)
	rnd := rand.New(rand.NewPCG(7, 7))
	for n := range max(3, kills(t)/4) {
		out, found := filepath.Join(dir, "out"+strconv.Itoa(n)), filepath.Join(dir, "found"+strconv.Itoa(n))
		cmd, _ := program(t.Context(), "convert", "--to", "eml", "--out", out, in)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stopped := make(chan struct{})
		time.AfterFunc(time.Duration(rnd.Float64()*float64(length)), func() {
			_ = cmd.Process.Signal(syscall.SIGSTOP)
			close(stopped)
		})
		<-stopped
		if err := copyTree(out, found); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		samePart(t, "found", outputs(t, found), want)
		if code := runProgram(t, "convert", "--to", "eml", "--out", found, in); code != end {
			t.Fatalf("status %d, want %d", code, end)
		}
		same(t, "at the end", outputs(t, found), want)
		same(t, "ledger", results(t, found), wantResults)
	}
}

// copyTree copies a folder, which may not be there yet.
func copyTree(from, to string) error {
	if _, err := os.Stat(from); os.IsNotExist(err) {
		return nil
	}
	return os.CopyFS(to, os.DirFS(from))
}

// TestDiskFull fills the disk of the outputs. The run ends with one clear error,
// and goes on when there is room.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=600k"); err != nil {
		t.Skip("needs the right to mount:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	in, whole, out := filepath.Join(dir, "in"), filepath.Join(dir, "whole"), filepath.Join(disk, "out")
	makeInputs(t, in, "eml", 300)
	end := runProgram(t, "convert", "--to", "eml", "--out", whole, in)
	want := outputs(t, whole)
	for _, size := range []string{"size=600k", "size=800k"} {
		if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, size); err != nil {
			t.Fatal(err)
		}
		cmd, printed := program(t.Context(), "convert", "--to", "eml", "--out", out, in)
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != exitAborted {
			t.Fatalf("%s: status %d\n%s", size, code, printed)
		}
		text := strings.ToLower(printed.String())
		if !strings.Contains(text, "no space left on device") || !strings.Contains(text, "make room") {
			t.Errorf("%s: the disk is full, and the program says\n%s", size, printed)
		}
		samePart(t, size, outputs(t, out), want)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if code := runProgram(t, "convert", "--to", "eml", "--out", out, in); code != end {
		t.Fatalf("with room: status %d, want %d", code, end)
	}
	same(t, "with room", outputs(t, out), want)
}
