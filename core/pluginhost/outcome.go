package pluginhost

import (
	"errors"
	"slices"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
)

// release gives a place back and turns the error of a job into the one that the
// caller sees.
func (p *Pool) release(l *lane, err error) error {
	g := l.gen
	broken := l.Err()
	if broken != nil {
		g.fail(broken)
	}
	large := broken == nil && g.large(p.opt.Memory, time.Now())
	p.mu.Lock()
	defer p.mu.Unlock()
	l.load--
	g.open--
	err = p.settle(l, err, broken, large)
	p.quarantine(err)
	return err
}

// settle does what release says. The caller holds mu.
func (p *Pool) settle(l *lane, err, broken error, large bool) error {
	g := l.gen
	var late *hostsvc.TimeoutError
	switch {
	case broken != nil && !p.closed && slices.Contains(p.live, g):
		p.count(g.crashError(broken)) // the first of its jobs
		p.retire(g)
	case broken == nil && errors.As(err, &late), large, g.retired:
		p.retire(g) // a process is not used any more after a timeout, or when it has grown
	}
	if broken == nil && answered(err) {
		p.failures = 0
	}
	p.announce()
	switch {
	case broken == nil:
		return p.timeLimit(err, true)
	case p.closed:
		return ErrClosed
	}
	return p.blame(g, err, broken, true)
}

// answered reports whether a job ended as a healthy plugin ends it.
func answered(err error) bool {
	var failed *hostsvc.JobError
	return err == nil || errors.As(err, &failed)
}

// timeLimit makes a plugin's failure of a timeout.
func (p *Pool) timeLimit(err error, suspect bool) error {
	var late *hostsvc.TimeoutError
	if !errors.As(err, &late) {
		return err
	}
	return &Error{Plugin: p.command.Name, What: late.Error(), Err: err, suspect: suspect}
}

// blame returns the error of a job whose generation has ended. The job that
// broke the protocol is at fault in any case.
func (p *Pool) blame(g *generation, err, broken error, shared bool) error {
	var late *hostsvc.TimeoutError
	var other *hostsvc.LaneError
	var broke *hostsvc.ProtocolError
	switch {
	case err == nil || answered(err) && !errors.As(err, &other):
		return err // it was over before
	case errors.As(err, &other):
		e := g.crashError(broken)
		e.suspect = shared
		return e
	case errors.As(err, &late):
		return p.timeLimit(err, shared)
	case errors.As(err, &broke):
		return g.crashError(err)
	}
	return err
}
