package audit

import (
	"context"
	"fmt"
	"path"
	"path/filepath"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// sessionMemory is the budget for the two messages of a comparison, in bytes.
const sessionMemory = 512 << 20

// deep converts an input again, and compares it with its output read back.
func (w *worker) deep(ctx context.Context, c *checks) {
	s, err := session.Open(session.NewAllocator(sessionMemory), session.Unicode)
	if err != nil {
		c.say(Unreadable, "%v", err)
		return
	}
	defer s.Close()
	if err := w.again(ctx, s, c); err != nil {
		c.say(Unreadable, "convert again: %v", err)
		return
	}
	if w.a.opt.WriteOnly {
		return
	}
	input, closeInput, err := w.read(ctx, s, c.r.Input, w.openInput(c), w.a.foreign(c.r.OutputName))
	if err != nil {
		c.say(Unreadable, "read the input: %v", err)
		return
	}
	defer closeInput()
	output, closeOutput, err := w.read(ctx, s, c.r.OutputName, w.openOutput(c), !w.a.native(c.r.OutputName))
	if err != nil {
		c.say(Unreadable, "read %s back: %v", c.r.OutputName, err)
		return
	}
	defer closeOutput()
	differences := Compare(input, output)
	if w.a.native(c.r.OutputName) {
		differences = append(differences, compareAll(input, output)...)
	}
	for _, d := range differences {
		if !accounted(d, c.r.Problems) {
			c.say(PropertyDiffers, "%s", d)
		}
	}
}

// native reports whether an output is an Outlook message.
func (a *auditor) native(output string) bool {
	ext := path.Ext(output)
	return a.opt.Run.To == "msg" || a.opt.Run.To == batch.Same && (ext == ".msg" || ext == ".oft")
}

// foreign reports whether the input of an output is no Outlook message.
func (a *auditor) foreign(output string) bool {
	return a.opt.Run.To == "msg" || a.opt.Run.To == batch.Same && !a.native(output)
}

// again converts an input once more and compares bytes and problems.
func (w *worker) again(ctx context.Context, s *session.Session, c *checks) error {
	src, err := w.opener.Open(ctx, c.r.Input)
	if err != nil {
		return err
	}
	out, err := store.Create(filepath.Join(w.a.dir, fmt.Sprint(w.n)), true)
	if err != nil {
		src.Close()
		return err
	}
	defer out.Close()
	var problems problem.List
	if err := batch.Once(ctx, w.a.opt.Converter, s, w.a.opt.Run, c.r.Input, src, out, problems.Add); err != nil {
		return err
	}
	d, err := out.Finish()
	if err != nil {
		return err
	}
	if d.SHA256 != c.r.OutputSHA256 {
		c.say(OutputDiffers, "converting the input again gives %d bytes with SHA-256 %s, the output has %d and %s", d.Size, d.SHA256, c.r.OutputBytes, c.r.OutputSHA256)
	}
	c.problems(problems)
	return nil
}

// opener opens one side of a comparison.
type opener func(context.Context) (*store.Source, error)

func (w *worker) openInput(c *checks) opener {
	return func(ctx context.Context) (*store.Source, error) { return w.opener.Open(ctx, c.r.Input) }
}

func (w *worker) openOutput(c *checks) opener {
	return func(ctx context.Context) (*store.Source, error) { return w.a.opt.Out.Open(ctx, c.r.OutputName) }
}

// read returns the message in a file of that name: a .msg file, or one that is
// foreign, which the converter imports. It can be used until it is closed, in the
// session.
func (w *worker) read(ctx context.Context, s *session.Session, name string, open opener, foreign bool) (m *mapi.Message, end func(), err error) {
	src, err := open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !foreign {
		msg, err := s.OpenMessage(src, session.Unicode, nil, nil)
		if err != nil {
			return nil, nil, err
		}
		m, err := msg.Snapshot()
		return m, msg.Release, err
	}
	out, err := store.Create(filepath.Join(w.a.dir, fmt.Sprint(w.n)+"-back"), true)
	if err != nil {
		src.Close()
		return nil, nil, err
	}
	msg, err := s.OpenMessage(out, session.Unicode|session.NoStorageCommit, nil, nil)
	if err != nil {
		src.Close()
		return nil, nil, err
	}
	end = func() {
		msg.Release()
		src.Close()
	}
	if err = batch.Import(ctx, w.a.opt.Converter, w.a.opt.Run, name, msg, src); err == nil {
		m, err = msg.Snapshot()
	}
	if err != nil {
		end()
	}
	return m, end, err
}
