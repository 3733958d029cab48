package serve

import (
	"context"
	"log/slog"
)

// jobHandler says with each record which job it is of. It works that out only
// for what is logged, as most jobs log nothing.
type jobHandler struct {
	slog.Handler
	j *job
}

func (h *jobHandler) attrs() []slog.Attr {
	return []slog.Attr{slog.Uint64("job", h.j.id), slog.String("format", h.j.begin.GetFormat())}
}

// Handle implements slog.Handler.
func (h *jobHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.Handler.WithAttrs(h.attrs()).Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *jobHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.Handler.WithAttrs(append(h.attrs(), attrs...))
}

// WithGroup implements slog.Handler.
func (h *jobHandler) WithGroup(name string) slog.Handler {
	return h.Handler.WithAttrs(h.attrs()).WithGroup(name)
}
