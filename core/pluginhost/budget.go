package pluginhost

import (
	"errors"
	"fmt"
	"time"
)

const (
	// maxFailures is how many failures in a row make a pool give up.
	maxFailures = 5
	// firstBackoff doubles with each failure after the second, up to
	// maxBackoff.
	firstBackoff = 20 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// backoff is how long the next start waits after so many failures in a row:
// 0, 0, 20 ms, 40 ms, and so on. One crash is no reason to wait.
func backoff(failures int) time.Duration {
	if failures < 2 {
		return 0
	}
	return min(firstBackoff<<min(failures-2, 16), maxBackoff)
}

// count counts a failure. The caller holds mu.
func (p *Pool) count(err error) {
	p.failures++
	if !errors.As(err, &p.last) {
		p.last = &Error{Plugin: p.command.Name, What: "does not start: " + oneLine(err.Error()), Err: err}
	}
	p.opt.Log.Warn("plugin process failed", "plugin", p.command.Name, "error", err, "failures", p.failures)
}

// announce wakes those who wait for a change. The caller holds mu.
func (p *Pool) announce() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// err returns why no job can be done any more, or nil.
func (p *Pool) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.errLocked()
}

func (p *Pool) errLocked() error {
	switch {
	case p.closed:
		return ErrClosed
	case p.failures >= maxFailures:
		e := *p.last
		e.What = fmt.Sprintf("failed %d times in a row, and is not tried again; at last it %s", p.failures, e.What)
		e.fatal, e.suspect = true, false
		return &e
	}
	return nil
}
