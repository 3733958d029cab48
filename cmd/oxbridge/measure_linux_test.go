package main

import (
	"bufio"
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
	"github.com/oxbridge-mail/oxbridge/core/batch"
)

// What a run may cost: peak memory beyond that of a shorter run, and the ledger,
// both as parts of a whole. Runs of some seconds end before they have come to the
// level of long ones: up to memoryLevel, in bytes, a longer one may take more.
const (
	memoryGrowth = 0.15
	memoryLevel  = 80e6
	ledgerShare  = 0.05
)

// TestMeasure converts as many messages as OXBRIDGE_MEASURE says, such as
// "10000,100000", and compares what the runs took. It is for machines that have
// nothing else to do.
func TestMeasure(t *testing.T) {
	counts := os.Getenv("OXBRIDGE_MEASURE")
	if counts == "" {
		t.Skip("set OXBRIDGE_MEASURE to numbers of messages, such as 10000,100000")
	}
	var first *measured
	for text := range strings.SplitSeq(counts, ",") {
		count, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		m := measure(t, count)
		t.Logf("%d messages: %.1f s, %.0f/s, processors %.3f ms for each, peak of the host %.1f MB, of a plugin process %.1f MB",
			count, m.took.Seconds(), float64(count)/m.took.Seconds(), 1e3*m.cpu.Seconds()/float64(count), mb(m.host), mb(m.plugin))
		if first == nil {
			first = m
			continue
		}
		checkGrowth(t, "the host", first.host, m.host)
		checkGrowth(t, "a plugin process", first.plugin, m.plugin)
	}
}

func checkGrowth(t *testing.T, what string, from, to int64) {
	t.Helper()
	growth := float64(to)/float64(from) - 1
	t.Logf("peak of %s: %+.1f %%", what, 100*growth)
	if to > memoryLevel && growth > memoryGrowth {
		t.Errorf("the memory of %s grows with the run", what)
	}
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// readFile returns what is in a file, "" when the process that it is about has
// ended.
func readFile(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

// measured is what a run took.
type measured struct {
	took         time.Duration
	cpu          time.Duration // of all processes
	host, plugin int64         // peaks of resident memory, bytes; plugin that of the largest process
}

func measure(t *testing.T, count int) *measured {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := sample.WriteTree(in, 0, count); err != nil {
		t.Fatal(err)
	}
	cmd, _ := program(t.Context(), "convert", "--to", "eml", "--out", filepath.Join(dir, "out"), "--json", in)
	cmd.Stdout = nil
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := &measured{}
	lines := bufio.NewScanner(stdout)
	for n := 0; lines.Scan(); {
		if !bytes.HasPrefix(lines.Bytes(), []byte(`{"type":"message"`)) {
			continue
		}
		if n++; n%100 == 0 {
			_, plugin := peak.Of(cmd.Process.Pid)
			m.plugin = max(m.plugin, int64(plugin*(1<<20)))
		}
	}
	_ = cmd.Wait()
	m.took = time.Since(began)
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if code := cmd.ProcessState.ExitCode(); code != exitPartial && code != exitOK { // each 1000th message is damaged
		t.Fatalf("status %d\n%s", code, &stderr)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.host = usage.Maxrss << 10
	}
	if m.plugin == 0 {
		t.Fatal("no plugin process was seen")
	}
	return m
}

// TestMeasureLedger runs the first of the numbers of messages with and without a
// ledger, all else being equal, and compares the time on processors: what each
// waits for the disk depends on who else writes to it.
func TestMeasureLedger(t *testing.T) {
	first, _, _ := strings.Cut(os.Getenv("OXBRIDGE_MEASURE"), ",")
	if first == "" {
		t.Skip("set OXBRIDGE_MEASURE to a number of messages, such as 10000")
	}
	count, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(t.TempDir(), "in")
	if err := sample.WriteTree(in, 0, count); err != nil {
		t.Fatal(err)
	}
	var with, without cost
	for range 3 {
		without.least(runMeasured(t, in, false))
		with.least(runMeasured(t, in, true))
	}
	share := 1 - without.cpu.Seconds()/with.cpu.Seconds()
	t.Logf("%d messages: processors %.2f s with a ledger, %.2f s without: %.1f %% of the run; the whole %.1f s and %.1f s",
		count, with.cpu.Seconds(), without.cpu.Seconds(), 100*share, with.wall.Seconds(), without.wall.Seconds())
	if share > ledgerShare {
		t.Error("the ledger takes more than its part")
	}
}

// cost is what a run took.
type cost struct{ cpu, wall time.Duration }

// least keeps the smaller of two costs.
func (c *cost) least(d cost) {
	if c.wall == 0 || d.wall < c.wall {
		c.wall = d.wall
	}
	if c.cpu == 0 || d.cpu < c.cpu {
		c.cpu = d.cpu
	}
}

// runMeasured runs in this process, with plugins in others.
func runMeasured(t *testing.T, in string, withLedger bool) cost {
	t.Helper()
	began, cpu := time.Now(), processorTime(t)
	run := runOptions{to: "eml", outDir: filepath.Join(t.TempDir(), "out"), layout: "tree", settings: settings{}}
	pool, err := run.start(t.Context(), &watcher{log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := run.batch(pool, nil)
	if err != nil {
		t.Fatal(err)
	}
	opt.Durable = true
	if withLedger {
		l, _, err := newRunFolder(opt.OutDir, opt.Identity(batch.Roots([]string{in}))).openLedger(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := l.Begin(t.Context(), "measure", nil); err != nil {
			t.Fatal(err)
		}
		opt.Record = l.Record
	}
	if _, err := batch.Run(t.Context(), pool, []string{in}, opt); err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	return cost{processorTime(t) - cpu, time.Since(began)}
}

// processorTime is what this process and those that it waited for have used.
func processorTime(t *testing.T) (sum time.Duration) {
	t.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}
