package pluginhost

import (
	"errors"
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
)

// A pool gives up on a plugin that does not work: one that fails so often in a row
// that no job gets through, and one that fails at so many messages, each alone,
// that the messages cannot be the reason.
const (
	// maxFailures is how many failures in a row make a pool give up.
	maxFailures = 5
	// firstBackoff doubles with each failure after the second, up to
	// maxBackoff.
	firstBackoff = 20 * time.Millisecond
	maxBackoff   = 5 * time.Second
	// maxQuarantined messages may be the plugin's fault, or one in
	// quarantinedPart when that is more.
	maxQuarantined  = 10
	quarantinedPart = 20
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

// quarantine counts a message at which the plugin has failed for good, if that is
// what err says. The caller holds mu.
func (p *Pool) quarantine(err error) {
	var e *Error
	switch {
	case errors.As(err, &e) && !e.suspect && !e.fatal:
	case errors.Is(err, hostsvc.ErrOutputLimit):
		e = &Error{Plugin: p.command.Name, What: "was stopped: " + err.Error(), Err: err}
	default:
		return
	}
	p.quarantined++
	p.last = e
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
		return p.last.final(fmt.Sprintf("failed %d times in a row", p.failures))
	case p.quarantined > max(maxQuarantined, p.messages/quarantinedPart):
		return p.last.final(fmt.Sprintf("failed at %d of %d messages", p.quarantined, p.messages))
	}
	return nil
}

// final is e as the reason for which the plugin is not used any more.
func (e Error) final(why string) *Error {
	e.What = why + ", and is not tried again; at last it " + e.What
	e.fatal, e.suspect = true, false
	return &e
}
