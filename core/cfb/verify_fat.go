package cfb

import (
	"bytes"
	"encoding/binary"
)

// sectorTable is a FAT or mini FAT with the sectors that have an owner.
type sectorTable struct {
	next  []uint32
	count uint32 // sectors there are
	owned bitset
}

// header checks the fields of [MS-CFB] 2.2 that stand on their own. It is
// false if nothing else can be checked.
func (v *verifier) header() bool {
	b := make([]byte, headerSize)
	n := min(max(v.size, 0), headerSize)
	if v.err = readFull(v.r, b[:n], 0); v.err != nil {
		return false
	}
	if n < headerSize || [8]byte(b) != signature {
		v.fault("cfb.header.signature", whole, 0, "%d bytes without the signature", v.size)
		return false
	}
	major, shift := u16(b, 26), u16(b, 30)
	for _, c := range []struct {
		wrong  bool
		rule   string
		offset int64
		found  any
	}{
		{!zero(b[8:24]), "cfb.header.clsid", 8, "a class id"},
		{major != 3 && major != 4, "cfb.header.version", 26, major},
		{u16(b, 28) != 0xFFFE, "cfb.header.order", 28, u16(b, 28)},
		{major == 3 && shift != 9 || major == 4 && shift != 12, "cfb.header.shift", 30, shift},
		{u16(b, 32) != 6, "cfb.header.minishift", 32, u16(b, 32)},
		{!zero(b[34:40]), "cfb.header.reserved", 34, "other bytes than zero"},
		{u32(b, 56) != miniCutoff, "cfb.header.cutoff", 56, u32(b, 56)},
	} {
		if c.wrong {
			v.fault(c.rule, whole, c.offset, "%v in the header", c.found)
		}
	}
	if v.hdr, _, v.err = parseHeader(b); v.err != nil {
		v.err = nil // neither version nor sector size makes sense, as was said
		if len(v.faults) == 0 {
			v.fault("cfb.header.shift", whole, 30, "%v in the header", shift)
		}
		return false
	}
	v.ss = 1 << v.hdr.shift
	v.buf = make([]byte, v.ss)
	return true
}

// zero reports whether all bytes of b are 0.
func zero(b []byte) bool { return len(bytes.TrimLeft(b, "\x00")) == 0 }

// sizes checks the length of the file ([MS-CFB] 2.1, 2.9) and what follows the
// header in its sector.
func (v *verifier) sizes() bool {
	if rest := v.size % v.ss; rest != 0 {
		v.fault("cfb.sector.whole", whole, v.size, "%d bytes after the last whole sector of %d", rest, v.ss)
	}
	if v.size < 3*v.ss || v.hdr.major == 3 && v.size > 1<<31 {
		v.fault("cfb.file.size", whole, -1, "version %d with %d bytes", v.hdr.major, v.size)
	}
	v.count = uint32(min((max(v.size-v.ss, 0)+v.ss-1)/v.ss, maxSectors))
	v.fat.count = v.count
	if v.ss > headerSize {
		b := v.buf[:max(min(v.size, v.ss), headerSize)]
		if v.err = readFull(v.r, b, 0); v.err == nil && !zero(b[headerSize:]) {
			v.fault("cfb.header.reserved", whole, headerSize, "other bytes than zero after the header")
		}
	}
	return v.count > 0
}

// loadFAT reads the DIFAT and the FAT ([MS-CFB] 2.3, 2.5).
func (v *verifier) loadFAT() bool {
	free := v.listFAT(v.hdr.difat[:], 76, false)
	n, from := v.hdr.firstDIFAT, int64(68)
	for n != endOfChain {
		if n == freeSect && v.hdr.difatCount == 0 && len(v.difats) == 0 {
			break // the document does not say what a header without DIFAT has
		}
		if n >= v.count || !v.fat.owned.add(n) {
			v.fault("cfb.difat.chain", whole, from, "the DIFAT leads to sector %#x", n)
			break
		}
		v.difats = append(v.difats, n)
		b := v.sector(n)
		if v.err != nil {
			return false
		}
		list := make([]uint32, v.ss/4)
		for i := range list {
			list[i] = u32(b, 4*i)
		}
		at, last := (int64(n)+1)*v.ss, len(list)-1
		free = v.listFAT(list[:last], at, free)
		n, from = list[last], at+int64(4*last)
	}
	if uint64(len(v.difats)) != uint64(v.hdr.difatCount) {
		v.fault("cfb.difat.count", whole, 72, "%d DIFAT sectors counted, %d there", v.hdr.difatCount, len(v.difats))
	}
	if uint64(len(v.fats)) != uint64(v.hdr.fatSectors) {
		v.fault("cfb.fat.count", whole, 44, "%d FAT sectors counted, %d there", v.hdr.fatSectors, len(v.fats))
	}
	return v.readFAT()
}

// listFAT takes the FAT sectors that a part of the DIFAT names, which stands at
// offset at. free tells whether a free entry came before, and after.
func (v *verifier) listFAT(list []uint32, at int64, free bool) bool {
	for i, n := range list {
		switch {
		case n == freeSect:
			free = true
			continue
		case n >= v.count || !v.fat.owned.add(n):
			v.fault("cfb.difat.entry", whole, at+int64(4*i), "FAT sector %#x leaves the file or is taken", n)
			continue
		case free:
			v.fault("cfb.difat.entry", whole, at+int64(4*i), "FAT sector %#x after a free entry", n)
		}
		v.fats = append(v.fats, n)
	}
	return free
}

// readFAT reads the FAT as far as the file reaches.
func (v *verifier) readFAT() bool {
	per := int(v.ss / 4)
	v.fat.next = make([]uint32, 0, min(int64(len(v.fats))*int64(per), int64(v.count)))
	past := int64(-1) // offset of the first entry past the end that is in use
	for k, n := range v.fats {
		b := v.sector(n)
		if v.err != nil {
			return false
		}
		for i := range per {
			x := binary.LittleEndian.Uint32(b[4*i:])
			if int64(k)*int64(per)+int64(i) < int64(v.count) {
				v.fat.next = append(v.fat.next, x)
			} else if x != freeSect && past < 0 {
				past = (int64(n)+1)*v.ss + int64(4*i)
			}
		}
	}
	if past >= 0 {
		v.fault("cfb.fat.past", whole, past, "a FAT entry past the end of the file is in use")
	}
	if len(v.fat.next) < int(v.count) {
		v.fault("cfb.fat.cover", whole, -1, "the FAT has entries for %d of %d sectors", len(v.fat.next), v.count)
	}
	return true
}

// marks checks how the FAT marks sectors that are in no chain ([MS-CFB] 2.3,
// 2.5, 2.8).
func (v *verifier) marks() bool {
	v.marked(v.fats, fatSect, "cfb.fat.mark")
	v.marked(v.difats, difSect, "cfb.difat.mark")
	if lock := int64(0x7FFFFFFF)/v.ss - 1; v.hdr.major >= 4 && int64(v.count) > lock+1 {
		v.marked([]uint32{uint32(lock)}, endOfChain, "cfb.lock.sector")
		v.fat.owned.add(uint32(lock))
	}
	return true
}

// marked checks that the FAT entries of the sectors in list have a mark.
func (v *verifier) marked(list []uint32, mark uint32, rule string) {
	for _, n := range list {
		if v.full() {
			return
		}
		if int(n) < len(v.fat.next) && v.fat.next[n] != mark {
			v.fault(rule, whole, (int64(n)+1)*v.ss, "sector %d is marked %#x", n, v.fat.next[n])
		}
	}
}

// chain visits the sectors of a chain and takes them. ok is false when a fault
// of the chain was recorded, for directory entry id.
func (v *verifier) chain(t *sectorTable, start, id uint32, what string, visit func(uint32)) (n int64, ok bool) {
	for s := start; s != endOfChain; s = t.next[s] {
		switch {
		case s >= t.count || int64(s) >= int64(len(t.next)):
			v.fault("cfb.chain.range", id, -1, "the chain of the %s leads to %#x after %d sectors", what, s, n)
			return n, false
		case !t.owned.add(s):
			v.fault("cfb.chain.shared", id, -1, "sector %d in the chain of the %s belongs to two chains, or twice to one", s, what)
			return n, false
		}
		n++
		if visit != nil {
			visit(s)
		}
	}
	return n, true
}

// collect returns the sectors of a chain of the FAT.
func (v *verifier) collect(start uint32, what string) (list []uint32, ok bool) {
	_, ok = v.chain(&v.fat, start, whole, what, func(s uint32) { list = append(list, s) })
	return list, ok
}

// load reads the sectors in list.
func (v *verifier) load(list []uint32) []byte {
	b := make([]byte, 0, int64(len(list))*v.ss)
	for _, s := range list {
		if b = append(b, v.sector(s)...); v.err != nil {
			return nil
		}
	}
	return b
}

// miniFAT reads the mini FAT and follows the mini stream ([MS-CFB] 2.4).
func (v *verifier) miniFAT() bool {
	root := v.entry(0)
	size := v.streamSize(0)
	if size > 0 || u32(root, 116) < maxRegSect && u32(root, 116) != 0 {
		n, ok := v.chain(&v.fat, u32(root, 116), 0, "mini stream", func(s uint32) { v.mchain = append(v.mchain, s) })
		if ok && uint64(n) < sectorsFor(size, uint64(v.ss)) {
			v.fault("cfb.chain.length", 0, v.entryOffset(0)+120, "mini stream of %d bytes in %d sectors", size, n)
		}
		v.mini.count = uint32(min(sectorsFor(size, miniSectorSize), uint64(n*v.ss/miniSectorSize)))
	}
	if v.hdr.miniCount == 0 {
		return true // the document does not say what its first sector is then
	}
	list, ok := v.collect(v.hdr.firstMini, "mini FAT")
	if ok && uint64(len(list)) != uint64(v.hdr.miniCount) {
		v.fault("cfb.minifat.count", whole, 64, "%d mini FAT sectors counted, %d there", v.hdr.miniCount, len(list))
	}
	b := v.load(list)
	v.mini.next = make([]uint32, min(len(b)/4, int(v.mini.count)))
	for i := range v.mini.next {
		v.mini.next[i] = u32(b, 4*i)
	}
	return true
}

// sectorsFor returns how many sectors of unit bytes hold size bytes.
func sectorsFor(size, unit uint64) uint64 {
	if size == 0 {
		return 0
	}
	return (size-1)/unit + 1
}

// unused looks for sectors that are allocated and belong to nothing
// ([MS-CFB] 2.7).
func (v *verifier) unused() bool {
	for _, t := range []struct {
		table *sectorTable
		what  string
	}{{&v.fat, "sector"}, {&v.mini, "mini sector"}} {
		for s, next := range t.table.next {
			if v.full() {
				break
			}
			if next != freeSect && !t.table.owned.has(uint32(s)) {
				v.fault("cfb.sector.unused", whole, -1, "%s %d is allocated, as %#x, but belongs to nothing", t.what, s, next)
			}
		}
	}
	return true
}
