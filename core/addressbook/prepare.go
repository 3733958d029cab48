package addressbook

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// maxDepth is how deep messages in messages are looked at.
const maxDepth = 200

// A group is the properties that together name somebody ([MS-OXCMAIL] 2.6).
type group struct {
	addrType, email, smtp, entryID mapi.Tag
}

// groups are those of a message, recipient that of a recipient.
var (
	groups = []group{
		{proptag.SenderAddressType, proptag.SenderEmailAddress, proptag.SenderSmtpAddress, proptag.SenderEntryId},
		{proptag.SentRepresentingAddressType, proptag.SentRepresentingEmailAddress, proptag.SentRepresentingSmtpAddress, proptag.SentRepresentingEntryId},
		{proptag.ReceivedByAddressType, proptag.ReceivedByEmailAddress, proptag.ReceivedBySmtpAddress, proptag.ReceivedByEntryId},
		{proptag.ReceivedRepresentingAddressType, proptag.ReceivedRepresentingEmailAddress, proptag.ReceivedRepresentingSmtpAddress, proptag.ReceivedRepresentingEntryId},
		{proptag.ReadReceiptAddressType, proptag.ReadReceiptEmailAddress, proptag.ReadReceiptSmtpAddress, proptag.ReadReceiptEntryId},
	}
	recipient = group{proptag.AddressType, proptag.EmailAddress, proptag.SmtpAddress, proptag.EntryId}
)

// Prepare gives everybody in m who has an address of type EX and no Internet
// address the one that the book knows: the people of the message, its recipients
// and whom to reply to, and those of messages inside. What is known already
// stays. It is made for Job.Prepare of a session, and never fails.
func (b *Book) Prepare(m *mapi.Message) error {
	b.prepare(m, 0)
	return nil
}

func (b *Book) prepare(m *mapi.Message, depth int) {
	if m == nil || depth > maxDepth {
		return
	}
	for _, g := range groups {
		b.fill(&m.Props, g)
	}
	for i := range m.Recipients {
		b.fill(&m.Recipients[i], recipient)
	}
	b.replyTo(&m.Props)
	for _, a := range m.Attachments {
		if a != nil {
			b.prepare(a.Embedded, depth+1)
		}
	}
}

// fill sets the Internet address of a group.
func (b *Book) fill(ps *mapi.Props, g group) {
	if strings.Contains(ps.String(g.smtp), "@") {
		return
	}
	kind, dn := ps.String(g.addrType), ps.String(g.email)
	if dn == "" {
		if p, ok := entryid.ParsePerson(ps.Binary(g.entryID)); ok {
			kind, dn = p.Type, p.Email
		}
	}
	if addr := b.exchange(kind, dn); addr != "" {
		ps.Set(g.smtp, addr)
	}
}

// exchange returns the Internet address of an address of type EX, or "".
func (b *Book) exchange(kind, dn string) string {
	if !strings.EqualFold(kind, "EX") {
		return ""
	}
	return b.Address(dn)
}

// replyTo replaces entries of type EX by one-off entries: they have no property
// for an Internet address.
func (b *Book) replyTo(ps *mapi.Props) {
	ids := entryid.List(ps.Binary(proptag.ReplyRecipientEntries))
	names := strings.Split(ps.String(proptag.ReplyRecipientNames), ";")
	found := false
	for i, id := range ids {
		p, ok := entryid.ParsePerson(id)
		if !ok {
			continue
		}
		addr := b.exchange(p.Type, p.Email)
		if addr == "" {
			continue
		}
		if p.Name == "" && len(names) == len(ids) {
			p.Name = strings.TrimSpace(names[i])
		}
		p.Type, p.Email = "SMTP", addr
		ids[i], found = entryid.NewOneOff(p), true
	}
	if found {
		ps.Set(proptag.ReplyRecipientEntries, entryid.Join(ids))
	}
}
