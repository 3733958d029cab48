package main

import (
	"bufio"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
)

// TestNiceIsForEveryThread looks at the priority of the program and its plugin
// while a message is in hand: on Linux each thread has its own.
func TestNiceIsForEveryThread(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, slow := filepath.Join(dir, "in"), filepath.Join(dir, torturePrefix+"wait")
	makeInputs(t, in, "eml", 5)
	linkProgram(t, slow)
	cmd, _ := program(t.Context(), "convert", "--to", "torture", "--out", filepath.Join(dir, "out"), "--plugin", slow, "--nice", "7", "--sandbox", "off", "--log-format", "json", in)
	cmd.Stderr = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "taken in hand") {
	}
	pid := cmd.Process.Pid
	processes := append(peak.Children(pid), pid)
	threads := 0
	for _, p := range processes {
		stats, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(p), "task", "*", "stat"))
		for _, path := range stats {
			_, rest, _ := strings.Cut(readFile(path), ") ") // the name may have blanks
			if fields := strings.Fields(rest); len(fields) > 16 {
				threads++
				if fields[16] != "7" { // proc(5), field 19
					t.Errorf("%s has the priority %s, want 7", path, fields[16])
				}
			}
		}
	}
	if threads < 3 || len(processes) < 2 {
		t.Errorf("%d threads of %d processes were seen", threads, len(processes))
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
