package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// TestShardsByTwoProcesses has every shard of a plan done by two processes at
// the same time. The outputs are those of a plain run, each is written once, and
// the report is complete. OXBRIDGE_SHARD_MESSAGES says how many messages.
func TestShardsByTwoProcesses(t *testing.T) {
	t.Parallel()
	count, items := 400, 50
	if n, err := strconv.Atoi(os.Getenv("OXBRIDGE_SHARD_MESSAGES")); err == nil {
		count, items = n, 1000
	}
	dir := t.TempDir()
	in, whole, out := filepath.Join(dir, "in"), filepath.Join(dir, "whole"), filepath.Join(dir, "out")
	makeInputs(t, in, "eml", count)
	end := runProgram(t, "convert", "--to", "eml", "--out", whole, in)

	cmd, printed := program(t.Context(), "plan", "--to", "eml", "--out", out, "--shard-items", strconv.Itoa(items), in)
	cmd.Stderr = nil
	if err := cmd.Run(); err != nil {
		t.Fatalf("plan: %v\n%s", err, printed)
	}
	plan := strings.TrimSpace(printed.String())
	shards := (count + items - 1) / items
	for n := range shards {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				cmd, printed := program(t.Context(), "run-shard", plan, strconv.Itoa(n))
				if err := cmd.Run(); err != nil {
					t.Errorf("shard %d: %v\n%s", n, err, printed)
				}
				if s := printed.String(); strings.Contains(s, "exists") {
					t.Errorf("shard %d: %s", n, s)
				}
			})
		}
		both.Wait()
	}
	if code := runProgram(t, "report", out); code != end {
		t.Errorf("report ended with status %d, the plain run with %d", code, end)
	}
	same(t, "outputs", outputs(t, out), outputs(t, whole))
	same(t, "ledger", results(t, out), results(t, whole))

	// Once more: everything is done.
	cmd, printed = program(t.Context(), "run-shard", plan, "0")
	if err := cmd.Run(); err != nil || !strings.Contains(printed.String(), "done before") {
		t.Errorf("run-shard again: %v\n%s", err, printed)
	}
	if code := runProgram(t, "convert", "--to", "eml", "--out", out, in); code != end {
		t.Errorf("convert after the shards ended with status %d, want %d", code, end)
	}
}
