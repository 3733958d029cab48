package msg

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// kept is what a file holds of the properties of an object that the tree has no
// place for.
type kept struct {
	attrs   []attribute  // by id; those that Attributes does not say
	entries []keptEntry  // of types that the tree cannot hold, in order
	nulls   []keptEntry  // of type PtypNull, by tag
	unnamed []uint16     // ids from 0x8000 on that have no name, in order
	exact   []exact      // strings, by id
	mapping *cfb.Storage // the named property map; of the message at the top
	page    int          // code page of the 8-bit strings of a message
	html8   bool         // PidTagHtml is an 8-bit string
	sealed  bool         // a message that was read, or an attachment that is as it was read
}

// attribute is the attributes of a property.
type attribute struct {
	id   uint16
	attr uint32
}

// keptEntry is an entry of the property stream as it stands.
type keptEntry struct {
	at    int32 // how many properties stand before it
	entry [entrySize]byte
}

func (e *keptEntry) tag() mapi.Tag { return mapi.Tag(binary.LittleEndian.Uint32(e.entry[:])) }

// reset makes k ready for another object.
func (k *kept) reset() {
	clear(k.exact)
	*k = kept{attrs: k.attrs[:0], unnamed: k.unnamed[:0], exact: k.exact[:0]}
}

// What it takes to keep something, with the memory in which it is collected, in
// bytes.
const (
	attributeCost = 3 * 8
	keptEntryCost = 20
	unnamedCost   = 3 * 2
	exactCost     = 3 * 72
	extraCost     = 320 // of an Extra
)

// room returns list with room for another element. Growing takes twice what is
// needed altogether, unlike with append.
func room[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	return append(make([]T, 0, max(16, 2*cap(list))), list...)
}

// empty reports whether there is nothing to keep.
func (k *kept) empty() bool {
	return len(k.attrs)+len(k.entries)+len(k.nulls)+len(k.unnamed)+len(k.exact) == 0 && k.page == 0 && !k.html8
}

// extras returns what was found in st beside the properties, nil if there is
// nothing.
func (r *reader) extras(st *cfb.Storage) *Extra {
	streams, storages := foreign(st, r.places.odd)
	k := &r.found
	if k.empty() && streams == nil && storages == nil {
		return nil
	}
	r.spent += extraCost + int64(8*(len(streams)+len(storages))*2)
	slices.SortStableFunc(k.attrs, func(a, b attribute) int { return cmp.Compare(a.id, b.id) })
	k.attrs = slices.CompactFunc(k.attrs, func(a, b attribute) bool { return a.id == b.id })
	slices.SortStableFunc(k.nulls, func(a, b keptEntry) int { return cmp.Compare(a.tag(), b.tag()) })
	slices.Sort(k.unnamed)
	slices.SortStableFunc(k.exact, func(a, b exact) int { return cmp.Compare(a.id, b.id) })
	return &Extra{streams: streams, storages: storages, kept: kept{
		attrs: whole(k.attrs), entries: k.entries, nulls: k.nulls, unnamed: whole(k.unnamed), exact: whole(k.exact),
		page: k.page, html8: k.html8,
	}}
}

// whole returns a copy without room to spare, nil of nothing.
func whole[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return append(make([]T, 0, len(list)), list...)
}

// note keeps what the entry of a property in the list, at the start of raw, says
// beside its value.
func (r *reader) note(tag mapi.Tag, raw []byte) {
	k, attr := &r.found, binary.LittleEndian.Uint32(raw[4:])
	if tag.Type() == mapi.PtypNull {
		k.nulls = r.keepEntry(k.nulls, raw, func(t mapi.Type) bool { return t == mapi.PtypNull })
	}
	if attr != Attributes(tag) && r.afford(attributeCost) {
		k.attrs = append(room(k.attrs), attribute{tag.ID(), attr})
	}
}

// noteOdd keeps the entry of a type that is unknown, at the start of raw. What
// has no id or no type is no property.
func (r *reader) noteOdd(tag mapi.Tag, raw []byte) {
	if tag.ID() != 0 && !tag.Type().Known() {
		r.found.entries = r.keepEntry(r.found.entries, raw, func(t mapi.Type) bool { return !t.Known() })
	}
}

// keepEntry appends the entry at the start of raw to a list of entries of some
// types, which gets room for all of them at once: it is kept as it is.
func (r *reader) keepEntry(list []keptEntry, raw []byte, is func(mapi.Type) bool) []keptEntry {
	if list == nil {
		n := 0
		for e := raw; len(e) >= entrySize; e = e[entrySize:] {
			if is(mapi.Type(binary.LittleEndian.Uint16(e))) {
				n++
			}
		}
		n = int(min(int64(n), max(0, r.left()/keptEntryCost)))
		r.spent += int64(n) * keptEntryCost
		list = make([]keptEntry, 0, n)
	}
	if len(list) == cap(list) {
		r.afford(math.MaxInt64) // says so
		return list
	}
	return append(list, keptEntry{int32(len(r.contents.list)), [entrySize]byte(raw)})
}

// findAttr returns where the attributes of a property are, or should be.
func (x *Extra) findAttr(id uint16) (int, bool) {
	return slices.BinarySearchFunc(x.attrs, id, func(a attribute, id uint16) int { return cmp.Compare(a.id, id) })
}

func (x *Extra) attr(id uint16) *uint32 {
	if x == nil {
		return nil
	}
	if i, ok := x.findAttr(id); ok {
		return &x.attrs[i].attr
	}
	return nil
}

// isUnnamed reports whether an id from 0x8000 on had no name when it was read.
func (x *Extra) isUnnamed(id uint16) bool {
	if x == nil {
		return false
	}
	_, ok := slices.BinarySearch(x.unnamed, id)
	return ok
}

// null returns the entry of a PtypNull property, nil if there is none.
func (x *Extra) null(tag mapi.Tag) *keptEntry {
	if x == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(x.nulls, tag, func(e keptEntry, tag mapi.Tag) int { return cmp.Compare(e.tag(), tag) })
	if !ok {
		return nil
	}
	return &x.nulls[i]
}

// oddValue returns the tag of a value stream of a type that is unknown, 0 for
// any other name.
func oddValue(name string) mapi.Tag {
	if tag, _, _, ok := parseValueName(name); ok && !tag.Type().Known() {
		return tag
	}
	return 0
}

// keptEntries appends the entries that stand before the property with index i
// and are not written yet, n being how many are. It returns the new n.
func (b *bag) keptEntries(entries []byte, n, i int) ([]byte, int) {
	if b.extra == nil {
		return entries, n
	}
	for ; n < len(b.extra.entries) && int(b.extra.entries[n].at) <= i; n++ {
		e := &b.extra.entries[n]
		if b.find(e.tag()) == nil {
			entries = append(entries, e.entry[:]...)
		}
	}
	return entries, n
}
