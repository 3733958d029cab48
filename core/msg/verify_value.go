package msg

import (
	"encoding/binary"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// stream returns the stream of a value or element, nil if there is none.
func (o *object) stream(tag mapi.Tag, index int64) *value {
	w := o.value(tag, index)
	if w == nil {
		return nil
	}
	w.named = true
	if w.item.IsStorage() {
		return nil
	}
	return w
}

// objectValue checks a property of type PtypObject ([MS-OXMSG] 2.2.2).
func (v *verifier) objectValue(o *object, tag mapi.Tag, size uint32) {
	w := o.value(tag, -1)
	if w == nil {
		v.fault("msg.value.missing", o.properties, "property %v has neither a storage nor a stream", tag)
		return
	}
	w.named = true
	if w.item.IsStorage() && size != noSize {
		v.fault("msg.property.size", w.item, "size field %d, expected %#x", size, uint32(noSize))
	}
}

// single checks a property with one stream ([MS-OXMSG] 2.1.3, 2.1.4.1).
func (v *verifier) single(o *object, tag mapi.Tag, size uint32) bool {
	w := o.stream(tag, -1)
	if w == nil {
		v.fault("msg.value.missing", o.properties, "property %v has no stream", tag)
		return false
	}
	t, n, unit := tag.Type(), w.item.Size(), int64(1)
	want := n
	switch {
	case t == mapi.PtypString:
		unit, want = 2, n+terminator
	case t == mapi.PtypString8:
		want = n + 1
	case t.Multiple():
		unit = int64(t.Size())
	case t == mapi.PtypGuid && n != 16:
		v.fault("msg.value.length", w.item, "a GUID of %d bytes", n)
	}
	if int64(size) != want {
		v.fault("msg.property.size", w.item, "size field %d, expected %d", size, want)
	}
	if n%unit != 0 {
		v.fault("msg.value.length", w.item, "%d bytes in units of %d", n, unit)
	}
	return true
}

// multiple checks a property with a length stream and a stream for each element
// ([MS-OXMSG] 2.1.4.2).
func (v *verifier) multiple(o *object, tag mapi.Tag, size uint32) bool {
	w := o.stream(tag, -1)
	if w == nil {
		v.fault("msg.value.missing", o.properties, "property %v has no length stream", tag)
		return false
	}
	n, step := w.item.Size(), int64(4)
	if tag.Type() == mapi.PtypMultipleBinary {
		step = 8
	}
	if int64(size) != n {
		v.fault("msg.property.size", w.item, "size field %d, expected %d", size, n)
	}
	if n%step != 0 {
		v.fault("msg.list.lengths", w.item, "%d bytes in entries of %d", n, step)
	}
	v.lengths.Reset(w.item.Open())
	for i := range n / step {
		b := v.length[:step]
		if v.full() || !v.read(&v.lengths, b) {
			break
		}
		v.element(o, tag, i, int64(binary.LittleEndian.Uint32(b)))
	}
	return true
}

// element checks an element of a list, length being what the length stream
// says.
func (v *verifier) element(o *object, tag mapi.Tag, i, length int64) {
	w := o.stream(tag, i)
	if w == nil {
		v.fault("msg.list.element", o.properties, "element %d of property %v has no stream", i, tag)
		return
	}
	n, nul := w.item.Size(), int64(0)
	switch tag.Type() {
	case mapi.PtypMultipleString:
		nul = terminator
	case mapi.PtypMultipleString8:
		nul = 1
	}
	if length != n && length != n+nul {
		v.fault("msg.list.lengths", w.item, "%d bytes, the length stream says %d", n, length)
	}
}
