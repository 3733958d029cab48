package cfb

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

const (
	pageSize  = 64 << 10 // bytes in a page of the cache
	pageCount = 64       // pages held at once
	padding   = 4096     // bytes of zeros readable past the end: the largest sector
)

// oneRead is the length of files that are read at once, header and all.
const oneRead = 256 << 10

// readHead returns the header of a file of at least headerSize bytes and, when
// that costs no further read, the file as newSource returns it.
func readHead(r io.ReaderAt, size, memory int64) (src io.ReaderAt, head []byte, err error) {
	if m := inMemory(r); m != nil && m.Size() >= size {
		src = inPlace{m, size}
	}
	if src != nil || size > min(memory, oneRead) {
		head = make([]byte, headerSize)
		return src, head, readFull(r, head, 0)
	}
	b := make(buffer, size+padding)
	n, err := r.ReadAt(b[:size], 0)
	if int64(n) == size {
		return b, b[:headerSize], nil
	}
	if n >= headerSize {
		return nil, b[:headerSize], nil // the header may say more than err, which newSource meets
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, nil, err
}

// inMemory returns a reader of what r has in memory, nil when it is elsewhere.
func inMemory(r io.ReaderAt) *bytes.Reader {
	switch m := r.(type) {
	case *bytes.Reader:
		return m
	case interface{ Whole() []byte }:
		if b := m.Whole(); b != nil {
			return bytes.NewReader(b)
		}
	}
	return nil
}

// inPlace is a file that is in memory already.
type inPlace struct {
	r    *bytes.Reader
	size int64 // bytes; what follows in r does not count
}

// ReadAt implements io.ReaderAt.
func (m inPlace) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= m.size+padding {
		return 0, io.EOF
	}
	n, end := 0, error(nil)
	if room := m.size + padding - off; int64(len(p)) > room {
		p, end = p[:room], io.EOF
	}
	if off < m.size {
		var err error
		if n, err = m.r.ReadAt(p[:min(int64(len(p)), m.size-off)], off); err != nil {
			return n, err
		}
	}
	clear(p[n:])
	return len(p), end
}

// copier is a source in memory.
type copier interface {
	// copy returns a copy of the n bytes at off, made without clearing its memory
	// first. It may be nil.
	copy(off, n int64) []byte
}

var (
	_ copier = inPlace{}
	_ copier = buffer{}
)

func (b buffer) copy(off, n int64) []byte {
	if off < 0 || off > int64(len(b))-n {
		return nil
	}
	return append([]byte(nil), b[off:off+n]...)
}

func (m inPlace) copy(off, n int64) []byte {
	if n < miniCutoff || off < 0 || off > m.size-n {
		return nil
	}
	r, start := *m.r, start{n: n}
	if _, err := r.Seek(off, io.SeekStart); err != nil {
		return nil
	}
	if _, err := r.WriteTo(&start); err != nil {
		return nil
	}
	return start.b
}

// start keeps a copy of the first n bytes of the one write it gets.
type start struct {
	n int64
	b []byte
}

// Write implements io.Writer.
func (s *start) Write(p []byte) (int, error) {
	s.b = append(s.b, p[:min(s.n, int64(len(p)))]...)
	return len(p), nil
}

// newSource returns r made fit for thousands of small reads: a copy in memory
// up to memory bytes, a page cache beyond. All sources read as zeros for one sector
// past size, so that a short last sector is a whole one.
//
// QUIRK: several writers cut the last sector short; see poi and rust-cfb.
func newSource(r io.ReaderAt, size, memory int64) (io.ReaderAt, error) {
	if size > memory {
		return &pages{r: r, size: size, slots: make(map[int64]*page, pageCount)}, nil
	}
	b := make(buffer, size+padding)
	if err := readFull(r, b[:size], 0); err != nil {
		return nil, err
	}
	return b, nil
}

// readFull fills p from r at off. The end of r inside p is
// io.ErrUnexpectedEOF.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// buffer is a file held in memory, padding included.
type buffer []byte

// ReadAt implements io.ReaderAt.
func (b buffer) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Slice returns the bytes without copying them; mscfb asks for it.
func (b buffer) Slice(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > int64(len(b)) || int64(n) > int64(len(b))-off {
		return nil, io.EOF
	}
	return b[off : off+int64(n) : off+int64(n)], nil
}

// pages keeps the pages of a file used last. It is safe for concurrent use.
type pages struct {
	r    io.ReaderAt
	size int64 // bytes

	mu    sync.Mutex      // guards what follows
	slots map[int64]*page // by page number
	last  *page           // page used last, usually the next one too
	clock uint64
}

type page struct {
	number int64
	used   uint64 // clock of the last use
	data   []byte
}

// ReadAt implements io.ReaderAt. Reads of whole pages go past the cache.
func (c *pages) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= c.size+padding {
		return 0, io.EOF
	}
	done := 0
	for done < len(p) {
		at, rest := off+int64(done), p[done:]
		switch {
		case at >= c.size+padding:
			return done, io.EOF
		case at >= c.size:
			n := min(int64(len(rest)), c.size+padding-at)
			clear(rest[:n])
			done += int(n)
		case len(rest) >= pageSize:
			n := min(int64(len(rest)), c.size-at)
			if err := readFull(c.r, rest[:n], at); err != nil {
				return done, err
			}
			done += int(n)
		default:
			n, err := c.copyPage(rest, at)
			if err != nil {
				return done, err
			}
			done += n
		}
	}
	return done, nil
}

// copyPage copies what the page of byte at holds from there on.
func (c *pages) copyPage(p []byte, at int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, err := c.page(at / pageSize)
	if err != nil {
		return 0, err
	}
	return copy(p, g.data[at%pageSize:]), nil
}

// page returns page number n, reading it when it is not held.
func (c *pages) page(n int64) (*page, error) {
	c.clock++
	g := c.last
	if g == nil || g.number != n {
		g = c.slots[n]
	}
	if g == nil {
		g = c.evict()
		g.number = n
		g.data = g.data[:min(pageSize, c.size-n*pageSize)]
		if err := readFull(c.r, g.data, n*pageSize); err != nil {
			return nil, err
		}
		c.slots[n] = g
	}
	g.used, c.last = c.clock, g
	return g, nil
}

// evict returns a page that is not in the cache: a new one while there is
// room, else the one unused for longest.
func (c *pages) evict() *page {
	c.last = nil
	if len(c.slots) < pageCount {
		return &page{data: make([]byte, pageSize)}
	}
	var old *page
	for _, g := range c.slots {
		if old == nil || g.used < old.used {
			old = g
		}
	}
	delete(c.slots, old.number)
	return old
}
