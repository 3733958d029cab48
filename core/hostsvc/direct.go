package hostsvc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A Direct runs jobs on a plugin in this process, without a wire: no faults are
// kept away from the host but panics. A plugin meets the same objects, limits
// and errors as in a process of its own. It is what the wire is measured
// against.
type Direct struct{ p sdk.Plugin }

// InProcess returns a Direct for p.
func InProcess(p sdk.Plugin) *Direct { return &Direct{p} }

// Convert runs a job.
func (d *Direct) Convert(ctx context.Context, spec *session.Job) error {
	if spec.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, spec.Timeout, &TimeoutError{After: spec.Timeout})
		defer cancel()
	}
	options, err := sdk.Settle(d.p.Options, spec.Options)
	if err != nil {
		return &JobError{Err: sdk.ErrUnsupported, Text: err.Error(), Cause: err}
	}
	job := &sdk.Job{
		Format:   spec.Format,
		Options:  options,
		Log:      slog.New(slog.DiscardHandler),
		Reporter: serialised(spec.Report),
	}
	if spec.Message == nil {
		return mapi.ErrInvalidParameter
	}
	lease, err := spec.Message.Session().NewLease()
	if err != nil {
		return fmt.Errorf("start job: %w", err)
	}
	defer lease.Revoke()
	if spec.Direction == session.Transform && d.p.Transformer != nil && spec.Take != nil {
		return scope{lease}.transform(ctx, d.p.Transformer, job, spec)
	}
	for _, f := range d.p.Formats {
		switch {
		case f.Name != spec.Format:
		case spec.Direction == session.Export && f.Exporter != nil:
			return scope{lease}.export(ctx, f.Exporter, job, spec)
		case spec.Direction == session.Import && f.Importer != nil:
			return scope{lease}.imports(ctx, f.Importer, job, spec)
		case spec.Direction == session.Probe && f.Probe != nil:
			err := protected(func() (err error) {
				spec.Matched, err = f.Probe(ctx, scopedInput{spec.Input, scope{lease}})
				return err
			})
			return scope{lease}.outcome(ctx, err, nil)
		}
	}
	return &JobError{Err: sdk.ErrUnsupported, Text: fmt.Sprintf("format %q", spec.Format)}
}

// ConvertAlone is Convert.
func (d *Direct) ConvertAlone(ctx context.Context, spec *session.Job) error {
	return d.Convert(ctx, spec)
}

func (s scope) export(ctx context.Context, e sdk.Exporter, job *sdk.Job, spec *session.Job) error {
	m, err := spec.Snapshot()
	if err != nil {
		return err
	}
	out := &sink{w: spec.Output, limit: spec.MaxOutput}
	err = protected(func() error {
		tree := s.message(m)
		return e.Export(ctx, job, tree, scopedOutput{transfer.NewOutput(out), s, tree, job.Reporter})
	})
	return s.outcome(ctx, err, out.err)
}

func (s scope) imports(ctx context.Context, i sdk.Importer, job *sdk.Job, spec *session.Job) error {
	var m *mapi.Message
	err := protected(func() (err error) {
		m, err = i.Import(ctx, job, scopedInput{spec.Input, s})
		return err
	})
	if err == nil && m == nil {
		err = errors.New("no message and no error")
	}
	if err := s.outcome(ctx, err, nil); err != nil {
		return err
	}
	return spec.Deliver(m)
}

func (s scope) transform(ctx context.Context, t sdk.Transformer, job *sdk.Job, spec *session.Job) error {
	m, err := spec.Snapshot()
	if err != nil {
		return err
	}
	tree := s.message(m)
	ownValues(tree)
	err = protected(func() error { return t.Transform(ctx, job, tree) })
	if err := s.outcome(ctx, err, nil); err != nil {
		return err
	}
	unscoped(tree)
	return spec.Deliver(tree)
}

// protected calls f and turns a panic into an error.
func protected(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return f()
}

// outcome classifies the error of a job; own is what the host's file said.
func (s scope) outcome(ctx context.Context, err, own error) error {
	closed := s.lease.Err()
	switch {
	case own != nil:
		return own
	case closed != nil:
		return fmt.Errorf("session is closed: %w", closed)
	case err == nil:
		return nil
	case errors.Is(err, sdk.ErrBadInput):
		return &JobError{Err: sdk.ErrBadInput, Text: err.Error(), Cause: err}
	case errors.Is(err, sdk.ErrUnsupported):
		return &JobError{Err: sdk.ErrUnsupported, Text: err.Error(), Cause: err}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &JobError{Err: ErrPlugin, Text: err.Error(), Cause: err}
}

// serialised calls r from one goroutine at a time.
func serialised(r problem.Reporter) problem.Reporter {
	var mu sync.Mutex
	return func(p problem.Problem) {
		mu.Lock()
		defer mu.Unlock()
		r.Report(p)
	}
}

var _ io.Writer = (*sink)(nil)
