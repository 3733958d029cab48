package main

import (
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// A liveView is what a terminal shows of a run under way: a bar, how far the run
// is, and a line for each plugin. What is written to it goes above. All methods
// of a nil liveView do nothing.
type liveView struct {
	progress *mpb.Progress
	bar      *mpb.Bar
	plugins  []*mpb.Bar // lines
	console  *console
}

// newLiveView returns a view of c on stderr, nil when that is no terminal.
func newLiveView(stderr io.Writer, c *console) *liveView {
	f, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	v := &liveView{progress: mpb.New(mpb.WithOutput(stderr), mpb.WithWidth(24)), console: c}
	v.bar = v.progress.AddBar(0, v.text(func() string { return c.state.line(time.Now()) }), mpb.BarRemoveOnComplete())
	return v
}

// text decorates a bar with what show returns; the mutex of the console is held
// meanwhile.
func (v *liveView) text(show func() string) mpb.BarOption {
	return mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
		v.console.mu.Lock()
		defer v.console.mu.Unlock()
		return show()
	}))
}

// Write implements io.Writer.
func (v *liveView) Write(p []byte) (int, error) { return v.progress.Write(p) }

// planned says how much there is to do.
func (v *liveView) planned(items int) {
	if v != nil {
		v.bar.SetTotal(int64(items), false)
	}
}

// plugin adds the line of a plugin. They have the order in which they come.
func (v *liveView) plugin(name string) {
	if v == nil {
		return
	}
	line := v.text(func() string {
		for _, p := range v.console.state.progress(time.Now()).Plugins {
			if p.Plugin == name {
				return pluginDoing(p)
			}
		}
		return ""
	})
	v.plugins = append(v.plugins, v.progress.MustAdd(0, mpb.NopStyle().Build(), line, mpb.BarFillerTrim(), mpb.BarRemoveOnComplete()))
}

// done counts a message.
func (v *liveView) done() {
	if v != nil {
		v.bar.Increment()
	}
}

// end takes the view off the screen.
func (v *liveView) end() {
	for _, line := range v.plugins {
		line.Abort(true)
	}
	v.bar.Abort(true)
	v.progress.Wait()
}
