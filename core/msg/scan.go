package msg

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// found is a property of an object before its value is read.
type found struct {
	tag mapi.Tag
	raw [8]byte // the value, where it stands in the entry
	*place
}

// nowhere is the place of values that stand in the entry, or are missing.
var nowhere place

// contents is what the storage of an object holds. It is valid until the next
// object is scanned.
type contents struct {
	list   []found
	ids    idSet          // of the list
	at     map[uint16]int // index in list by property id; made when an id comes twice
	report problem.Reporter
}

// reset empties c.
func (c *contents) reset() {
	for i := range c.list {
		c.ids[c.list[i].tag.ID()/64] = 0
	}
	clear(c.list)
	c.list, c.at, c.report = c.list[:0], nil, nil
}

// idSet is a set of property ids.
type idSet [1 << 16 / 64]uint64

func (s *idSet) has(id uint16) bool { return s[id/64]&(1<<(id%64)) != 0 }
func (s *idSet) add(id uint16)      { s[id/64] |= 1 << (id % 64) }

// scan lists the properties of the object in st, reading nothing but its
// property stream. A property counts when it is named by an entry, or by a
// stream alone (QUIRK: some writers omit entries), and has the value it needs.
func (r *reader) scan(st *cfb.Storage, header int, report problem.Reporter) (*contents, error) {
	c := &r.contents
	c.reset()
	c.report = report
	r.places.reset()
	r.places.read(st)
	r.spent += int64(len(st.Streams())) * placeCost
	r.found.reset()
	r.tell.reset(report, r)
	raw, err := r.entries(st, header, report)
	if err != nil {
		return nil, err
	}
	c.list = slices.Grow(c.list, min(len(raw)/entrySize, maxIDs))
	for ; len(raw) >= entrySize; raw = raw[entrySize:] {
		p := found{tag: mapi.Tag(binary.LittleEndian.Uint32(raw)), raw: [8]byte(raw[8:16]), place: &nowhere}
		if variable(p.tag.Type()) {
			if at := r.places.find(p.tag); at != nil {
				at.taken = true
				p.place = at
			}
		}
		switch {
		case !p.usable(&r.tell):
			r.noteOdd(p.tag, raw)
			continue
		case r.add(c, &p):
			r.note(p.tag, raw)
		}
	}
	for i := range r.places.list {
		p := found{tag: r.places.list[i].tag, place: &r.places.list[i]}
		if !p.taken && variable(p.tag.Type()) && p.usable(&r.tell) {
			r.add(c, &p)
		}
	}
	return c, nil
}

// maxIDs is how many property ids there are.
const maxIDs = 1 << 16

// What a property takes while it is read, and after that, in bytes, and the place
// of a value. An entry takes entrySize beside.
const (
	foundCost    = 24
	propertyCost = 76
	placeCost    = 64
)

// entries returns the property stream without its header.
func (r *reader) entries(st *cfb.Storage, header int, report problem.Reporter) ([]byte, error) {
	bad := func(detail string) {
		report.Report(problem.Problem{Code: "msg.object.damaged", Severity: problem.Info, Part: st.Path(), Detail: detail})
	}
	s := st.Stream(propertyStream)
	if s == nil {
		bad("no property stream; values were found by the names of their streams")
		return nil, nil
	}
	limit := int64(r.f.opt.MaxProps)*entrySize + rootHeader
	if s.Size() > limit {
		bad("property stream too long; its end was ignored")
	}
	size := min(s.Size(), limit)
	if n := r.affordable(int(size / entrySize)); n < int(size/entrySize) {
		r.limited(memoryOf, memoryFor(r.f.size), report)
		size = int64(n) * entrySize
	}
	r.raw = grow(r.raw, int(size))
	b := r.raw
	if n, err := s.ReadAt(b, 0); n < len(b) {
		if !Damaged(err) {
			return nil, err
		}
		bad("property stream cut short")
		b = b[:n]
	}
	// QUIRK: libraries write 32 bytes before the entries of embedded messages,
	// and copies of embedded messages that stand alone have 24.
	if header != childHeader {
		switch s.Size() % entrySize {
		case rootHeader % entrySize:
			header = rootHeader
		case embeddedHeader % entrySize:
			header = embeddedHeader
		}
	}
	if len(b) < header {
		bad("property stream shorter than its header")
		return nil, nil
	}
	return b[header:], nil
}

// grow returns b with length n. What it holds is of no use.
func grow(b []byte, n int) []byte {
	if n > cap(b) {
		return make([]byte, n)
	}
	return b[:n]
}

// add takes p into the list. Of two entries for one id the first wins, but a
// Unicode string wins over an 8-bit one ([MS-OXMSG] 2.1.3 forbids both). It is
// true for the first one.
func (r *reader) add(c *contents, p *found) bool {
	id := p.tag.ID()
	if c.ids.has(id) {
		i := c.index(id)
		old, t := c.list[i].tag.Type(), p.tag.Type()
		switch {
		case old != t && old.Unicode() == t:
			c.list[i] = *p
		case old != t && old.Unicode() != t.Unicode():
			r.tell.say("msg.property.duplicate", problem.Loss, p.tag, "the property is there as %v too, which was kept", old)
		}
		return false
	}
	if !r.take(&r.props, 1, r.f.opt.MaxProps, "properties", c.report) {
		return false
	}
	if r.left() < propertyCost {
		r.limited(memoryOf, memoryFor(r.f.size), c.report)
		return false
	}
	r.spent += propertyCost
	if c.at != nil {
		c.at[id] = len(c.list)
	}
	c.ids.add(id)
	c.list = append(c.list, *p)
	return true
}

// index returns where in the list the property of an id is, which is there.
func (c *contents) index(id uint16) int {
	if c.at == nil {
		c.at = make(map[uint16]int, len(c.list))
		for i := range c.list {
			c.at[c.list[i].tag.ID()] = i
		}
	}
	return c.at[id]
}

// usable reports whether the type of p is known and its value is there.
func (p *found) usable(tell *teller) bool {
	t := p.tag.Type()
	switch {
	case p.tag == 0: // QUIRK: writers leave zeros behind the last entry.
		return false
	case t == mapi.PtypNull || fixed(t):
		return true
	case t == mapi.PtypUnspecified || !t.Known():
		if !tell.next("msg.property.type", problem.Loss) {
			return false
		}
		fate := "stays where the message is edited in place, and is left out elsewhere"
		if t == mapi.PtypUnspecified || p.tag.ID() == 0 { // no property of any kind
			fate = "was left out"
		}
		tell.report(problem.Problem{Code: "msg.property.type", Severity: problem.Loss, Tag: p.tag,
			Detail: fmt.Sprintf("property type %#04x is unknown; the property %s", uint16(t), fate)})
		return false
	case t == mapi.PtypObject:
		return p.storage != nil || p.stream != nil
	case p.stream != nil || len(p.elems) > 0:
		return true
	}
	tell.say("msg.property.damaged", problem.Info, p.tag, "the property has no stream with its value; it was left out")
	return false
}

// fixed reports whether values of the type stand in the property stream
// ([MS-OXMSG] 2.1.2).
func fixed(t mapi.Type) bool {
	switch t {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64, mapi.PtypCurrency,
		mapi.PtypFloatingTime, mapi.PtypErrorCode, mapi.PtypBoolean, mapi.PtypInteger64, mapi.PtypTime:
		return true
	}
	return false
}

// variable reports whether values of the type stand outside the property
// stream ([MS-OXMSG] 2.1.3, 2.1.4).
func variable(t mapi.Type) bool {
	switch t {
	case mapi.PtypString, mapi.PtypString8, mapi.PtypBinary, mapi.PtypServerID, mapi.PtypGuid, mapi.PtypObject:
		return true
	}
	return t.Multiple() && t.Known()
}

// int32 returns the value of a PtypInteger32 property of the object.
func (c *contents) int32(tag mapi.Tag) (int32, bool) {
	if !c.ids.has(tag.ID()) {
		return 0, false
	}
	for i := range c.list {
		if c.list[i].tag == tag {
			return int32At(c.list[i].raw[:]), true
		}
	}
	return 0, false
}
