package cfb

import (
	"io"
	"iter"
	"math"
)

// span is a part of a list.
type span struct{ from, to uint32 }

// An Item is a storage or stream that [VerifyTree] reached. Items are small and
// not safe for concurrent use.
type Item struct {
	v  *verifier
	id uint32
}

// Valid reports whether there is something: the zero Item is nothing.
func (i Item) Valid() bool { return i.v != nil }

// IsStorage reports whether the item is a storage, not a stream.
func (i Item) IsStorage() bool { return i.v.entry(i.id)[66] != typeStream }

// Name returns the full name.
func (i Item) Name() string {
	name, _ := parseName(i.v.entry(i.id))
	return name
}

// Is reports whether the item has that name, which is ASCII; upper and lower
// case are the same.
func (i Item) Is(name string) bool {
	e := i.v.entry(i.id)
	if int(u16(e, 64)) != 2*len(name)+2 || len(name) > maxNameUnits {
		return false
	}
	for k := range len(name) {
		if upperUnit(u16(e, 2*k)) != upperUnit(uint16(name[k])) {
			return false
		}
	}
	return true
}

// Path returns where the item stands; the upper part of a long path is cut off.
func (i Item) Path() string { return i.v.path(i.id) }

// Offset returns where the directory entry of the item stands in the file.
func (i Item) Offset() int64 { return i.v.entryOffset(i.id) }

// Size returns the length of a stream in bytes, as the directory has it.
func (i Item) Size() int64 {
	if i.IsStorage() {
		return 0
	}
	return int64(min(i.v.streamSize(i.id), math.MaxInt64))
}

// Whole reports whether Open returns all bytes of the item: it is a stream, and
// no fault was found in its chain.
func (i Item) Whole() bool { return !i.IsStorage() && !i.v.broken.has(i.id) }

// Children yields what a storage holds, in the order of the directory.
func (i Item) Children() iter.Seq[Item] {
	s := i.v.spans[i.id]
	return func(yield func(Item) bool) {
		for _, id := range i.v.order[s.from:s.to] {
			if !yield(Item{i.v, id}) {
				return
			}
		}
	}
}

// Open returns a reader over the stream, an empty one unless it is whole.
func (i Item) Open() io.Reader {
	c := &itemReader{v: i.v}
	if i.Whole() {
		c.sector, c.left = u32(i.v.entry(i.id), 116), i.Size()
	}
	c.table, c.unit = &i.v.fat, i.v.ss
	if c.left < miniCutoff {
		c.table, c.unit = &i.v.mini, miniSectorSize
	}
	return c
}

// itemReader reads a stream along its chain.
type itemReader struct {
	v      *verifier
	table  *sectorTable
	unit   int64  // bytes in a sector of the chain
	sector uint32 // where it stands
	used   int64  // bytes of the sector that were read
	left   int64  // bytes
}

// Read implements io.Reader.
func (c *itemReader) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	want := min(int64(len(p)), c.left)
	at := c.place()
	n := int64(0)
	for n < want && c.place() == at+n { // as far as sectors stand side by side
		step := min(want-n, c.unit-c.used)
		n += step
		c.used += step
		if c.used == c.unit && n < c.left {
			c.sector, c.used = c.table.next[c.sector], 0
		}
	}
	c.left -= n
	there := max(min(n, c.v.size-at), 0) // QUIRK: the last sector may be short
	clear(p[there:n])
	return int(n), readFull(c.v.r, p[:there], at)
}

// place returns the offset in the file of the next byte.
func (c *itemReader) place() int64 {
	at, sector := c.used, int64(c.sector)
	if c.unit == miniSectorSize {
		at += sector * miniSectorSize
		sector, at = int64(c.v.mchain[at/c.v.ss]), at%c.v.ss
	}
	return (sector+1)*c.v.ss + at
}
