package session

import (
	"errors"
	"io"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// FuzzSessionOverStorage opens any bytes as a message and does to it what the
// second argument says, a step for each byte: no panic, errors that a caller
// can tell apart, and nothing taken from the allocator at the end. What is
// saved can be opened again.
func FuzzSessionOverStorage(f *testing.F) {
	for _, steps := range []string{"", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b", "\x04\x04\x06\x0b\x01\x0b", "\x16\x25\x34\x43\x0b"} {
		f.Add(seed("seed"), []byte(steps))
		f.Add([]byte(nil), []byte(steps))
	}
	f.Fuzz(func(t *testing.T, data, steps []byte) {
		if len(data) > 1<<20 || len(steps) > 64 {
			return
		}
		s := must(Open(NewAllocator(8<<20), 0))
		st := NewMemory(data)
		m, err := s.OpenMessage(st, 0, nil, nil)
		if err != nil {
			allowed(t, err)
			return
		}
		w := &walker{s: s, m: m}
		for _, b := range steps {
			allowed(t, w.step(b))
		}
		err = m.SaveChanges()
		allowed(t, err)
		s.Close()
		if used := s.alloc.Used(); used != 0 {
			t.Errorf("%d bytes were not given back", used)
		}
		if err != nil || len(st.Bytes()) == 0 {
			return
		}
		again, err := OpenMessage(NewAllocator(1<<30), NewMemory(st.Bytes()), 0, nil, nil)
		if err != nil {
			t.Fatalf("what was saved does not open: %v", err)
		}
		again.Release()
	})
}

// allowed fails the test for an error that is none of those documented.
func allowed(t *testing.T, err error) {
	t.Helper()
	var c mapi.Code
	var bad *msg.FormatError
	var container *cfb.FormatError
	if err != nil && !errors.As(err, &c) && !errors.As(err, &bad) && !errors.As(err, &container) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%T: %v", err, err)
	}
}

// seed is a message file.
func seed(text string) []byte {
	st := NewMemory(nil)
	m := must(OpenMessage(NewAllocator(1<<20), st, 0, nil, nil))
	defer m.Release()
	inner := sample("inner")
	tree := sample(text)
	tree.Props.SetNamed(color, mapi.PtypString, "red")
	tree.Recipients = rows("Ann", "Bob")
	tree.Attachments = append(tree.Attachments, &mapi.Attachment{Embedded: inner})
	tree.Attachments[0].Props.Set(proptag.AttachDataBinary, []byte("short"))
	inner.Attachments = nil
	if err := errors.Join(m.SetContents(tree), m.SaveChanges()); err != nil {
		panic(err)
	}
	return st.Bytes()
}

// walker does steps on a message.
type walker struct {
	s *Session
	m *Message
	a *Attachment
}

// step does what the low half of b says, to what the high half says.
func (w *walker) step(b byte) error {
	n := int32(b >> 4)
	tag := mapi.Tag(0x8000001F) + mapi.Tag(n)<<16
	switch b & 15 {
	case 0:
		_, _, err := w.m.GetProps(nil, Unicode)
		return err
	case 1:
		_, err := w.m.SetProps(mapi.Props{{Tag: proptag.Subject, Value: "x"}, {Tag: tag, Value: "y"}, {Tag: 0x1F, Name: color, Value: "z"}})
		return err
	case 2:
		_, err := w.m.DeleteProps(tags(tag, proptag.Subject, recipientsTag))
		return err
	case 3:
		return w.read(&w.m.Object)
	case 4:
		a, err := w.m.OpenAttach(n, BestAccess)
		if err == nil {
			w.a = a
		}
		return err
	case 5:
		if w.a == nil {
			return nil
		}
		em, err := w.a.OpenMessage(Modify | OpenFlags(n&2))
		if err != nil {
			return err
		}
		_, err = em.SetProps(one(proptag.Subject, "inner"))
		return errors.Join(err, em.SaveChanges(), w.a.SaveChanges(), w.read(&em.Object), w.read(&w.a.Object))
	case 6:
		return w.m.DeleteAttach(n)
	case 7:
		return w.m.ModifyRecipients(RecipientFlags(n&14), withRow(rows("Eve"), n))
	case 8:
		return w.table(n)
	case 9:
		to, err := w.s.OpenMessage(NewMemory(nil), 0, nil, nil)
		if err != nil {
			return err
		}
		_, err = w.m.CopyTo(to, nil, NoReplace)
		return errors.Join(err, to.SaveChanges())
	case 10:
		_, err := w.m.SetAttribIMsgOnIStg(tags(tag, proptag.Subject), []uint32{uint32(n), uint32(n)})
		return err
	case 11:
		return w.m.SaveChanges()
	case 12:
		return w.storage(OpenFlags(n & 3))
	case 13:
		return w.m.SetCodePage([]int{0, 932, 1252, 65001}[n&3])
	case 14:
		_, err := w.m.SetProps(mapi.Props{{Tag: proptag.Subject, Value: "春 €"}, {Tag: mapi.NewTag(uint16(n)<<12|0x66, mapi.PtypInteger32), Value: n}})
		return err
	}
	return nil
}

// storage opens the attachment as a stored object and goes through it.
func (w *walker) storage(flags OpenFlags) error {
	if w.a == nil {
		return nil
	}
	st, err := w.a.OpenStorage(flags)
	if err != nil {
		return err
	}
	err = w.elements(st, flags)
	return errors.Join(err, st.Close(), w.a.SaveChanges())
}

func (w *walker) elements(st *ObjectStorage, flags OpenFlags) error {
	list, err := st.Elements()
	if err != nil {
		return err
	}
	if flags&Modify != 0 {
		if _, err := st.OpenStorage("made", Modify|Create); err != nil {
			return err
		}
	}
	for _, e := range list {
		if e.Storage {
			sub, err := st.OpenStorage(e.Name, flags&Modify)
			if err != nil {
				return err
			}
			if err := w.elements(sub, 0); err != nil {
				return err
			}
			continue
		}
		s, err := st.OpenStream(e.Name, flags&Modify)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{s}); err != nil {
			return err
		}
	}
	return nil
}

// read reads every property of an object as a stream.
func (w *walker) read(o *Object) error {
	list, err := o.GetPropList(Unicode)
	if err != nil {
		return err
	}
	for _, tag := range list {
		r, err := o.OpenStream(tag, 0)
		if err != nil {
			continue
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) table(n int32) error {
	for _, get := range []func(Flags) (*Table, error){w.m.GetRecipientTable, w.m.GetAttachmentTable} {
		t, err := get(Unicode)
		if err != nil {
			return err
		}
		err = errors.Join(t.SortTable([]SortOrder{{Tag: proptag.DisplayName}}), t.Restrict(RestrictNot{RestrictExist{proptag.Subject}}))
		_, qerr := t.QueryRows(int(n)-8|1, 0)
		if err := errors.Join(err, qerr); err != nil {
			return err
		}
	}
	return nil
}
