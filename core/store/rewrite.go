package store

import (
	"bytes"
	"io"
	"io/fs"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// rewriteMemory is up to what size contents that are written out of order stay in
// memory, in bytes: those of most messages then need one write, and are not read
// again for their digest.
const rewriteMemory = 256 << 10

// rewrites holds the memory of files that are finished or closed.
var rewrites = sync.Pool{New: func() any { b := make([]byte, 0, rewriteMemory); return &b }}

// A rewrite is a file that is written by seeking. While it is short it is in
// memory alone.
type rewrite struct {
	file   *behind
	memory *[]byte // the contents; nil when they are in the file, or gone
	gone   bool
	at     int64 // where the next byte goes in memory
}

func newRewrite(f *behind) *rewrite { return &rewrite{file: f, memory: rewrites.Get().(*[]byte)} }

// restart makes the contents empty.
func (r *rewrite) restart() error {
	if r.memory == nil {
		if err := r.file.Truncate(0); err != nil {
			return err
		}
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		r.memory = rewrites.Get().(*[]byte)
	}
	*r.memory, r.at = (*r.memory)[:0], 0
	return nil
}

// Write implements io.Writer.
func (r *rewrite) Write(p []byte) (int, error) {
	if r.gone {
		return 0, mapi.ErrInvalidObject
	}
	if r.memory == nil {
		return r.file.Write(p)
	}
	b, end := *r.memory, r.at+int64(len(p))
	if end > rewriteMemory {
		if err := r.spill(); err != nil {
			return 0, err
		}
		return r.file.Write(p)
	}
	if n := int64(len(b)); end > n {
		b = b[:end]
		if r.at > n {
			clear(b[n:r.at])
		}
	}
	copy(b[r.at:], p)
	*r.memory, r.at = b, end
	return len(p), nil
}

// ReadAt implements io.ReaderAt for what was written.
func (r *rewrite) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case r.gone:
		return 0, mapi.ErrInvalidObject
	case r.memory == nil:
		return r.file.ReadAt(p, off)
	}
	return bytes.NewReader(*r.memory).ReadAt(p, off)
}

// spill moves the contents into the file.
func (r *rewrite) spill() error {
	if _, err := r.file.Write(*r.memory); err != nil {
		return err
	}
	if _, err := r.file.Seek(r.at, io.SeekStart); err != nil {
		return err
	}
	r.drop()
	return nil
}

// Seek implements io.Seeker.
func (r *rewrite) Seek(offset int64, whence int) (int64, error) {
	if r.gone {
		return 0, mapi.ErrInvalidObject
	}
	if r.memory == nil {
		return r.file.Seek(offset, whence)
	}
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += int64(len(*r.memory))
	}
	if offset < 0 {
		return 0, &fs.PathError{Op: "seek", Path: r.file.Name(), Err: fs.ErrInvalid}
	}
	r.at = offset
	return offset, nil
}

// finish brings the contents into the file and returns what they are.
func (r *rewrite) finish() (Digest, error) {
	if r.memory == nil {
		info, err := r.file.Stat()
		if err != nil {
			return Digest{}, err
		}
		return DigestOf(r.file, info.Size())
	}
	_, err := r.file.Write(*r.memory)
	return digestBytes(*r.memory), err
}

// free ends the use of the file.
func (r *rewrite) free() {
	r.drop()
	r.gone = true
}

// drop gives the memory to others.
func (r *rewrite) drop() {
	if r.memory != nil {
		*r.memory = (*r.memory)[:0]
		rewrites.Put(r.memory)
		r.memory = nil
	}
}
