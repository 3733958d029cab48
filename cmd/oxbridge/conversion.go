package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// A conversion is a run of convert.
type conversion struct {
	opts  convertOptions
	roots []batch.Root
	pool  *pluginhost.Pool
	watch *watcher
	opt   batch.Options

	ledger *ledger.Ledger // nil with --no-ledger
	work   string         // folder of the plan
}

// run does the run. ctx ends at the second interrupt; the options know of the first.
func (c *conversion) run(ctx context.Context, stdout, stderr io.Writer) error {
	makeHeadroom()
	out := newConsole(c.opts.work, stdout, stderr)
	defer out.quit()
	out.watch = c.watch
	if err := c.open(ctx, out); err != nil {
		c.close()
		if errors.Is(err, syscall.ENOSPC) {
			return c.status(report.Summary{}, err, out)
		}
		return &exitError{code: exitAborted, err: err}
	}
	defer c.close()
	c.opt.Packed = new(batch.Unpacker)
	defer c.opt.Packed.Close()
	summary, err := c.do(ctx, out)
	c.end(err)
	out.end(summary)
	switch {
	case summary.Failed > 0 || summary.WithLoss > 0:
		out.hint(c.next(summary))
	case err == nil && summary.Converted == 0 && summary.Done > 0:
		out.hint("everything was done before; oxbridge report " + quoteArg(c.opt.OutDir) + " tells what was lost then, --again converts it again")
	}
	return c.status(summary, err, out)
}

// open opens the ledger and makes the folder of the plan.
func (c *conversion) open(ctx context.Context, out *console) (err error) {
	if c.opts.noLedger {
		c.work, err = os.MkdirTemp("", "oxbridge-plan-")
		return err
	}
	folder := newRunFolder(c.opt.OutDir, c.opt.Identity(c.roots))
	l, aside, err := folder.openLedger(ctx)
	if err != nil {
		return err
	}
	if aside != "" {
		out.note("the ledger was damaged; it is kept as %s, and what is done is found by comparing outputs", aside)
	}
	c.ledger = l
	if c.work, err = folder.workDir(); err != nil {
		return err
	}
	if err := l.Begin(ctx, c.opt.Program, c.opts.args); err != nil {
		return err
	}
	if empty, err := l.Empty(ctx); err != nil || empty {
		return err
	}
	c.opt.Memory = l
	return nil
}

// do plans and converts.
func (c *conversion) do(ctx context.Context, out *console) (report.Summary, error) {
	if c.ledger != nil {
		c.opt.Durable, c.opt.Record = true, c.ledger.Record
	}
	c.opt.Found, c.opt.Started, c.opt.Done = out.found, out.started, out.done
	c.opt.Planned = func(h batch.Header) error {
		out.planned(h)
		return c.planned(ctx, h)
	}
	return batch.RunRoots(ctx, c.pool, filepath.Join(c.work, "plan"), c.roots, c.opt)
}

// planned records how much there is to do.
func (c *conversion) planned(ctx context.Context, h batch.Header) error {
	if c.ledger == nil {
		return nil
	}
	if err := c.ledger.Planned(ctx, h.Items, h.Bytes, h.Done); err != nil {
		return err
	}
	return c.ledger.Forget(ctx, h.Readable)
}

// end records how the run ended. When the disk is full it cannot; what ended the
// run is said anyway.
func (c *conversion) end(err error) {
	if c.ledger == nil {
		return
	}
	state, reason := ledger.Finished, ""
	switch {
	case errors.Is(err, batch.ErrDrained) || errors.Is(err, context.Canceled):
		state, reason = ledger.Interrupted, "interrupted"
	case err != nil:
		state, reason = ledger.Aborted, err.Error()
	}
	if lerr := c.ledger.End(context.Background(), state, reason); lerr != nil {
		c.watch.log.Error("the end of the run was not recorded", "error", lerr)
	}
}

func (c *conversion) close() {
	if c.ledger != nil {
		_ = c.ledger.Close() // everything in it is committed
	}
	if c.work != "" {
		_ = os.RemoveAll(c.work) // what stays is removed by the next run
	}
}

// status returns the error that carries the exit status of the run.
func (c *conversion) status(summary report.Summary, err error, out *console) error {
	goOn := "the same command goes on from here; nothing is lost"
	if c.ledger == nil {
		goOn = "outputs written so far are whole; the same command leaves them as they are"
	}
	switch {
	case errors.Is(err, batch.ErrDrained), errors.Is(err, context.Canceled):
		return &exitError{code: exitAborted, err: errors.New("interrupted"), hint: goOn}
	case errors.Is(err, syscall.ENOSPC):
		return &exitError{code: exitAborted, err: err, hint: "make room; " + goOn}
	case err != nil:
		return &exitError{code: exitAborted, err: err, hint: goOn}
	case out.failure() != nil:
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", out.failure())}
	case summary.Failed > 0:
		return &exitError{code: exitPartial}
	}
	return nil
}

// next says what to do about failures and losses.
func (c *conversion) next(s report.Summary) string {
	if c.ledger == nil {
		return "--problems lists what was lost"
	}
	text := fmt.Sprintf("oxbridge report %s", quoteArg(c.opt.OutDir))
	if s.Failed > 0 {
		return text + " lists what failed and why; the same command tries it again"
	}
	return text + " lists what was lost, and how often"
}
