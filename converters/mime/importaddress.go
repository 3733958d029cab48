package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A mailbox is an address as MAPI has it.
type mailbox struct {
	name  string
	kind  string // address type: SMTP, EX, FAX, …
	email string
	smtp  string // "" when email is no Internet address
}

// newMailbox converts an entry of an address list.
func newMailbox(a rfc5322.Address) mailbox {
	p := mailbox{name: bounded(a.Name), kind: "SMTP", email: bounded(a.Addr)}
	if p.email == "" {
		p.email = p.name
	}
	if kind, email, ok := unwrapIMCEA(p.email); ok {
		p.kind, p.email = kind, email
	} else if strings.Contains(p.email, "@") {
		p.smtp = p.email
	}
	if p.name == "" {
		p.name = p.email
	}
	return p
}

// unwrapIMCEA undoes the encapsulation of an address that is no Internet
// address ([MS-OXCMAIL] 2.1.3.1.8), for our own domain only: elsewhere it is
// how the address is reached.
func unwrapIMCEA(addr string) (kind, email string, ok bool) {
	local, ok := strings.CutSuffix(addr, "@"+imceaDomain)
	if !ok || len(local) < len("IMCEA") || !strings.EqualFold(local[:len("IMCEA")], "IMCEA") {
		return "", "", false
	}
	kind, text, ok := strings.Cut(local[len("IMCEA"):], "-")
	if !ok || kind == "" {
		return "", "", false
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '_':
			out = append(out, '/')
		case text[i] == '+' && i+2 < len(text) && unhex(text[i+1]) < 16 && unhex(text[i+2]) < 16:
			out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
		default:
			out = append(out, text[i])
		}
	}
	return strings.ToUpper(kind), strings.ToValidUTF8(string(out), "\uFFFD"), true
}

// unhex returns the value of a hexadecimal digit, 16 for anything else.
func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// entryID returns the one-off entry identifier ([MS-OXCDATA] 2.2.5.1).
func (p mailbox) entryID() []byte {
	return entryid.NewOneOff(entryid.Person{Name: p.name, Type: p.kind, Email: p.email})
}

// searchKey returns PidTagSearchKey of an address ([MS-OXCMAIL] 2.2.3.1).
func (p mailbox) searchKey() []byte {
	return append([]byte(strings.ToUpper(p.kind+":"+p.email)), 0)
}

// setMailbox sets the properties of a group.
func (b *builder) setMailbox(who person, p mailbox) {
	b.set(who.name, p.name)
	b.set(who.addrType, p.kind)
	b.set(who.email, p.email)
	if p.smtp != "" {
		b.set(who.smtp, p.smtp)
	}
	b.set(who.entryID, p.entryID())
	b.set(who.searchKey, p.searchKey())
}

// firstMailbox returns the first entry of an address list that is one.
func firstMailbox(raw []byte) (mailbox, bool) {
	for _, a := range rfc5322.ParseAddressList(raw) {
		if a.Name != "" || a.Addr != "" {
			return newMailbox(a), true
		}
	}
	return mailbox{}, false
}

// only returns who a field names that a message has properties for once: the
// first of several.
func (b *builder) only(field string, raw []byte) (p mailbox, ok bool) {
	people := 0
	for _, a := range rfc5322.ParseAddressList(raw) {
		if a.Name == "" && a.Addr == "" {
			continue
		}
		if people++; people == 1 {
			p = newMailbox(a)
		}
	}
	if people > 1 {
		b.problem("mime.address.several", problem.Info, field, "the first of %d people counts; the others are in the transport headers only", people)
	}
	return p, people > 0
}

// from is the author, whom the message represents ([MS-OXCMAIL] 2.2.3.1.3).
func (b *builder) from(raw []byte) {
	if p, ok := b.only("From", raw); ok {
		b.env.author = &p
	}
}

// sender is who sent the message ([MS-OXCMAIL] 2.2.3.1.4).
func (b *builder) sender(raw []byte) {
	if p, ok := b.only("Sender", raw); ok {
		b.env.sender = &p
	}
}

// senders sets both groups; one of the two stands in for the other.
func (b *builder) senders() {
	author, sender := b.env.author, b.env.sender
	if author == nil {
		author = sender
	}
	if sender == nil {
		sender = author
	}
	if author != nil {
		b.setMailbox(representingTags, *author)
		b.setMailbox(senderTags, *sender)
	}
}

// readReceipt asks for a report of reading ([MS-OXCMAIL] 2.2.3.1.5).
func (b *builder) readReceipt(raw []byte) {
	b.set(proptag.ReadReceiptRequested, true)
	b.set(proptag.NonReceiptNotificationRequested, true)
	if p, ok := b.only("Disposition-Notification-To", raw); ok {
		b.setMailbox(receiptTags, p)
	}
}

// replyTo sets whom to answer ([MS-OXCMAIL] 2.2.3.1.6), as a FlatEntryList
// ([MS-OXCDATA] 2.3.3).
func (b *builder) replyTo(raw []byte) {
	var names []string
	var list [][]byte
	size := 0
	for _, a := range rfc5322.ParseAddressList(raw) {
		if a.Name == "" && a.Addr == "" || size > limits.MIMEText.Int() {
			continue
		}
		p := newMailbox(a)
		id := p.entryID()
		list = append(list, id)
		size += len(id)
		names = append(names, strings.ReplaceAll(p.name, ";", ","))
	}
	if len(names) == 0 {
		return
	}
	b.set(proptag.ReplyRecipientEntries, entryid.Join(list))
	b.set(proptag.ReplyRecipientNames, strings.Join(names, ";"))
}
