package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// program returns the program as a process of its own, with what it prints.
func program(ctx context.Context, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// outputs returns the files below a folder, what runs keep for themselves left
// out.
func outputs(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case os.IsNotExist(err):
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == store.StateFolder:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// samePart fails when a file of got is not in want, byte for byte.
func samePart(t *testing.T, when string, got, want map[string]string) {
	t.Helper()
	for name, b := range got {
		if w, ok := want[name]; !ok {
			t.Fatalf("%s: %s should not be there", when, name)
		} else if w != b {
			t.Fatalf("%s: %s has %d bytes, want others, %d", when, name, len(b), len(w))
		}
	}
}

// same fails when two sets of files are not equal.
func same(t *testing.T, when string, got, want map[string]string) {
	t.Helper()
	samePart(t, when, got, want)
	if len(got) != len(want) {
		t.Fatalf("%s: %d files, want %d", when, len(got), len(want))
	}
}

// results returns what a ledger says of each input, without what differs from
// run to run.
func results(t *testing.T, out string) map[string]string {
	t.Helper()
	runs, err := runsIn(out)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs in %s, %v", len(runs), out, err)
	}
	l, err := ledger.Read(t.Context(), runs[0].ledgerPath())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	list := map[string]string{}
	if err := l.Results(t.Context(), func(r report.Result) error {
		list[r.Input] = fmt.Sprint(r.State, r.Reason, r.SHA256, r.OutputName, r.OutputSHA256, r.Problems)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// kills is how many times the tests kill the program: OXBRIDGE_KILLS, or few.
func kills(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("OXBRIDGE_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 20
}

// TestKilledAtAnyMoment kills the program at random moments and runs it again,
// until it comes to its end. At every moment the outputs that are there are
// whole; at the end there is no difference to a run that nobody disturbed.
func TestKilledAtAnyMoment(t *testing.T) {
	for _, to := range []string{"eml", "msg"} {
		t.Run(to, func(t *testing.T) { killAndResume(t, to, (kills(t)+1)/2) })
	}
}

func killAndResume(t *testing.T, to string, kills int) {
	dir := t.TempDir()
	in, whole := filepath.Join(dir, "in"), filepath.Join(dir, "whole")
	makeInputs(t, in, to, 120)
	began := time.Now()
	end := runProgram(t, "convert", "--to", to, "--out", whole, in)
	length := time.Since(began)
	want, wantResults := outputs(t, whole), results(t, whole)
	rnd := rand.New(rand.NewPCG(6, uint64(kills)))
	rounds := 0
	for killed := 0; killed < kills; rounds++ {
		out := filepath.Join(dir, fmt.Sprint("out", rounds))
		for {
			cmd, printed := program(t.Context(), "convert", "--to", to, "--out", out, in)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(rnd.Float64()*float64(length)*0.8), func() { _ = cmd.Process.Kill() })
			err := cmd.Wait()
			timer.Stop()
			if code := cmd.ProcessState.ExitCode(); code == end {
				break // this round came to its end
			} else if code != -1 {
				t.Fatalf("after %d kills: status %d, %v\n%s", killed, code, err, printed)
			}
			killed++
			samePart(t, fmt.Sprintf("after kill %d", killed), outputs(t, out), want)
			if killed >= kills {
				if code := runProgram(t, "convert", "--to", to, "--out", out, in); code != end {
					t.Fatalf("the last run ended with status %d", code)
				}
				break
			}
		}
		same(t, fmt.Sprintf("at the end of round %d", rounds), outputs(t, out), want)
		same(t, fmt.Sprintf("ledger of round %d", rounds), results(t, out), wantResults)
		if err := os.RemoveAll(out); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("--to %s: %d kills in %d rounds", to, kills, rounds)
}

// makeInputs makes messages for a run to a format. One .msg file of them cannot
// be converted.
func makeInputs(t *testing.T, dir, to string, count int) {
	t.Helper()
	if err := sample.WriteTree(dir, max(0, 1000-count), count); err != nil { // number 999 is damaged
		t.Fatal(err)
	}
	if to == "eml" {
		return
	}
	eml := dir + "-eml"
	if code := runProgram(t, "convert", "--no-ledger", "--to", "eml", "--out", eml, dir); code != exitPartial {
		t.Fatalf("status %d", code)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(eml, dir); err != nil {
		t.Fatal(err)
	}
}

// runProgram runs the program to its end and returns its status.
func runProgram(t *testing.T, args ...string) int {
	t.Helper()
	cmd, out := program(t.Context(), args...)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitPartial {
		t.Logf("%s", out)
	}
	return cmd.ProcessState.ExitCode()
}
