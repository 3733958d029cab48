package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"runtime"
	"testing"
)

// craft returns a file of version 3 with n sectors: first the FAT, whose
// entries fat gives, then a directory of the entries that dir fills, which
// takes all the others.
func craft(n int, fat func(i, fats int) uint32, dir func(i, entries int, e []byte)) []byte {
	fats := (n + 127) / 128
	b := make([]byte, (n+1)*512)
	h := header{major: 3, shift: 9, fatSectors: uint32(fats), firstDir: uint32(fats), firstMini: endOfChain, firstDIFAT: endOfChain}
	for i := range h.difat {
		h.difat[i] = freeSect
		if i < fats {
			h.difat[i] = uint32(i)
		}
	}
	h.put(b)
	for i := range fats * 128 {
		v := freeSect
		switch {
		case i < fats:
			v = fatSect
		case i < n:
			v = fat(i, fats)
		}
		put32(b, 512+4*i, v)
	}
	entries := (n - fats) * 4
	for i := range entries {
		e := b[(fats+1)*512+i*entrySize:][:entrySize]
		if i == 0 {
			(&entry{name: "Root Entry", kind: typeRoot, left: noStream, right: noStream, child: 1, start: endOfChain}).put(e)
			continue
		}
		dir(i, entries, e)
	}
	return b
}

// oneChain makes a chain of all sectors after the FAT.
func oneChain(n int) func(i, fats int) uint32 {
	return func(i, _ int) uint32 {
		if i == n-1 {
			return endOfChain
		}
		return uint32(i + 1)
	}
}

// longName is a name of 31 characters that take three bytes each in UTF-8.
func longName(i int) string {
	units := make([]rune, maxNameUnits)
	for k := range units {
		units[k] = 0x4E00 + rune(i>>(k%3*4)&15)
	}
	return string(units)
}

// hostile returns files that are made to cost memory or time.
func hostile() map[string][]byte {
	const n = 2000
	max32 := func(b []byte, offs ...int) []byte {
		for _, off := range offs {
			put32(b, off, 0xFFFFFFF0)
		}
		return b
	}
	stream := func(i, entries int, e []byte) {
		(&entry{name: longName(i), kind: typeStream, left: noStream, right: uint32(i + 1), child: noStream, size: 0xFFFFFFFF}).put(e)
	}
	deep := func(kind byte) func(i, entries int, e []byte) {
		return func(i, entries int, e []byte) { // 200 storages in each other, the rest in the innermost
			n := entry{name: longName(i), kind: typeStorage, left: noStream, right: noStream, child: uint32(i + 1)}
			if i > 200 {
				n = entry{name: longName(i), kind: kind, left: 0x7000000, right: uint32(i + 1), child: noStream, size: 70}
				if kind == typeStorage {
					n.child = 0x7000000
				}
			}
			n.put(e)
		}
	}
	bomb := func(i, entries int, e []byte) { // every link leads to the same entry
		(&entry{name: longName(i), kind: typeStorage, left: 1, right: uint32(i + 1), child: 1}).put(e)
	}
	files := map[string][]byte{
		"streams of 4 GiB":          craft(n, oneChain(n), stream),
		"deep storages":             craft(n, oneChain(n), deep(typeStorage)),
		"deep streams":              craft(n, oneChain(n), deep(typeStream)),
		"links to one entry":        craft(n, oneChain(n), bomb),
		"every sector its own loop": craft(n, func(i, _ int) uint32 { return uint32(i) }, stream),
		"one loop":                  craft(n, func(i, fats int) uint32 { return uint32(max((i+1)%n, fats)) }, stream),
		"nested without end": craft(n, oneChain(n), func(i, entries int, e []byte) {
			(&entry{name: longName(i), kind: typeStorage, left: noStream, right: noStream, child: uint32((i + 1) % entries)}).put(e)
		}),
		"orphans": craft(n, oneChain(n), func(i, entries int, e []byte) {
			(&entry{name: longName(i), kind: typeStorage, left: noStream, right: noStream, child: 0x7000000}).put(e)
		}),
		"entries of no type": craft(n, oneChain(n), func(_, _ int, e []byte) { e[66] = 9 }),
		"all ones":           append(craft(3, oneChain(3), stream)[:512], bytes.Repeat([]byte{0xFF}, 1<<20)...),
		"all zeros":          append(craft(3, oneChain(3), stream)[:512], make([]byte, 1<<20)...),
		"counts":             max32(craft(n, oneChain(n), stream), 40, 44, 64, 72),
		"counts and starts":  max32(craft(n, oneChain(n), stream), 40, 44, 60, 64, 68, 72),
		"DIFAT is the FAT":   max32(craft(n, oneChain(n), stream), 44, 72),
		"mini FAT everywhere": func() []byte {
			b := max32(craft(n, oneChain(n), stream), 64)
			put32(b, 60, 20)
			put32(b[17*512:], 116, 30)
			put32(b[17*512:], 120, 0xFFFFFFFF)
			return b
		}(),
	}
	put32(files["DIFAT is the FAT"], 68, 16)
	for name, b := range maps.Clone(files) {
		long := bytes.Clone(b)
		binary.LittleEndian.PutUint16(long[26:], 4)
		binary.LittleEndian.PutUint16(long[30:], 12)
		files[name+", long sectors"] = long
	}
	return files
}

// allocated returns the bytes that f allocates, freed or not.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// openFactor bounds what Open allocates for a byte of the file, beside 1 MiB. The
// worst file is nothing but a directory: an entry of 128 bytes becomes a node and
// a name.
const openFactor = 4

// TestBounds holds Verify to four times the size of the file and 1 MiB,
// whatever the file is, and Open to its factor. It must not run beside other
// tests.
func TestBounds(t *testing.T) {
	for name, b := range hostile() {
		r, size := bytes.NewReader(b), int64(len(b))
		var err error
		if n := allocated(func() { _, err = Verify(r, size) }); n > 4*size+1<<20 {
			t.Errorf("%s: Verify allocates %d bytes for %d", name, n, size)
		} else if err != nil {
			t.Errorf("%s: Verify() = %v", name, err)
		}
		if n := allocated(func() { _, err = Open(r, size, Options{}) }); n > openFactor*size+1<<20 {
			t.Errorf("%s: Open allocates %d bytes for %d (%.1f)", name, n, size, float64(n)/float64(size))
		}
		var fe *FormatError
		if err != nil && !errors.As(err, &fe) {
			t.Errorf("%s: Open() = %v", name, err)
		}
	}
}

// counting counts the bytes that are read.
type counting struct {
	r io.ReaderAt
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// TestVerifyReadsOnce holds Verify to reading a file once, which bounds its
// time: what it does else is in proportion to what it read.
func TestVerifyReadsOnce(t *testing.T) {
	t.Parallel()
	for name, b := range hostile() {
		c := &counting{r: bytes.NewReader(b)}
		if _, err := Verify(c, int64(len(b))); err != nil {
			t.Errorf("%s: Verify() = %v", name, err)
		}
		if c.n > int64(len(b))+2*4096 {
			t.Errorf("%s: %d bytes read of %d", name, c.n, len(b))
		}
	}
}
