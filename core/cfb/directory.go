package cfb

import "slices"

// loadEntries reads the directory entries in a chain of sectors.
func (o *opener) loadEntries(chain []uint32) error {
	count := int(int64(len(chain)) * o.ss / entrySize)
	o.entries = slices.Grow(o.entries, count)
	used := 0
	o.compare = compareASCII
	for _, s := range chain {
		b, err := o.sector(s)
		if err != nil {
			return err
		}
		for ; len(b) >= entrySize; b = b[entrySize:] {
			o.entries = o.entries[:len(o.entries)+1]
			e := &o.entries[len(o.entries)-1]
			e.parse(b, o.hdr.major)
			if e.kind != typeFree {
				used++
				o.text.bytes, e.nameOK = appendName(o.text.bytes, b)
			}
			o.text.end()
		}
		if len(o.text.bytes) > shareBytes {
			o.shareNames()
		}
	}
	if used > o.opt.MaxEntries {
		return tooLarge("[MS-CFB] 2.6", "directory has %d entries, more than %d", used, o.opt.MaxEntries)
	}
	o.shareNames()
	return nil
}

// shareBytes is about how many bytes of names have one memory. Gathering more
// would copy them again and again.
const shareBytes = 64 << 10

// shareNames gives the entries read last their names.
func (o *opener) shareNames() {
	first := len(o.entries) - len(o.text.ends)
	all := o.text.share(func(i int, s string) { o.entries[first+i].name = s })
	if !isASCII(all) {
		o.compare = compareNames
	}
}

// names collects texts, to give them one memory in the end.
type names struct {
	bytes []byte
	ends  []int // where each text ends
}

// end ends a text.
func (n *names) end() { n.ends = append(n.ends, len(n.bytes)) }

// share calls take for each text, forgets them, and returns all of them.
func (n *names) share(take func(i int, s string)) string {
	all, from := string(n.bytes), 0
	for i, to := range n.ends {
		take(i, all[from:to])
		from = to
	}
	n.bytes, n.ends = n.bytes[:0], n.ends[:0]
	return all
}

// slab is the memory of the nodes of a file.
type slab struct {
	storages []Storage
	streams  []Stream
}

// newSlab returns a slab with room for all entries.
func newSlab(entries []entry) slab {
	var n [typeStream + 1]int
	for i := range entries {
		if k := entries[i].kind; k == typeStorage || k == typeStream {
			n[k]++
		}
	}
	return slab{make([]Storage, 0, n[typeStorage]), make([]Stream, 0, n[typeStream])}
}

// newStorage returns a storage of the slab.
func (s *slab) newStorage() *Storage {
	s.storages = s.storages[:len(s.storages)+1]
	return &s.storages[len(s.storages)-1]
}

// newStream returns a stream of the slab.
func (s *slab) newStream() *Stream {
	s.streams = s.streams[:len(s.streams)+1]
	return &s.streams[len(s.streams)-1]
}

// gather gives every storage the list of its children, in the order of nodes.
func (o *opener) gather() {
	storages := make([]*Storage, len(o.slab.storages))
	streams := make([]*Stream, len(o.slab.streams))
	carve := func(s *Storage) {
		s.storages, storages = storages[:0:s.count.storages], storages[s.count.storages:]
		s.streams, streams = streams[:0:s.count.streams], streams[s.count.streams:]
	}
	carve(o.file.root)
	for _, n := range o.nodes {
		if n.storage != nil {
			carve(n.storage)
		}
	}
	for _, n := range o.nodes {
		if n.storage != nil {
			n.storage.parent.storages = append(n.storage.parent.storages, n.storage)
		} else {
			n.stream.parent.streams = append(n.stream.parent.streams, n.stream)
		}
	}
}
