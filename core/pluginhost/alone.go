package pluginhost

import (
	"context"
	"errors"

	"github.com/oxbridge-mail/oxbridge/core/session"
)

// ConvertAlone does a job in a process of its own, which is thrown away. A
// failure is the job's: it counts against the plugin only when there are many.
func (p *Pool) ConvertAlone(ctx context.Context, job *session.Job) error {
	select {
	case p.alone <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-p.alone }()
	if err := p.err(); err != nil {
		return err
	}
	err := p.inNew(ctx, job)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quarantine(err)
	return err
}

// inNew does a job in a new process.
func (p *Pool) inNew(ctx context.Context, job *session.Job) error {
	g, err := generate(ctx, p.command, p.opt, 1)
	if err != nil {
		return p.unstarted(ctx, err)
	}
	defer p.discard(g)
	if err := p.keep(g); err != nil {
		return err
	}
	err = g.lanes[0].Run(ctx, job)
	broken := g.lanes[0].Err()
	switch {
	case broken == nil:
		return p.timeLimit(err, false)
	case errors.Is(p.err(), ErrClosed):
		return ErrClosed
	}
	g.fail(broken)
	return p.blame(g, err, broken, false)
}

// unstarted counts a process that did not start, unless nobody wanted it any
// more.
func (p *Pool) unstarted(ctx context.Context, err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() == nil && !p.closed {
		p.count(err)
	}
	return err
}
