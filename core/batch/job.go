package batch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/prepare"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// convert does one item: as many attempts as it takes, and the result. The
// error is not nil when the whole run has to end.
func (r *Runner) convert(s *session.Session, t task) (finished, error) {
	start := time.Now()
	f := finished{task: t, result: report.Result{Input: t.item.Name(), Attempts: 1, Bytes: t.item.Size}}
	err := r.attempt(s, &f, r.conv.Convert)
	if err != nil && is(err, suspect.Suspect) && r.ctx.Err() == nil {
		f.result.Attempts++
		err = r.attempt(s, &f, r.conv.ConvertAlone)
	}
	f.result.Duration = time.Since(start)
	if err == nil {
		f.result.State = report.Converted
		return f, nil
	}
	f.result.State, f.result.Reason = report.Failed, err.Error()
	if isFatal(err) {
		return f, err
	}
	return f, nil
}

type suspect interface{ Suspect() bool }

type fatal interface{ Fatal() bool }

// is reports whether err has the quality.
func is[T any](err error, quality func(T) bool) bool {
	var t T
	return errors.As(err, &t) && quality(t)
}

// diskFull reports whether nothing can be written any more.
func diskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EDQUOT)
}

// errLoss is the failure of a message in a run where losses are failures.
var errLoss = errors.New("something would be lost, and losses are failures in this run")

// attempt converts an item once, by do. Problems of earlier attempts are
// forgotten.
func (r *Runner) attempt(s *session.Session, f *finished, do func(context.Context, *session.Job) error) error {
	f.result.Problems = nil
	src, err := openItem(r.ctx, r.opt.In, &f.item)
	if err != nil {
		return err
	}
	f.result.Bytes, f.result.ModTime = src.Size(), src.ModTime()
	d, err := digestItem(&f.item, src)
	if err != nil {
		src.Close()
		return err
	}
	f.result.SHA256 = d.SHA256
	out, err := r.opt.Out.Create(r.ctx, f.item.Out)
	if err == nil {
		if err = r.enter(f.item.Out, out); err != nil {
			out.Close()
		}
	}
	if err != nil {
		src.Close()
		return err
	}
	job := &session.Job{
		Direction: f.item.Direction, Format: f.item.Format, Timeout: r.opt.Timeout, Options: r.opt.Settings,
		Report: problem.Reporter(f.result.Problems.Add),
	}
	job.Prepare = func(m *mapi.Message) error { return r.opt.prepare(r.ctx, job, m) }
	if f.item.Direction == session.Export {
		err = export(r.ctx, s, src, out, job, do)
	} else {
		err = imports(r.ctx, s, src, out, job, do)
	}
	if err == nil && r.opt.OnLoss == LossFails && f.result.Problems.Worst() >= problem.Loss {
		err = errLoss
	}
	if err == nil {
		f.digest, err = out.Finish()
	}
	if err != nil {
		out.Close()
		return err
	}
	f.target = out
	return nil
}

// prepare changes the tree of a job's message: an attached message is complete
// before it becomes a file, and one that comes of a file is seen by
// Options.Prepare and the transforms.
func (o Options) prepare(ctx context.Context, job *session.Job, m *mapi.Message) error {
	opt := prepare.Options{MessagesAsFiles: o.MessagesAsFiles, Spool: job.Message.NewSpool, Report: job.Report}
	own := o.own(ctx, job.Message, job.Report)
	if job.Direction == session.Export {
		if err := own(m); err != nil {
			return err
		}
		return prepare.Export(m, opt)
	}
	if err := prepare.Import(m, opt); err != nil {
		return err
	}
	return own(m)
}

// LossFails is the value of Identity.OnLoss for a run in which a message that
// cannot be carried over whole is a failure.
const LossFails = "fail"

// An export of n bytes may write outputFree + outputFactor*n bytes: base64 takes
// a third more than what it encodes, and compressed RTF expands eight times, into
// more than one body.
const (
	outputFree   = 32 << 20
	outputFactor = 32
)

// export opens the message and writes the file. It closes src.
func export(ctx context.Context, s *session.Session, src *store.Source, out *store.Target, job *session.Job, do func(context.Context, *session.Job) error) error {
	m, err := s.OpenMessage(src, session.Unicode, job.Report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	job.Message, job.Output = m, out
	job.MaxOutput = outputFree + outputFactor*src.Size()
	return do(ctx, job)
}

// imports makes a message from the file and saves it. It closes src.
func imports(ctx context.Context, s *session.Session, src *store.Source, out *store.Target, job *session.Job, do func(context.Context, *session.Job) error) error {
	defer src.Close()
	m, err := s.OpenMessage(heldTarget{out}, session.Unicode|session.NoStorageCommit, job.Report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	job.Message, job.Input = m, transfer.NewInput(src, src.Size())
	if err := do(ctx, job); err != nil {
		return err
	}
	if err := m.SaveChanges(); err != nil {
		return fmt.Errorf("save %s: %w", out.Path(), err)
	}
	return nil
}

// Once converts one message outside a run: the contents of src, into out, which
// the caller finishes or closes. It closes src. Of the options, those count that
// outputs depend on.
func Once(ctx context.Context, conv Converter, s *session.Session, o Options, src *store.Source, out *store.Target, report problem.Reporter) error {
	dir, format := Needs(o.To, o.FromFormat)
	job := &session.Job{Direction: dir, Format: format, Options: o.Settings, Report: report}
	job.Prepare = func(m *mapi.Message) error { return o.prepare(ctx, job, m) }
	if dir == session.Export {
		return export(ctx, s, src, out, job, conv.Convert)
	}
	return imports(ctx, s, src, out, job, conv.Convert)
}

// Import reads a file in the format of the run that is not .msg into m, without
// saving it. The source stays open: m reads from it. Nothing is transformed.
func Import(ctx context.Context, conv Converter, o Options, m *session.Message, src *store.Source) error {
	_, format := Needs(o.To, o.FromFormat)
	o.Transforms = nil // the file is what they have made already, or their input
	job := &session.Job{Direction: session.Import, Format: format, Options: o.Settings, Message: m, Input: transfer.NewInput(src, src.Size())}
	job.Prepare = func(m *mapi.Message) error { return o.prepare(ctx, job, m) }
	return conv.Convert(ctx, job)
}

// heldTarget is the storage of a message that outlives the message.
type heldTarget struct{ *store.Target }

// Close does nothing: the output is closed by whoever publishes it.
func (heldTarget) Close() error { return nil }

// display returns an output as the user would write it.
func (o Options) display(name string) string {
	return filepath.Join(o.OutDir, filepath.FromSlash(name))
}
