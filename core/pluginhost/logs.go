package pluginhost

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// tailBytes is how much of the last output is kept for a report.
	tailBytes = 64 << 10
	// maxAttrs is the most attributes of a log line that are passed on.
	maxAttrs = 32
	// linesPerSecond is how many lines of a process are logged in a second;
	// the others are counted.
	linesPerSecond = 1000
	// levelTrace is below what slog has a name for.
	levelTrace = slog.LevelDebug - 4
)

// readStderr logs standard error.
func (p *process) readStderr() { p.logLines(newLineReader(p.stderr)) }

// logLines logs lines until there are no more. Those that are too many for the
// log are not even understood: they cost next to nothing.
func (p *process) logLines(lines *lineReader) {
	limit := limiter{now: time.Now}
	panicking := false
	for {
		line, cut, err := lines.next()
		if err != nil {
			p.dropped(limit.dropped)
			return
		}
		ok, dropped := limit.allow()
		p.dropped(dropped)
		if !ok {
			if !looksJSON(line) { // it may be the last words
				p.tail.add(line)
			}
			continue
		}
		e := parseLine(line)
		if e.plain {
			panicking = panicking || startsPanic(e.message)
			if panicking {
				e.level = slog.LevelError
			}
		}
		if cut {
			e.message += " (cut)"
		}
		if e.level >= slog.LevelInfo { // what is below may quote messages
			p.tail.add([]byte(e.message))
		}
		p.log.LogAttrs(context.Background(), e.level, e.message, e.attrs...)
	}
}

// dropped says that lines were not logged.
func (p *process) dropped(count int) {
	if count > 0 {
		p.log.Warn("plugin prints too much; lines were dropped", "count", count)
	}
}

// startsPanic reports whether a line is the first that a dying Go program
// prints.
func startsPanic(line string) bool {
	return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
}

// looksJSON reports whether a line may be an object.
func looksJSON(line []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{")) }

// An entry is a line of a plugin's log.
type entry struct {
	level   slog.Level
	message string
	attrs   []slog.Attr
	plain   bool // not JSON
}

// parseLine understands JSON with the names of hclog (@level, @message) or slog
// (level, msg). Any other line is plain text at level info. No value is taken
// for what it is not: go-plugin's own parser panics there.
func parseLine(line []byte) entry {
	var fields map[string]any
	if looksJSON(line) && json.Unmarshal(line, &fields) == nil {
		if e, ok := fromFields(fields); ok {
			return e
		}
	}
	return entry{level: slog.LevelInfo, message: strings.ToValidUTF8(string(line), "\uFFFD"), plain: true}
}

// fromFields makes an entry of an object that has a message.
func fromFields(fields map[string]any) (entry, bool) {
	e := entry{level: slog.LevelInfo}
	var ok bool
	for _, names := range [][3]string{{"@message", "@level", "@timestamp"}, {"msg", "level", "time"}} {
		if e.message, ok = fields[names[0]].(string); !ok {
			continue
		}
		if level, isText := fields[names[1]].(string); isText {
			e.level = parseLevel(level)
		}
		for _, n := range names {
			delete(fields, n)
		}
		break
	}
	if !ok {
		return e, false
	}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if len(e.attrs) == maxAttrs {
			break
		}
		e.attrs = append(e.attrs, slog.Attr{Key: "plugin." + k, Value: attrValue(fields[k])})
	}
	return e, true
}

// parseLevel understands the level names of hclog and slog. Others mean info.
func parseLevel(s string) slog.Level {
	if strings.EqualFold(s, "trace") {
		return levelTrace
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(s)); err != nil {
		return slog.LevelInfo
	}
	return l
}

func attrValue(v any) slog.Value {
	switch v := v.(type) {
	case string:
		return slog.StringValue(v)
	case float64:
		return slog.Float64Value(v)
	case bool:
		return slog.BoolValue(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return slog.StringValue(err.Error())
	}
	return slog.StringValue(string(b))
}

// A limiter lets through so many lines a second.
type limiter struct {
	now     func() time.Time
	second  int64
	passed  int
	dropped int
}

// allow reports whether another line may pass, and how many were dropped when
// that is due to be said.
func (l *limiter) allow() (ok bool, dropped int) {
	if s := l.now().Unix(); s != l.second {
		dropped, l.dropped = l.dropped, 0
		l.second, l.passed = s, 0
	}
	if l.passed >= linesPerSecond {
		l.dropped++
		return false, dropped
	}
	l.passed++
	return true, dropped
}

// A tail keeps the end of a plugin's output, and the beginning of its panic if
// it had one. Safe for concurrent use.
type tail struct {
	mu    sync.Mutex
	last  []byte // guarded by mu
	panic []byte // guarded by mu
}

// add appends a line.
func (t *tail) add(line []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.last)+len(line)+1 > 2*tailBytes {
		t.last = append(t.last[:0], t.last[len(t.last)-tailBytes:]...)
	}
	t.last = append(append(t.last, line...), '\n')
	if len(t.panic) > 0 && len(t.panic) < tailBytes || startsPanic(string(line[:min(len(line), 16)])) {
		t.panic = append(append(t.panic, line...), '\n')
	}
}

// text returns what is worth reading: the panic, or else the last output.
func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.panic) > 0 {
		return string(t.panic)
	}
	b := t.last[max(0, len(t.last)-tailBytes):]
	for len(b) > 0 && !utf8.RuneStart(b[0]) {
		b = b[1:]
	}
	return string(b)
}
