package batch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// lookAhead is how many files are looked at before it is their turn in the plan:
// disks, and servers more so, take long to answer and answer many at once.
const lookAhead = 16

// A found is what a walk has met.
type found struct {
	entry  store.Entry
	rel    string         // where the output of a file is to lie, with slashes
	named  bool           // by the user
	item   *Item          // what becomes of it, when that is clear without a look
	past   *report.Result // that the entry does not contradict, or nil
	looked chan struct{}

	// What follows is there once looked is closed.
	fatal   error         // ends planning
	done    bool          // past says what became of it
	src     *store.Source // nil when it is done, or err is not nil
	err     error         // why it cannot be read
	mailbox bool
	kind    Kind
}

// look opens a file and looks what it is.
func (f *found) look(ctx context.Context, opt *Options) {
	defer close(f.looked)
	if f.done, f.fatal = opt.untouched(ctx, f.past); f.done || f.fatal != nil {
		return
	}
	if f.src, f.err = opt.In.Open(ctx, f.entry.Name); f.err != nil {
		return
	}
	if f.mailbox = opt.readsMail() && isMailbox(f.src, f.rel); !f.mailbox {
		f.kind, f.err = sniffNamed(f.src, f.rel)
	}
}

// close ends the use of a file.
func (f *found) close() {
	if f.src != nil {
		_ = f.src.Close() // it was only read
	}
}

// root plans what lies under a path that the user named, in the order of names.
func (p *planner) root(ctx context.Context, root Root) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ahead := make(chan *found, lookAhead)
	var walked error
	go func() {
		defer close(ahead)
		walked = p.walk(ctx, root, func(f *found) error {
			if p.again(root, f) {
				return nil
			}
			if f.looked != nil {
				var err error
				if f.past, err = p.opt.past(f.entry); err != nil { // one after the other: a database answers each from memory
					return err
				}
				go f.look(ctx, &p.opt)
			}
			ahead <- f
			return context.Cause(ctx)
		})
	}()
	var err error
	for f := range ahead {
		if f.looked != nil {
			<-f.looked
		}
		if err == nil {
			if err = p.found(ctx, f); err != nil {
				cancel(err)
			}
		}
		f.close()
	}
	if err != nil {
		return err
	}
	return walked
}

// found plans what a walk has met.
func (p *planner) found(ctx context.Context, f *found) error {
	switch {
	case f.item != nil:
		p.unreadable(f.item.Path)
		return p.add(*f.item)
	case f.entry.Kind == store.KindFolder:
		return p.readable(f.entry.Name)
	case f.fatal != nil:
		return f.fatal
	}
	return p.file(ctx, f)
}

// walk tells visit what lies under a path that the user named and is to be planned.
func (p *planner) walk(ctx context.Context, root Root, visit func(*found) error) error {
	var leave map[string]bool
	same := false
	return p.opt.In.List(ctx, root.Path, func(e store.Entry) error {
		rel, ok := ".", true
		if e.Name != root.Path {
			rel, ok = below(root.Path, e.Name)
		}
		named := rel == "."
		decided := func(state report.State, reason string) error {
			return visit(&found{entry: e, item: &Item{Path: e.Name, State: state, Reason: reason}})
		}
		switch {
		case e.Err != nil && errors.Is(e.Err, fs.ErrNotExist) && !named:
			return nil // it was removed while the folder was read
		case e.Err != nil:
			return decided(report.Failed, cause(e.Err))
		case !ok:
			return fmt.Errorf("%s: is not below %s", e.Name, root.Path)
		case e.Kind == store.KindFolder:
			if named {
				leave, same = p.ours(root.Path)
			} else if leave[e.Name] || path.Base(rel) == store.StateFolder || p.opt.Select.prunes(rel) {
				return fs.SkipDir
			}
			return visit(&found{entry: e})
		case !named && strings.HasPrefix(path.Base(rel), store.TempPrefix):
			return nil
		case !named && same && p.own(rel):
			return nil
		case !named && !p.opt.Select.takes(rel, e.ModTime):
			return nil
		case e.Kind != store.KindFile && named:
			return decided(report.Failed, "not a regular file")
		case e.Kind != store.KindFile:
			return decided(report.Skipped, "not a regular file")
		case named && root.Rel == "":
			rel = filepath.Base(root.Path)
		}
		return visit(&found{entry: e, rel: path.Join(root.Rel, rel), named: named, looked: make(chan struct{})})
	})
}
