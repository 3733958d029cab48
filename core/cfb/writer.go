package cfb

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// WriterOptions choose the form of a new file. The zero value writes what
// Outlook writes: version 3.
type WriterOptions struct {
	// Version is 3 (sectors of 512 bytes, files below 2 GiB) or 4 (sectors of
	// 4096 bytes, files of up to 16 TiB); 0 means 3.
	Version int
	// MaxEntries is the most storages and streams, the root included; 0 means
	// 262,144, what [Open] takes by itself.
	MaxEntries int
}

const (
	// maxSize3 is the most bytes in a file of version 3: it ends before the
	// sector with the range lock ([MS-CFB] 2.8).
	maxSize3 = 0x7FFFFE00
	// lockSector4 is the number of the sector, in version 4, that holds the
	// range lock at bytes 0x7FFFFF00 to 0x7FFFFFFF ([MS-CFB] 2.8).
	lockSector4 = 0x7FFFF000/4096 - 1
)

// A Writer writes one compound file. Contents go out as they come; the Writer
// itself holds 8 bytes per run of consecutive sectors, 4 per mini sector and
// about 250 per storage or stream. Neither it nor its storages and streams may
// be used concurrently.
//
// The bytes written depend on the sequence of calls alone. Time stamps are
// zero.
type Writer struct {
	dst  io.WriteSeeker
	base int64 // where the file starts in dst
	hdr  header
	ss   int // bytes in a sector
	per  int // numbers in a sector

	most  uint32 // sectors there may be
	limit int    // and directory entries
	count int    // directory entries, the root included
	lock  uint32 // number of the range-lock sector
	mini  chain  // the mini stream

	open  int   // streams not yet closed
	err   error // first error of dst, or ErrTooLarge; ends all writing
	done  bool
	ahead bool // sectors are numbered ahead of being written
	*writerSpace
}

// NewWriter starts a compound file at the current position of w. The file is
// whole once Close has succeeded; until then nothing can read it. The Writer
// buffers, seeks once, in Close, and never closes w.
func NewWriter(w io.WriteSeeker, opt WriterOptions) (*Writer, error) {
	base, err := w.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, err
	}
	cw := &Writer{dst: w, base: base, limit: limits.CFBEntries.Or(opt.MaxEntries), mini: newChain()}
	switch opt.Version {
	case 0, 3:
		cw.hdr = header{major: 3, shift: 9}
		cw.most, cw.lock = maxSize3/512-1, noStream
	case 4:
		cw.hdr = header{major: 4, shift: 12}
		cw.most, cw.lock = maxRegSect, lockSector4
	default:
		return nil, fmt.Errorf("cfb: no version %d of compound files to write", opt.Version)
	}
	cw.ss = 1 << cw.hdr.shift
	cw.per = cw.ss / 4
	cw.writerSpace = takeSpace(w)
	cw.newNode().entry = entry{name: "Root Entry", kind: typeRoot}
	cw.count = 1
	cw.put(zeros[:cw.ss]) // the header takes a sector
	return cw, cw.err
}

// Entries returns how many storages and streams there are, the root included.
func (w *Writer) Entries() int { return w.count }

// Root returns the root storage.
func (w *Writer) Root() *StorageWriter { return &StorageWriter{w: w} }

// put writes p to the file.
func (w *Writer) put(p []byte) {
	if w.err == nil {
		_, w.err = w.buf.Write(p)
	}
}

// sector adds a sector with the FAT entry mark and returns its number. The
// caller writes its contents next. A range-lock sector in the way is added, and
// written unless sectors are numbered ahead.
func (w *Writer) sector(mark uint32) (uint32, bool) {
	if w.err == nil && w.fat.count() == w.lock {
		w.fat.add(endOfChain)
		if !w.ahead {
			w.put(zeros[:w.ss])
		}
	}
	if w.err == nil && w.fat.count() >= w.most {
		w.err = tooLarge("[MS-CFB] 2.2", "version %d has no room for more than %d sectors of %d bytes", w.hdr.major, w.most, w.ss)
	}
	if w.err != nil {
		return 0, false
	}
	return w.fat.add(mark), true
}

// extend appends the whole sectors in p to the chain and returns what is left
// of p, less than a sector.
func (w *Writer) extend(c *chain, p []byte) []byte {
	for len(p) >= w.ss {
		n, ok := w.sector(endOfChain)
		if !ok {
			return nil
		}
		w.fat.append(c, n)
		more := min(uint32(len(p)/w.ss-1), w.most-n-1)
		if n < w.lock {
			more = min(more, w.lock-n-1)
		}
		w.fat.stretch(c, more)
		size := int(more+1) * w.ss
		w.put(p[:size])
		p = p[size:]
	}
	return p
}

// finish appends p to the chain, filled up with zeros to a whole sector.
func (w *Writer) finish(c *chain, p []byte) {
	if p = w.extend(c, p); len(p) > 0 {
		last := w.block[:w.ss]
		clear(last[copy(last, p):])
		w.extend(c, last)
	}
}

// A StorageWriter adds storages and streams to one storage of a Writer.
type StorageWriter struct {
	w  *Writer
	id uint32
}

// SetCLSID sets the class id, in the byte order of the file. It counts until
// the Writer is closed.
func (s *StorageWriter) SetCLSID(id [16]byte) {
	if !s.w.done {
		s.w.nodes[s.id].clsid = id
	}
}

// SetState sets the user-defined state bits. They count until the Writer is
// closed.
func (s *StorageWriter) SetState(bits uint32) {
	if !s.w.done {
		s.w.nodes[s.id].state = bits
	}
}

// CreateStorage adds an empty storage. Errors are ErrName, ErrExists and
// ErrClosed.
func (s *StorageWriter) CreateStorage(name string) (*StorageWriter, error) {
	id, err := s.create(name, typeStorage)
	if err != nil {
		return nil, fmt.Errorf("create storage %q: %w", name, err)
	}
	return &StorageWriter{w: s.w, id: id}, nil
}

// CreateStream adds an empty stream, which has to be closed before the Writer
// is. Several may be open at once; each holds 4 KiB then. Errors are ErrName,
// ErrExists and ErrClosed.
func (s *StorageWriter) CreateStream(name string) (*StreamWriter, error) {
	id, err := s.create(name, typeStream)
	if err != nil {
		return nil, fmt.Errorf("create stream %q: %w", name, err)
	}
	s.w.open++
	return &StreamWriter{w: s.w, id: id, chain: newChain()}, nil
}

// WriteStream adds a stream with the contents p, at less cost than CreateStream
// has. Errors are ErrName, ErrExists, ErrClosed, ErrTooLarge when the file is
// full, and any that the destination met before.
func (s *StorageWriter) WriteStream(name string, p []byte) error {
	id, err := s.create(name, typeStream)
	if err != nil {
		return fmt.Errorf("write stream %q: %w", name, err)
	}
	chain := newChain()
	s.w.settle(id, &chain, int64(len(p)), p)
	return s.w.err
}

// create adds a directory entry below s.
func (s *StorageWriter) create(name string, kind byte) (uint32, error) {
	w := s.w
	if w.done {
		return 0, ErrClosed
	}
	if err := checkName(name); err != nil {
		return 0, err
	}
	key := w.newKey(s.id, name)
	hash := maphash.Bytes(seed, key)
	for id := w.names[hash]; id != 0; id = w.nodes[id].twin {
		if bytes.Equal(w.nodes[id].key, key) {
			return 0, ErrExists
		}
	}
	if w.count >= w.limit {
		return 0, tooLarge("[MS-CFB] 2.6.1", "there would be more than %d entries", w.limit)
	}
	id := uint32(w.count)
	w.count++
	w.keepKey(key)
	n := w.newNode()
	n.name, n.kind, n.key, n.twin = name, kind, key, w.names[hash]
	if kind == typeStream {
		n.start = endOfChain
	}
	w.names[hash] = id
	return id, nil
}

// Close writes the mini stream, the directory and the FATs, then the header,
// and leaves the destination at the end of the file. It fails with
// ErrStreamOpen if a stream is still open; that and any other error leave no
// readable file. Closing twice is ErrClosed.
func (w *Writer) Close() error {
	if w.done {
		return ErrClosed
	}
	w.done = true
	defer w.release()
	if w.open > 0 {
		return fmt.Errorf("close compound file with %d streams: %w", w.open, ErrStreamOpen)
	}
	return w.end()
}

// end writes what follows the contents, and the header.
func (w *Writer) end() error {
	w.closeMini()
	w.putDirectory()
	w.putFAT()
	if w.err != nil {
		return w.err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	var head [headerSize]byte
	w.hdr.put(head[:])
	if _, err := w.dst.Seek(w.base, io.SeekStart); err != nil {
		return err
	}
	if _, err := w.dst.Write(head[:]); err != nil {
		return err
	}
	_, err := w.dst.Seek(w.base+(int64(w.fat.count())+1)*int64(w.ss), io.SeekStart)
	return err
}
