package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/faults"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

func init() {
	number := os.Getenv(faults.Variable)
	if number == "" {
		return
	}
	_ = os.Unsetenv(faults.Variable)
	syscall.Umask(0o077) // outputs are given their mode by a call then
	fmt.Fprintln(os.Stderr, faults.Launch(number, os.Args))
	os.Exit(exitInternal)
}

// failures are what calls fail with.
var failures = []struct {
	kind faults.Kind
	with syscall.Errno
}{
	{faults.Open, syscall.EMFILE}, {faults.Read, syscall.EIO}, {faults.List, syscall.EIO}, {faults.Stat, syscall.EIO}, {faults.Write, syscall.EIO}, {faults.Write, syscall.ENOSPC},
	{faults.Truncate, syscall.EIO}, {faults.Chmod, syscall.EPERM}, {faults.Sync, syscall.EIO}, {faults.Link, syscall.EIO}, {faults.Rename, syscall.EIO}, {faults.Mkdir, syscall.EACCES},
	{faults.Remove, syscall.EBUSY}, {faults.Send, syscall.EPIPE}, {faults.Receive, syscall.ECONNRESET},
}

// A trial is a run that is disturbed, over and over.
type trial struct {
	t              *testing.T
	to, in         string
	end            int // status of a run that nothing disturbs
	want, wantTold map[string]string
}

// TestFaults makes calls of a run fail, one in each run: each open, read, write,
// sync, link and so on of inputs, outputs, plan and ledger, and each call on the
// sockets to the plugin. Afterwards every output that is there is whole, the
// ledger tells the truth, and the same command again ends as one that nothing
// disturbed. OXBRIDGE_FAULTS is of how many calls one fails; 1 is each of them.
func TestFaults(t *testing.T) {
	every := 32
	if n, err := strconv.Atoi(os.Getenv("OXBRIDGE_FAULTS")); err == nil {
		every = max(1, n)
	}
	for _, to := range []string{"eml", "msg"} {
		dir := t.TempDir()
		tr := &trial{t: t, to: to, in: filepath.Join(dir, "in")}
		makeInputs(t, tr.in, to, 3)
		whole := filepath.Join(dir, "whole")
		tr.end = runProgram(t, tr.args(whole)...)
		tr.want, tr.wantTold = outputs(t, whole), results(t, whole)
		counts := tr.counts(filepath.Join(dir, "counted"))
		t.Logf("--to %s: %v", to, counts)
		for _, f := range failures {
			for k := every/2 + 1; k <= counts[f.kind]; k += every {
				t.Run(fmt.Sprintf("%s/%s-%v-%d", to, f.kind, f.with, k), func(t *testing.T) {
					t.Parallel()
					(&trial{t: t, to: to, in: tr.in, end: tr.end, want: tr.want, wantTold: tr.wantTold}).disturb(f.kind, f.with, k)
				})
			}
		}
	}
}

func (tr *trial) args(out string) []string {
	return []string{"convert", "--to", tr.to, "--jobs", "1", "--out", out, tr.in}
}

// counts returns how many calls of each kind a run makes.
func (tr *trial) counts(out string) map[faults.Kind]int {
	var mu sync.Mutex
	counts := map[faults.Kind]int{}
	status, printed := tr.watched(out, func(k faults.Kind, _ string) syscall.Errno {
		mu.Lock()
		counts[k]++
		mu.Unlock()
		return 0
	})
	if status != tr.end {
		tr.t.Fatalf("the run that is only watched: status %d, %s", status, printed)
	}
	for _, f := range failures {
		if counts[f.kind] == 0 && f.kind != faults.Rename && f.kind != faults.Remove && f.kind != faults.Truncate {
			tr.t.Errorf("no %s was seen", f.kind)
		}
	}
	return counts
}

// watched does a run whose calls fail as fail says.
func (tr *trial) watched(out string, fail func(faults.Kind, string) syscall.Errno) (status int, printed string) {
	tr.t.Helper()
	ctx, cancel := context.WithTimeout(tr.t.Context(), hangs)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], tr.args(out)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &text, &text, 10*time.Second
	w, err := faults.Start(cmd, filepath.Dir(tr.in), fail)
	if err != nil {
		tr.t.Skipf("calls cannot be made to fail here: %v: %s", err, text.String())
	}
	_ = w.Wait()
	if ctx.Err() != nil {
		tr.t.Errorf("it does not end")
	}
	return cmd.ProcessState.ExitCode(), text.String()
}

// disturb does a run in which one call fails, and one in which none does.
func (tr *trial) disturb(kind faults.Kind, with syscall.Errno, k int) {
	t := tr.t
	out := filepath.Join(filepath.Dir(tr.in), fmt.Sprintf("out-%s-%d-%d", kind, with, k))
	t.Cleanup(func() { _ = os.RemoveAll(out) })
	n, at := 0, "nothing"
	status, printed := tr.watched(out, func(is faults.Kind, path string) syscall.Errno {
		if is != kind {
			return 0
		}
		if n++; n != k {
			return 0
		}
		at = path
		return with
	})
	when := fmt.Sprintf("%s %d failed, of %s: status %d: %s", kind, k, at, status, strings.TrimSpace(printed))
	if !slices.Contains([]int{exitOK, exitPartial, exitAborted}, status) || strings.Contains(printed, "goroutine ") {
		t.Errorf("%s", when)
	}
	got := outputs(t, out)
	samePart(t, when, got, tr.want)
	if status == tr.end && tr.end == exitOK && len(got) != len(tr.want) {
		t.Errorf("%s: outputs are missing", when)
	}
	tr.truth(out, when)
	if code := runProgram(t, tr.args(out)...); code != tr.end {
		t.Errorf("%s: the run after it ends with status %d, want %d", when, code, tr.end)
	}
	same(t, when, outputs(t, out), tr.want)
	same(t, when, results(t, out), tr.wantTold)
}

// truth checks that the outputs that the ledger has are there. A ledger into
// which nothing was committed yet says nothing.
func (tr *trial) truth(out, when string) {
	runs, err := runsIn(out)
	if err != nil || len(runs) == 0 {
		return
	}
	l, err := ledger.Read(tr.t.Context(), runs[0].ledgerPath())
	if errors.Is(err, ledger.ErrVersion) || errors.Is(err, fs.ErrNotExist) {
		return
	} else if err != nil {
		tr.t.Errorf("%s: %v", when, err)
		return
	}
	defer l.Close()
	got := outputs(tr.t, out)
	if err := l.Results(tr.t.Context(), func(r report.Result) error {
		sum := sha256.Sum256([]byte(got[r.OutputName]))
		if r.State == report.Converted && r.OutputSHA256 != hex.EncodeToString(sum[:]) {
			tr.t.Errorf("%s: the ledger has %s, and its output is not there", when, r.Input)
		}
		return nil
	}); err != nil {
		tr.t.Errorf("%s: %v", when, err)
	}
}
