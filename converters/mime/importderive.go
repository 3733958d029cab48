package mime

import (
	"bytes"
	"crypto/sha256"
	"math"
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Bits of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const (
	flagRead      int32 = 0x01
	flagUnsent    int32 = 0x08
	flagHasAttach int32 = 0x10
)

// derive sets the properties that follow from others.
func (b *builder) derive() {
	b.senders()
	b.recipients()
	b.times()
	for _, d := range []struct {
		tag   mapi.Tag
		value mapi.Value
	}{
		{proptag.Subject, ""}, {proptag.SubjectPrefix, ""}, {proptag.NormalizedSubject, ""},
		{proptag.ObjectType, objectMessage}, {proptag.Access, int32(2)}, {proptag.AccessLevel, int32(0)}, {proptag.RtfInSync, false},
		{proptag.Importance, b.env.priority}, {proptag.Priority, int32(0)}, {proptag.Sensitivity, int32(0)},
	} {
		if !b.m.Props.Has(d.tag) {
			b.set(d.tag, d.value)
		}
	}
	if b.m.Props.String(proptag.ConversationTopic) == "" { // [MS-OXCMAIL] 2.2.3.2.7
		b.set(proptag.ConversationTopic, b.m.Props.String(proptag.NormalizedSubject))
	}
	flags := flagRead
	if b.env.unsent {
		flags = flagUnsent
	}
	if b.attachmentsShown() {
		flags |= flagHasAttach
	}
	b.set(proptag.MessageFlags, flags)
	b.set(proptag.MessageSize, int32(min(b.root.end-b.root.start, math.MaxInt32)))
	b.set(proptag.SearchKey, b.searchKey())
}

// attachmentsShown reports whether a reader lists any attachments. Where all of
// them are pictures in the body it shows no paper clip (PidLidSmartNoAttach).
func (b *builder) attachmentsShown() bool {
	for _, a := range b.m.Attachments {
		if !a.Props.Bool(proptag.AttachmentHidden) {
			return true
		}
	}
	if len(b.m.Attachments) > 0 {
		b.m.Props.SetNamed(propname.LidSmartNoAttach, mapi.PtypBoolean, true)
	}
	return false
}

// searchKey returns 16 bytes that the same input always gets.
func (b *builder) searchKey() []byte {
	p := b.root
	sum := sha256.Sum256(p.src.view(p.start, min(p.end-p.start, headerBytes)))
	return sum[:16]
}

// subject sets the three properties of the subject ([MS-OXCMAIL]
// 2.2.3.2.6.1).
//
// SPEC: longer ones than 255 characters are not cut: nothing in a file needs
// it.
func (b *builder) subject(raw []byte) {
	text := bounded(rfc5322.DecodeText(raw))
	prefix := subjectPrefix(text)
	b.set(proptag.Subject, text)
	b.set(proptag.SubjectPrefix, text[:prefix])
	b.set(proptag.NormalizedSubject, text[prefix:])
}

// subjectPrefix returns the length of the prefix: one to three characters that
// are no digits, a colon and blanks ([MS-OXCMSG] 3.2.5.2).
func subjectPrefix(s string) int {
	n := 0
	for i, c := range s {
		switch {
		case c == ':' && n > 0:
			rest := strings.TrimLeft(s[i+1:], " ")
			if len(rest) == len(s)-i-1 {
				return 0
			}
			return len(s) - len(rest)
		case n == 3 || c == ':' || unicode.IsSpace(c) || unicode.IsDigit(c):
			return 0
		}
		n++
	}
	return 0
}

// date is when the message was sent.
func (b *builder) date(raw []byte) {
	t, ok := rfc5322.ParseDate(string(raw))
	if !ok {
		b.problem("mime.header.value", problem.Info, "Date", "%.80q is no date", raw)
		return
	}
	b.env.sent = mapi.NewFiletime(t)
}

// receivedField takes the newest Received field that has a date.
func (b *builder) receivedField(raw []byte) {
	if b.env.arrived != 0 {
		return
	}
	if i := bytes.LastIndexByte(raw, ';'); i >= 0 {
		if t, ok := rfc5322.ParseDate(string(bytes.TrimSpace(raw[i+1:]))); ok {
			b.env.arrived = mapi.NewFiletime(t)
		}
	}
}

// times sets when the message was sent and delivered. Each stands in for the
// other.
func (b *builder) times() {
	sent, arrived := b.env.sent, b.env.arrived
	if sent == 0 {
		sent = arrived
	}
	if arrived == 0 {
		arrived = sent
	}
	if sent == 0 {
		return
	}
	b.set(proptag.ClientSubmitTime, sent)
	b.set(proptag.CreationTime, sent)
	if !b.env.unsent {
		b.set(proptag.MessageDeliveryTime, arrived)
	}
	b.set(proptag.LastModificationTime, arrived)
}

// mailPriority is what stands for Importance where that is missing
// ([MS-OXCMAIL] 2.2.3.2.5).
func (b *builder) mailPriority(raw []byte) {
	if v, ok := readWord(importanceWords, rfc5322.DecodeText(raw)); ok && !b.m.Props.Has(proptag.Importance) {
		b.set(proptag.Importance, v)
	}
}

// priority is what stands for Importance where none of its fields does
// ([MS-OXCMAIL] 2.2.3.2.5).
func (b *builder) priority(raw []byte) {
	b.rule(ruleFor["priority"], raw)
	n, _ := b.m.Props.Int32(proptag.Priority)
	b.env.priority = n + 1
}

// messageFlag flags the message for the reader ([MS-OXCMAIL] 2.2.3.2.25).
func (b *builder) messageFlag(raw []byte) {
	text := bounded(rfc5322.DecodeText(raw))
	if text == "" {
		return
	}
	b.m.Props.SetNamed(propname.LidFlagRequest, mapi.PtypString, text)
	b.m.Props.SetNamed(propname.LidTaskStatus, mapi.PtypInteger32, int32(0))
	b.m.Props.SetNamed(propname.LidTaskComplete, mapi.PtypBoolean, false)
	b.m.Props.SetNamed(propname.LidPercentComplete, mapi.PtypFloating64, float64(0))
	b.set(proptag.FlagStatus, int32(2)) // followupFlagged
	b.set(proptag.ToDoItemFlags, int32(8))
}

// setText sets a string property unless it would be empty.
func (b *builder) setText(tag mapi.Tag, s string) {
	if s != "" {
		b.set(tag, bounded(s))
	}
}
