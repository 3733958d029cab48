package conformance

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A logbook looks at what the plugin prints, as the host understands it. Safe for
// concurrent use.
type logbook struct {
	mu      sync.Mutex
	private string // guarded by mu: the first line that says what is private, "" for none
	dropped bool   // guarded by mu: the host has dropped lines
}

func (l *logbook) logger() *slog.Logger { return slog.New(logHandler{book: l}) }

// leaked returns the first line above level debug that has something private, ""
// if there is none.
func (l *logbook) leaked() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.private
}

// flooded reports whether lines were dropped.
func (l *logbook) flooded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// A logHandler is a slog.Handler that writes into a logbook.
type logHandler struct{ book *logbook }

// tooMuch is how the host begins the line that says that it has dropped others.
const tooMuch = "plugin prints too much"

// Enabled implements slog.Handler.
func (h logHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.Value.String()
		return true
	})
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	if strings.HasPrefix(r.Message, tooMuch) {
		h.book.dropped = true
	}
	isPrivate := strings.Contains(text, secret) || strings.Contains(text, people[0].address)
	if r.Level > slog.LevelDebug && isPrivate && h.book.private == "" {
		const shown = 120
		h.book.private = fmt.Sprintf("printed at level %s: %q", strings.ToLower(r.Level.String()), wire.Text(text, shown))
	}
	return nil
}

// WithAttrs implements slog.Handler. What the host adds is of no interest.
func (h logHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(string) slog.Handler { return h }
