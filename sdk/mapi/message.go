package mapi

import "slices"

// A Message is a message object as a tree: its own properties, its recipients
// and its attachments. It is a snapshot: nothing changes in storage when it is
// changed. Not safe for concurrent change.
type Message struct {
	Props       Props
	Recipients  []Props // in stored order
	Attachments []*Attachment
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

// An Attachment is an attachment object. Its content is in Props (PtypBinary
// PidTagAttachDataBinary, or PtypObject PidTagAttachDataObject for a storage)
// or, for PidTagAttachMethod afEmbeddedMessage, in Embedded.
type Attachment struct {
	Props    Props
	Embedded *Message // nil unless the attachment is a message
}

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
