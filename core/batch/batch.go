// Package batch converts many messages: it finds the inputs, opens sessions of
// bounded size, runs the jobs, retries what a crash took down and hands out the
// results.
//
// It sees converters through [Converter] and knows neither processes nor wires.
package batch

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Converter runs jobs, any number at once.
//
// An error that has a method Suspect() bool returning true says that the fault
// may lie with a neighbour, as when a process died under several jobs; such a
// job is tried once more by ConvertAlone. An error with a method Fatal() bool
// returning true ends the run.
type Converter interface {
	Convert(ctx context.Context, job *session.Job) error
	ConvertAlone(ctx context.Context, job *session.Job) error
}

// Options say what a run does.
type Options struct {
	// To is the format of the outputs: "eml" or "msg".
	To string
	// OutDir is the folder for the outputs.
	OutDir string
	// Overwrite allows outputs to replace files.
	Overwrite bool
	// Jobs is how many messages are in hand at once; 0 means two for each CPU.
	Jobs int
	// SessionMessages is how many messages a session takes before it is closed
	// and the next one opened; 0 means 256.
	SessionMessages int
	// SessionMemory is the memory budget of a session in bytes; 0 means 256 MiB.
	SessionMemory int64
	// Timeout bounds one job; 0 leaves it to the Converter.
	Timeout time.Duration
	// Settings are passed to the plugin.
	Settings map[string]string
	// MessagesAsFiles says that messages attached to messages are .msg files
	// outside of .msg files, both ways; see package prepare.
	MessagesAsFiles bool
	// Prepare, if not nil, changes each message for the converter; see
	// session.Job.
	Prepare func(*mapi.Message) error
	// Started, if not nil, is told that an input was found. Done is told each
	// result. Neither is called concurrently.
	Started func(input string)
	Done    func(report.Result)
}

func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = 2 * runtime.GOMAXPROCS(0)
	}
	if o.SessionMessages <= 0 {
		o.SessionMessages = 256
	}
	if o.SessionMemory <= 0 {
		o.SessionMemory = 256 << 20
	}
	return o
}

// ErrAborted is wrapped by the error of a run that ended early.
var ErrAborted = errors.New("run aborted")

// Run converts every message under paths. It returns what the counts are also
// when it returns an error; the error wraps ErrAborted and says what ended the
// run. A message that fails is a result, not an error.
func Run(ctx context.Context, conv Converter, paths []string, opt Options) (report.Summary, error) {
	opt = opt.withDefaults()
	start := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	r := &runner{opt: opt, conv: conv, abort: cancel, items: make(chan item)}
	var workers sync.WaitGroup
	for range opt.Jobs {
		workers.Go(func() { r.work(ctx) })
	}
	err := walk(ctx, paths, opt, r.found)
	close(r.items)
	workers.Wait()

	r.summary.Duration = time.Since(start)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return r.summary, &abortError{err}
	}
	return r.summary, nil
}

// abortError is ErrAborted with its cause.
type abortError struct{ cause error }

func (e *abortError) Error() string   { return ErrAborted.Error() + ": " + e.cause.Error() }
func (e *abortError) Unwrap() []error { return []error{ErrAborted, e.cause} }

// runner is the state of one Run.
type runner struct {
	opt   Options
	conv  Converter
	abort context.CancelCauseFunc
	items chan item

	mu      sync.Mutex     // serialises Started and Done
	summary report.Summary // guarded by mu
}

// found takes an input from the walk: one to convert, or one that is a result
// already.
func (r *runner) found(ctx context.Context, it item) error {
	if it.state != "" {
		r.finish(report.Result{Input: it.name(), State: it.state, Reason: it.reason})
		return nil
	}
	if r.opt.Started != nil {
		r.mu.Lock()
		r.opt.Started(it.name())
		r.mu.Unlock()
	}
	select {
	case r.items <- it:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *runner) finish(res report.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Add(res)
	if r.opt.Done != nil {
		r.opt.Done(res)
	}
}

// work converts items until there are no more, in sessions of bounded size.
func (r *runner) work(ctx context.Context) {
	for {
		s, err := session.Open(session.NewAllocator(r.opt.SessionMemory), session.Unicode)
		if err != nil {
			r.abort(err)
			return
		}
		more := r.workSession(ctx, s)
		s.Close()
		if !more {
			return
		}
	}
}

// workSession fills one session and reports whether there may be more to do.
func (r *runner) workSession(ctx context.Context, s *session.Session) bool {
	for range r.opt.SessionMessages {
		it, ok := <-r.items
		if !ok {
			return false
		}
		if ctx.Err() != nil {
			continue // drain: the walk is told by the context
		}
		res, fatal := r.convert(ctx, s, it)
		if fatal != nil {
			r.abort(fatal)
		}
		if ctx.Err() == nil || res.State == report.Converted {
			r.finish(res)
		}
	}
	return true
}
