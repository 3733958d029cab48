package batch

import (
	"context"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/core/prepare"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A conversion is the way of one message from its file to another. Each way
// closes src; whoever called finishes or closes out.
type conversion struct {
	s      *session.Session
	src    *store.Source
	out    *store.Target
	opt    Options
	report problem.Reporter
	do     func(context.Context, *session.Job) error
}

// run goes the way of an item with that direction and format.
func (c *conversion) run(ctx context.Context, dir session.Direction, format string) error {
	switch {
	case dir == session.Export:
		return c.export(ctx, format)
	case dir == session.Import:
		return c.imports(ctx, format)
	case format == "msg":
		return c.rewrite(ctx)
	}
	return c.renew(ctx, format)
}

// An export of n bytes may write outputFree + outputFactor*n bytes: base64 takes
// a third more than what it encodes, and compressed RTF expands eight times, into
// more than one body.
const (
	outputFree   = 32 << 20
	outputFactor = 32
)

// export opens the message and has the file written.
func (c *conversion) export(ctx context.Context, format string) error {
	m, err := c.s.OpenMessage(c.src, session.Unicode, c.report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	return c.do(ctx, c.exportJob(m, format, c.own(ctx, m)))
}

// exportJob is the job that writes a message to out.
func (c *conversion) exportJob(m *session.Message, format string, own func(*mapi.Message) error) *session.Job {
	job := c.job(m, session.Export, format, own)
	job.Output, job.MaxOutput = c.out, outputFree+outputFactor*c.src.Size()
	return job
}

// imports makes a message from the file and saves it.
func (c *conversion) imports(ctx context.Context, format string) error {
	defer c.src.Close()
	m, err := c.s.OpenMessage(heldTarget{c.out}, session.Unicode|session.NoStorageCommit, c.report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	if err := c.do(ctx, c.importJob(ctx, m, format)); err != nil {
		return err
	}
	return c.save(m)
}

// importJob is the job that reads src into a message.
func (c *conversion) importJob(ctx context.Context, m *session.Message, format string) *session.Job {
	job := c.job(m, session.Import, format, c.own(ctx, m))
	job.Input = transfer.NewInput(c.src, c.src.Size())
	return job
}

// rewrite reads a .msg file and writes it anew: what it holds, in the form that
// [MS-OXMSG] gives it, and nothing that no reader finds.
func (c *conversion) rewrite(ctx context.Context) error {
	from, err := c.s.OpenMessage(c.src, session.Unicode, c.report, nil)
	if err != nil {
		return err
	}
	defer from.Release()
	tree, err := from.Snapshot()
	if err != nil {
		return err
	}
	if c.opt.changes() {
		tree = tree.Clone()
		if err := c.own(ctx, from)(tree); err != nil {
			return err
		}
	}
	to, err := c.s.OpenMessage(heldTarget{c.out}, session.Unicode|session.NoStorageCommit, c.report, nil)
	if err != nil {
		return err
	}
	defer to.Release()
	to.SetTemplate(from.Template())
	if err := to.SetContents(tree); err != nil {
		return err
	}
	return c.save(to)
}

// renew reads a file of another format into a message that is not kept, and
// writes that.
func (c *conversion) renew(ctx context.Context, format string) error {
	defer c.src.Close()
	m, err := c.s.OpenMessage(session.NewMemory(nil), session.Unicode|session.NoStorageCommit, c.report, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	if err := c.do(ctx, c.importJob(ctx, m, format)); err != nil {
		return err
	}
	return c.do(ctx, c.exportJob(m, format, keep)) // it is changed already
}

// save writes a message to out.
func (c *conversion) save(m *session.Message) error {
	if err := m.SaveChanges(); err != nil {
		return fmt.Errorf("save %s: %w", c.out.Path(), err)
	}
	return nil
}

// own returns what changes every message alike; see Options.own.
func (c *conversion) own(ctx context.Context, m *session.Message) func(*mapi.Message) error {
	return c.opt.own(ctx, m, c.report)
}

// keep leaves a message as it is.
func keep(*mapi.Message) error { return nil }

// job is a job of the conversion, in which own changes the message.
func (c *conversion) job(m *session.Message, dir session.Direction, format string, own func(*mapi.Message) error) *session.Job {
	job := &session.Job{
		Direction: dir, Format: format, Message: m, Timeout: c.opt.Timeout, Options: c.opt.Settings, Report: c.report,
	}
	job.Prepare = func(m *mapi.Message) error { return c.opt.prepare(job, m, own) }
	return job
}

// prepare changes the tree of a job's message: an attached message is complete
// before it becomes a file, and one that comes of a file is seen by own.
func (o Options) prepare(job *session.Job, m *mapi.Message, own func(*mapi.Message) error) error {
	opt := prepare.Options{MessagesAsFiles: o.MessagesAsFiles, Spool: job.Message.NewSpool, Report: job.Report}
	if job.Direction == session.Export {
		if err := own(m); err != nil {
			return err
		}
		return prepare.Export(m, opt)
	}
	if err := prepare.Import(m, opt); err != nil {
		return err
	}
	return own(m)
}

// Once converts one message outside a run: the contents of src, into out, which
// the caller finishes or closes. It closes src. name is what reports call the
// input. Of the options, those count that outputs depend on, and the Recogniser.
func Once(ctx context.Context, conv Converter, s *session.Session, o Options, name string, src *store.Source, out *store.Target, report problem.Reporter) error {
	t, err := o.knownTarget(ctx, src, name)
	if err != nil {
		_ = src.Close()
		return err
	}
	c := conversion{s: s, src: src, out: out, opt: o, report: report, do: conv.Convert}
	return c.run(ctx, t.direction, t.format)
}

// Import reads a file of a run that is not .msg into m, without saving it: an
// output, or the input that reports call name. The source stays open: m reads from
// it. Nothing is transformed.
func Import(ctx context.Context, conv Converter, o Options, name string, m *session.Message, src *store.Source) error {
	t, err := o.knownTarget(ctx, src, name)
	if err != nil {
		return err
	}
	o.Transforms = nil // the file is what they have made already, or their input
	c := conversion{src: src, opt: o, do: conv.Convert}
	return c.do(ctx, c.importJob(ctx, m, t.format))
}

// heldTarget is the storage of a message that outlives the message.
type heldTarget struct{ *store.Target }

// Close does nothing: the output is closed by whoever publishes it.
func (heldTarget) Close() error { return nil }
