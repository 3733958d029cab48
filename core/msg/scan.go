package msg

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// place is where the value of a property of variable size stands.
type place struct {
	stream  *cfb.Stream
	storage *cfb.Storage
	elems   []element
	taken   bool // an entry names it
}

// element is one value of a multi-valued property.
type element struct {
	index  uint32
	stream *cfb.Stream
}

// found is a property of an object before its value is read.
type found struct {
	tag mapi.Tag
	raw [8]byte // the value, where it stands in the entry
	place
}

// contents is what the storage of an object holds.
type contents struct {
	list   []found
	at     map[uint16]int // index in list by property id
	report problem.Reporter
}

// scan lists the properties of the object in st, reading nothing but its
// property stream. A property counts when it is named by an entry, or by a
// stream alone (QUIRK: some writers omit entries), and has the value it needs.
func (r *reader) scan(st *cfb.Storage, header int, report problem.Reporter) (*contents, error) {
	c := &contents{at: make(map[uint16]int), report: report}
	places, order := valuePlaces(st)
	raw, err := r.entries(st, header, report)
	if err != nil {
		return nil, err
	}
	r.extra = foreign(st)
	for ; len(raw) >= entrySize; raw = raw[entrySize:] {
		p := found{tag: mapi.Tag(binary.LittleEndian.Uint32(raw)), raw: [8]byte(raw[8:16])}
		if at := places[p.tag]; at != nil {
			p.place, at.taken = *at, true
		}
		if p.usable(report) {
			r.extra = r.extra.withAttr(p.tag, binary.LittleEndian.Uint32(raw[4:]))
			r.add(c, p)
		}
	}
	for _, tag := range order {
		if p := (found{tag: tag, place: *places[tag]}); !p.taken && variable(tag.Type()) && p.usable(report) {
			r.add(c, p)
		}
	}
	return c, nil
}

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
	b := make([]byte, min(s.Size(), limit))
	if n, err := s.ReadAt(b, 0); n < len(b) {
		if !damage(err) {
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

// add takes p into the list. Of two entries for one id the first wins, but a
// Unicode string wins over an 8-bit one ([MS-OXMSG] 2.1.3 forbids both).
func (r *reader) add(c *contents, p found) {
	id := p.tag.ID()
	if i, dup := c.at[id]; dup {
		old, t := c.list[i].tag.Type(), p.tag.Type()
		switch {
		case old != t && old.Unicode() == t:
			c.list[i] = p
		case old != t && old.Unicode() != t.Unicode():
			c.report.Report(problem.Problem{Code: "msg.property.duplicate", Severity: problem.Loss, Tag: p.tag,
				Detail: "the property is there as " + old.String() + " too, which was kept"})
		}
		return
	}
	if !r.take(&r.props, 1, r.f.opt.MaxProps, "properties", c.report) {
		return
	}
	c.at[id] = len(c.list)
	c.list = append(c.list, p)
}

// usable reports whether the type of p is known and its value is there.
func (p *found) usable(report problem.Reporter) bool {
	t := p.tag.Type()
	switch {
	case p.tag == 0: // QUIRK: writers leave zeros behind the last entry.
		return false
	case t == mapi.PtypNull:
		return true
	case t == mapi.PtypUnspecified || !t.Known():
		report.Report(problem.Problem{Code: "msg.property.type", Severity: problem.Loss, Tag: p.tag,
			Detail: fmt.Sprintf("property type %#04x is unknown; the property was left out", uint16(t))})
		return false
	case !variable(t):
		return true
	case t == mapi.PtypObject:
		return p.storage != nil || p.stream != nil
	case p.stream != nil || len(p.elems) > 0:
		return true
	}
	report.Report(problem.Problem{Code: "msg.property.damaged", Severity: problem.Info, Tag: p.tag,
		Detail: "the property has no stream with its value; it was left out"})
	return false
}

// variable reports whether values of the type stand outside the property
// stream ([MS-OXMSG] 2.1.3, 2.1.4).
func variable(t mapi.Type) bool {
	return t.Known() && (t.Size() == 0 || t.Multiple() || t == mapi.PtypGuid) && t != mapi.PtypNull && t != mapi.PtypUnspecified
}

// valuePlaces lists the values in st by tag, and the tags in directory order.
func valuePlaces(st *cfb.Storage) (map[mapi.Tag]*place, []mapi.Tag) {
	places := make(map[mapi.Tag]*place)
	var order []mapi.Tag
	at := func(tag mapi.Tag) *place {
		p := places[tag]
		if p == nil {
			p = new(place)
			places[tag] = p
			order = append(order, tag)
		}
		return p
	}
	for _, s := range st.Streams() {
		tag, index, elem, ok := parseValueName(s.Name())
		switch {
		case !ok:
		case !elem:
			at(tag).stream = s
		case multipleVariable(tag.Type()):
			p := at(tag)
			p.elems = append(p.elems, element{index, s})
		}
	}
	for _, s := range st.Storages() {
		if tag, _, elem, ok := parseValueName(s.Name()); ok && !elem && tag.Type() == mapi.PtypObject {
			at(tag).storage = s
		}
	}
	for _, p := range places {
		slices.SortFunc(p.elems, func(a, b element) int { return int(int64(a.index) - int64(b.index)) })
	}
	return places, order
}

// multipleVariable reports whether each value of the type has a stream of its
// own ([MS-OXMSG] 2.1.4.2).
func multipleVariable(t mapi.Type) bool {
	return t == mapi.PtypMultipleString || t == mapi.PtypMultipleString8 || t == mapi.PtypMultipleBinary
}

// parseValueName reads __substg1.0_PPPPTTTT or, with elem true,
// __substg1.0_PPPPTTTT-IIIIIIII ([MS-OXMSG] 2.1.3, 2.1.4.2.2). Lower case is
// accepted.
func parseValueName(name string) (tag mapi.Tag, index uint32, elem, ok bool) {
	hex, ok := cutPrefixFold(name, valuePrefix)
	if !ok || (len(hex) != 8 && (len(hex) != 17 || hex[8] != '-')) {
		return 0, 0, false, false
	}
	n, err := strconv.ParseUint(hex[:8], 16, 32)
	if err != nil {
		return 0, 0, false, false
	}
	if len(hex) == 17 {
		i, err := strconv.ParseUint(hex[9:], 16, 32)
		return mapi.Tag(n), uint32(i), true, err == nil
	}
	return mapi.Tag(n), 0, false, true
}

// cutPrefixFold is strings.CutPrefix without regard to case.
func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// int32 returns the value of a PtypInteger32 property of the object.
func (c *contents) int32(tag mapi.Tag) (int32, bool) {
	i, ok := c.at[tag.ID()]
	if !ok || c.list[i].tag != tag {
		return 0, false
	}
	return int32(binary.LittleEndian.Uint32(c.list[i].raw[:])), true
}
