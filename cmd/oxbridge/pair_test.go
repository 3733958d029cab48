package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
)

// andThen parts the command lines of a program that does two things at once: the
// second makes no noise.
const andThen = "--and--"

// summaryVar names the file in which such a program says how they ended, and how
// much memory it had at most: the statuses and kB, parted by spaces.
const summaryVar = "OXBRIDGE_TEST_SUMMARY"

// runAll runs one or two command lines in this process, and returns the status of
// the first.
func runAll(args []string) int {
	var lines [2][]string
	if i := slices.Index(args, andThen); i >= 0 {
		lines[1], args = args[i+1:], args[:i]
	}
	lines[0] = args
	var codes [2]int
	var runs sync.WaitGroup
	if lines[1] != nil {
		runs.Go(func() { codes[1] = run(lines[1], io.Discard, io.Discard) })
	}
	codes[0] = run(lines[0], os.Stdout, os.Stderr)
	runs.Wait()
	if path := os.Getenv(summaryVar); path != "" {
		most := strings.TrimSuffix(peak.Fields("/proc/self/status")["VmHWM"], " kB")
		if err := os.WriteFile(path, fmt.Appendln(nil, codes[0], codes[1], most), 0o600); err != nil {
			return exitInternal
		}
	}
	return codes[0]
}
