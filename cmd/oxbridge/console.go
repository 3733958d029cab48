package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// A console shows a run. Standard output is data: with --json, a line for each
// event. Standard error is for people: a line for each message that failed, the
// summary at the end, and how far the run is and each plugin in it: on a
// terminal always, elsewhere as lines every half minute.
//
// Its methods are not called concurrently, but for tick, found and planned.
type console struct {
	stderr   io.Writer
	problems bool
	watch    *watcher
	live     *liveView // nil unless stderr is a terminal

	out  sync.Mutex         // serialises events and lines
	json *report.JSONWriter // nil without --json; guarded by out
	err  error              // the first failure to write data; guarded by out

	mu    sync.Mutex // guards state: it is shown from other goroutines
	state progressState

	stop  chan struct{} // ends the goroutine that says how far the run is
	ticks sync.WaitGroup
	once  sync.Once // of quit
}

// How often a run says how far it is: to people in a pipe and in a log, and as
// an event.
const (
	lineEvery  = 30 * time.Second
	eventEvery = 5 * time.Second
)

// newConsole shows a run from here on. The caller calls quit.
func newConsole(opts workOptions, stdout, stderr io.Writer) *console {
	c := &console{stderr: stderr, problems: opts.problems, watch: &watcher{log: slog.New(slog.DiscardHandler)}, stop: make(chan struct{})}
	c.state.begin(time.Now())
	if opts.json {
		c.json = report.NewJSONWriter(stdout)
	}
	if opts.logs.format == "" {
		if c.live = newLiveView(stderr, c); c.live != nil {
			c.stderr = c.live // lines go above the view
		}
	}
	c.ticks.Go(c.run)
	return c
}

// run says how far the run is, until it ends.
func (c *console) run() {
	lines, events := time.NewTicker(lineEvery), time.NewTicker(eventEvery)
	defer lines.Stop()
	defer events.Stop()
	for {
		select {
		case now := <-lines.C:
			c.tick(now)
		case now := <-events.C:
			c.event(now)
		case <-c.stop:
			return
		}
	}
}

// progress returns how far the run is.
func (c *console) progress(now time.Time) report.Progress {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.progress(now)
}

// tick tells people how far the run is, unless they see it.
func (c *console) tick(now time.Time) {
	c.mu.Lock()
	text, p := c.state.line(now), c.state.progress(now)
	c.mu.Unlock()
	c.watch.onProgress(p)
	if c.live != nil {
		return
	}
	c.line("%s", text)
	for _, plugin := range p.Plugins {
		c.line("  %s", pluginDoing(plugin))
	}
}

// event writes how far the run is as an event.
func (c *console) event(now time.Time) {
	p := c.progress(now)
	c.emit(func(w *report.JSONWriter) error { return w.Progress(p) })
}

// emit writes an event, with --json.
func (c *console) emit(event func(*report.JSONWriter) error) {
	c.out.Lock()
	defer c.out.Unlock()
	if c.json == nil {
		return
	}
	if err := event(c.json); err != nil && c.err == nil {
		c.err = err
	}
}

// line prints a line for people, unless everything goes to a log for machines.
func (c *console) line(format string, args ...any) {
	if c.watch.json {
		return
	}
	c.out.Lock()
	defer c.out.Unlock()
	fmt.Fprintf(c.stderr, "oxbridge: "+format+"\n", args...)
}

// note says something about the run as a whole.
func (c *console) note(format string, args ...any) { c.line(format, args...) }

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
	c.live.planned(h.Items)
	c.emit(func(w *report.JSONWriter) error { return w.Plan(h.Items, h.Bytes, h.Done) })
}

func (c *console) started(input, plugin string) {
	c.mu.Lock()
	isNew := c.state.start(input, plugin, time.Now())
	c.mu.Unlock()
	if isNew {
		c.live.plugin(plugin)
	}
	c.watch.onStart()
}

func (c *console) done(r report.Result) {
	c.mu.Lock()
	c.state.finish(r)
	c.mu.Unlock()
	c.watch.onResult(r)
	c.live.done()
	c.emit(func(w *report.JSONWriter) error { return w.Result(r) })
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
}

// end shows how the run ended, and what each plugin did when there were several.
func (c *console) end(s report.Summary) {
	c.quit()
	p := c.progress(time.Now())
	c.emit(func(w *report.JSONWriter) error { return w.Progress(p) })
	c.emit(func(w *report.JSONWriter) error { return w.Summary(s) })
	c.watch.onEnd(s)
	if len(p.Plugins) > 1 {
		for _, plugin := range p.Plugins {
			c.line("%s", pluginDoing(plugin))
		}
	}
	c.line("%s", s)
}

// quit ends the view of the run under way. Calling it again does nothing.
func (c *console) quit() {
	c.once.Do(func() {
		close(c.stop)
		c.ticks.Wait()
		if c.live != nil {
			c.live.end()
			c.stderr = os.Stderr
		}
	})
}

// failure returns the first failure to write data.
func (c *console) failure() error {
	c.out.Lock()
	defer c.out.Unlock()
	return c.err
}

// hint says what to do next.
func (c *console) hint(text string) {
	if !c.watch.json {
		fmt.Fprintln(c.stderr, "hint:", text)
	}
}
