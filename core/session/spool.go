package session

import (
	"bytes"
	"io"
	"os"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// spoolMemory is what a Spool holds in memory before it goes to a file, in
// bytes.
const spoolMemory = 256 << 10

// A Spool takes a large value that somebody sends and keeps it until it is
// stored: first in memory, then in a temporary file that has no name. It lives
// until Free or the end of its message. Writing is for one goroutine; once
// written, it may be opened any number of times.
type Spool struct {
	mu   sync.Mutex
	mem  []byte   // guarded by mu
	file *os.File // guarded by mu
	size int64    // guarded by mu
	dead bool     // guarded by mu
}

var _ mapi.Large = (*Spool)(nil)

// newSpool returns an empty spool that is freed with the document.
func (d *document) newSpool() *Spool {
	sp := new(Spool)
	if err := d.gate.enter(); err != nil {
		sp.dead = true
		return sp
	}
	defer d.gate.leave()
	d.loose.addSpool(sp)
	return sp
}

// Write appends p.
func (sp *Spool) Write(p []byte) (int, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.put(p, sp.size)
}

// WriteAt writes p at an offset. What it leaves out before that is zero.
func (sp *Spool) WriteAt(p []byte, off int64) (int, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.put(p, off)
}

func (sp *Spool) put(p []byte, off int64) (int, error) {
	if sp.dead {
		return 0, mapi.ErrInvalidObject
	}
	end := off + int64(len(p))
	if sp.file == nil && end > spoolMemory {
		if err := sp.spill(); err != nil {
			return 0, err
		}
	}
	if sp.file != nil {
		n, err := sp.file.WriteAt(p, off)
		sp.size = max(sp.size, off+int64(n))
		return n, err
	}
	if grow := end - sp.size; grow > 0 {
		sp.mem = append(sp.mem, make([]byte, grow)...)
	}
	sp.size = max(sp.size, end)
	return copy(sp.mem[off:], p), nil
}

// Truncate cuts the spool to n bytes or extends it by zeros.
func (sp *Spool) Truncate(n int64) error {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if n > sp.size {
		_, err := sp.put(make([]byte, 1), n-1)
		return err
	}
	if sp.dead {
		return mapi.ErrInvalidObject
	}
	sp.size = n
	if sp.file != nil {
		return sp.file.Truncate(n)
	}
	sp.mem = sp.mem[:n:n]
	return nil
}

// ReadAt reads what was written so far.
func (sp *Spool) ReadAt(p []byte, off int64) (int, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	switch {
	case sp.dead:
		return 0, mapi.ErrInvalidObject
	case sp.file != nil:
		return io.NewSectionReader(sp.file, 0, sp.size).ReadAt(p, off)
	}
	return bytes.NewReader(sp.mem).ReadAt(p, off)
}

// spill moves what is in memory to a file.
func (sp *Spool) spill() error {
	f, err := os.CreateTemp("", "oxbridge-spool-")
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name()) // where a file in use cannot be removed, free does it
	if _, err := f.Write(sp.mem); err != nil {
		_ = f.Close()
		return err
	}
	sp.file, sp.mem = f, nil
	return nil
}

// Size returns the bytes written so far.
func (sp *Spool) Size() int64 {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.size
}

// Open returns a reader of what was written so far.
func (sp *Spool) Open() (io.ReadCloser, error) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.dead {
		return nil, mapi.ErrInvalidObject
	}
	if sp.file == nil {
		return io.NopCloser(bytes.NewReader(sp.mem)), nil
	}
	return io.NopCloser(io.NewSectionReader(sp.file, 0, sp.size)), nil
}

// Free gives the memory or the file back before the message does.
func (sp *Spool) Free() { sp.free() }

func (sp *Spool) free() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.dead, sp.mem = true, nil
	if sp.file != nil {
		_ = sp.file.Close()
		_ = os.Remove(sp.file.Name())
	}
}
