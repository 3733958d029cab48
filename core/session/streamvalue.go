package session

import (
	"bytes"
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// inlineStream is up to what length a written stream becomes a value in memory,
// in bytes.
const inlineStream = 64 << 10

// large returns a value of the object as one that is read as a stream.
func (o *Object) large(v mapi.Value) mapi.Large {
	switch v := v.(type) {
	case mapi.Large:
		return v
	case string:
		return &guarded{o.doc, memoryValue(v)}
	case []byte:
		return &guarded{o.doc, memoryValue(v)}
	}
	return &guarded{o.doc, memoryValue(nil)}
}

// memoryValue is a large value that is not large.
type memoryValue []byte

// Size returns the length.
func (v memoryValue) Size() int64 { return int64(len(v)) }

// Open returns a reader of the bytes.
func (v memoryValue) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(v)), nil }

// fill appends a value to a spool.
func fill(sp *Spool, v mapi.Large) error {
	r, err := v.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(struct{ io.Writer }{sp}, r)
	return errors.Join(err, r.Close())
}

// change makes the spool one that may be written to.
func (s *Stream) change() error {
	if s.spool == nil {
		return mapi.ErrNoAccess
	}
	s.dirty = true
	if !s.handed {
		return nil
	}
	sp := s.o.doc.newSpool()
	if err := fill(sp, s.spool); err != nil {
		sp.Free()
		return err
	}
	s.spool, s.handed = sp, false
	return nil
}

// Commit makes what was written the value of the property, in memory until the
// object is saved. For a stored object that is no compound file it returns
// MAPI_E_CORRUPT_DATA. For a stream for reading it does nothing.
func (s *Stream) Commit() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return s.commit()
}

func (s *Stream) commit() error {
	if !s.dirty {
		return nil
	}
	if s.within != nil {
		s.within.take(s.node, s.spool)
		s.dirty, s.handed = false, true
		return nil
	}
	v, err := s.value()
	if err != nil {
		return err
	}
	if err := s.o.give(mapi.Prop{Tag: s.tag.WithType(s.tag.Type().Unicode()), Value: v}); err != nil {
		return err
	}
	s.dirty, s.handed = false, true
	return nil
}

// give makes p, whose name is that of its id, a property of the object.
func (o *Object) give(p mapi.Prop) error {
	o.doc.mu.Lock()
	defer o.doc.mu.Unlock()
	if err := o.mayWrite(); err != nil {
		return err
	}
	if err := o.node.load(); err != nil {
		return err
	}
	p.Name = o.doc.names.name(p.Tag.ID())
	if err := o.store(mapi.Props{p}); err != nil {
		return o.fail(err)
	}
	return nil
}

// compoundFile begins every compound file ([MS-CFB] 2.2).
var compoundFile = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// value returns what was written as a value of the property.
func (s *Stream) value() (mapi.Value, error) {
	large := &guarded{s.o.doc, s.spool}
	if s.tag.Type() == mapi.PtypObject {
		head := make([]byte, len(compoundFile))
		if _, err := s.spool.ReadAt(head, 0); err != nil || !bytes.Equal(head, compoundFile) {
			return nil, mapi.ErrCorruptData
		}
		return large, nil
	}
	if s.spool.Size() > inlineStream {
		return large, nil
	}
	b, err := mapi.ReadValue(s.spool, inlineStream)
	if err == nil && s.tag.Type().Unicode() == mapi.PtypString {
		return string(b), nil
	}
	return bytes.Clone(b), err
}
