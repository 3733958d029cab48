package batch

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
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
	src, err := openItem(r.ctx, r.opt.In, r.opt.Packed, &f.item)
	if err != nil {
		return err
	}
	f.result.Bytes, f.result.ModTime = src.Size(), src.ModTime()
	digest, err := beginDigest(&f.item, src)
	if err != nil {
		src.Close()
		return err
	}
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
	c := conversion{s: s, src: src, out: out, opt: r.opt, report: f.result.Problems.Add, do: do}
	err = c.run(r.ctx, f.item.Direction, f.item.Format)
	d, derr := digest()
	f.result.SHA256 = d.SHA256
	if derr != nil {
		err = derr
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

// LossFails is the value of Identity.OnLoss for a run in which a message that
// cannot be carried over whole is a failure.
const LossFails = "fail"

// pluginOf returns the plugin that converts an item, "" when the host does it by
// itself.
func (o Options) pluginOf(it *Item) string {
	if it.Direction == 0 && it.Format == "msg" {
		return ""
	}
	return o.Plugin
}

// display returns an output as the user would write it.
func (o Options) display(name string) string {
	return filepath.Join(o.OutDir, filepath.FromSlash(name))
}
