package msg

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// object is a message, recipient or attachment that is being checked.
type object struct {
	item       cfb.Item
	kind       objectKind
	properties cfb.Item // the property stream
	values     []value  // by tag and index
	children   []part   // recipients and attachments
	head       [embeddedHeader]byte
	method     int32  // PidTagAttachMethod
	mask       int32  // PidTagStoreSupportMask
	strings    [2]int // 8-bit and Unicode properties that have their values
}

// value is a stream or storage that holds a value or an element of one.
type value struct {
	tag   mapi.Tag
	index int64 // of the element, -1 for the value itself
	item  cfb.Item
	named bool // by an entry of the property stream
}

// part is an object in the storage of another.
type part struct {
	item cfb.Item
	kind objectKind
}

// object checks an object ([MS-OXMSG] 2.2, 2.4). Objects below it are put into
// the queue.
func (v *verifier) object(o *object) {
	v.sort(o)
	if !o.properties.Valid() {
		v.fault("msg.properties.missing", o.item, "no property stream")
		return
	}
	clear(v.seen[:])
	v.entries(o)
	for i := range o.values {
		if w := &o.values[i]; !w.named && !v.full() {
			v.fault("msg.value.unnamed", w.item, "no property entry names the value")
		}
	}
	v.required(o)
	if o.kind == rootObject {
		v.unicode = o.mask&storeUnicodeOK != 0
	}
	if o.strings[0] > 0 && (o.strings[1] > 0 || v.unicode) {
		v.fault("msg.string.mixed", o.properties, "%d 8-bit and %d Unicode properties", o.strings[0], o.strings[1])
	}
	if o.kind.isMessage() {
		v.message(o)
	}
	if o.kind == attachmentObject && o.method == mapi.AttachEmbeddedMessage {
		if w := o.value(proptag.AttachDataObject, -1); w != nil && w.item.IsStorage() {
			v.queue = append(v.queue, part{w.item, embeddedObject})
		} else {
			v.fault("msg.attachment.embedded", o.item, "no storage with the embedded message")
		}
	}
}

// sort puts the children of an object to what they are.
func (v *verifier) sort(o *object) {
	for c := range o.item.Children() {
		if v.full() {
			return
		}
		name := c.Name()
		switch {
		case hasPrefixFold(name, valuePrefix):
			tag, index, elem, ok := parseValueName(name)
			if !ok {
				v.fault("msg.value.unnamed", c, "the name has no property tag")
				continue
			}
			w := value{tag: tag, index: -1, item: c}
			if elem {
				w.index = int64(index)
			}
			o.values = append(o.values, w)
		case strings.EqualFold(name, propertyStream) && !c.IsStorage():
			o.properties = c
		case o.kind.isMessage() && c.IsStorage() && hasPrefixFold(name, recipientPrefix):
			o.children = append(o.children, part{c, recipientObject})
		case o.kind.isMessage() && c.IsStorage() && hasPrefixFold(name, attachmentPrefix):
			o.children = append(o.children, part{c, attachmentObject})
		}
	}
	slices.SortFunc(o.values, func(a, b value) int {
		return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.index, b.index))
	})
}

// hasPrefixFold is strings.HasPrefix without regard to case.
func hasPrefixFold(s, prefix string) bool {
	_, ok := cutPrefixFold(s, prefix)
	return ok
}

// value returns the stream or storage of a value or element, nil if there is
// none.
func (o *object) value(tag mapi.Tag, index int64) *value {
	i, ok := slices.BinarySearchFunc(o.values, value{tag: tag, index: index}, func(a, b value) int {
		return cmp.Or(cmp.Compare(a.tag, b.tag), cmp.Compare(a.index, b.index))
	})
	if !ok {
		return nil
	}
	return &o.values[i]
}

// entries reads the property stream of an object ([MS-OXMSG] 2.4).
func (v *verifier) entries(o *object) {
	head, size := headers[o.kind], o.properties.Size()
	if size < head || (size-head)%entrySize != 0 {
		v.fault("msg.properties.size", o.properties, "%d bytes are no header of %d and entries of %d", size, head, entrySize)
	}
	v.stream.Reset(o.properties.Open())
	b := v.record[:rootHeader]
	clear(b)
	if !v.read(&v.stream, b[:min(head, size)]) {
		return
	}
	copy(o.head[:], b)
	for n := (size - head) / entrySize; n > 0 && !v.full() && v.read(&v.stream, b[:entrySize]); n-- {
		v.entry(o, b[:entrySize])
	}
}

// entry checks an entry of the property stream ([MS-OXMSG] 2.4.2).
func (v *verifier) entry(o *object, b []byte) {
	tag, size := mapi.Tag(binary.LittleEndian.Uint32(b)), binary.LittleEndian.Uint32(b[8:])
	id, t := tag.ID(), tag.Type()
	if !v.seen.add(id) {
		v.fault("msg.property.once", o.properties, "property %v stands twice", tag)
	}
	if v.names >= 0 && id >= firstNamed && int(id)-firstNamed >= v.names {
		v.fault("msg.names.storage", o.properties, "property %v has no entry in the named property map", tag)
	}
	var right bool
	switch {
	case !t.Known() || t == mapi.PtypUnspecified || t == mapi.PtypNull:
		v.fault("msg.property.type", o.properties, "property %v", tag)
	case !variable(t):
		o.note(tag, int32(size))
	case t == mapi.PtypObject:
		v.objectValue(o, tag, size)
	case multipleVariable(t):
		right = v.multiple(o, tag, size)
	default:
		right = v.single(o, tag, size)
	}
	if right && t.Unicode()&^0x1000 == mapi.PtypString {
		o.strings[t&1]++ // PtypString8 is even, PtypString odd
	}
}

// note keeps what later checks need of a value that stands in its entry.
func (o *object) note(tag mapi.Tag, n int32) {
	switch tag {
	case proptag.AttachMethod:
		o.method = n
	case proptag.StoreSupportMask:
		o.mask = n
	}
}

// required looks for properties that an object must have.
func (v *verifier) required(o *object) {
	need := func(rule string, tags ...mapi.Tag) {
		for _, tag := range tags {
			if !v.seen.has(tag.ID()) {
				v.fault(rule, o.item, "property %v is missing", tag)
			}
		}
	}
	switch o.kind {
	case recipientObject:
		need("msg.recipient.required", proptag.RecipientType, proptag.DisplayName)
	case attachmentObject:
		need("msg.attachment.required", proptag.AttachNumber, proptag.AttachMethod)
	default:
		need("msg.message.class", proptag.MessageClass)
	}
}

// message checks what says that the strings of a file are Unicode, and the
// recipients and attachments ([MS-OXMSG] 2.1.1.1, 2.2.1, 2.2.2, 2.4.1).
func (v *verifier) message(o *object) {
	if o.kind == rootObject && o.strings[1] > 0 && o.mask&storeUnicodeOK == 0 {
		v.fault("msg.unicode.flag", o.properties, "Unicode strings with PidTagStoreSupportMask %#x", uint32(o.mask))
	}
	for i, kind := range []objectKind{recipientObject, attachmentObject} {
		next, count := binary.LittleEndian.Uint32(o.head[8+4*i:]), binary.LittleEndian.Uint32(o.head[16+4*i:])
		v.parts(o, kind, next, count)
	}
}

// parts checks the recipients or the attachments of a message.
func (v *verifier) parts(o *object, kind objectKind, next, count uint32) {
	prefix, rule := recipientPrefix, "msg.recipient.name"
	if kind == attachmentObject {
		prefix, rule = attachmentPrefix, "msg.attachment.name"
	}
	there := uint32(0)
	for _, p := range o.children {
		if p.kind != kind || v.full() {
			continue
		}
		there++
		hex, _ := strings.CutPrefix(p.item.Name(), prefix)
		n, err := strconv.ParseUint(hex, 16, 32)
		switch {
		case err != nil || len(hex) != 8 || hex != strings.ToUpper(hex):
			v.fault(rule, p.item, "a bad name")
			continue
		case n >= uint64(next):
			v.fault(rule, p.item, "the number is not below the next id %d", next)
		}
		v.queue = append(v.queue, p)
	}
	if there != count && !v.full() {
		v.fault("msg.count", o.properties, "%d objects %s counted, %d there", count, prefix, there)
	}
}
