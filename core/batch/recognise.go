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

// takes reports whether a file is an input of the run, of which the target says
// what is made of it. Where a plugin reads formats of its own, it is asked.
func (p *planner) takes(ctx context.Context, src *store.Source, kind Kind, rel string, named bool, want *target) (bool, error) {
	r := p.opt.Recogniser
	if r == nil || want.direction != session.Import {
		return want.takes(kind, rel, named), nil
	}
	format, err := r.Recognise(ctx, transfer.NewInput(src, src.Size()), path.Ext(rel))
	if err != nil || format != "" {
		want.format = format
		return err == nil, err
	}
	want.what = "a file that the plugin reads"
	return r.Mail && kind == want.from, nil
}

// readsMail reports whether mailboxes are inputs.
func (o Options) readsMail() bool { return o.Recogniser == nil || o.Recogniser.Mail }
