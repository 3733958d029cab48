package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	// describeTime is how long a plugin may take to say what it is.
	describeTime = 2 * time.Second
	// politeTime is how long a process may take to end when it is asked to.
	politeTime = time.Second
	// crashTime is how long a process that has closed its connection may take
	// to end by itself, so that its exit status is known.
	crashTime = time.Second
	// killTime is how long the end of a killed process is waited for, which takes
	// milliseconds unless the machine is overwhelmed.
	killTime = 10 * time.Second
	// exitTime is how long a program that is no plugin may take to end by
	// itself.
	exitTime = 250 * time.Millisecond
)

// A generation is a process with its connection and its lanes.
type generation struct {
	name   string
	p      *process
	client *goplugin.Client
	dir    *folder // for the socket
	desc   hostsvc.Description
	lanes  []*lane

	weighed atomic.Int64 // when large last looked, in ns since epoch

	// The pool's mutex guards these.
	taken   int  // jobs so far
	open    int  // jobs in hand
	retired bool // takes no more jobs

	once    sync.Once
	stopErr error // what stop returns, under once
}

// A lane is a lane with what it has to do.
type lane struct {
	*hostsvc.Lane
	gen  *generation
	load int // jobs in hand; the pool's mutex guards it
}

// generate starts a process and opens its lanes.
func generate(ctx context.Context, c Command, opt Options, lanes int) (*generation, error) {
	g, err := newGeneration(c, opt)
	if err != nil {
		return nil, err
	}
	if err := g.begin(ctx, opt, lanes); err != nil {
		err = g.startError(err)
		_ = g.stop(false) // the first error says more
		return nil, err
	}
	g.p.log.Debug("plugin process started", "version", g.desc.Version)
	return g, nil
}

// newGeneration prepares a process that is not started.
func newGeneration(c Command, opt Options) (*generation, error) {
	dir, err := newFolder()
	if err != nil {
		return nil, &Error{Plugin: c.Name, What: "has no folder for its socket: " + err.Error(), Err: err}
	}
	g := &generation{name: c.Name, dir: dir}
	log := opt.Log.With("plugin", c.Name)
	if c, err = opt.confine(c, dir.path); err != nil {
		_ = dir.remove()
		return nil, &Error{Plugin: g.name, What: "cannot be started: " + err.Error(), Err: err}
	}
	g.p = newProcess(c, opt.isolates(), log)
	g.client = newClient(dir.path, opt.StartTimeout, func(env []string) *process {
		g.p.cmd.Env = append(g.p.cmd.Env, env...)
		return g.p
	})
	return g, nil
}

// begin takes a process from its start to where it can work.
func (g *generation) begin(ctx context.Context, opt Options, lanes int) error {
	conn, err := g.connect(ctx, opt.StartTimeout)
	if err != nil {
		return err
	}
	describe, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	if g.desc, err = describeIn(describe, conn); err != nil {
		if describe.Err() != nil && ctx.Err() == nil {
			return fmt.Errorf("does not answer: %w", err)
		}
		return err
	}
	for range min(lanes, g.desc.Lanes) {
		// The process ends the lane, not the context of its start.
		l, err := hostsvc.OpenLane(context.WithoutCancel(ctx), conn, opt.lane(g.desc.Pipeline))
		if err != nil {
			return err
		}
		g.lanes = append(g.lanes, &lane{Lane: l, gen: g})
	}
	return nil
}

// describeIn is hostsvc.Describe that ends with ctx in any case: gRPC waits without
// end for a call that it could not send over a connection that lives. Such a call is
// left behind; it ends with the process.
func describeIn(ctx context.Context, conn pluginv1.ConverterClient) (hostsvc.Description, error) {
	type result struct {
		desc hostsvc.Description
		err  error
	}
	done := make(chan result, 1)
	go func() {
		d, err := hostsvc.Describe(ctx, conn)
		done <- result{d, err}
	}()
	select {
	case r := <-done:
		return r.desc, r.err
	case <-ctx.Done():
		return hostsvc.Description{}, context.Cause(ctx)
	}
}

// connect starts the process and waits for its handshake.
func (g *generation) connect(ctx context.Context, timeout time.Duration) (pluginv1.ConverterClient, error) {
	type result struct {
		c   goplugin.ClientProtocol
		err error
	}
	done := make(chan result, 1)
	go func() {
		c, err := g.client.Client()
		done <- result{c, err}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	var r result
	select {
	case r = <-done:
	case <-timer.C:
		g.p.refuse(fmt.Errorf("says nothing for %v", timeout))
	case <-ctx.Done():
		g.p.refuse(context.Cause(ctx))
	}
	if r.c == nil && r.err == nil {
		g.p.kill() // ends the wait for the handshake
		r = <-done
	}
	if err := g.p.handshakeError(); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	c, err := r.c.Dispense(wire.PluginName)
	if err != nil {
		return nil, err
	}
	return c.(pluginv1.ConverterClient), nil
}

// startError makes the error of a process that did not come to work.
func (g *generation) startError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && g.p.handshakeError() != nil {
		return err
	}
	if !g.p.exitsWithin(exitTime) {
		g.p.kill()
	}
	_ = g.p.wait(killTime) // else there is less to show
	return &Error{Plugin: g.name, What: "does not start: " + oneLine(err.Error()), Status: g.p.status(), Output: g.p.tail.text(), Err: err}
}

// crashError makes the error of a process that ended with jobs in hand. stop has
// been called.
func (g *generation) crashError(err error) *Error {
	e := &Error{Plugin: g.name, Status: g.p.status(), Output: g.p.tail.text(), Err: err}
	var broke *hostsvc.ProtocolError
	switch {
	case e.Status != "":
		e.What = "crashed"
	case errors.As(err, &broke):
		e.What = "was stopped: " + oneLine(broke.Detail)
	default:
		e.What = "was stopped: " + oneLine(err.Error())
	}
	return e
}

// healthy reports whether jobs may be given to the generation.
func (g *generation) healthy() bool {
	select {
	case <-g.p.exited:
		return false
	default:
	}
	for _, l := range g.lanes {
		if l.Err() != nil {
			return false
		}
	}
	return true
}

// weighTime is how often at most the memory of a process is looked at.
const weighTime = 100 * time.Millisecond

// large reports whether the process has taken so much memory that another one
// should take its place before it meets the limit, which would cost the jobs it
// has in hand.
func (g *generation) large(limit uint64, now time.Time) bool {
	last := g.weighed.Load()
	if now.UnixNano()-last < int64(weighTime) || !g.weighed.CompareAndSwap(last, now.UnixNano()) {
		return false
	}
	return residentBytes(g.p.cmd.Process.Pid) > limit/5*3
}

// fail ends the generation after one of its lanes broke.
func (g *generation) fail(err error) {
	if status.Code(err) == codes.Unavailable {
		g.p.exitsWithin(crashTime) // it is about to, and its status is of interest
	}
	_ = g.stop(false) // what is left of it is in the error of the job
}

// stop ends the generation and everything in it. A process that may be frozen is
// killed first, because go-plugin waits for an answer of it. All calls return
// when the first has done it.
func (g *generation) stop(politely bool) error {
	g.once.Do(func() {
		if !politely {
			g.p.kill()
		}
		for _, l := range g.lanes {
			l.Close()
		}
		g.p.endLife() // not every plugin has go-plugin's way to end it
		ended := make(chan struct{})
		go func() {
			g.client.Kill()
			close(ended)
		}()
		if politely && (!closedWithin(ended, politeTime) || !g.p.exitsWithin(politeTime)) {
			g.p.kill()
		}
		if g.p.cmd.Process != nil {
			g.stopErr = g.p.wait(killTime)
		}
		if g.stopErr == nil && !closedWithin(ended, killTime) {
			g.stopErr = fmt.Errorf("process %s: go-plugin does not let go of it", g.p.id())
		}
		g.stopErr = errors.Join(g.stopErr, g.dir.remove())
	})
	return g.stopErr
}

// closedWithin reports whether c is closed in that time.
func closedWithin(c <-chan struct{}, d time.Duration) bool {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-c:
		return true
	case <-timeout.C:
		return false
	}
}
