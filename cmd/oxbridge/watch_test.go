package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
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
	s.start("in/slow.msg", "eml 1", start)
	s.finish(report.Result{State: report.Converted})
	if got, want := s.line(start.Add(time.Second)), "1 of 7 found so far, 1/s"; got != want {
		t.Errorf("line() = %q, want %q", got, want)
	}
	s = progressState{}
	s.begin(start)
	s.plan(batch.Header{Items: 100, Bytes: 1000, Done: 5}, start)
	s.start("in/slow.msg", "eml 1", start)
	for range 10 {
		s.finish(report.Result{State: report.Converted, Bytes: 20, Problems: problem.List{{}}})
	}
	s.finish(report.Result{State: report.Failed})
	if got, want := s.line(start.Add(10*time.Second)), "11 of 100, 1/s, 5 done before, 1 failed, 10 problems, 1 min left, slow.msg for 10 s"; got != want {
		t.Errorf("line() = %q, want %q", got, want)
	}
}

// TestProgressOfPlugins has two plugins in one run, and what the host does alone.
func TestProgressOfPlugins(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	var s progressState
	s.begin(start)
	s.plan(batch.Header{Items: 9}, start)
	for _, input := range []string{"a", "b", "c"} {
		if isNew := s.start(input, "eml 1", start); isNew != (input == "a") {
			t.Errorf("start(%s) = %v", input, isNew)
		}
	}
	s.start("d.msg", "", start.Add(4*time.Second))
	s.finish(report.Result{Input: "a", State: report.Converted, Attempts: 1, Plugin: "eml 1", Bytes: 5, Problems: problem.List{{}, {}}})
	s.finish(report.Result{Input: "b", State: report.Failed, Attempts: 2, Plugin: "eml 1"})
	s.finish(report.Result{Input: "no message", State: report.Skipped, Plugin: "eml 1"})
	var lines []string
	p := s.progress(start.Add(10 * time.Second))
	for _, x := range p.Plugins {
		lines = append(lines, pluginDoing(x))
	}
	want := []string{"eml 1: 2 done, 0/s, 1 in hand, 1 failed, 2 problems, c for 10 s", "without a plugin: 0 done, 1 in hand, d.msg for 6 s"}
	if !slices.Equal(lines, want) {
		t.Errorf("lines %q, want %q", lines, want)
	}
	var out bytes.Buffer
	if err := report.NewJSONWriter(&out).Progress(p); err != nil {
		t.Fatal(err)
	}
	const event = `{"type":"progress","seconds":10,"total":9,"done_before":0,"done":3,"failed":1,"problems":2,"bytes":5,"in_hand":2,` +
		`"per_second":0.3,"slowest":{"input":"c","seconds":10},"seconds_left":20,"plugins":[` +
		`{"plugin":"eml 1","done":2,"failed":1,"problems":2,"bytes":5,"in_hand":1,"per_second":0.2,"slowest":{"input":"c","seconds":10}},` +
		`{"plugin":"","done":0,"failed":0,"problems":0,"bytes":0,"in_hand":1,"per_second":0,"slowest":{"input":"d.msg","seconds":6}}]}` + "\n"
	if out.String() != event {
		t.Errorf("event\n%s want\n%s", out.String(), event)
	}
}

// TestStatusLines has what a pipe gets, and a log.
func TestStatusLines(t *testing.T) {
	t.Parallel()
	var stdout, stderr, log bytes.Buffer
	c := newConsole(workOptions{json: true}, &stdout, &stderr)
	defer c.quit()
	c.watch.log = slog.New(slog.NewJSONHandler(&log, nil))
	c.planned(batch.Header{Items: 2})
	c.started("in/a.msg", "eml 1")
	now := time.Now()
	c.tick(now)
	c.event(now)
	c.quit()
	for _, want := range []string{"oxbridge: 0 of 2\n", "oxbridge:   eml 1: 0 done, 1 in hand\n"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("standard error lacks %q:\n%s", want, stderr.String())
		}
	}
	if !strings.Contains(stdout.String(), `"in_hand":1`) || !strings.Contains(log.String(), `"plugin":"eml 1","done":0`) {
		t.Errorf("events %s\nlog %s", stdout.String(), log.String())
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
