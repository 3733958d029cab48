// Package store is where messages come from and go to: files that are read in
// place, and files that come into being all at once or not at all.
package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// ErrExists means that the output is there already and was not to be
// overwritten.
var ErrExists = errors.New("output exists")

// StateFolder is the name of the folder, in the folder of the outputs, in which
// runs keep their plans and ledgers. It is neither input nor output.
const StateFolder = ".oxbridge"

// TempPrefix begins the names of files in the making. Files with such a name
// are what a killed run left behind, on systems without files that have no name.
const TempPrefix = ".oxbridge-"

// A Source is contents opened for reading. ReadAt is safe for concurrent use. It
// serves as the storage of a message that is only read.
type Source struct {
	r       io.ReaderAt
	whole   []byte    // all of the contents; nil when they are not in memory
	closer  io.Closer // nil when there is nothing to close
	size    int64
	modTime time.Time
	behind  sync.WaitGroup // digests that are being made
}

// OpenSource opens a regular file; anything else is an error.
func OpenSource(path string) (*Source, error) {
	f, err := openRead(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Source{r: f, closer: f, size: info.Size(), modTime: info.ModTime()}, nil
}

// NewSource returns size bytes of r as a Source. Its Close closes c, which may
// be nil.
func NewSource(r io.ReaderAt, size int64, modTime time.Time, c io.Closer) *Source {
	return &Source{r: r, closer: c, size: size, modTime: modTime}
}

// Load reads contents of up to limit bytes into memory, from where everything is
// read then. It must come before any other use.
func (s *Source) Load(limit int64) error {
	if s.whole != nil || s.size > limit || s.size == 0 {
		return nil
	}
	b := make([]byte, s.size)
	n, err := s.r.ReadAt(b, 0)
	if n < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	s.r, s.whole = bytes.NewReader(b), b
	return nil
}

// Whole returns the contents when Load has read them, or nil. Nobody may change
// them.
func (s *Source) Whole() []byte { return s.whole }

// Digest makes the digest of the contents, beside what else is done with them when
// they are not in memory: Close waits for it. The function that it returns returns
// the digest, any number of times.
func (s *Source) Digest() func() (Digest, error) {
	if s.whole != nil {
		d := digestBytes(s.whole)
		return func() (Digest, error) { return d, nil }
	}
	var d Digest
	var err error
	s.behind.Go(func() { d, err = DigestOf(s, s.size) })
	return func() (Digest, error) {
		s.behind.Wait()
		return d, err
	}
}

// ReadAt implements io.ReaderAt.
func (s *Source) ReadAt(p []byte, off int64) (int, error) { return s.r.ReadAt(p, off) }

// Size returns the length of the contents in bytes when they were opened.
func (s *Source) Size() int64 { return s.size }

// ModTime returns when the contents had last changed when they were opened.
func (s *Source) ModTime() time.Time { return s.modTime }

// ReadOnly returns true.
func (s *Source) ReadOnly() bool { return true }

// Rewrite returns MAPI_E_NO_ACCESS: a Source is read-only.
func (s *Source) Rewrite() (io.WriteSeeker, error) { return nil, mapi.ErrNoAccess }

// Commit returns MAPI_E_NO_ACCESS.
func (s *Source) Commit() error { return mapi.ErrNoAccess }

// Close ends the use of the contents.
func (s *Source) Close() error {
	s.behind.Wait()
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}
