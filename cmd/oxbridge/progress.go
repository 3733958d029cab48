package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// progressState is what is known of a run under way. Not safe for concurrent
// use.
type progressState struct {
	began         time.Time // of the first message, once there is one
	begun         bool
	planned       bool
	found         int
	total, before int
	totalBytes    int64
	all           workState
	plugins       []string // in the order in which they came into play
	each          map[string]*workState
	inHand        map[string]handed // by input
}

// workState counts what the run, or a plugin in it, has done.
type workState struct {
	done, failed, problems int
	bytes                  int64
}

// handed is a message in hand.
type handed struct {
	plugin string
	since  time.Time
}

func (s *progressState) begin(now time.Time) {
	s.began, s.inHand, s.each = now, map[string]handed{}, map[string]*workState{}
}

func (s *progressState) plan(h batch.Header, now time.Time) {
	s.planned, s.total, s.totalBytes, s.before = true, h.Items, h.Bytes, h.Done
	s.work(now)
}

// work notes that messages are converted from now on.
func (s *progressState) work(now time.Time) {
	if !s.begun {
		s.begun, s.began = true, now
	}
}

// start notes that a message is taken in hand. It reports whether the plugin is
// a new one.
func (s *progressState) start(input, plugin string, now time.Time) (isNew bool) {
	s.work(now)
	s.inHand[input] = handed{plugin, now}
	return s.meet(plugin)
}

// meet makes room for a plugin, unless it is known.
func (s *progressState) meet(plugin string) (isNew bool) {
	if s.each[plugin] != nil {
		return false
	}
	s.each[plugin] = &workState{}
	s.plugins = append(s.plugins, plugin)
	return true
}

func (s *progressState) finish(r report.Result) {
	delete(s.inHand, r.Input)
	s.all.add(r)
	if r.Attempts > 0 { // a plugin has seen it
		s.meet(r.Plugin)
		s.each[r.Plugin].add(r)
	}
}

func (w *workState) add(r report.Result) {
	w.done++
	w.bytes += r.Bytes
	w.problems += len(r.Problems)
	if r.State == report.Failed {
		w.failed++
	}
}

// progress says how far the run is.
func (s *progressState) progress(now time.Time) report.Progress {
	elapsed := now.Sub(s.began)
	p := report.Progress{Elapsed: elapsed, Total: s.total, Before: s.before, Left: s.left(elapsed.Seconds())}
	if !s.planned {
		p.Total = s.found
	}
	p.Work = s.all.work(elapsed)
	for _, name := range s.plugins {
		p.Plugins = append(p.Plugins, report.PluginProgress{Plugin: name, Work: s.each[name].work(elapsed)})
	}
	for input, h := range s.inHand {
		take(&p.Work, input, now.Sub(h.since))
		if i := slices.Index(s.plugins, h.plugin); i >= 0 {
			take(&p.Plugins[i].Work, input, now.Sub(h.since))
		}
	}
	return p
}

func (w *workState) work(elapsed time.Duration) report.Work {
	out := report.Work{Done: w.done, Failed: w.failed, Problems: w.problems, Bytes: w.bytes}
	if sec := elapsed.Seconds(); sec > 0 {
		out.PerSecond = float64(w.done) / sec
	}
	return out
}

// take counts a message in hand.
func take(w *report.Work, input string, since time.Duration) {
	w.InHand++
	if w.Slowest == "" || since > w.SlowestFor || since == w.SlowestFor && input < w.Slowest {
		w.Slowest, w.SlowestFor = input, since
	}
}

// slowAfter is how long a message may be in hand without being mentioned.
const slowAfter = 2 * time.Second

// line says how far the run is.
func (s *progressState) line(now time.Time) string {
	if !s.planned && s.all.done == 0 {
		return fmt.Sprintf("planning: %d found", s.found)
	}
	p := s.progress(now)
	parts := []string{fmt.Sprintf("%d of %d", p.Done, p.Total)}
	if !s.planned {
		parts[0] += " found so far"
	}
	if p.Done > 0 && p.Elapsed > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", p.PerSecond))
	}
	if p.Before > 0 {
		parts = append(parts, fmt.Sprintf("%d done before", p.Before))
	}
	parts = append(parts, troubles(p.Work)...)
	if p.Left > 0 {
		parts = append(parts, duration(p.Left)+" left")
	}
	return strings.Join(append(parts, slow(p.Work)...), ", ")
}

// pluginDoing says what a plugin of the run is doing.
func pluginDoing(p report.PluginProgress) string {
	parts := []string{fmt.Sprintf("%d done", p.Done)}
	if p.PerSecond > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", p.PerSecond))
	}
	parts = append(parts, fmt.Sprintf("%d in hand", p.InHand))
	return pluginName(p.Plugin) + ": " + strings.Join(append(append(parts, troubles(p.Work)...), slow(p.Work)...), ", ")
}

// pluginName is how people are told of a plugin, or of there being none.
func pluginName(plugin string) string {
	if plugin == "" {
		return "without a plugin"
	}
	name, _, _ := strings.Cut(plugin, " sha256:") // which only tells runs apart
	return printable(name)
}

func troubles(w report.Work) (parts []string) {
	if w.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", w.Failed))
	}
	if w.Problems > 0 {
		parts = append(parts, fmt.Sprintf("%d problems", w.Problems))
	}
	return parts
}

func slow(w report.Work) []string {
	if w.SlowestFor < slowAfter {
		return nil
	}
	return []string{fmt.Sprintf("%s for %.0f s", printable(filepath.Base(w.Slowest)), w.SlowestFor.Seconds())}
}

// left estimates the time to the end, by messages and by bytes, whichever is
// more; 0 when that is too early, or the plan is not complete.
func (s *progressState) left(elapsed float64) time.Duration {
	if s.all.done == 0 || s.all.done >= s.total || elapsed < 1 {
		return 0
	}
	part := float64(s.all.done) / float64(s.total)
	if s.totalBytes > 0 && s.all.bytes > 0 {
		part = min(part, float64(s.all.bytes)/float64(s.totalBytes))
	}
	return time.Duration(elapsed * (1 - part) / part * float64(time.Second))
}

// duration is a time that somebody waits.
func duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
