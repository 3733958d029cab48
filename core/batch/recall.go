package batch

import (
	"context"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A Memory is what earlier runs with the same identity left behind. Safe for
// concurrent use.
type Memory interface {
	// Recall returns the last result for an input.
	Recall(input string) (report.Result, bool, error)
	// Owner returns the input whose output has that name.
	Owner(output string) (input string, ok bool, err error)
}

// past returns what an earlier run made of a file that has not been touched since,
// by the look of its entry; nil when there is no such thing.
func (o Options) past(e store.Entry) (*report.Result, error) {
	if o.Memory == nil || o.Again {
		return nil, nil
	}
	past, ok, err := o.Memory.Recall(e.Name)
	if err != nil || !ok || past.State != report.Converted || past.Bytes != e.Size || !past.ModTime.Equal(e.ModTime) {
		return nil, err
	}
	return &past, nil
}

// untouched reports whether the output of an earlier run, which may be nil, is
// there still.
func (o Options) untouched(ctx context.Context, past *report.Result) (bool, error) {
	if past == nil {
		return false, nil
	}
	out, ok, err := o.Out.Exists(ctx, past.OutputName)
	return ok && out.Size == past.OutputBytes, err
}

// readable notes that a folder can be listed that could not be before: what is
// known of it is not true any more.
func (p *planner) readable(folder string) error {
	if p.opt.Memory == nil {
		return nil
	}
	past, ok, err := p.opt.Memory.Recall(folder)
	if ok && past.State == report.Failed {
		p.w.header.Readable = append(p.w.header.Readable, folder)
	}
	return err
}

// unreadable notes that the folder met last, which that may be, cannot be listed
// after all.
func (p *planner) unreadable(folder string) {
	list := &p.w.header.Readable
	if n := len(*list); n > 0 && (*list)[n-1] == folder {
		*list = (*list)[:n-1]
	}
}

// recall asks whether an item has been done before. An item that is due again
// keeps the name of its output.
func (p *planner) recall(ctx context.Context, it *Item, src *store.Source) (due bool, err error) {
	if p.opt.Memory == nil {
		return true, nil
	}
	past, ok, err := p.opt.Memory.Recall(it.Name())
	if err != nil || !ok || past.State == report.Skipped {
		return true, err
	}
	if past.OutputName != "" {
		p.names.keep(past.OutputName)
		it.Out, it.Prior = past.OutputName, past.OutputSHA256
	}
	it.Why, err = p.why(ctx, it, src, past)
	return it.Why != "", err
}

// why says why an item that was in hand before is to be done again, or "".
func (p *planner) why(ctx context.Context, it *Item, src *store.Source, past report.Result) (string, error) {
	if past.State != report.Converted {
		return "failed before", nil
	}
	if p.opt.Again {
		return "asked for again", nil
	}
	if past.Bytes != it.Size {
		return "input changed", nil
	}
	if !past.ModTime.Equal(src.ModTime()) {
		d, err := digestItem(it, src)
		if err != nil || d.SHA256 != past.SHA256 {
			return "input changed", nil
		}
	}
	e, ok, err := p.opt.Out.Exists(ctx, past.OutputName)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "output is gone", nil
	case e.Size != past.OutputBytes:
		return "output was changed", nil
	}
	return "", nil
}
