package pluginhost

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		level      slog.Level
		message    string
		attrs      string
		plain      bool
	}{
		{"hclog", `{"@level":"warn","@message":"hello","@timestamp":"2026-01-01T00:00:00Z","job":7}`, slog.LevelWarn, "hello", "[plugin.job=7]", false},
		{"slog", `{"time":"2026-01-01T00:00:00Z","level":"ERROR+2","msg":"hello","a":{"b":[1]},"c":true}`, slog.LevelError + 2, "hello", `[plugin.a={"b":[1]} plugin.c=true]`, false},
		{"trace", `{"@level":"trace","@message":"hello"}`, levelTrace, "hello", "[]", false},
		{"an unknown level", `{"@level":"loud","@message":"hello"}`, slog.LevelInfo, "hello", "[]", false},
		{"no level", `{"msg":"hello"}`, slog.LevelInfo, "hello", "[]", false},
		{"a level of a wrong type", `{"@level":{},"@message":"hello"}`, slog.LevelInfo, "hello", "[]", false},
		{"a message of a wrong type", `{"@message":1}`, slog.LevelInfo, `{"@message":1}`, "[]", true},
		{"a timestamp of a wrong type", `{"@message":"hello","@timestamp":[]}`, slog.LevelInfo, "hello", "[]", false},
		{"no message", `{"a":1}`, slog.LevelInfo, `{"a":1}`, "[]", true},
		{"broken", `{"@message":"hel`, slog.LevelInfo, `{"@message":"hel`, "[]", true},
		{"text", "hello", slog.LevelInfo, "hello", "[]", true},
		{"not UTF-8", "hel\xfflo", slog.LevelInfo, "hel\uFFFDlo", "[]", true},
		{"nothing", "", slog.LevelInfo, "", "[]", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := parseLine([]byte(tt.line))
			if e.level != tt.level || e.message != tt.message || fmt.Sprint(e.attrs) != tt.attrs || e.plain != tt.plain {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"@message":1}`))
	f.Add([]byte(`{"@level":"warn","@message":"hello","a":[{}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if e := parseLine(line); len(e.attrs) > maxAttrs {
			t.Errorf("%d attributes", len(e.attrs))
		}
	})
}

func TestLineReader(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxLine)
	l := newLineReader(strings.NewReader("a\r\n\n" + long + "\nb"))
	for _, want := range []struct {
		line string
		cut  bool
	}{{"a", false}, {"", false}, {long[:maxLine], true}, {"b", false}} {
		line, cut, err := l.next()
		if err != nil || string(line) != want.line || cut != want.cut {
			t.Errorf("got %.20q of %d, %v, %v", line, len(line), cut, err)
		}
	}
	if _, _, err := l.next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	l := limiter{now: func() time.Time { return now }}
	passed := 0
	for range linesPerSecond + 5 {
		if ok, _ := l.allow(); ok {
			passed++
		}
	}
	now = now.Add(time.Second)
	if ok, dropped := l.allow(); passed != linesPerSecond || !ok || dropped != 5 {
		t.Errorf("%d passed, then %v with %d dropped", passed, ok, dropped)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	var out tail
	for i := range 50_000 {
		out.add(fmt.Appendf(nil, "line %d", i))
	}
	if s := out.text(); len(s) > tailBytes || !strings.HasSuffix(s, "line 49998\nline 49999\n") {
		t.Errorf("%d bytes, at the end %q", len(s), s[len(s)-30:])
	}
	out.add([]byte("panic: boom"))
	for range 50_000 {
		out.add([]byte("goroutine 7 [running]:"))
	}
	if s := out.text(); !strings.HasPrefix(s, "panic: boom\ngoroutine 7") || len(s) > tailBytes+maxLine {
		t.Errorf("%d bytes, at the start %q", len(s), s[:30])
	}
}

// TestLogged has the output of a process in the log, with its number.
func TestLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p, err := Start(within(t), play("evil logs"), Options{Log: slog.New(slog.NewTextHandler(&out, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if s := out.String(); !strings.Contains(s, `msg="{\"@message\":1}" plugin=torture pid=`) {
		t.Errorf("the log is\n%s", s)
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxShown) + "end"
	for output, want := range map[string]string{
		"":                         "",
		"a\n\nb\nc\r\n d\x1b[0m\n": "b | c | d [0m",
		"panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:1": "panic: boom | goroutine 1 [running]: | main.main()",
		long: "…" + long[3:],
	} {
		if got := shown(output); got != want {
			t.Errorf("shown(%q) = %q, want %q", output, got, want)
		}
	}
}
