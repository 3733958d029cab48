package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Target is a file in the making. It has no name, or on systems that cannot do
// that a temporary one beside its place, and appears there, whole, by Publish.
// It serves as the storage of a new message. Not safe for concurrent use.
type Target struct {
	path      string
	overwrite bool
	file      *os.File // nil after Publish or Close
	unnamed   bool     // the file has no name yet
	readable  bool     // by whom it is to be once it is finished
	buf       *bufio.Writer
	hash      hash.Hash // of what went through Write
	size      int64     // what went through Write
	rewrite   *rewrite  // the contents came by Rewrite, if not nil
	finished  *Digest   // set by Finish
}

// mode is that of files that have appeared.
const mode = 0o644

// bufferSize is what a Target collects before it writes, in bytes.
const bufferSize = 128 << 10

// writers holds the buffers of Targets that are finished or closed.
var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, bufferSize) }}

// Create starts a file that will appear at path, making the folders above it.
// Unless overwrite is set, a path that exists is ErrExists, now and at Commit.
func Create(path string, overwrite bool) (*Target, error) {
	if !overwrite {
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%s: %w", path, ErrExists)
		}
	}
	return create(path, overwrite)
}

// create starts a file and leaves the question of the name to Publish.
func create(path string, overwrite bool) (*Target, error) {
	t := &Target{path: path, overwrite: overwrite, hash: sha256.New()}
	dir := filepath.Dir(path)
	err := t.open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o755); err == nil {
			err = t.open(dir)
		}
	}
	if err != nil {
		return nil, err
	}
	t.buf = writers.Get().(*bufio.Writer)
	t.buf.Reset(&behind{File: t.file})
	return t, nil
}

// open makes the file in a folder, which must be there.
func (t *Target) open(dir string) (err error) {
	if t.file, err = createUnnamed(dir); err == nil {
		t.unnamed, t.readable = true, createsReadable()
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return err // the folder may be there a moment later
	}
	t.file, err = os.CreateTemp(dir, TempPrefix+ProcessTag()+"-*")
	return err
}

// freeBuffer gives the buffers to other Targets.
func (t *Target) freeBuffer() {
	if t.rewrite != nil {
		t.rewrite.free()
	}
	if t.buf != nil {
		t.buf.Reset(nil)
		writers.Put(t.buf)
		t.buf = nil
	}
}

// Named reports whether the file has a temporary name while it is made: what a
// killed process leaves behind then.
func (t *Target) Named() bool { return !t.unnamed }

// Path returns where the file appears.
func (t *Target) Path() string { return t.path }

// Write appends p.
func (t *Target) Write(p []byte) (int, error) {
	if t.buf == nil {
		return 0, mapi.ErrInvalidObject
	}
	n, err := t.buf.Write(p)
	t.hash.Write(p[:n])
	t.size += int64(n)
	return n, err
}

// Written returns the bytes that went through Write.
func (t *Target) Written() int64 { return t.size }

// ReadAt reads nothing: a Target has no committed contents.
func (t *Target) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

// Size returns 0: a Target has no committed contents.
func (t *Target) Size() int64 { return 0 }

// Rewrite returns the file, empty and at its beginning; it is also an io.ReaderAt
// until Finish. It is not to be mixed with Write.
func (t *Target) Rewrite() (io.WriteSeeker, error) {
	if t.file == nil || t.finished != nil {
		return nil, mapi.ErrInvalidObject
	}
	if t.rewrite == nil {
		t.rewrite = newRewrite(&behind{File: t.file})
	}
	return t.rewrite, t.rewrite.restart()
}

// Finish says that the contents are complete, and returns what they are.
func (t *Target) Finish() (Digest, error) {
	switch {
	case t.file == nil:
		return Digest{}, mapi.ErrInvalidObject
	case t.finished != nil:
		return *t.finished, nil
	}
	var d Digest
	var err error
	if t.rewrite != nil {
		d, err = t.rewrite.finish()
	} else {
		d = Digest{hex.EncodeToString(t.hash.Sum(nil)), t.size}
		err = t.buf.Flush()
	}
	if err == nil && !t.readable {
		err = t.file.Chmod(mode)
	}
	if err != nil {
		return Digest{}, err
	}
	t.freeBuffer()
	t.finished = &d
	return d, nil
}

// Commit finishes the file and makes it appear at its path. On an error nothing
// appears, and the contents are gone.
func (t *Target) Commit() error {
	if _, err := t.Finish(); err != nil {
		if t.file != nil {
			_ = t.Close()
		}
		return err
	}
	return t.Publish(t.overwrite)
}

// Publish gives a finished file its name. Unless overwrite is set, a name that
// is taken is ErrExists. On an error the contents are gone.
func (t *Target) Publish(overwrite bool) error {
	if t.file == nil || t.finished == nil {
		return mapi.ErrInvalidObject
	}
	name, err := t.name(overwrite)
	if cerr := t.file.Close(); err == nil {
		err = cerr
	}
	t.file = nil
	if err == nil && name != "" {
		err = publish(name, t.path, overwrite)
	}
	if err != nil && name != "" {
		_ = os.Remove(name)
	}
	return err
}

// name gives a file without a name its own, or, when it is to replace another, a
// temporary one. It returns the temporary name, "" when there is none.
func (t *Target) name(overwrite bool) (string, error) {
	if !t.unnamed {
		return t.file.Name(), nil
	}
	err := nameUnnamed(t.file, t.path)
	if !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	if !overwrite {
		return "", fmt.Errorf("%s: %w", t.path, ErrExists)
	}
	temp := filepath.Join(filepath.Dir(t.path), TempPrefix+t.finished.SHA256[:16])
	if err = nameUnnamed(t.file, temp); errors.Is(err, fs.ErrExist) {
		_ = os.Remove(temp)
		err = nameUnnamed(t.file, temp)
	}
	return temp, err
}

// publish gives a file with a temporary name its own. Without overwrite it
// links, which fails when the name is taken; file systems without links get a
// check and a rename.
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

// Close drops the file unless it was published.
func (t *Target) Close() error {
	if t.file == nil {
		return nil
	}
	f := t.file
	t.file = nil
	t.freeBuffer()
	err := f.Close()
	if t.unnamed {
		return err
	}
	if rerr := os.Remove(f.Name()); err == nil {
		err = rerr
	}
	return err
}

// Sync writes a finished file to its disk.
func (t *Target) Sync() error {
	if t.file == nil || t.finished == nil {
		return mapi.ErrInvalidObject
	}
	return t.file.Sync()
}
