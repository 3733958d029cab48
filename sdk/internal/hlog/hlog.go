// Package hlog makes loggers whose lines a go-plugin host understands.
package hlog

import (
	"io"
	"log/slog"
	"strings"
	"time"
)

// New returns a logger that writes one JSON object per line with go-hclog's
// field names. A go-plugin host takes level and text only from those; slog's
// own names arrive as one opaque debug line (go-plugin log_entry.go).
//
// Only slog's built-in attributes are renamed: go-plugin panics in the host
// when @level or @message is not a string, so log.Info("x", "level", 3) must
// stay plain "level". Attributes that have go-hclog's names get another one.
func New(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level:       slog.LevelDebug, // the host filters
		ReplaceAttr: rename,
	}))
}

func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch v := a.Value.Any().(type) {
	case time.Time:
		if a.Key == slog.TimeKey {
			return slog.String("@timestamp", v.Format("2006-01-02T15:04:05.000000Z07:00"))
		}
	case slog.Level:
		if a.Key == slog.LevelKey {
			return slog.String("@level", levelName(v))
		}
	case string:
		if a.Key == slog.MessageKey {
			return slog.String("@message", v)
		}
	}
	if strings.HasPrefix(a.Key, "@") {
		a.Key = "attr." + a.Key
	}
	return a
}

// levelName returns the go-hclog level at or below l.
func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "debug"
	case l < slog.LevelWarn:
		return "info"
	case l < slog.LevelError:
		return "warn"
	}
	return "error"
}
