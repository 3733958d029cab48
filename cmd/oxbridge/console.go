package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// A console shows a run. Standard output is data: with --json, a line for each
// event. Standard error is for people: a line for each message that failed, the
// summary at the end, and how far the run is: on a terminal always, elsewhere as
// a line every half minute.
type console struct {
	json     *report.JSONWriter // nil without --json
	stderr   io.Writer
	problems bool
	watch    *watcher
	progress *mpb.Progress // nil unless stderr is a terminal
	bar      *mpb.Bar
	err      error // the first failure to write data

	mu    sync.Mutex // guards state: the bar is drawn from another goroutine
	state progressState
}

// lineEvery is how often a run says how far it is when nobody watches a bar.
const lineEvery = 30 * time.Second

func newConsole(opts workOptions, stdout, stderr io.Writer) *console {
	c := &console{stderr: stderr, problems: opts.problems, watch: &watcher{log: slog.New(slog.DiscardHandler)}}
	c.state.begin(time.Now())
	if opts.json {
		c.json = report.NewJSONWriter(stdout)
	}
	if f, ok := stderr.(*os.File); ok && opts.logs.format == "" && term.IsTerminal(int(f.Fd())) {
		c.progress = mpb.New(mpb.WithOutput(stderr), mpb.WithWidth(24))
		c.bar = c.progress.AddBar(0,
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.state.line(time.Now())
			})),
			mpb.BarRemoveOnComplete())
		c.stderr = c.progress // lines go above the bar
	}
	return c
}

// line prints a line for people, unless everything goes to a log for machines.
func (c *console) line(format string, args ...any) {
	if !c.watch.json {
		fmt.Fprintf(c.stderr, "oxbridge: "+format+"\n", args...)
	}
}

// note says something about the run as a whole.
func (c *console) note(format string, args ...any) { c.line(format, args...) }

func (c *console) write(err error) {
	if err != nil && c.err == nil {
		c.err = err
	}
}

// found counts inputs while the run is planned.
func (c *console) found(batch.Item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.found++
}

func (c *console) planned(h batch.Header) {
	c.mu.Lock()
	c.state.plan(h, time.Now())
	c.mu.Unlock()
	c.watch.onPlan(h)
	if c.bar != nil {
		c.bar.SetTotal(int64(h.Items), false)
	}
	if c.json != nil {
		c.write(c.json.Plan(h.Items, h.Bytes, h.Done))
	}
}

func (c *console) started(input string, _ int64) {
	c.mu.Lock()
	c.state.start(input, time.Now())
	c.mu.Unlock()
	c.watch.onStart()
}

func (c *console) done(r report.Result) {
	now := time.Now()
	c.mu.Lock()
	c.state.finish(r)
	status := ""
	if c.bar == nil && now.Sub(c.state.said) >= lineEvery {
		c.state.said = now
		status = c.state.line(now)
	}
	c.mu.Unlock()
	c.watch.onResult(r)
	if c.bar != nil {
		c.bar.Increment()
	}
	if c.json != nil {
		c.write(c.json.Result(r))
	}
	switch {
	case r.State == report.Failed:
		c.line("%s: %s", printable(r.Input), printable(r.Reason))
	case r.State == report.Skipped && c.json == nil:
		c.line("%s: skipped: %s", printable(r.Input), r.Reason)
	}
	if c.problems {
		for _, p := range r.Problems {
			c.line("%s: %s", printable(r.Input), printable(p.String()))
		}
	}
	if status != "" {
		c.line("%s", status)
	}
}

func (c *console) end(s report.Summary) {
	if c.json != nil {
		c.write(c.json.Summary(s))
	}
	if c.bar != nil {
		c.bar.Abort(true)
		c.progress.Wait()
		c.stderr = os.Stderr
	}
	c.watch.onEnd(s)
	c.line("%s", s)
}

// hint says what to do next.
func (c *console) hint(text string) {
	if !c.watch.json {
		fmt.Fprintln(c.stderr, "hint:", text)
	}
}
