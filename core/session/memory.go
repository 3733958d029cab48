package session

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Memory is a storage in memory. Its methods are safe for concurrent use.
type Memory struct {
	opened *bytes.Reader // what it was made with

	mu        sync.Mutex
	committed []byte  // guarded by mu
	next      *buffer // guarded by mu
}

var _ Storage = (*Memory)(nil)

// NewMemory returns a storage with contents b, which must not change; nil makes
// a new one.
func NewMemory(b []byte) *Memory { return &Memory{opened: bytes.NewReader(b), committed: b} }

// Bytes returns what was committed last. It must not be changed. It stays
// after the end of the message.
func (m *Memory) Bytes() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.committed
}

// ReadAt reads what the storage was made with.
func (m *Memory) ReadAt(p []byte, off int64) (int, error) { return m.opened.ReadAt(p, off) }

// Size returns the length of what the storage was made with.
func (m *Memory) Size() int64 { return m.opened.Size() }

// Rewrite starts new contents.
func (m *Memory) Rewrite() (io.WriteSeeker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next = new(buffer)
	return m.next, nil
}

// Commit makes the new contents those that Bytes returns.
func (m *Memory) Commit() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.next == nil {
		return mapi.ErrNotInitialized
	}
	m.committed, m.next = m.next.b, nil
	return nil
}

// Close drops what was not committed.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next = nil
	return nil
}

// buffer is an io.WriteSeeker in memory. The zero value is empty.
type buffer struct {
	b   []byte
	pos int64
}

// Write writes at the position.
func (w *buffer) Write(p []byte) (int, error) {
	if grow := w.pos + int64(len(p)) - int64(len(w.b)); grow > 0 {
		w.b = slices.Grow(w.b, int(grow))[:int64(len(w.b))+grow]
	}
	n := copy(w.b[w.pos:], p)
	w.pos += int64(n)
	return n, nil
}

// Seek moves the position.
func (w *buffer) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += w.pos
	case io.SeekEnd:
		offset += int64(len(w.b))
	}
	if offset < 0 {
		return 0, errors.New("session: seek before the start")
	}
	w.pos = offset
	return offset, nil
}

// A ReaderStorage is a storage that is only read.
type ReaderStorage struct {
	io.ReaderAt
	size int64
}

var _ Storage = (*ReaderStorage)(nil)

// NewReaderStorage returns a read-only storage of the first size bytes of r. If r is an
// io.Closer it is closed with the message.
func NewReaderStorage(r io.ReaderAt, size int64) *ReaderStorage { return &ReaderStorage{r, size} }

// Size returns the length.
func (r *ReaderStorage) Size() int64 { return r.size }

// ReadOnly returns true.
func (r *ReaderStorage) ReadOnly() bool { return true }

// Rewrite returns MAPI_E_NO_ACCESS.
func (r *ReaderStorage) Rewrite() (io.WriteSeeker, error) { return nil, mapi.ErrNoAccess }

// Commit returns MAPI_E_NO_ACCESS.
func (r *ReaderStorage) Commit() error { return mapi.ErrNoAccess }

// Close closes the reader if it can be closed.
func (r *ReaderStorage) Close() error {
	if c, ok := r.ReaderAt.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
