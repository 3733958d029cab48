package msg

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// item is a property on its way into a file.
type item struct {
	tag   mapi.Tag
	value stored
	attr  *uint32 // nil for the usual attributes
}

// bag holds the properties of one object on their way into a file, at most one
// for each id.
type bag struct {
	page  int // code page of strings, 0 for Unicode
	items []item
	at    map[uint16]int
	extra *Extra // of the object
}

// collect takes the properties that can be written. Of two for one id the last
// wins.
func (w *writer) collect(props mapi.Props, report problem.Reporter) *bag {
	b := &bag{page: w.page, items: make([]item, 0, len(props)+4), at: make(map[uint16]int, len(props)+4), extra: w.extra}
	for _, p := range props {
		t := p.Tag.Type().Unicode()
		v, ok, err := b.stored(p)
		w.failed = errors.Join(w.failed, err)
		if !ok {
			report.Report(mismatch(p))
			continue
		}
		id := p.Tag.ID()
		if !p.Name.IsZero() {
			id = w.names.id(p.Name)
		}
		switch {
		case p.Name.IsZero() && (id == 0 || id >= firstNamed && !b.extra.isUnnamed(id)):
			report.Report(problem.Problem{Code: "msg.property.unnamed", Severity: problem.Loss, Tag: p.Tag,
				Detail: "the property has an id that needs a name, but none"})
			continue
		case id == 0:
			report.Report(problem.Problem{Code: "msg.limit", Severity: problem.Loss, Tag: p.Tag,
				Detail: "no room in the named property map for " + shorten(p.Name.String())})
			continue
		}
		if v.lossy {
			w.lossy(p.Tag, p.Name, report)
		}
		b.put(mapi.NewTag(id, v.typeOr(b.stringType(t))), v)
		b.items[b.at[id]].attr = b.extra.attr(p.Tag.ID())
	}
	return b
}

// stored returns a property in the form it has in the file; ok is false if it
// has none.
func (b *bag) stored(p mapi.Prop) (v stored, ok bool, err error) {
	t := p.Tag.Type().Unicode()
	if t == mapi.PtypNull && p.Value == nil {
		e := b.extra.null(p.Tag)
		if e == nil {
			return v, false, nil
		}
		return stored{entry: [8]byte(e.entry[8:])}, true, nil
	}
	v, ok = b.encode(t, p.Value)
	if !ok {
		return v, false, nil
	}
	if e := b.extra.exactly(p.Tag.ID(), b.page, p.Value); e != nil {
		err = e.restore(&v)
	}
	if b.page != 0 && p.Tag == proptag.Html && b.extra != nil && b.extra.html8 {
		v.as = mapi.PtypString8
	}
	return v, true, err
}

// lossy reports a string with characters that the code page lacks or, where
// there must not be any, keeps it for the error.
func (w *writer) lossy(tag mapi.Tag, name mapi.Name, report problem.Reporter) {
	if !w.opt.Lossless {
		report.Report(lossy(tag, name, w.page))
		return
	}
	if w.failed == nil {
		w.failed = &FormatError{Path: tag.String(), Spec: "[MS-OXMSG] 2.1.3", Detail: fmt.Sprintf("code page %d", w.page), Err: ErrCodePage}
	}
}

// lossy describes a string with characters that its code page lacks.
func lossy(tag mapi.Tag, name mapi.Name, page int) problem.Problem {
	what := "the string"
	if !name.IsZero() {
		what = shorten(name.String())
	}
	return problem.Problem{Code: "msg.string.codepage", Severity: problem.Loss, Tag: tag,
		Detail: fmt.Sprintf("%s has characters that code page %d lacks; they became question marks", what, page)}
}

// stringType returns t, or for Unicode strings the type that they have in the
// file.
func (b *bag) stringType(t mapi.Type) mapi.Type {
	switch {
	case b.page == 0:
	case t == mapi.PtypString:
		return mapi.PtypString8
	case t == mapi.PtypMultipleString:
		return mapi.PtypMultipleString8
	}
	return t
}

// encode is the function of that name with strings in the code page of the
// file.
func (b *bag) encode(t mapi.Type, v mapi.Value) (stored, bool) {
	if b.page == 0 || t != mapi.PtypString && t != mapi.PtypMultipleString {
		return encode(t, v)
	}
	switch x := v.(type) {
	case string:
		data, ok := codepage.Encode(b.page, x)
		return stored{data: data, stream: true, lossy: !ok}, t == mapi.PtypString
	case []string:
		s := stored{stream: true}
		for _, text := range x {
			data, ok := codepage.Encode(b.page, text)
			s.lossy = s.lossy || !ok
			s.elems = append(s.elems, append(data, 0))
			s.data = binary.LittleEndian.AppendUint32(s.data, uint32(len(data)+1))
		}
		return s, t == mapi.PtypMultipleString
	}
	return encode(t, v)
}

// mismatch describes a property that has no form in a file.
func mismatch(p mapi.Prop) problem.Problem {
	t := p.Tag.Type()
	bad := problem.Problem{Code: "msg.property.type", Severity: problem.Loss, Tag: p.Tag}
	switch {
	case p.Value == nil && (t == mapi.PtypNull || t == mapi.PtypObject):
		bad.Severity = problem.Info
		bad.Detail = "the property has no value; it was left out"
	case !t.Known() || t == mapi.PtypUnspecified:
		bad.Detail = fmt.Sprintf("property type %#04x cannot be stored", uint16(t))
	default:
		bad.Detail = fmt.Sprintf("%v cannot hold a Go value of type %T", t, p.Value)
	}
	return bad
}

// shorten cuts a text that is too long for a report.
func shorten(s string) string {
	if len(s) > 100 {
		return s[:100] + "..."
	}
	return s
}

// put adds a property, replacing one with the same id.
func (b *bag) put(tag mapi.Tag, v stored) {
	if i, ok := b.at[tag.ID()]; ok {
		b.items[i] = item{tag, v, b.items[i].attr}
		return
	}
	b.at[tag.ID()] = len(b.items)
	b.items = append(b.items, item{tag, v, nil})
}

// set is put for a value that is known to match its tag.
func (b *bag) set(tag mapi.Tag, v mapi.Value) {
	s, ok := b.encode(tag.Type(), v)
	if !ok {
		panic(fmt.Sprintf("msg: %v cannot hold %T", tag, v))
	}
	b.put(tag.WithType(b.stringType(tag.Type())), s)
}

// setDefault is set unless the id is there.
func (b *bag) setDefault(tag mapi.Tag, v mapi.Value) {
	if b.find(tag) == nil {
		b.set(tag, v)
	}
}

// find returns the property with the id of tag, or nil.
func (b *bag) find(tag mapi.Tag) *item {
	if i, ok := b.at[tag.ID()]; ok {
		return &b.items[i]
	}
	return nil
}
