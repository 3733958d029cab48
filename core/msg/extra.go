package msg

import (
	"errors"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// An Extra is what a file holds of an object that [mapi.Message] has no place
// for: attributes of properties, entries of property types that are unknown, the
// bytes of strings that would be stored otherwise, the code page of 8-bit
// strings, the named property map, and streams and storages that are no part of
// the message format. It stands beside the tree and has its shape. Its methods
// return a new Extra instead of changing one, and a nil Extra is empty.
//
// What belongs to a property is written as long as the property has the value
// that was read.
type Extra struct {
	kept
	streams     []*cfb.Stream
	storages    []*cfb.Storage
	recipients  []*Extra // by index, may be shorter than the list of the tree
	attachments []*Extra // likewise
	message     *Extra   // of the message in an attachment
	dataAt      int      // 1 + index of PidTagAttachDataObject, which such a tree lacks
}

// Attributes returns the attributes that a property has when nobody says
// otherwise, as Outlook writes them: bits 1 mandatory, 2 readable, 4 writable ([MS-OXMSG] 2.4.2).
func Attributes(tag mapi.Tag) uint32 {
	switch tag.WithType(tag.Type().Unicode()) {
	case proptag.StoreSupportMask, proptag.CreationTime, proptag.LastModificationTime, proptag.Access, proptag.AccessLevel,
		proptag.ObjectType, proptag.RecordKey, proptag.DisplayTo, proptag.DisplayCc, proptag.DisplayBcc,
		proptag.NormalizedSubject, proptag.HasAttachments, proptag.AttachNumber, proptag.AttachSize:
		return readable
	case proptag.AttachMethod, proptag.RenderingPosition:
		return mandatory | readable | writable
	}
	return readable | writable
}

// Attr returns the attributes of a property of the object that differ from what
// Attributes says; ok is false when there are none.
func (x *Extra) Attr(id uint16) (attr uint32, ok bool) {
	if a := x.attr(id); a != nil {
		return *a, true
	}
	return 0, false
}

// WithAttr returns x with other attributes for the property tag.
func (x *Extra) WithAttr(tag mapi.Tag, attr uint32) *Extra {
	c := x.clone()
	i, there := c.findAttr(tag.ID())
	c.attrs = slices.Clone(c.attrs)
	if there {
		c.attrs = slices.Delete(c.attrs, i, i+1)
	}
	if attr != Attributes(tag) {
		c.attrs = slices.Insert(c.attrs, i, attribute{tag.ID(), attr})
	}
	return c
}

// CodePage returns the code page of the 8-bit strings of a message, 0 when it
// has Unicode strings or belongs to no message.
func (x *Extra) CodePage() int {
	if x == nil {
		return 0
	}
	return x.page
}

// Changed returns x for an attachment that has changed: what is computed of its
// contents is computed again.
func (x *Extra) Changed() *Extra {
	if x == nil || !x.sealed {
		return x
	}
	c := x.clone()
	c.sealed = false
	return c
}

// Recipient returns what belongs to the recipient with that index.
func (x *Extra) Recipient(i int) *Extra { return x.recipient(i) }

// Attachment returns what belongs to the attachment with that index.
func (x *Extra) Attachment(i int) *Extra { return x.attachment(i) }

// Embedded returns what belongs to the message in an attachment.
func (x *Extra) Embedded() *Extra { return x.embedded() }

// Alone returns x without what belongs to other objects.
func (x *Extra) Alone() *Extra {
	if x == nil {
		return nil
	}
	return &Extra{kept: x.kept, streams: x.streams, storages: x.storages, dataAt: x.dataAt}
}

// WithChildren returns x with other lists for recipients and attachments.
func (x *Extra) WithChildren(recipients, attachments []*Extra) *Extra {
	c := x.clone()
	c.recipients, c.attachments = recipients, attachments
	return c
}

// WithEmbedded returns x with something else for the message in an attachment.
func (x *Extra) WithEmbedded(e *Extra) *Extra { return x.withEmbedded(e) }

// clone returns a copy that shares what is in it, empty for nil.
func (x *Extra) clone() *Extra {
	if x == nil {
		return new(Extra)
	}
	c := *x
	return &c
}

func (x *Extra) recipient(i int) *Extra {
	if x == nil || i >= len(x.recipients) {
		return nil
	}
	return x.recipients[i]
}

func (x *Extra) attachment(i int) *Extra {
	if x == nil || i >= len(x.attachments) {
		return nil
	}
	return x.attachments[i]
}

func (x *Extra) embedded() *Extra {
	if x == nil {
		return nil
	}
	return x.message
}

// withList returns x with children, as far as there are any that are not empty.
func (x *Extra) withList(recipients, attachments []*Extra) *Extra {
	if recipients == nil && attachments == nil {
		return x
	}
	return x.WithChildren(recipients, attachments)
}

// putAt returns list with e at index i, which is not in it yet, unless e is
// nil. The list gets room for n at once.
func putAt(list []*Extra, i, n int, e *Extra) []*Extra {
	if e == nil {
		return list
	}
	if list == nil {
		list = make([]*Extra, 0, n)
	}
	return append(list[:i], e)
}

// withEmbedded takes what belongs to the message in an attachment.
func (x *Extra) withEmbedded(e *Extra) *Extra {
	if x.embedded() == e {
		return x
	}
	c := x.clone()
	c.message = e
	return c
}

// withDataAt takes where PidTagAttachDataObject stands among the properties of
// an attachment.
func (x *Extra) withDataAt(i int) *Extra {
	c := x.clone()
	c.dataAt = i + 1
	return c
}

// settle moves the last property, which is PidTagAttachDataObject, to where it
// was when the attachment was read.
func (x *Extra) settle(b *bag) {
	if x == nil || x.dataAt == 0 || x.dataAt > len(b.items) {
		return
	}
	last := b.items[len(b.items)-1]
	if last.tag != proptag.AttachDataObject {
		return
	}
	b.items = slices.Insert(b.items[:len(b.items)-1], x.dataAt-1, last)
	for i := range b.items {
		b.at.set(b.items[i].tag.ID(), i)
	}
}

// foreign lists what stands in the storage of an object under a name that the
// message format does not claim and, with odd, the streams of values of types
// that are unknown.
func foreign(st *cfb.Storage, odd bool) (streams []*cfb.Stream, storages []*cfb.Storage) {
	for _, s := range st.Streams() {
		if !strings.HasPrefix(s.Name(), claimed) || odd && oddValue(s.Name()) != 0 {
			streams = append(streams, s)
		}
	}
	for _, s := range st.Storages() {
		if !strings.HasPrefix(s.Name(), claimed) {
			storages = append(storages, s)
		}
	}
	return streams, storages
}

// claimed begins all names of the message format; MAPI wants others to keep out
// of it (OpenIMsgOnIStg).
const claimed = "__"

// weigh returns the bytes of foreign streams in x and below.
func (x *Extra) weigh() int64 {
	if x == nil {
		return 0
	}
	n := x.message.weigh()
	for _, s := range x.streams {
		n += s.Size()
	}
	for _, s := range x.storages {
		n += total(s)
	}
	for _, c := range x.recipients {
		n += c.weigh()
	}
	for _, c := range x.attachments {
		n += c.weigh()
	}
	return n
}

// foreign copies the foreign streams and storages of an object, except those
// with names that must not be written.
func (w *writer) foreign(st *cfb.StorageWriter, b *bag, report problem.Reporter) error {
	x := b.extra
	if x == nil {
		return nil
	}
	skip := func(name string, err error) error {
		if err == nil || !errors.Is(err, cfb.ErrName) && !errors.Is(err, cfb.ErrExists) {
			return err
		}
		report.Report(problem.Problem{Code: "msg.object.damaged", Severity: problem.Loss, Part: name,
			Detail: "what is no part of the message was left out: " + err.Error()})
		return nil
	}
	for _, s := range x.streams {
		if tag := oddValue(s.Name()); tag != 0 && b.find(tag) != nil {
			continue // the property has another value now
		}
		if err := skip(s.Name(), foreignStream(st, s)); err != nil {
			return err
		}
	}
	for _, s := range x.storages {
		sub, err := st.CreateStorage(s.Name())
		if err == nil {
			err = cfb.Copy(sub, s)
		}
		if err := skip(s.Name(), err); err != nil {
			return err
		}
	}
	return nil
}

func foreignStream(st *cfb.StorageWriter, s *cfb.Stream) error {
	dst, err := st.CreateStream(s.Name())
	if err != nil {
		return err
	}
	err = copyAll(dst, s.Open())
	return errors.Join(err, dst.Close())
}
