package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// progressState is what is known of a run under way. Not safe for concurrent
// use.
type progressState struct {
	began, said   time.Time
	planned       bool
	found         int
	total, before int
	totalBytes    int64
	done, failed  int
	doneBytes     int64
	problems      int
	inHand        map[string]time.Time // when each was taken in hand
}

func (s *progressState) begin(now time.Time) {
	s.began, s.said, s.inHand = now, now, map[string]time.Time{}
}

func (s *progressState) plan(h batch.Header, now time.Time) {
	s.planned, s.total, s.totalBytes, s.before, s.began = true, h.Items, h.Bytes, h.Done, now
}

func (s *progressState) start(input string, now time.Time) { s.inHand[input] = now }

func (s *progressState) finish(r report.Result) {
	delete(s.inHand, r.Input)
	s.done++
	s.doneBytes += r.Bytes
	s.problems += len(r.Problems)
	if r.State == report.Failed {
		s.failed++
	}
}

// slowAfter is how long a message may be in hand without being mentioned.
const slowAfter = 2 * time.Second

// line says how far the run is.
func (s *progressState) line(now time.Time) string {
	if !s.planned {
		return fmt.Sprintf("planning: %d found", s.found)
	}
	parts := []string{fmt.Sprintf("%d of %d", s.done, s.total)}
	elapsed := now.Sub(s.began).Seconds()
	if s.done > 0 && elapsed > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", float64(s.done)/elapsed))
	}
	if s.before > 0 {
		parts = append(parts, fmt.Sprintf("%d done before", s.before))
	}
	if s.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.failed))
	}
	if s.problems > 0 {
		parts = append(parts, fmt.Sprintf("%d problems", s.problems))
	}
	if left, ok := s.left(elapsed); ok {
		parts = append(parts, left+" left")
	}
	if name, since := s.slowest(now); since >= slowAfter {
		parts = append(parts, fmt.Sprintf("%s for %.0f s", printable(filepath.Base(name)), since.Seconds()))
	}
	return strings.Join(parts, ", ")
}

// left estimates the time to the end, by messages and by bytes, whichever is
// more.
func (s *progressState) left(elapsed float64) (string, bool) {
	if s.done == 0 || s.done >= s.total || elapsed < 1 {
		return "", false
	}
	part := float64(s.done) / float64(s.total)
	if s.totalBytes > 0 && s.doneBytes > 0 {
		part = min(part, float64(s.doneBytes)/float64(s.totalBytes))
	}
	d := time.Duration(elapsed * (1 - part) / part * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds()), true
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes()), true
	}
	return fmt.Sprintf("%.1f h", d.Hours()), true
}

// slowest returns what has been in hand for the longest time.
func (s *progressState) slowest(now time.Time) (string, time.Duration) {
	name, since := "", time.Duration(0)
	for input, start := range s.inHand {
		if d := now.Sub(start); d > since || d == since && input < name {
			name, since = input, d
		}
	}
	return name, since
}
