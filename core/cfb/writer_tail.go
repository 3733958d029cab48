package cfb

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// closeMini writes the end of the mini stream and the mini FAT
// ([MS-CFB] 2.4, 2.6.2).
func (w *Writer) closeMini() {
	root := w.nodes[0]
	root.size = uint64(len(w.miniFAT)) * miniSectorSize
	w.finish(&w.mini, w.miniBuf)
	root.start = w.mini.first
	mf := newChain()
	for at := 0; at < len(w.miniFAT); at += w.per {
		w.extend(&mf, w.numbers(w.block[:w.ss], w.miniFAT, at))
	}
	w.hdr.firstMini = mf.first
	if len(w.miniFAT) > 0 {
		w.hdr.miniCount = uint32((len(w.miniFAT) + w.per - 1) / w.per)
	}
}

// numbers fills the sector p with list from at on, and with freeSect after its
// end.
func (w *Writer) numbers(p []byte, list []uint32, at int) []byte {
	for i := range w.per {
		v := freeSect
		if at+i < len(list) {
			v = list[at+i]
		}
		binary.LittleEndian.PutUint32(p[4*i:], v)
	}
	return p
}

// putDirectory links the entries and writes them ([MS-CFB] 2.6).
func (w *Writer) putDirectory() {
	w.linkAll()
	dir := newChain()
	sectors := uint32(0)
	p := w.block[:w.ss]
	for at := 0; at < len(w.nodes); at += w.ss / entrySize {
		clear(p)
		for i := range w.ss / entrySize {
			e := &free
			if at+i < len(w.nodes) {
				e = &w.nodes[at+i].entry
			}
			e.put(p[i*entrySize:][:entrySize])
		}
		w.extend(&dir, p)
		sectors++
	}
	w.hdr.firstDir = dir.first
	if w.hdr.major >= 4 {
		w.hdr.dirSectors = sectors
	}
}

// free is an entry that is not used.
var free = entry{left: noStream, right: noStream, child: noStream}

// linkAll makes a tree of the children of each storage.
func (w *Writer) linkAll() {
	w.order = slices.Grow(w.order, len(w.nodes))
	for id, n := range w.nodes {
		n.left, n.right, n.child = noStream, noStream, noStream
		w.order = append(w.order, uint32(id))
	}
	w.nodes[0].black = true
	rest := w.order[1:]
	slices.SortFunc(rest, func(a, b uint32) int { return bytes.Compare(w.nodes[a].key, w.nodes[b].key) })
	for len(rest) > 0 {
		parent, n := w.nodes[rest[0]].parent(), 1
		for n < len(rest) && w.nodes[rest[n]].parent() == parent {
			n++
		}
		w.nodes[parent].child = w.link(rest[:n], 0, bits.Len(uint(n+1))-1)
		rest = rest[n:]
	}
}

// link makes a balanced binary tree of sorted siblings and returns its root.
// All levels above full are filled, so that painting the entries of level full
// red, and all others black, makes it a red-black tree ([MS-CFB] 2.6.4): level
// counts from 0 at the root.
func (w *Writer) link(ids []uint32, level, full int) uint32 {
	if len(ids) == 0 {
		return noStream
	}
	mid := len(ids) / 2
	n := w.nodes[ids[mid]]
	n.black = level < full
	n.left = w.link(ids[:mid], level+1, full)
	n.right = w.link(ids[mid+1:], level+1, full)
	return ids[mid]
}

// putFAT writes the FAT and the DIFAT after all other sectors
// ([MS-CFB] 2.3, 2.5). Both are entered in the FAT they make up, so sectors are
// added until they cover themselves.
func (w *Writer) putFAT() {
	var fats, difats []uint32
	first := w.fat.count()
	w.ahead = true
	for w.err == nil {
		var n uint32
		switch {
		case len(fats)*w.per < int(w.fat.count()):
			n, _ = w.sector(fatSect)
			fats = append(fats, n)
		case headerDIFAT+len(difats)*(w.per-1) < len(fats):
			n, _ = w.sector(difSect)
			difats = append(difats, n)
		default:
			w.putTables(first, fats, difats)
			return
		}
	}
}

// putTables writes the sectors from first on, all of which are FAT, DIFAT or
// the range lock, and notes in the header where they are.
func (w *Writer) putTables(first uint32, fats, difats []uint32) {
	for i := range w.hdr.difat {
		w.hdr.difat[i] = freeSect
	}
	further := fats[copy(w.hdr.difat[:], fats):]
	w.hdr.fatSectors, w.hdr.difatCount = uint32(len(fats)), uint32(len(difats))
	w.hdr.firstDIFAT = endOfChain
	if len(difats) > 0 {
		w.hdr.firstDIFAT = difats[0]
	}
	p := w.block[:w.ss]
	difat := 0 // written so far
	numbers, marks := w.fat.from(0), w.fat.from(first)
	for mark, ok := marks.next(); ok; mark, ok = marks.next() {
		switch mark {
		case fatSect:
			for i := range w.per {
				v, _ := numbers.next()
				binary.LittleEndian.PutUint32(p[4*i:], v)
			}
			w.put(p)
		case difSect:
			w.numbers(p, further[:min(len(further), (difat+1)*(w.per-1))], difat*(w.per-1))
			difat++
			next := endOfChain
			if difat < len(difats) {
				next = difats[difat]
			}
			binary.LittleEndian.PutUint32(p[w.ss-4:], next)
			w.put(p)
		default:
			w.put(zeros[:w.ss])
		}
	}
}
