package hostsvc

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	// minRate is the least speed that a job is given time for, in bytes per
	// second.
	minRate = 1 << 20
	// maxDeadline is the longest that fits Begin.deadline_ms.
	maxDeadline = math.MaxUint32 * time.Millisecond
)

// timeout returns how long the job may take: what it says, or the default and
// the time for its bytes.
func (j *job) timeout() time.Duration {
	if j.spec.Timeout > 0 {
		return j.spec.Timeout
	}
	seconds := min(j.size/minRate, math.MaxInt64/int64(time.Second)/2)
	return j.l.opt.Timeout + time.Duration(seconds)*time.Second
}

// progress is a sign of life.
func (j *job) progress() { j.alive.Store(time.Now().UnixNano()) }

// watch stops the job when ctx ends, its session is closed, or one of its clocks
// goes off. The function that it returns ends that.
func (j *job) watch(ctx context.Context, timeout time.Duration) func() {
	j.progress()
	stop := context.AfterFunc(ctx, func() { j.stop(context.Cause(ctx)) })
	closed := j.spec.Message.Session().AfterClose(func() { j.stop(errSession(mapi.ErrInvalidObject)) })
	deadline := time.AfterFunc(timeout, func() { j.stop(&TimeoutError{After: timeout}) })
	watchdog := j.watchdog(j.l.opt.Idle)
	return func() {
		stop()
		closed()
		deadline.Stop()
		watchdog.Stop()
	}
}

// watchdog stops the job when it gives no sign of life for that long. A job is
// not to blame when its frames wait behind those of a neighbour.
func (j *job) watchdog(idle time.Duration) *time.Timer {
	// The timer reaches its own function through a channel: it may fire
	// before AfterFunc has returned it.
	self := make(chan *time.Timer, 1)
	t := time.AfterFunc(idle, func() {
		t := <-self
		self <- t
		if j.l.waiting.Load() {
			j.progress()
		}
		if rest := idle - time.Duration(time.Now().UnixNano()-j.alive.Load()); rest > 0 {
			j.rearm(t, rest)
			return
		}
		j.stop(&TimeoutError{Idle: true, After: idle})
	})
	self <- t
	return t
}

// rearm sets a timer again, unless the job is over.
func (j *job) rearm(t *time.Timer, d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.over && j.reason == nil {
		t.Reset(d)
	}
}

// stop ends the job for a reason: from here on its frames have no effect, and
// the plugin has a grace period to say Done. Only the first call does anything.
// It may come from any goroutine.
func (j *job) stop(reason error) {
	j.mu.Lock()
	if j.over || j.reason != nil {
		j.mu.Unlock()
		return
	}
	j.reason = reason
	j.grace = time.AfterFunc(j.l.opt.Grace, func() { j.l.fail(&graceError{reason}) })
	j.mu.Unlock()
	if code := codeOf(reason); code == mapi.ErrInvalidObject || code == mapi.ErrInvalidParameter {
		r := &pluginv1.Refused{Code: uint32(code), Reason: wire.Text(reason.Error(), maxText)}
		j.send(&pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Refused{Refused: r}})
		return
	}
	c := &pluginv1.Cancel{Reason: wire.Text(reason.Error(), maxText)}
	j.send(&pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Cancel{Cancel: c}})
}

// errSession is the end of a job whose handles are dead.
func errSession(err error) error { return fmt.Errorf("session is closed: %w", err) }

// stopped returns the reason for which the job has to end, or nil.
func (j *job) stopped() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.reason
}

// A graceError is the end of a lane on which a job did not stop when told to.
type graceError struct{ reason error }

func (e *graceError) Error() string {
	return "a job did not end when it was told to: " + e.reason.Error()
}

// Unwrap returns the reason.
func (e *graceError) Unwrap() error { return e.reason }
