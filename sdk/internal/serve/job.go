package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	maxErrorText = 4 << 10 // bytes of Done.error
	stackLines   = 24      // of a panic in Done.error; the log has all
)

// A job is one message that is converted. Its context lives as long as the
// author's code runs.
type job struct {
	l       *lane
	id      uint64
	begin   *pluginv1.Begin
	builder *wire.Builder
	running bool           // under l.mu: its goroutine has been started
	match   pluginv1.Match // what a probe found
	log     *slog.Logger

	ctx    context.Context
	cancel context.CancelCauseFunc
	// halted is closed when the host wants no more of the job; reason, set
	// before, says why. Unlike ctx it stays open when the job ends well.
	halted   chan struct{}
	haltOnce sync.Once
	reason   error

	mu   sync.RWMutex
	over bool // under mu: Done has been sent or is about to be
}

// A cancelError is the host's order to stop.
type cancelError struct{ reason string }

func (e *cancelError) Error() string {
	if e.reason == "" {
		return "sdk: cancelled by the host"
	}
	return "sdk: cancelled by the host: " + wire.Text(e.reason, maxErrorText)
}

// Unwrap returns context.Canceled.
func (e *cancelError) Unwrap() error { return context.Canceled }

func newJob(l *lane, id uint64, b *pluginv1.Begin) *job {
	j := &job{l: l, id: id, begin: b, halted: make(chan struct{})}
	j.ctx, j.cancel = context.WithCancelCause(l.stream.Context())
	j.log = slog.New(&jobHandler{l.srv.p.Log.Handler(), j})
	j.builder = wire.NewBuilder(wire.Limits{}, j.large)
	return j
}

// large makes a value of a blob. Nothing else comes from the host.
func (j *job) large(p *pluginv1.Prop) (mapi.Large, error) {
	b := p.GetBlob()
	if b == nil {
		return nil, fmt.Errorf("%w: %T from the host", wire.ErrValue, p.GetValue())
	}
	return &blob{j: j, id: b.GetId(), size: max(-1, b.GetSize())}, nil
}

// add takes objects of the message, and starts the job after the last. What is
// wrong with them ends the job, not the lane.
func (j *job) add(objects []string, more bool) error {
	j.l.mu.Lock()
	running := j.running
	j.l.mu.Unlock()
	if running {
		return errors.New("objects for a job that has all")
	}
	err := j.builder.AddEncoded(objects)
	if err == nil && more {
		return nil
	}
	j.l.mu.Lock()
	j.running = true
	j.l.mu.Unlock()
	j.l.start(func() { j.run(err) })
	return nil
}

// halt stops the job from outside.
func (j *job) halt(reason error) {
	j.haltOnce.Do(func() {
		j.reason = reason
		close(j.halted)
		j.cancel(reason)
	})
}

// run converts, unless err is set, and ends the job.
func (j *job) run(err error) {
	defer j.cancel(nil)
	if err == nil {
		err = j.enter()
	}
	if err == nil {
		err = j.protected(j.convert)
		j.leave()
	}
	j.mu.Lock()
	j.over = true
	j.mu.Unlock()
	done := j.done(err)
	j.builder = nil
	j.l.forget(j) // before Done: the host may begin another one at once
	if err := j.send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Done{Done: done}}); err != nil {
		j.log.Debug("result not sent", "error", err)
	}
}

// enter waits until the plugin takes another job.
func (j *job) enter() error {
	if j.l.srv.slots == nil {
		return nil
	}
	select {
	case j.l.srv.slots <- struct{}{}:
		return nil
	case <-j.ctx.Done():
		return context.Cause(j.ctx)
	}
}

func (j *job) leave() {
	if j.l.srv.slots != nil {
		<-j.l.srv.slots
	}
}

// A panicError is a panic in the author's code.
type panicError struct {
	value any
	stack string
}

func (e *panicError) Error() string {
	lines := strings.SplitN(e.stack, "\n", stackLines+1)
	return fmt.Sprintf("panic: %v\n%s", e.value, strings.Join(lines[:min(len(lines), stackLines)], "\n"))
}

// protected calls f and turns a panic into an error.
func (j *job) protected(f func() error) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil {
			v = "the goroutine ended itself" // runtime.Goexit
		}
		e := &panicError{v, string(debug.Stack())}
		j.log.Error("panic", "value", fmt.Sprint(v), "stack", e.stack)
		err = e
	}()
	err = f()
	returned = true
	return err
}

// convert runs the author's code.
func (j *job) convert() error {
	ctx := j.ctx
	if ms := j.begin.GetDeadlineMs(); ms > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(ms)*time.Millisecond)
		defer cancel()
	}
	var err error
	f := j.l.srv.format(j.begin.GetFormat())
	switch d := j.begin.GetDirection(); {
	case j.l.srv.p.Transform != nil && d == pluginv1.Direction_DIRECTION_TRANSFORM:
		err = j.transform(ctx)
	case f != nil && f.Probe != nil && d == pluginv1.Direction_DIRECTION_PROBE:
		err = j.probe(ctx, f)
	case f != nil && f.Export != nil && d == pluginv1.Direction_DIRECTION_EXPORT:
		err = j.export(ctx, f)
	case f != nil && f.Import != nil && d == pluginv1.Direction_DIRECTION_IMPORT:
		err = j.imports(ctx, f)
	default:
		return &unsupportedError{fmt.Sprintf("%v of format %q", d, j.begin.GetFormat())}
	}
	if err != nil && ctx.Err() != nil && j.l.srv.p.Classify(err) == pluginv1.Result_RESULT_INTERNAL {
		return &endedError{context.Cause(ctx), err}
	}
	return err
}

// An unsupportedError is a job that the plugin never offered to do.
type unsupportedError struct{ what string }

func (e *unsupportedError) Error() string { return "sdk: no " + e.what }

// An endedError is the error of a job that was told to end.
type endedError struct{ cause, err error }

func (e *endedError) Error() string {
	if errors.Is(e.err, e.cause) { // it says so already
		return e.err.Error()
	}
	return fmt.Sprintf("%v (%v)", e.cause, e.err)
}

// Unwrap returns both errors.
func (e *endedError) Unwrap() []error { return []error{e.cause, e.err} }

// done makes the last frame. A job that the host has refused something cannot
// have ended well, whatever the author's code thinks.
func (j *job) done(err error) *pluginv1.Done {
	var refused *refusedError
	if err == nil && j.isHalted() && errors.As(j.reason, &refused) {
		err = j.reason
	}
	if err == nil {
		return wire.Grease(&pluginv1.Done{Result: pluginv1.Result_RESULT_OK, Match: j.match})
	}
	return &pluginv1.Done{Result: j.result(err), Error: wire.Text(err.Error(), maxErrorText)}
}

func (j *job) isHalted() bool {
	select {
	case <-j.halted:
		return true
	default:
		return false
	}
}

// result classifies the error of a job.
func (j *job) result(err error) pluginv1.Result {
	var unsupported *unsupportedError
	var crashed *panicError
	var ended *endedError
	var refused *refusedError
	stopped := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	switch r := j.l.srv.p.Classify(err); {
	case errors.As(err, &crashed):
		return pluginv1.Result_RESULT_INTERNAL
	// halted is closed before ctx ends, and what waits for an answer wakes by it. An
	// author may take the error of a read for a fault of the file.
	case stopped && (errors.As(err, &ended) || j.ctx.Err() != nil || j.isHalted()):
		return pluginv1.Result_RESULT_CANCELLED
	case errors.As(err, &unsupported):
		return pluginv1.Result_RESULT_UNSUPPORTED
	case r != pluginv1.Result_RESULT_INTERNAL:
		return r
	case errors.As(err, &refused) && damaged(refused):
		return pluginv1.Result_RESULT_BAD_INPUT
	}
	return pluginv1.Result_RESULT_INTERNAL
}

// damaged reports whether the host could not read its own storage: a fault of
// the message, not of the plugin.
func damaged(err error) bool {
	return errors.Is(err, mapi.ErrCorruptData) || errors.Is(err, mapi.ErrCorruptStore) || errors.Is(err, mapi.ErrDisk)
}

// described is the job as its author sees it.
func (j *job) described() Job {
	options := j.begin.GetOptions()
	if options == nil {
		options = map[string]string{}
	}
	return Job{Format: j.begin.GetFormat(), Options: options, Log: j.log, Reporter: j.report}
}

// report sends a problem while the job is open.
func (j *job) report(p problem.Problem) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.over {
		return
	}
	// A lane that takes nothing any more is noticed by the next read or write.
	_ = j.send(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Problem{Problem: wire.ProblemToProto(p)}})
}

// send sends a frame of the job.
func (j *job) send(f *pluginv1.PluginFrame) error {
	f.Job = j.id
	return j.l.send(f)
}
