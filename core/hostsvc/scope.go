package hostsvc

import (
	"errors"
	"io"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A scope lets what a job in this process is given die with the job, as the
// handles of one in another process do.
type scope struct{ lease *session.Lease }

// message returns a copy of m with values of the scope.
func (s scope) message(m *mapi.Message) *mapi.Message {
	c := &mapi.Message{Props: s.props(m.Props)}
	for _, r := range m.Recipients {
		c.Recipients = append(c.Recipients, s.props(r))
	}
	for _, a := range m.Attachments {
		if a == nil {
			continue // nor would the wire carry it
		}
		b := &mapi.Attachment{Props: s.props(a.Props)}
		if a.Embedded != nil {
			b.Embedded = s.message(a.Embedded)
		}
		c.Attachments = append(c.Attachments, b)
	}
	return c
}

func (s scope) props(ps mapi.Props) mapi.Props {
	ps = slices.Clone(ps)
	for i := range ps {
		if v, ok := ps[i].Value.(mapi.Large); ok {
			ps[i].Value = scopedLarge{v, s}
		}
	}
	return ps
}

// eachBag calls f for every property bag of a message that is not endless.
func eachBag(m *mapi.Message, f func(mapi.Props)) {
	for _, m := range m.All() {
		f(m.Props)
		for _, r := range m.Recipients {
			f(r)
		}
		for _, a := range m.Attached() {
			f(a.Props)
		}
	}
}

// ownValues gives a tree values of its own, which may be changed in place.
func ownValues(m *mapi.Message) {
	eachBag(m, func(ps mapi.Props) {
		for i := range ps {
			ps[i].Value = mapi.CloneValue(ps[i].Value)
		}
	})
}

// unscoped gives a tree back the values that outlive the job.
func unscoped(m *mapi.Message) {
	eachBag(m, func(ps mapi.Props) {
		for i := range ps {
			if v, ok := ps[i].Value.(scopedLarge); ok {
				ps[i].Value = v.Large
			}
		}
	})
}

// scopedLarge is a value of a message.
type scopedLarge struct {
	mapi.Large
	scope
}

// Open implements mapi.Large.
func (v scopedLarge) Open() (io.ReadCloser, error) {
	if err := v.lease.Err(); err != nil {
		return nil, err
	}
	r, err := v.Large.Open()
	if err != nil {
		return nil, err
	}
	return scopedReader{r, v.scope}, nil
}

type scopedReader struct {
	io.ReadCloser
	scope
}

func (r scopedReader) Read(p []byte) (int, error) {
	if err := r.lease.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}

// scopedInput is the file that an import reads. Ranges of it outlive the job:
// they belong to the message.
type scopedInput struct {
	transfer.Input
	scope
}

func (in scopedInput) ReadAt(p []byte, off int64) (int, error) {
	if err := in.lease.Err(); err != nil {
		return 0, err
	}
	return in.Input.ReadAt(p, off)
}

func (in scopedInput) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	if err := in.lease.Err(); err != nil {
		return -1, -1, err
	}
	return in.Input.Find(from, to, patterns...)
}

// scopedOutput is the file that an export of tree writes.
type scopedOutput struct {
	transfer.Output
	scope
	tree   *mapi.Message
	report problem.Reporter
}

func (out scopedOutput) Write(p []byte) (int, error) {
	if err := out.lease.Err(); err != nil {
		return 0, err
	}
	return out.Output.Write(p)
}

func (out scopedOutput) Ref(v mapi.Large, t transfer.Transform) error {
	if err := out.lease.Err(); err != nil {
		return err
	}
	err := out.Output.Ref(v, t)
	if errors.Is(err, mapi.ErrCorruptData) {
		out.report.Report(damagedValue(out.tree, v, err))
		return nil
	}
	return err
}
