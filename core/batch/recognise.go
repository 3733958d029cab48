package batch

import (
	"context"
	"path"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A Recogniser tells files that a plugin reads from others.
type Recogniser struct {
	// Recognise returns the format that the plugin has for a file with that
	// extension, "" if it has none.
	Recognise func(ctx context.Context, in transfer.Input, extension string) (format string, err error)
	// Mail says that the plugin reads mail, too, which is recognised without it.
	Mail bool
}

// asked reports whether the plugin is asked about files that may be inputs of the
// target. r may be nil.
func (r *Recogniser) asked(t target) bool { return r != nil && t.direction == session.Import }

// format returns the format that the plugin has for a file with that extension, ""
// if it has none.
func (r *Recogniser) format(ctx context.Context, src *store.Source, extension string) (string, error) {
	return r.Recognise(ctx, transfer.NewInput(src, src.Size()), extension)
}

// takes returns what becomes of a file, or that it is no input of the run: of the
// target, what then says what inputs are. Where a plugin reads formats of its own,
// it is asked.
func (p *planner) takes(ctx context.Context, src *store.Source, kind Kind, rel string, named bool) (t target, ok bool, err error) {
	t, ok = p.opt.target(kind, rel, named)
	r := p.opt.Recogniser
	if !r.asked(t) {
		return t, ok, nil
	}
	format, err := r.format(ctx, src, path.Ext(rel))
	if err != nil || format != "" {
		t.format = format
		return t, err == nil, err
	}
	t.what = "a file that the plugin reads"
	return t, r.Mail && kind == t.from, nil
}
