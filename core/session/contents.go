package session

import (
	"encoding/binary"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// contents is a message while it is worked on. What it points to does not
// change: recipients and attachments are replaced whole.
type contents struct {
	bag
	recipients  []recipient
	attachments []attached
	nextRow     int32
	nextNum     int32
}

// recipient is a row of the recipient table.
type recipient struct {
	row int32 // PidTagRowid
	bag
}

// attached is an attachment as the message has it.
type attached struct {
	num   int32 // PidTagAttachNumber in this open message
	shown bool  // the message has been saved with it
	a     *mapi.Attachment
	extra *msg.Extra
}

// newContents takes a tree apart, which is not changed by anything done to the
// contents. Named properties get the ids of names.
func newContents(t *mapi.Message, x *msg.Extra, names *nameTable) *contents {
	c := &contents{bag: bag{props: slices.Clone(names.adopt(t.Props)), extra: x.Alone()}}
	used := make(map[int32]bool, len(t.Recipients))
	for i, p := range t.Recipients {
		row, ok := p.Int32(proptag.Rowid)
		if !ok || used[row] {
			row = -1
		}
		used[row] = true
		c.nextRow = max(c.nextRow, row+1)
		c.recipients = append(c.recipients, recipient{row, bag{props: names.adopt(p), extra: x.Recipient(i)}})
	}
	for i := range c.recipients {
		if c.recipients[i].row < 0 {
			c.recipients[i].row = c.nextRow
			c.nextRow++
		}
	}
	for i, a := range t.Attachments {
		if a != nil {
			c.attachments = append(c.attachments, attached{int32(i), true, a, x.Attachment(i)})
		}
	}
	c.nextNum = int32(len(t.Attachments))
	return c
}

// tree puts the contents together again.
func (c *contents) tree() (*mapi.Message, *msg.Extra) {
	t := &mapi.Message{Props: slices.Clone(c.props)}
	var rx, ax []*msg.Extra
	for _, r := range c.recipients {
		t.Recipients, rx = append(t.Recipients, r.props), append(rx, r.extra)
	}
	for _, a := range c.attachments {
		t.Attachments, ax = append(t.Attachments, a.a), append(ax, a.extra)
	}
	return t, c.extra.WithChildren(rx, ax)
}

// find returns the index of the attachment with the number, or -1.
func (c *contents) find(num int32) int {
	return slices.IndexFunc(c.attachments, func(a attached) bool { return a.num == num })
}

// visible reports whether there is an attachment that is not hidden.
func (c *contents) visible() bool {
	return slices.ContainsFunc(c.attachments, func(a attached) bool { return !a.a.Props.Bool(proptag.AttachmentHidden) })
}

// show makes all attachments visible in the attachment table.
func (c *contents) show() {
	for i := range c.attachments {
		c.attachments[i].shown = true
	}
}

// key returns a number as the 4 bytes of an instance or record key.
func key(n int32) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
