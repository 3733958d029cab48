package batch

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
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
	job := &session.Job{Timeout: r.opt.Timeout, Options: r.opt.Settings, Prepare: r.opt.Prepare, Report: problem.Reporter(res.Problems.Add)}
	if it.direction == session.Export {
		return export(ctx, s, it, job, r.opt.Overwrite, do)
	}
	return imports(ctx, s, it, job, r.opt.Overwrite, do)
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
