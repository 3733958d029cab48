package msg

import (
	"strings"
	"sync"
)

// writerSpace is the memory that one writer leaves to the next.
type writerSpace struct {
	entries []byte // a property stream
	coded   []byte // a string as stored
	bags    []*bag // empty ones
	text    nameText
}

var writerSpaces = sync.Pool{New: func() any { return new(writerSpace) }}

// Bounds of what is kept: properties of a bag, bytes of a buffer, bags.
const (
	keptItems = 1 << 10
	keptBytes = 1 << 18
	keptBags  = 8
)

// zeros are headers of property streams that say nothing ([MS-OXMSG] 2.4.1.3).
var zeros [childHeader]byte

// release makes the memory of w ready for another message.
func (w *writer) release() {
	s := w.writerSpace
	w.writerSpace = nil
	if cap(s.entries) <= keptBytes && cap(s.coded) <= keptBytes {
		writerSpaces.Put(s)
	}
}

// take returns an empty bag for n properties.
func (s *writerSpace) take(n int) *bag {
	if last := len(s.bags) - 1; last >= 0 {
		b := s.bags[last]
		s.bags = s.bags[:last]
		return b
	}
	return &bag{items: make([]item, 0, n)}
}

// give takes back a bag that take returned.
func (s *writerSpace) give(b *bag) {
	if cap(b.items) > keptItems || len(s.bags) >= keptBags {
		return
	}
	for i := range b.items {
		b.at.set(b.items[i].tag.ID(), -1)
	}
	clear(b.items)
	b.items, b.extra = b.items[:0], nil
	s.bags = append(s.bags, b)
}

// idIndex finds properties by their ids, which stand close together in a few
// places.
type idIndex [256]*[256]uint16 // 1 more than the index, 0 for none

// get returns the index of an id, -1 if there is none.
func (x *idIndex) get(id uint16) int {
	if page := x[id>>8]; page != nil {
		return int(page[id&0xFF]) - 1
	}
	return -1
}

// set sets the index of an id, up to 65,534; -1 takes it out.
func (x *idIndex) set(id uint16, i int) {
	if x[id>>8] == nil {
		x[id>>8] = new([256]uint16)
	}
	x[id>>8][id&0xFF] = uint16(i + 1)
}

// nameText holds the text of names made one after the other.
type nameText struct{ b strings.Builder }

// nameTextLen is how many bytes of names are allocated at once.
const nameTextLen = 2 << 10

// numbered is the function of that name for many names.
func (t *nameText) numbered(prefix string, n uint32) string {
	var buf [32]byte
	name := appendNumbered(buf[:0], prefix, n)
	if t.b.Cap()-t.b.Len() < len(name) {
		t.b = strings.Builder{}
		t.b.Grow(nameTextLen)
	}
	at := t.b.Len()
	t.b.Write(name)
	return t.b.String()[at:]
}
