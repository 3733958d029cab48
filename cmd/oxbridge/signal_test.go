//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFirstInterruptDrains interrupts a run when its first result is out. It
// ends in good order, and the same command goes on.
func TestFirstInterruptDrains(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, whole, out := filepath.Join(dir, "in"), filepath.Join(dir, "whole"), filepath.Join(dir, "out")
	makeInputs(t, in, "eml", 400)
	end := runProgram(t, "convert", "--to", "eml", "--out", whole, in)
	cmd, _ := program(t.Context(), "convert", "--to", "eml", "--out", out, "--json", "--jobs", "1", in)
	cmd.Stdout = nil
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	messages, summary := 0, ""
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"type":"message"`) {
			if messages++; messages == 1 {
				_ = cmd.Process.Signal(os.Interrupt)
			}
		}
		summary = lines.Text()
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitAborted {
		t.Fatalf("status %d\n%s", code, &stderr)
	}
	if s := stderr.String(); !strings.Contains(s, "oxbridge: interrupted\nhint: the same command goes on from here") {
		t.Errorf("it says\n%s", s)
	}
	files := outputs(t, out)
	if !strings.Contains(summary, fmt.Sprintf(`"converted":%d,`, len(files))) || len(files) == 0 || len(files) >= 399 {
		t.Errorf("%d outputs; %s", len(files), summary)
	}
	if n := len(results(t, out)); n != messages {
		t.Errorf("%d results in the ledger, %d were told", n, messages)
	}
	if code := runProgram(t, "convert", "--to", "eml", "--out", out, in); code != end {
		t.Errorf("going on: status %d, want %d", code, end)
	}
	same(t, "at the end", outputs(t, out), outputs(t, whole))
}

// TestSecondInterruptStops interrupts a run twice whose plugin is never done.
func TestSecondInterruptStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, slow := filepath.Join(dir, "in"), filepath.Join(dir, torturePrefix+"wait")
	makeInputs(t, in, "eml", 5)
	linkProgram(t, slow)
	cmd, _ := program(t.Context(), "convert", "--to", "torture", "--out", filepath.Join(dir, "out"), "--plugin", slow, "--log-format", "json", in)
	cmd.Stderr = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	var all strings.Builder
	told := false
	for lines.Scan() {
		fmt.Fprintln(&all, lines.Text())
		switch {
		case strings.Contains(lines.Text(), "taken in hand") && !told:
			told = true
			_ = cmd.Process.Signal(os.Interrupt)
		case strings.Contains(lines.Text(), "interrupted: the messages in hand"):
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitAborted || !told || !strings.Contains(all.String(), "a second interrupt") {
		t.Errorf("status %d\n%s", code, all.String())
	}
}
