package conformance

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
)

const (
	// lifeTime is how long a process may take to end when its standard input has.
	lifeTime = time.Second
	// politeTime is how long a process may take to end when it is asked to.
	politeTime = time.Second
)

var lifeChecks = []Check{
	{"life/lane", "works on when the host breaks a lane off, with a job open on it", "§3",
		"end the jobs of a lane with the lane, and nothing else", checkBrokenLane},
	{"life/stdin", "ends within 1 s when its standard input does, idle or with a job in hand", "§2",
		"read standard input in a thread of its own, and exit the process when it ends", checkLifeline},
	{"life/shutdown", "ends within 1 s when Shutdown is called", "§2",
		"serve /plugin.GRPCController/Shutdown, and exit", checkShutdown},
	{"life/sigterm", "ends within 1 s of SIGTERM", "§2",
		"leave the signal to the system, or exit in its handler", checkTerm},
}

// occupy opens a job that does not end, one that the plugin is seen to have in hand
// where there is one.
func (b *bench) occupy(ctx context.Context) error {
	jobs, err := b.blocked(ctx)
	if err != nil || len(jobs) == 0 {
		return err
	}
	l, err := b.open(ctx)
	if err != nil {
		return err
	}
	slices.Reverse(jobs) // the one that is held comes last
	for _, s := range jobs {
		j, err := l.begin(s)
		if err != nil || s.held {
			return err
		}
		select {
		case <-j.waits:
			return nil
		case <-j.done: // it asks for nothing
		case <-l.ended:
			return b.gone(l.failed())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func checkBrokenLane(ctx context.Context, b *bench) error {
	good, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	p := b.probe
	if err := b.occupy(ctx); err != nil {
		return err
	}
	b.lane.close()
	if err := b.again(ctx, good, want, "a job on the next lane"); err != nil {
		return err
	}
	if b.probe != p {
		return errors.New("the process ended" + lastWords(p.Output()))
	}
	return nil
}

// ends has a process of its own end by what f does to it, idle and with a job in
// hand.
func (b *bench) ends(ctx context.Context, limit time.Duration, f func(*pluginhost.Probe) error) error {
	for _, busy := range []bool{false, true} {
		p, err := b.fresh(ctx)
		state := "idle"
		if err == nil && busy {
			state = "with a job in hand"
			err = b.occupy(ctx)
		}
		if err == nil {
			err = f(p)
		}
		if err != nil {
			return err
		}
		if limit := b.within(limit); !endsWithin(p.Exited(), limit) {
			return fmt.Errorf("%s, it is still there after %v", state, limit)
		}
		b.stop()
	}
	return nil
}

func checkLifeline(ctx context.Context, b *bench) error {
	return b.ends(ctx, lifeTime, func(p *pluginhost.Probe) error {
		p.EndLife()
		return nil
	})
}

func checkShutdown(ctx context.Context, b *bench) error {
	return b.ends(ctx, politeTime, func(p *pluginhost.Probe) error {
		ctx, cancel := context.WithTimeout(ctx, b.within(politeTime))
		defer cancel()
		_ = p.Shutdown(ctx) // the end of the process is what counts
		return nil
	})
}

func checkTerm(ctx context.Context, b *bench) error {
	if runtime.GOOS == "windows" {
		return skip("this system has no such signal")
	}
	return b.ends(ctx, politeTime, func(p *pluginhost.Probe) error { return p.Signal(syscall.SIGTERM) })
}
