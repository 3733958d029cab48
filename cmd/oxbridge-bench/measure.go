package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/peak"
)

// usage is what a run of a program took.
type usage struct {
	cpu   time.Duration // of the program and all processes that it started
	wall  time.Duration
	host  float64 // peak memory of the program, in MB; 0 where it is not known
	child float64 // of the largest process that it started
}

// A program is a command with the exit statuses that are no failure.
type program struct {
	args []string
	dir  string
	ok   []int
}

func command(name string, args ...string) program {
	return program{args: append([]string{name}, args...), ok: []int{0}}
}

// run starts the program and waits for its end. watch, if not nil, is called
// every now and then with its number.
func (p program) run(ctx context.Context, watch func(pid int)) error {
	_, err := p.start(ctx, watch)
	return err
}

// measure is run with what it took. What others have left to be written to the disk
// is written before, so that nobody waits for it who syncs.
func (p program) measure(ctx context.Context) (usage, error) {
	var u usage
	if err := command("sync").run(ctx, nil); err != nil {
		return u, err
	}
	start := time.Now()
	cmd, err := p.start(ctx, func(pid int) {
		host, child := peak.Of(pid)
		u.host, u.child = max(u.host, host), max(u.child, child)
	})
	if err != nil {
		return u, err
	}
	u.wall = time.Since(start)
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return u, nil
}

// watchEvery is how often the memory of a program is looked at.
const watchEvery = 50 * time.Millisecond

func (p program) start(ctx context.Context, watch func(pid int)) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Dir = p.dir
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state says it all
		close(done)
	}()
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-ticks.C:
			if watch != nil {
				watch(cmd.Process.Pid)
			}
		}
	}
	if code := cmd.ProcessState.ExitCode(); !slices.Contains(p.ok, code) {
		return nil, fmt.Errorf("%s: exit status %d: %.300s", p.args[0], code, said.String())
	}
	return cmd, nil
}

// median returns the run in the middle by CPU time, with the highest peaks.
func median(runs []usage) usage {
	runs = slices.SortedFunc(slices.Values(runs), func(a, b usage) int { return cmp.Compare(a.cpu, b.cpu) })
	m := runs[len(runs)/2]
	for _, r := range runs {
		m.host, m.child = max(m.host, r.host), max(m.child, r.child)
	}
	return m
}
