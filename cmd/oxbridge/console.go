package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/oxbridge-mail/oxbridge/core/report"
)

// A console shows a run. Standard output is data: with --json, a line for each
// message. Standard error is for people: a line for each message that failed,
// the summary at the end, and, on a terminal only, progress.
type console struct {
	json     *report.JSONWriter // nil without --json
	stderr   io.Writer
	problems bool
	progress *mpb.Progress // nil unless stderr is a terminal
	bar      *mpb.Bar
	total    int64
	err      error // the first failure to write data
}

func newConsole(opts convertOptions, stdout, stderr io.Writer) *console {
	c := &console{stderr: stderr, problems: opts.problems}
	if opts.json {
		c.json = report.NewJSONWriter(stdout)
	}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.progress = mpb.New(mpb.WithOutput(stderr), mpb.WithWidth(40))
		c.bar = c.progress.AddBar(0,
			mpb.PrependDecorators(decor.CountersNoUnit("%d of %d messages")),
			mpb.AppendDecorators(decor.AverageSpeed(0, "%.0f/s")),
			mpb.BarRemoveOnComplete())
		c.stderr = c.progress // lines go above the bar
	}
	return c
}

func (c *console) started(string) {
	if c.bar != nil {
		c.total++
		c.bar.SetTotal(c.total, false)
	}
}

func (c *console) done(r report.Result) {
	if c.bar != nil && r.Attempts > 0 {
		c.bar.Increment()
	}
	if c.json != nil {
		if err := c.json.Result(r); err != nil && c.err == nil {
			c.err = err
		}
	}
	switch {
	case r.State == report.Failed:
		fmt.Fprintf(c.stderr, "oxbridge: %s: %s\n", r.Input, r.Reason)
	case r.State == report.Skipped && c.json == nil:
		fmt.Fprintf(c.stderr, "oxbridge: %s: skipped: %s\n", r.Input, r.Reason)
	}
	if c.problems {
		for _, p := range r.Problems {
			fmt.Fprintf(c.stderr, "oxbridge: %s: %s\n", r.Input, p)
		}
	}
}

func (c *console) end(s report.Summary) {
	if c.json != nil {
		if err := c.json.Summary(s); err != nil && c.err == nil {
			c.err = err
		}
	}
	if c.bar != nil {
		c.bar.SetTotal(c.total, true)
		c.bar.Abort(true)
		c.progress.Wait()
		c.stderr = os.Stderr
	}
	fmt.Fprintln(c.stderr, "oxbridge:", s)
}
