package cfb

import (
	"io"
	"slices"
	"sync"
)

// opener holds what is needed while a file is being opened.
type opener struct {
	src     io.ReaderAt
	size    int64 // bytes in the file
	opt     Options
	hdr     header
	ss      int64 // bytes in a sector
	file    *File
	slab    slab
	damaged bool                  // mscfb must not see the file
	suspect *Storage              // first storage with a bad link below it
	buf     []byte                // one sector
	compare func(a, b string) int // compareNames, or faster for the names of the file
	workspace
}

// workspace is the memory that one opener leaves to the next.
type workspace struct {
	sector4 [4096]byte
	fat     table
	mini    table
	mchain  []uint32 // sectors of the mini stream
	chain   []uint32 // sectors of the directory
	entries []entry
	text    names
	nodes   []found // what the walk found
	seen    bitset  // entries that the walk came by
	stack   []step
}

// openers holds the openers of files that are open.
var openers = sync.Pool{New: func() any { return new(opener) }}

// keep is the most entries or sectors of a file whose workspace is kept.
const keep = 1 << 14

// newOpener returns an opener for f, which has its source and header.
func newOpener(f *File, size int64, opt Options) *opener {
	o := openers.Get().(*opener)
	o.src, o.size, o.opt, o.hdr, o.ss, o.file = f.src, size, opt, f.hdr, 1<<f.hdr.shift, f
	o.buf = o.sector4[:o.ss]
	o.fat.count = uint32(min((max(size-o.ss, 0)+o.ss-1)/o.ss, maxSectors))
	return o
}

// release makes the workspace ready for another file.
func (o *opener) release() {
	w := &o.workspace
	if cap(w.entries) > keep || cap(w.nodes) > keep || cap(w.fat.next) > keep || cap(w.mini.next) > keep || cap(w.mchain) > keep {
		return
	}
	clear(w.entries)
	clear(w.nodes)
	clear(w.stack[:cap(w.stack)])
	o.src, o.file, o.slab, o.damaged, o.suspect = nil, nil, slab{}, false, nil
	w.fat.reset()
	w.mini.reset()
	w.mchain, w.chain, w.entries, w.nodes = w.mchain[:0], w.chain[:0], w.entries[:0], w.nodes[:0]
	w.text.bytes, w.text.ends, w.seen, w.stack = w.text.bytes[:0], w.text.ends[:0], w.seen[:0], w.stack[:0]
	openers.Put(o)
}

// reset empties the table.
func (t *table) reset() { t.next, t.taken, t.count = t.next[:0], t.taken[:0], 0 }

// found is an entry of the directory in the order of the walk.
type found struct {
	id      uint32
	storage *Storage
	stream  *Stream
}

// grow appends n numbers to list, which have to be set.
func grow(list []uint32, n int) []uint32 {
	list = slices.Grow(list, n)
	return list[:len(list)+n]
}
