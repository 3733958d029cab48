// Package store is where messages come from and go to: files that are read in
// place, and files that come into being all at once or not at all.
package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// ErrExists means that the output is there already and was not to be
// overwritten.
var ErrExists = errors.New("output exists")

// A Source is a file opened for reading. ReadAt is safe for concurrent use. It
// serves as the storage of a message that is only read.
type Source struct {
	file *os.File
	size int64
}

// OpenSource opens a regular file; anything else is an error.
func OpenSource(path string) (*Source, error) {
	f, err := os.Open(path)
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
	return &Source{f, info.Size()}, nil
}

// ReadAt implements io.ReaderAt.
func (s *Source) ReadAt(p []byte, off int64) (int, error) { return s.file.ReadAt(p, off) }

// Size returns the length of the file in bytes when it was opened.
func (s *Source) Size() int64 { return s.size }

// ReadOnly returns true.
func (s *Source) ReadOnly() bool { return true }

// Rewrite returns MAPI_E_NO_ACCESS: a Source is read-only.
func (s *Source) Rewrite() (io.WriteSeeker, error) { return nil, mapi.ErrNoAccess }

// Commit returns MAPI_E_NO_ACCESS.
func (s *Source) Commit() error { return mapi.ErrNoAccess }

// Close closes the file.
func (s *Source) Close() error { return s.file.Close() }

// A Target is a file in the making. It is written beside its place under a
// temporary name and appears there, whole, by Commit. It serves as the storage
// of a new message. Not safe for concurrent use.
type Target struct {
	path      string
	overwrite bool
	file      *os.File // nil after Commit or Close
	buf       *bufio.Writer
	size      int64
}

// bufferSize is what a Target collects before it writes, in bytes.
const bufferSize = 128 << 10

// Create starts a file that will appear at path, making the folders above it.
// Unless overwrite is set, a path that exists is ErrExists, now and at Commit.
func Create(path string, overwrite bool) (*Target, error) {
	if !overwrite {
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%s: %w", path, ErrExists)
		}
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, TempPrefix+"*")
	if err != nil {
		return nil, err
	}
	return &Target{path: path, overwrite: overwrite, file: f, buf: bufio.NewWriterSize(f, bufferSize)}, nil
}

// TempPrefix begins the names of files in the making. Files with such a name
// are what a killed run left behind.
const TempPrefix = ".oxbridge-"

// Path returns where the file appears.
func (t *Target) Path() string { return t.path }

// Write appends p.
func (t *Target) Write(p []byte) (int, error) {
	n, err := t.buf.Write(p)
	t.size += int64(n)
	return n, err
}

// Written returns the bytes that went through Write.
func (t *Target) Written() int64 { return t.size }

// ReadAt reads nothing: a Target has no committed contents.
func (t *Target) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

// Size returns 0: a Target has no committed contents.
func (t *Target) Size() int64 { return 0 }

// Rewrite returns the file itself, empty and at its beginning. It is not to be
// mixed with Write.
func (t *Target) Rewrite() (io.WriteSeeker, error) {
	if t.file == nil {
		return nil, mapi.ErrInvalidObject
	}
	if err := t.file.Truncate(0); err != nil {
		return nil, err
	}
	_, err := t.file.Seek(0, io.SeekStart)
	return t.file, err
}

// Commit makes the file appear at its path. On an error nothing appears, and the
// temporary file is gone.
func (t *Target) Commit() error {
	if t.file == nil {
		return mapi.ErrInvalidObject
	}
	temp := t.file.Name()
	err := t.buf.Flush()
	if cerr := t.file.Chmod(0o644); err == nil {
		err = cerr
	}
	if cerr := t.file.Close(); err == nil {
		err = cerr
	}
	t.file = nil
	if err == nil {
		err = publish(temp, t.path, t.overwrite)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}

// publish gives a finished file its name. Without overwrite it links, which
// fails when the name is taken; file systems without links get a check and a
// rename.
func publish(temp, path string, overwrite bool) error {
	if overwrite {
		return os.Rename(temp, path)
	}
	err := os.Link(temp, path)
	switch {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	if _, serr := os.Lstat(path); serr == nil {
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	return os.Rename(temp, path)
}

// Close drops the file unless it was committed.
func (t *Target) Close() error {
	if t.file == nil {
		return nil
	}
	f := t.file
	t.file = nil
	err := f.Close()
	if rerr := os.Remove(f.Name()); err == nil {
		err = rerr
	}
	return err
}
