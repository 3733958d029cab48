package wire

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// An EncodeLarge puts a value that is too big to travel in its object on the
// wire: it sets dst.Value, by [SetBlob], [SetRef] or [SetStream]. A string or
// []byte above [InlineLimit], the data of an attachment above [InlineData], is given
// to it as a [Memory].
type EncodeLarge func(dst *pluginv1.Prop, v mapi.Large) error

// A DecodeLarge makes a value of a src.Value that is a Blob, a Ref or a stream.
// It must check the numbers in it, which come from the other end, and refuse
// the forms that do not belong in its direction.
type DecodeLarge func(src *pluginv1.Prop) (mapi.Large, error)

// A ValueError says which property cannot be carried, and why.
type ValueError struct {
	Tag    mapi.Tag
	Detail string
	Err    error // ErrValue or ErrTooLarge, or what a callback returned
}

// Error says which property, and what is wrong.
func (e *ValueError) Error() string {
	return fmt.Sprintf("%v: property %v: %s", e.Err, e.Tag, e.Detail)
}

// Unwrap returns Err.
func (e *ValueError) Unwrap() error { return e.Err }

// PropToProto converts a property. The result shares the bytes of p. A value
// that does not fit its type gives a *[ValueError]. Text that is not UTF-8 is
// repaired, because a string on the wire has to be.
//
// The value of a PtypNull, and of a PtypObject without data, stays unset.
func PropToProto(p mapi.Prop, large EncodeLarge) (*pluginv1.Prop, error) {
	dst := slot{data: InlineData}
	if _, err := dst.put(p, large); err != nil {
		return nil, err
	}
	return &dst.prop, nil
}

// put is PropToProto into a slot. It returns how many bytes that is.
func (s *slot) put(p mapi.Prop, large EncodeLarge) (int, error) {
	s.prop.Tag, s.prop.Name, s.prop.Value = uint32(p.Tag), nil, nil
	if !p.Name.IsZero() {
		s.set = append(s.set[:0], p.Name.Set[:]...)
		s.setName(s.set, p.Name.ID, strings.ToValidUTF8(p.Name.Text, "\uFFFD"))
	}
	form := formOf(p.Tag.Type())
	if form == nil {
		return 0, &ValueError{p.Tag, "no such type " + p.Tag.Type().String(), ErrValue}
	}
	v := p.Value
	if form.large {
		limit := InlineLimit
		if p.Tag == proptag.AttachDataBinary {
			limit = s.data
		}
		v = outline(v, limit)
	}
	if l, ok := v.(mapi.Large); ok && form.large && large != nil {
		if err := large(&s.prop, l); err != nil {
			return 0, &ValueError{p.Tag, "large value not placed", err}
		}
		return s.prop.SizeVT(), nil
	}
	if !form.enc(s, v) {
		return 0, &ValueError{p.Tag, fmt.Sprintf("%T is no value of %v", p.Value, p.Tag.Type()), ErrValue}
	}
	n := s.prop.SizeVT()
	if n > MaxProp {
		return 0, &ValueError{p.Tag, fmt.Sprintf("%d bytes", n), ErrTooLarge}
	}
	return n, nil
}

// outline turns a string or []byte of more bytes than limit into a Memory.
func outline(v mapi.Value, limit int) mapi.Value {
	switch v := v.(type) {
	case string:
		if len(v) > limit {
			return Memory(strings.ToValidUTF8(v, "\uFFFD"))
		}
	case []byte:
		if len(v) > limit {
			return Memory(v)
		}
	}
	return v
}

// PropFromProto converts a property back. Slices of the result are those of
// src. A property of a type that is not known, which a later version may send,
// is reported as ok == false without an error; anything that is not a value of
// its type is a *[ValueError].
func PropFromProto(src *pluginv1.Prop, large DecodeLarge) (p mapi.Prop, ok bool, err error) {
	p.Tag = mapi.Tag(src.GetTag())
	form := formOf(p.Tag.Type())
	if form == nil {
		return p, false, nil
	}
	if p.Name, err = nameFromProto(p.Tag, src.GetName()); err != nil {
		return p, false, err
	}
	if isLarge(src) {
		if !form.large || large == nil {
			return p, false, &ValueError{p.Tag, fmt.Sprintf("%v held elsewhere", p.Tag.Type()), ErrValue}
		}
		if p.Value, err = large(src); err != nil {
			return p, false, &ValueError{p.Tag, "large value refused", err}
		}
		return p, true, nil
	}
	v, ok := form.dec(src)
	if !ok {
		return p, false, &ValueError{p.Tag, fmt.Sprintf("%T is no value of %v", src.GetValue(), p.Tag.Type()), ErrValue}
	}
	p.Value = v
	return p, true, nil
}

func isLarge(p *pluginv1.Prop) bool {
	switch p.GetValue().(type) {
	case *pluginv1.Prop_Blob, *pluginv1.Prop_Ref, *pluginv1.Prop_Stream:
		return true
	}
	return false
}

// SetBlob makes dst a value that stays with the host. size is -1 when only
// reading tells.
func SetBlob(dst *pluginv1.Prop, id uint32, size int64) {
	dst.Value = &pluginv1.Prop_Blob{Blob: &pluginv1.Blob{Id: id, Size: size}}
}

// SetRef makes dst a piece of a blob of the host. length is -1 for all that
// follows offset.
func SetRef(dst *pluginv1.Prop, blob uint32, offset uint64, length int64, t pluginv1.Transform) {
	dst.Value = &pluginv1.Prop_Ref{Ref: &pluginv1.Ref{Blob: blob, Offset: offset, Length: length, Transform: t}}
}

// SetStream makes dst a value whose bytes follow in Data frames.
func SetStream(dst *pluginv1.Prop, stream uint32) {
	dst.Value = &pluginv1.Prop_Stream{Stream: stream}
}

func nameFromProto(tag mapi.Tag, n *pluginv1.Name) (name mapi.Name, err error) {
	if n == nil {
		return name, nil
	}
	if len(n.GetSet()) != len(name.Set) {
		return name, &ValueError{tag, fmt.Sprintf("property set of %d bytes", len(n.GetSet())), ErrValue}
	}
	name = mapi.Name{Set: mapi.GUID(n.GetSet()), ID: n.GetId(), Text: strings.ToValidUTF8(n.GetText(), "\uFFFD")}
	if name.IsZero() {
		return name, &ValueError{tag, "name of nothing", ErrValue}
	}
	return name, nil
}

// A Memory is a [mapi.Large] held in memory. The bytes must not change.
type Memory = mapi.Memory
