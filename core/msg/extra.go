package msg

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// An Extra is what a file holds of an object that [mapi.Message] has no place
// for: attributes of properties, and streams and storages that are no part of
// the message format. It stands beside the tree and has its shape. Its methods
// return a new Extra instead of changing one, and a nil Extra is empty.
type Extra struct {
	attrs       map[uint16]uint32 // by property id, as in the tags of the tree
	streams     []*cfb.Stream
	storages    []*cfb.Storage
	recipients  []*Extra // by index, may be shorter than the list of the tree
	attachments []*Extra // likewise
	message     *Extra   // of the message in an attachment
	dataAt      int      // 1 + index of PidTagAttachDataObject, which such a tree lacks
}

// Attributes returns the attributes that a property has when nobody says
// otherwise: bits 1 mandatory, 2 readable, 4 writable ([MS-OXMSG] 2.4.2).
func Attributes(tag mapi.Tag) uint32 {
	if a, special := flags[tag.WithType(tag.Type().Unicode())]; special {
		return a
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
	c.attrs = maps.Clone(c.attrs)
	delete(c.attrs, tag.ID())
	return c.withAttr(tag, attr)
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
	return &Extra{attrs: x.attrs, streams: x.streams, storages: x.storages, dataAt: x.dataAt}
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

func (x *Extra) attr(id uint16) *uint32 {
	if x == nil {
		return nil
	}
	if a, ok := x.attrs[id]; ok {
		return &a
	}
	return nil
}

// withAttr takes the attributes of an entry, the first for an id.
func (x *Extra) withAttr(tag mapi.Tag, attr uint32) *Extra {
	if attr == Attributes(tag) || x.attr(tag.ID()) != nil {
		return x
	}
	if x == nil {
		x = new(Extra)
	}
	if x.attrs == nil {
		x.attrs = make(map[uint16]uint32)
	}
	x.attrs[tag.ID()] = attr
	return x
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

// withRecipient takes what belongs to the recipient with index i.
func (x *Extra) withRecipient(i int, r *Extra) *Extra {
	if r == nil {
		return x
	}
	c := x.clone()
	c.recipients = putAt(c.recipients, i, r)
	return c
}

// withAttachment takes what belongs to the attachment with index i.
func (x *Extra) withAttachment(i int, a *Extra) *Extra {
	if a == nil {
		return x
	}
	c := x.clone()
	c.attachments = putAt(c.attachments, i, a)
	return c
}

// putAt returns list with e at index i, which is not in it yet.
func putAt(list []*Extra, i int, e *Extra) []*Extra {
	return append(append(list, make([]*Extra, i-len(list))...), e)
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
		b.at[b.items[i].tag.ID()] = i
	}
}

// seed gives names the first ids, up to the first name that cannot have its.
func (n *names) seed(list []mapi.Name) {
	for i, name := range list {
		if name.IsZero() || n.id(name) != firstNamed+uint16(i) {
			return
		}
	}
}

// foreign lists what stands in the storage of an object under a name that the
// message format does not claim, nil if there is nothing.
func foreign(st *cfb.Storage) *Extra {
	var x Extra
	for _, s := range st.Streams() {
		if !strings.HasPrefix(s.Name(), claimed) {
			x.streams = append(x.streams, s)
		}
	}
	for _, s := range st.Storages() {
		if !strings.HasPrefix(s.Name(), claimed) {
			x.storages = append(x.storages, s)
		}
	}
	if x.streams == nil && x.storages == nil {
		return nil
	}
	return &x
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
func (w *writer) foreign(st *cfb.StorageWriter, x *Extra, report problem.Reporter) error {
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
	_, err = io.Copy(struct{ io.Writer }{dst}, s.Open())
	return errors.Join(err, dst.Close())
}
