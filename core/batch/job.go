package batch

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/prepare"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// convert does one item: as many attempts as it takes, and the result. The
// error is not nil when the whole run has to end.
func (r *runner) convert(ctx context.Context, s *session.Session, it item) (report.Result, error) {
	start := time.Now()
	res := report.Result{Input: it.name(), Attempts: 1, Bytes: it.size}
	err := r.attempt(ctx, s, it, &res, r.conv.Convert)
	if err != nil && is(err, suspect.Suspect) && ctx.Err() == nil {
		res.Attempts++
		err = r.attempt(ctx, s, it, &res, r.conv.ConvertAlone)
	}
	res.Duration = time.Since(start)
	switch {
	case err == nil:
		res.State, res.Output = report.Converted, it.out
	case errors.Is(err, store.ErrExists):
		res.State, res.Reason = report.Failed, err.Error()+"; use --overwrite to replace it"
	default:
		res.State, res.Reason = report.Failed, err.Error()
	}
	if err != nil && (is(err, fatal.Fatal) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS)) {
		return res, err
	}
	return res, nil
}

type suspect interface{ Suspect() bool }

type fatal interface{ Fatal() bool }

// is reports whether err has the quality.
func is[T any](err error, quality func(T) bool) bool {
	var t T
	return errors.As(err, &t) && quality(t)
}

// attempt converts an item once, by do. Problems of earlier attempts are
// forgotten.
func (r *runner) attempt(ctx context.Context, s *session.Session, it item, res *report.Result, do func(context.Context, *session.Job) error) error {
	res.Problems = nil
	job := &session.Job{Timeout: r.opt.Timeout, Options: r.opt.Settings, Report: problem.Reporter(res.Problems.Add)}
	job.Prepare = func(m *mapi.Message) error { return r.prepare(job, m) }
	if it.direction == session.Export {
		return export(ctx, s, it, job, r.opt.Overwrite, do)
	}
	return imports(ctx, s, it, job, r.opt.Overwrite, do)
}

// prepare changes the tree of a job's message: an attached message is complete
// before it becomes a file, and one that comes of a file is seen by
// Options.Prepare.
func (r *runner) prepare(job *session.Job, m *mapi.Message) error {
	opt := prepare.Options{MessagesAsFiles: r.opt.MessagesAsFiles, Spool: job.Message.NewSpool, Report: job.Report}
	own := func(m *mapi.Message) error {
		if r.opt.Prepare == nil {
			return nil
		}
		return r.opt.Prepare(m)
	}
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

// An export of n bytes may write outputFree + outputFactor*n bytes: base64 takes
// a third more than what it encodes, and compressed RTF expands eight times.
const (
	outputFree   = 256 << 20
	outputFactor = 16
)

// export opens the message and writes the file.
func export(ctx context.Context, s *session.Session, it item, job *session.Job, overwrite bool, do func(context.Context, *session.Job) error) error {
	src, err := store.OpenSource(it.path)
	if err != nil {
		return err
	}
	m, err := s.OpenMessage(src, session.Unicode, job.Report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	out, err := store.Create(it.out, overwrite)
	if err != nil {
		return err
	}
	defer out.Close()
	job.Direction, job.Format, job.Message, job.Output = session.Export, it.format, m, out
	job.MaxOutput = outputFree + outputFactor*it.size
	if err := do(ctx, job); err != nil {
		return err
	}
	return out.Commit()
}

// imports makes a message from the file and saves it.
func imports(ctx context.Context, s *session.Session, it item, job *session.Job, overwrite bool, do func(context.Context, *session.Job) error) error {
	src, err := store.OpenSource(it.path)
	if err != nil {
		return err
	}
	defer src.Close()
	out, err := store.Create(it.out, overwrite)
	if err != nil {
		return err
	}
	m, err := s.OpenMessage(out, session.Unicode|session.NoStorageCommit, job.Report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	job.Direction, job.Format, job.Message, job.Input = session.Import, it.format, m, it.input(ctx, src)
	if err := do(ctx, job); err != nil {
		return err
	}
	if err := m.SaveChanges(); err != nil {
		return fmt.Errorf("save %s: %w", it.out, err)
	}
	return out.Commit()
}
