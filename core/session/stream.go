package session

import (
	"errors"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Stream is a property opened as a sequence of bytes (IStream). A string is
// UTF-8, a stored object a compound file of its own. A stream opened with
// Modify changes the property when it is committed, which Close does too; while
// it is open the property cannot be opened or set otherwise, that is
// MAPI_E_NO_ACCESS. A stream of an [ObjectStorage] does all this to that. Methods
// are safe for concurrent use.
type Stream struct {
	o      *Object
	tag    mapi.Tag
	within *ObjectStorage    // nil for a property
	node   *msg.ObjectStream // in within, of a stream for writing

	mu     sync.Mutex
	closed bool       // guarded by mu
	pos    int64      // guarded by mu
	source mapi.Large // of a stream for reading
	reader io.ReadCloser
	at     int64  // guarded by mu; where reader is
	spool  *Spool // guarded by mu; of a stream for writing
	dirty  bool   // guarded by mu; not committed
	handed bool   // guarded by mu; the spool belongs to the property
}

var _ io.ReadWriteSeeker = (*Stream)(nil)

// openStream opens a stream inside an operation.
func (o *Object) openStream(tag mapi.Tag, flags OpenFlags) (*Stream, error) {
	p, err := o.openable(tag, flags)
	switch {
	case err != nil:
		return nil, err
	case flags&Modify == 0:
		return &Stream{o: o, tag: tag, source: o.large(p.Value)}, nil
	}
	s := &Stream{o: o, tag: tag, spool: o.doc.newSpool(), dirty: flags&Create != 0}
	if flags&Create == 0 {
		if err := fill(s.spool, o.large(p.Value)); err != nil {
			s.spool.Free()
			return nil, err
		}
	}
	o.startWriting(tag.ID())
	return s, nil
}

// openable returns a property that may be opened as a stream or storage, the
// zero Prop for one that is to be created.
func (o *Object) openable(tag mapi.Tag, flags OpenFlags) (mapi.Prop, error) {
	id := tag.ID()
	p, code := o.lookup(tag)
	switch {
	case o.writing[id]:
		return p, mapi.ErrNoAccess
	case code != mapi.OK && (code != mapi.ErrNotFound || flags&Create == 0):
		return p, code
	case flags&Modify == 0:
		return p, nil
	case isComputed(tag):
		return p, mapi.ErrComputed
	case id >= firstNamed && o.doc.names.name(id).IsZero(), id == 0:
		return p, mapi.ErrInvalidParameter
	}
	if i := o.index(tag); i >= 0 && o.locked(&o.bag.props[i]) {
		return p, mapi.ErrNoAccess
	}
	return p, nil
}

// startWriting says that a property is open for writing.
func (o *Object) startWriting(id uint16) {
	if o.writing == nil {
		o.writing = make(map[uint16]bool)
	}
	o.writing[id] = true
}

// enter starts an operation, which ends with leave.
func (s *Stream) enter() error {
	if err := s.o.doc.enter(); err != nil {
		return err
	}
	dead := s.o.dead
	s.o.doc.mu.Unlock()
	s.mu.Lock()
	if dead || s.closed || s.within != nil && !s.within.isAlive() {
		s.leave()
		return mapi.ErrInvalidObject
	}
	return nil
}

func (s *Stream) leave() {
	s.mu.Unlock()
	s.o.doc.gate.leave()
}

// Read reads at the position.
func (s *Stream) Read(p []byte) (int, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.leave()
	var n int
	var err error
	if s.spool != nil {
		n, err = s.spool.ReadAt(p, s.pos)
		if n > 0 && errors.Is(err, io.EOF) {
			err = nil
		}
	} else if err = s.align(); err == nil {
		n, err = s.reader.Read(p)
		s.at += int64(n)
	}
	s.pos += int64(n)
	return n, err
}

// align brings the reader to the position.
func (s *Stream) align() error {
	if s.reader != nil && s.at > s.pos {
		_ = s.reader.Close()
		s.reader, s.at = nil, 0
	}
	if s.reader == nil {
		r, err := s.source.Open()
		if err != nil {
			return err
		}
		s.reader = r
	}
	n, err := io.CopyN(io.Discard, s.reader, s.pos-s.at)
	s.at += n
	return err
}

// Write writes at the position. It returns MAPI_E_NO_ACCESS for a stream that
// was not opened with Modify.
func (s *Stream) Write(p []byte) (int, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.leave()
	if err := s.change(); err != nil {
		return 0, err
	}
	n, err := s.spool.WriteAt(p, s.pos)
	s.pos += int64(n)
	return n, err
}

// SetSize cuts the stream, which was opened with Modify, or extends it by zeros.
func (s *Stream) SetSize(n int64) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if n < 0 {
		return mapi.ErrInvalidParameter
	}
	if err := s.change(); err != nil {
		return err
	}
	return s.spool.Truncate(n)
}

// Size returns the length in bytes, -1 if it is known only after reading.
func (s *Stream) Size() (int64, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.leave()
	return s.size(), nil
}

func (s *Stream) size() int64 {
	if s.spool != nil {
		return s.spool.Size()
	}
	return s.source.Size()
}

// Seek moves the position. Seeking from the end of a stream of unknown size is
// MAPI_E_NO_SUPPORT. Seeking back in a stream for reading reads it again from
// the start.
func (s *Stream) Seek(offset int64, whence int) (int64, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.leave()
	switch whence {
	case io.SeekCurrent:
		offset += s.pos
	case io.SeekEnd:
		size := s.size()
		if size < 0 {
			return 0, mapi.ErrNoSupport
		}
		offset += size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, mapi.ErrInvalidParameter
	}
	s.pos = offset
	return offset, nil
}

// Close commits the stream and ends it. Closing it again does nothing.
func (s *Stream) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return nil
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	err := s.commit()
	s.closed = true
	if s.reader != nil {
		err = errors.Join(err, s.reader.Close())
	}
	if s.spool == nil {
		return err
	}
	if s.within != nil {
		s.within.leaveStream(s.node)
		if !s.handed {
			s.spool.Free()
		}
		return err
	}
	s.o.doc.mu.Lock()
	delete(s.o.writing, s.tag.ID())
	s.o.doc.mu.Unlock()
	if !s.handed || s.spool.Size() <= inlineStream && s.tag.Type() != mapi.PtypObject {
		s.spool.Free()
	}
	return err
}
