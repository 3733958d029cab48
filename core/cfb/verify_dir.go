package cfb

import (
	"cmp"
	"encoding/binary"
	"unicode"
)

// directory reads the directory and checks the root ([MS-CFB] 2.6, 2.6.2).
func (v *verifier) directory() bool {
	var ok bool
	v.dirAt, ok = v.collect(v.hdr.firstDir, "directory")
	if v.dir = v.load(v.dirAt); v.err != nil {
		return false
	}
	if len(v.dir) == 0 {
		v.fault("cfb.root.entry", whole, 48, "there is no directory")
		return false
	}
	v.parents = make([]uint32, len(v.dir)/entrySize)
	for i := range v.parents {
		v.parents[i] = noStream
	}
	want := uint32(0)
	if v.hdr.major >= 4 {
		want = uint32(len(v.dirAt))
	}
	if ok && v.hdr.dirSectors != want {
		v.fault("cfb.header.directory", whole, 40, "%d directory sectors counted in version %d, %d there", v.hdr.dirSectors, v.hdr.major, len(v.dirAt))
	}
	root := v.entry(0)
	at := v.entryOffset(0)
	if root[66] != typeRoot || u32(root, 68) != noStream || u32(root, 72) != noStream {
		v.fault("cfb.root.entry", whole, at, "type %d with siblings %#x and %#x", root[66], u32(root, 68), u32(root, 72))
	}
	if name, _ := parseName(root); name != "Root Entry" || u16(root, 64) != 22 {
		v.fault("cfb.root.name", whole, at, "%q", name)
	}
	if !zero(root[100:108]) {
		v.fault("cfb.root.time", whole, at+100, "a creation time")
	}
	return root[66] == typeRoot
}

// entry returns the bytes of a directory entry.
func (v *verifier) entry(id uint32) []byte {
	return v.dir[int64(id)*entrySize:][:entrySize]
}

// entryOffset returns where an entry stands in the file.
func (v *verifier) entryOffset(id uint32) int64 {
	at := int64(id) * entrySize
	return (int64(v.dirAt[at/v.ss])+1)*v.ss + at%v.ss
}

// streamSize returns the size field of an entry, without the half that version
// 3 does not use.
func (v *verifier) streamSize(id uint32) uint64 {
	size := binary.LittleEndian.Uint64(v.entry(id)[120:])
	if v.hdr.major < 4 {
		size &= 0xFFFFFFFF
	}
	return size
}

// tree walks through the directory ([MS-CFB] 2.6.4), checks each entry and
// follows each stream.
func (v *verifier) tree() bool {
	v.parents[0] = 0
	v.spans = make([]span, len(v.parents))
	storages := []uint32{0}
	for len(storages) > 0 && !v.full() {
		s := storages[len(storages)-1]
		storages = storages[:len(storages)-1]
		prev, from := uint32(0), uint32(len(v.order))
		v.siblings(s, func(id uint32) {
			if prev != 0 && compareEntries(v.entry(prev), v.entry(id)) >= 0 {
				v.fault("cfb.tree.order", id, v.entryOffset(id), "the entry does not come after its left neighbour, entry %d", prev)
			}
			prev = id
			v.order = append(v.order, id)
			if v.object(id) {
				storages = append(storages, id)
			}
		})
		v.spans[s] = span{from, uint32(len(v.order))}
	}
	for id := range uint32(len(v.parents)) {
		if v.full() {
			break
		}
		v.unreached(id)
	}
	return true
}

// siblings visits the children of storage s from left to right.
func (v *verifier) siblings(s uint32, visit func(id uint32)) {
	id, red := u32(v.entry(s), 76), false
	for !v.full() {
		for ; v.enter(id, s); id = u32(v.entry(id), 68) {
			isRed := v.entry(id)[67] == 0
			if red && isRed {
				v.fault("cfb.tree.red", id, v.entryOffset(id)+67, "a red entry follows a red one")
			}
			red = isRed
			v.stack = append(v.stack, id)
		}
		if len(v.stack) == 0 {
			return
		}
		id = v.stack[len(v.stack)-1]
		v.stack = v.stack[:len(v.stack)-1]
		visit(id)
		red = v.entry(id)[67] == 0
		id = u32(v.entry(id), 72)
	}
}

// enter reports whether a link below storage s leads to an entry, and marks it
// as reached.
func (v *verifier) enter(id, s uint32) bool {
	if id == noStream {
		return false
	}
	why := ""
	switch {
	case int64(id) >= int64(len(v.parents)):
		why = "leaves the directory"
	case v.parents[id] != noStream:
		why = "is not the only one"
	case v.entry(id)[66] != typeStorage && v.entry(id)[66] != typeStream:
		why = "leads to no storage or stream"
	default:
		v.parents[id] = s
		return true
	}
	v.fault("cfb.tree.link", s, v.entryOffset(s), "a link to entry %#x %s", id, why)
	return false
}

// compareEntries compares the names of two entries as [MS-CFB] 2.6.4 demands.
func compareEntries(a, b []byte) int {
	la, lb := u16(a, 64), u16(b, 64)
	if la != lb {
		return cmp.Compare(la, lb)
	}
	for at := 0; at+2 <= int(min(la, 64)); at += 2 {
		if c := cmp.Compare(upperUnit(u16(a, at)), upperUnit(u16(b, at))); c != 0 {
			return c
		}
	}
	return 0
}

// upperUnit returns the simple upper case of a UTF-16 unit; surrogates have none.
func upperUnit(u uint16) uint16 {
	switch {
	case 'a' <= u && u <= 'z':
		return u - 'a' + 'A'
	case u < 0x80:
		return u
	}
	if up := unicode.ToUpper(rune(u)); up < 0x10000 {
		return uint16(up)
	}
	return u
}

// object checks a storage or stream; it is true for a storage.
func (v *verifier) object(id uint32) bool {
	e, at := v.entry(id), v.entryOffset(id)
	if !nameRight(e) {
		v.fault("cfb.entry.name", id, at, "a name of %d bytes", u16(e, 64))
	}
	if e[67] > 1 {
		v.fault("cfb.entry.color", id, at+67, "color %d", e[67])
	}
	if e[66] == typeStorage {
		if !zero(e[116:128]) {
			v.fault("cfb.storage.start", id, at+116, "first sector %#x, size %d", u32(e, 116), binary.LittleEndian.Uint64(e[120:]))
		}
		return true
	}
	for _, c := range []struct {
		wrong bool
		rule  string
	}{
		{!zero(e[80:96]), "cfb.stream.clsid"},
		{!zero(e[96:100]), "cfb.stream.state"},
		{!zero(e[100:116]), "cfb.stream.time"},
		{u32(e, 76) != noStream, "cfb.stream.child"},
	} {
		if c.wrong {
			v.fault(c.rule, id, at, "the stream has what only storages have")
		}
	}
	v.stream(id)
	return false
}

// nameRight reports whether the name of an entry follows [MS-CFB] 2.6.1.
func nameRight(e []byte) bool {
	n := int(u16(e, 64))
	if n < 4 || n > 64 || n%2 != 0 || u16(e, n-2) != 0 {
		return false
	}
	for at := 0; at < n-2; at += 2 {
		switch u16(e, at) {
		case 0, '/', '\\', ':', '!':
			return false
		}
	}
	return true
}

// stream checks the size of a stream and follows its chain ([MS-CFB] 2.6.3).
func (v *verifier) stream(id uint32) {
	size, at := v.streamSize(id), v.entryOffset(id)+120
	if raw := binary.LittleEndian.Uint64(v.entry(id)[120:]); v.hdr.major < 4 && raw > 1<<31 {
		v.fault("cfb.stream.size", id, at, "size %#x in version %d", raw, v.hdr.major)
	}
	if size == 0 {
		return
	}
	t, unit, what := &v.fat, uint64(v.ss), "stream"
	if size < miniCutoff {
		t, unit, what = &v.mini, miniSectorSize, "stream in the mini stream"
	}
	n, ok := v.chain(t, u32(v.entry(id), 116), id, what, nil)
	if !ok || uint64(n) != sectorsFor(size, unit) {
		v.broken.add(id)
	}
	if ok && uint64(n) != sectorsFor(size, unit) {
		v.fault("cfb.chain.length", id, at, "%d bytes in %d sectors of %d", size, n, unit)
	}
}

// unreached checks an entry that the walk may not have met.
func (v *verifier) unreached(id uint32) {
	e, at := v.entry(id), v.entryOffset(id)
	switch kind := e[66]; {
	case v.parents[id] != noStream:
	case kind == typeFree:
		// SPEC: the document wants NOSTREAM; many writers leave zeros, and a
		// link to entry 0, the root, leads nowhere.
		for _, link := range [...]uint32{u32(e, 68), u32(e, 72), u32(e, 76)} {
			if link != noStream && link != 0 {
				v.fault("cfb.entry.free", whole, at, "free entry %d has a link to entry %#x", id, link)
			}
		}
	case kind != typeStorage && kind != typeStream:
		v.fault("cfb.entry.type", whole, at+66, "entry %d has type %d", id, kind)
	default:
		v.fault("cfb.tree.reach", id, at, "entry %d cannot be reached", id)
	}
}
