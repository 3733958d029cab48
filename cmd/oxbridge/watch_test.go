package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	w, err := (&logOptions{metrics: "127.0.0.1:0"}).start(&stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	_, rest, _ := strings.Cut(stderr.String(), "metrics at ")
	url := strings.TrimSpace(rest)
	w.onPlan(batch.Header{Items: 3})
	w.onStart()
	w.onStart()
	w.onResult(report.Result{State: report.Converted, Attempts: 1, Bytes: 100, Duration: time.Second,
		Problems: problem.List{{Code: "mime.class", Severity: problem.Loss}}})
	w.onResult(report.Result{State: report.Failed, Reason: "x"})
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`oxbridge_messages_total{state="converted"} 1`, `oxbridge_messages_total{state="failed"} 1`, `oxbridge_messages_total{state="skipped"} 0`,
		`oxbridge_problems_total{code="mime.class",severity="loss"} 1`, "oxbridge_input_bytes_total 100", "oxbridge_planned_messages 3",
		"oxbridge_messages_in_hand 1", `oxbridge_message_seconds_bucket{le="1"} 1`,
	} {
		if !strings.Contains(string(b), "\n"+line+"\n") {
			t.Errorf("the metrics lack %q", line)
		}
	}
}

func TestLogIsJSON(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	w, err := (&logOptions{format: "json"}).start(&stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	c := newConsole(workOptions{}, io.Discard, &stderr)
	c.watch = w
	c.planned(batch.Header{Items: 1})
	c.done(report.Result{Input: "in/a.msg", State: report.Failed, Reason: "broken"})
	c.end(report.Summary{Failed: 1})
	c.hint("do something")
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	if len(lines) != 3 {
		t.Errorf("%d lines:\n%s", len(lines), stderr.String())
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("%q is no JSON", line)
		}
	}
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	var s progressState
	s.begin(start)
	s.found = 7
	if got := s.line(start); got != "planning: 7 found" {
		t.Errorf("line() = %q", got)
	}
	s.plan(batch.Header{Items: 100, Bytes: 1000, Done: 5}, start)
	s.start("in/slow.msg", start)
	for range 10 {
		s.finish(report.Result{State: report.Converted, Bytes: 20, Problems: problem.List{{}}})
	}
	s.finish(report.Result{State: report.Failed})
	if got, want := s.line(start.Add(10*time.Second)), "11 of 100, 1/s, 5 done before, 1 failed, 10 problems, 1 min left, slow.msg for 10 s"; got != want {
		t.Errorf("line() = %q, want %q", got, want)
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": 0, "1": 1, "512M": 512 << 20, "1.5GiB": 3 << 29, "2gb": 2 << 30, "64k": 64 << 10} {
		if got, err := parseSize(text); got != want || err != nil {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"x", "-1", "0", "NaN", "1Q", "1e30", "M"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d", text, got)
		}
	}
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 3, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"7d": now.Add(-7 * 24 * time.Hour), "36h": now.Add(-36 * time.Hour), "2024-01-02T03:04:05Z": time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		"2024-01-02": time.Date(2024, 1, 2, 0, 0, 0, 0, time.Local),
	} {
		if got, err := parseSince(text, now); !got.Equal(want) || err != nil {
			t.Errorf("parseSince(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "-3h", "d", "-1d", "2024-13-01"} {
		if got, err := parseSince(text, now); err == nil {
			t.Errorf("parseSince(%q) = %v", text, got)
		}
	}
}

func TestReadList(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"a/b.msg\r\n\n/abs/c.msg\n../d.msg", "a/b.msg\x00/abs/c.msg\x00../d.msg\x00"} {
		roots, err := readList(strings.NewReader(in))
		if err != nil || len(roots) != 3 || roots[0] != (batch.Root{Path: "a/b.msg", Rel: "a/b.msg"}) || roots[1].Rel != "" || roots[2].Rel != "" {
			t.Errorf("readList(%q) = %+v, %v", in, roots, err)
		}
	}
	if _, err := readList(strings.NewReader(strings.Repeat("x", maxPath+10))); err == nil {
		t.Error("a path without an end is taken")
	}
}

func FuzzReadList(f *testing.F) {
	f.Add("a\nb\x00c")
	f.Fuzz(func(t *testing.T, in string) {
		roots, err := readList(strings.NewReader(in))
		for _, r := range roots {
			if err == nil && (r.Path == "" || strings.HasPrefix(r.Rel, "../") || strings.HasPrefix(r.Rel, "/")) {
				t.Errorf("readList(%q) has %+v", in, r)
			}
		}
	})
}
