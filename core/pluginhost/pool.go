package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
	"github.com/oxbridge-mail/oxbridge/core/session"
)

// A Pool runs jobs on the processes of one plugin. Safe for concurrent use.
type Pool struct {
	command Command
	desc    hostsvc.Description
	opt     Options
	ctx     context.Context // of starts in the background; ends with Close
	cancel  context.CancelFunc
	alone   chan struct{}  // one element per process of ConvertAlone
	work    sync.WaitGroup // goroutines of the pool

	mu       sync.Mutex // guards what follows
	live     []*generation
	all      map[*generation]struct{} // that have to be stopped, live or not
	starting int
	messages int // that were given to Convert
	failures int // in a row
	// quarantined messages are those at which the plugin has failed for good.
	quarantined int
	last        *Error // the last failure
	closed      bool
	changed     chan struct{} // closed, and made anew, when somebody may go on
}

// leastAlone is how many processes of ConvertAlone there may be at least: a message
// that hangs has its process for long, and others that were beside it are to go on.
const leastAlone = 2

// Start starts a plugin and asks it what it is. The error says what the program
// printed and how it ended. The caller closes the pool.
func Start(ctx context.Context, c Command, o Options) (*Pool, error) {
	o = o.withDefaults()
	g, err := generate(ctx, c, o, o.LanesPerProcess)
	if err != nil {
		return nil, err
	}
	o.Processes = o.processes(len(g.lanes), runtime.NumCPU())
	p := &Pool{
		command: c,
		desc:    g.desc,
		opt:     o,
		alone:   make(chan struct{}, max(o.Processes, leastAlone)),
		live:    []*generation{g},
		all:     map[*generation]struct{}{g: {}},
		changed: make(chan struct{}),
	}
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if missing := sandbox.Missing(); o.Sandbox == sandbox.Best && len(missing) > 0 {
		o.Log.Warn("this system lacks walls of the sandbox", "plugin", c.Name, "missing", missing)
	}
	p.work.Go(func() { removeStale(folderBase(), time.Now()) })
	return p, nil
}

// Description returns what the plugin said about itself when it was started.
func (p *Pool) Description() hostsvc.Description { return p.desc }

// Convert does a job on a process that others use too. When that process dies,
// the error is Suspect; when the plugin is of no use any more, it is Fatal.
func (p *Pool) Convert(ctx context.Context, job *session.Job) error {
	l, err := p.acquire(ctx)
	if err != nil {
		return err
	}
	return p.release(l, l.Run(ctx, job))
}

// Close ends all processes. Jobs that are under way fail. It returns an error
// when a process could not be ended in bounded time. Calling it again does
// nothing.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	p.live = nil
	rest := p.all
	p.all = map[*generation]struct{}{}
	p.announce()
	p.mu.Unlock()
	p.cancel()
	var mu sync.Mutex
	var errs []error
	var stops sync.WaitGroup
	for g := range rest {
		stops.Go(func() {
			if err := g.stop(true); err != nil {
				mu.Lock()
				errs = append(errs, fmt.Errorf("plugin %s: %w", g.name, err))
				mu.Unlock()
			}
		})
	}
	stops.Wait()
	p.work.Wait()
	return errors.Join(errs...)
}

// acquire gives the job a place on the lane that has the least to do, and sees
// to it that there are processes enough.
func (p *Pool) acquire(ctx context.Context) (*lane, error) {
	for {
		p.mu.Lock()
		if err := p.errLocked(); err != nil {
			p.mu.Unlock()
			return nil, err
		}
		l := p.pick()
		if l != nil {
			p.messages++
		}
		if (l == nil || l.load > 1) && len(p.live)+p.starting < p.opt.Processes {
			p.grow()
		}
		changed := p.changed
		p.mu.Unlock()
		if l != nil {
			return l, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// errDied is the end of a process that nobody asked for.
var errDied = errors.New("its process ended")

// pick takes a place, or returns nil when there is none. The caller holds mu.
func (p *Pool) pick() *lane {
	var best *lane
	for _, g := range slices.Clone(p.live) {
		if !g.healthy() { // it died with nothing in hand, or its jobs do not know yet
			p.count(g.crashError(errDied))
			p.retire(g)
			continue
		}
		for _, l := range g.lanes {
			if l.load < g.desc.Pipeline && (best == nil || l.load < best.load) {
				best = l
			}
		}
	}
	if best == nil {
		return nil
	}
	g := best.gen
	best.load++
	g.open++
	if g.taken++; g.taken >= p.opt.Recycle {
		p.retire(g)
	}
	return best
}

// retire gives a generation no more jobs, and ends it when it has none in hand.
// The caller holds mu.
func (p *Pool) retire(g *generation) {
	p.live = slices.DeleteFunc(p.live, func(h *generation) bool { return h == g })
	if g.retired = true; g.open == 0 && !p.closed {
		p.work.Go(func() { p.discard(g) })
	}
}

// discard ends a generation.
func (p *Pool) discard(g *generation) {
	if err := g.stop(true); err != nil {
		p.opt.Log.Error("plugin process not ended", "plugin", g.name, "error", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, g)
}

// keep makes the pool responsible for ending g.
func (p *Pool) keep(g *generation) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	p.all[g] = struct{}{}
	return nil
}

// grow starts a process in the background. The caller holds mu.
func (p *Pool) grow() {
	p.starting++
	delay := backoff(p.failures)
	p.work.Go(func() {
		g, err := p.spawn(delay)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.starting--
		p.announce()
		switch {
		case err == nil && p.closed:
			p.work.Go(func() { p.discard(g) })
		case err == nil:
			p.live = append(p.live, g)
			p.all[g] = struct{}{}
		case p.ctx.Err() == nil:
			p.count(err)
		}
	})
}

// spawn starts a process after a delay.
func (p *Pool) spawn(delay time.Duration) (*generation, error) {
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		}
	}
	return generate(p.ctx, p.command, p.opt, p.opt.LanesPerProcess)
}
