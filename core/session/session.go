package session

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Flags are those of OpenIMsgSession and OpenIMsgOnIStg.
type Flags uint32

// The flags. Every other bit is refused with MAPI_E_UNKNOWN_FLAGS.
const (
	NoStorageCommit Flags = 0x00000001 // IMSG_NO_ISTG_COMMIT: the caller commits the storage
	Unicode         Flags = 0x80000000 // MAPI_UNICODE: an ANSI file becomes Unicode when it is saved; new ones are in any case, unless SetCodePage says otherwise
)

// A Storage is the compound file under a message. It is used by one message and
// need not be safe for concurrent use, except for ReadAt.
//
// A Storage may also have ReadOnly() bool, which makes its message read-only,
// and Changed() error, which lets SaveChanges refuse with
// MAPI_E_OBJECT_CHANGED or MAPI_E_OBJECT_DELETED what somebody else has changed
// or deleted.
type Storage interface {
	io.ReaderAt
	// Size returns the bytes of the committed contents; 0 means that the
	// storage is new.
	Size() int64
	// Rewrite starts new contents. Storages that are read-only return
	// MAPI_E_NO_ACCESS.
	Rewrite() (io.WriteSeeker, error)
	// Commit makes the new contents permanent, all at once. ReadAt goes on to
	// read what was committed when the message was opened.
	Commit() error
	// Close drops what was not committed and frees the storage.
	Close() error
}

// A Session owns messages. All methods are safe for concurrent use.
type Session struct {
	alloc *Allocator
	flags Flags
	limit atomic.Int64    // see SetPropLimit
	end   context.Context // ends with Close; the session is what lives as long
	close context.CancelFunc

	mu       sync.Mutex
	closed   bool       // guarded by mu
	messages []*Message // guarded by mu; in the order of opening
}

// Open starts a session whose messages share the memory of alloc. It returns
// MAPI_E_INVALID_PARAMETER when alloc is nil and MAPI_E_UNKNOWN_FLAGS for flags
// other than 0 and Unicode.
func Open(alloc *Allocator, flags Flags) (*Session, error) {
	if alloc == nil {
		return nil, mapi.ErrInvalidParameter
	}
	if flags&^Unicode != 0 {
		return nil, mapi.ErrUnknownFlags
	}
	s := &Session{alloc: alloc, flags: flags}
	s.end, s.close = context.WithCancel(context.Background())
	s.limit.Store(defaultPropLimit)
	return s, nil
}

// defaultPropLimit is the habit of MAPI, in bytes.
const defaultPropLimit = 4 << 10

// SetPropLimit sets how many bytes of a string or binary value GetProps gives
// out; longer ones are for OpenProperty. It is 4 KiB unless it is set.
func (s *Session) SetPropLimit(bytes int64) { s.limit.Store(bytes) }

// OpenMessage makes a message over st: an existing one when st has contents, a
// new one when it is empty. The message and st belong to the session from here
// on, also when OpenMessage fails: st is closed then. report takes what had to
// be repaired in reading. released, if not nil, is called exactly once, when the
// message and everything opened through it are gone.
//
// It returns MAPI_E_INVALID_PARAMETER without a storage, MAPI_E_UNKNOWN_FLAGS
// for unknown flags, and MAPI_E_INVALID_OBJECT when the session is closed.
func (s *Session) OpenMessage(st Storage, flags Flags, report problem.Reporter, released func()) (*Message, error) {
	if st == nil {
		return nil, mapi.ErrInvalidParameter
	}
	d := newDocument(s, st, flags, report, released)
	fail := func(err error) (*Message, error) {
		d.free(func() {})
		return nil, err
	}
	if flags&^(Unicode|NoStorageCommit) != 0 {
		return fail(mapi.ErrUnknownFlags)
	}
	if err := s.Err(); err != nil {
		return fail(err)
	}
	if err := d.open(); err != nil {
		return fail(err)
	}
	m := newMessageOn(d)
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.messages = append(s.messages, m)
	}
	s.mu.Unlock()
	if closed {
		return fail(mapi.ErrInvalidObject)
	}
	return m, nil
}

// Messages returns the messages that are open, in the order of opening.
func (s *Session) Messages() []*Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Close closes the session and everything in it. It waits for operations under
// way, never for callers that merely hold an object. Calling it again does
// nothing.
func (s *Session) Close() {
	s.mu.Lock()
	s.closed = true
	messages := s.messages
	s.messages = nil
	s.mu.Unlock()
	s.close()
	for _, m := range messages {
		m.free()
	}
}

// AfterClose has f called, in a goroutine of its own, when the session is closed,
// at once if it is. The function that it returns ends that.
func (s *Session) AfterClose(f func()) (stop func()) {
	end := context.AfterFunc(s.end, f)
	return func() { end() }
}

// Err returns MAPI_E_INVALID_OBJECT when the session is closed, else nil.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return mapi.ErrInvalidObject
	}
	return nil
}

// forget takes a message out of the session's list.
func (s *Session) forget(m *Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = slices.DeleteFunc(s.messages, func(x *Message) bool { return x == m })
}
