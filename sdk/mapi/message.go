package mapi

import (
	"iter"
	"slices"
	"strconv"
)

// A Message is a message object as a tree: its own properties, its recipients
// and its attachments. It is a snapshot: nothing changes in storage when it is
// changed. Not safe for concurrent change.
type Message struct {
	Props       Props
	Recipients  []Props // in stored order
	Attachments []*Attachment
}

// RecipientsOf returns the recipients of the kinds, such as [RecipientTo], in
// stored order, each with its index; without kinds all of them. What it yields
// shares its properties with m: to change a recipient, change m.Recipients[i].
func (m *Message) RecipientsOf(kinds ...int32) iter.Seq2[int, Props] {
	return func(yield func(int, Props) bool) {
		for i, r := range m.Recipients {
			if len(kinds) > 0 && !slices.Contains(kinds, RecipientKind(r)) {
				continue
			}
			if !yield(i, r) {
				return
			}
		}
	}
}

// Attached returns the attachments in stored order, each with its index.
func (m *Message) Attached() iter.Seq2[int, *Attachment] {
	return func(yield func(int, *Attachment) bool) {
		for i, a := range m.Attachments {
			if a != nil && !yield(i, a) {
				return
			}
		}
	}
}

// All returns m and the messages embedded in it at any depth, outermost first,
// each with its path as problems have it: "" for m, "attachment 2/embedded" for
// one attached to it.
func (m *Message) All() iter.Seq2[string, *Message] {
	return func(yield func(string, *Message) bool) { m.all("", yield) }
}

func (m *Message) all(path string, yield func(string, *Message) bool) bool {
	if !yield(path, m) {
		return false
	}
	for i, a := range m.Attached() {
		if a.Embedded != nil && !a.Embedded.all(below(path, "attachment", i)+"/embedded", yield) {
			return false
		}
	}
	return true
}

// below returns the path of part i of the object at path.
func below(path, part string, i int) string {
	if path != "" {
		path += "/"
	}
	return path + part + " " + strconv.Itoa(i)
}

// Clone returns a copy of the tree whose properties, recipients and attachments
// may be replaced, added and removed without a change of m. It shares the values.
func (m *Message) Clone() *Message {
	c := &Message{
		Props:       slices.Clone(m.Props),
		Recipients:  slices.Clone(m.Recipients),
		Attachments: slices.Clone(m.Attachments),
	}
	for i, r := range c.Recipients {
		c.Recipients[i] = slices.Clone(r)
	}
	for i, a := range c.Attachments {
		if a == nil {
			continue
		}
		c.Attachments[i] = &Attachment{Props: slices.Clone(a.Props)}
		if a.Embedded != nil {
			c.Attachments[i].Embedded = a.Embedded.Clone()
		}
	}
	return c
}

// CloneValue returns a copy of a value that shares nothing with it. A [Large] is
// its own copy.
func CloneValue(v Value) Value {
	switch v := v.(type) {
	case []byte:
		return slices.Clone(v)
	case [][]byte:
		c := slices.Clone(v)
		for i := range c {
			c[i] = slices.Clone(c[i])
		}
		return c
	case []int16:
		return slices.Clone(v)
	case []int32:
		return slices.Clone(v)
	case []int64:
		return slices.Clone(v)
	case []float32:
		return slices.Clone(v)
	case []float64:
		return slices.Clone(v)
	case []Currency:
		return slices.Clone(v)
	case []FloatingTime:
		return slices.Clone(v)
	case []string:
		return slices.Clone(v)
	case []Filetime:
		return slices.Clone(v)
	case []GUID:
		return slices.Clone(v)
	}
	return v
}

// An Attachment is an attachment object. Its content is in Props (PtypBinary
// PidTagAttachDataBinary, or PtypObject PidTagAttachDataObject for a storage)
// or, for PidTagAttachMethod afEmbeddedMessage, in Embedded.
type Attachment struct {
	Props    Props
	Embedded *Message // nil unless the attachment is a message
}

// Content returns what is attached, to be read or placed: the contents of a file,
// or the storage of an OLE object as a compound file of its own. It returns
// ErrNotFound when there is none, as for an embedded message and for one that is
// kept elsewhere.
func (a *Attachment) Content() (Large, error) {
	for _, tag := range []Tag{attachDataBinary, attachDataObject} {
		if v, ok := a.Props.Get(tag); ok && v != nil {
			return AsLarge(v)
		}
	}
	return nil, ErrNotFound
}

// What the methods above look at: PidTagAttachDataBinary, PidTagAttachDataObject
// and PidTagRecipientType. Package proptag, which has all tags, stands on this one.
const (
	attachDataBinary Tag = 0x37010102
	attachDataObject Tag = 0x3701000D
	recipientType    Tag = 0x0C150003
)

// Values of PidTagAttachMethod ([MS-OXCMSG] 2.2.2.9).
const (
	AttachNone            int32 = 0
	AttachByValue         int32 = 1
	AttachByReference     int32 = 2
	AttachByReferenceOnly int32 = 4
	AttachEmbeddedMessage int32 = 5
	AttachStorage         int32 = 6 // OLE
	AttachByWebReference  int32 = 7
)

// Values of PidTagRecipientType ([MS-OXOMSG] 2.2.3.1); the upper bits of the
// property are flags.
const (
	RecipientTo  int32 = 1
	RecipientCc  int32 = 2
	RecipientBcc int32 = 3
)

// RecipientKind returns the kind of a recipient: RecipientTo, RecipientCc or
// RecipientBcc.
//
// QUIRK: a recipient without a kind, or of another one, counts as RecipientTo;
// programs other than Outlook forget to say so.
func RecipientKind(r Props) int32 {
	kind, _ := r.Int32(recipientType)
	if kind &= 0xF; kind < RecipientTo || kind > RecipientBcc { // above are flags
		return RecipientTo
	}
	return kind
}
