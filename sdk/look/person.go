package look

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Person is somebody as a message names them.
type Person struct {
	Name    string // "" when there is none but the address
	Type    string // SMTP, EX, FAX, … in capitals; "" when the message does not say
	Address string // "" when there is none
}

// IsZero reports whether p is nobody.
func (p Person) IsZero() bool { return p == Person{} }

// Internet reports whether the address is one of the Internet.
func (p Person) Internet() bool { return p.Type == "SMTP" }

// String returns Name <address>, with the type in front of an address that is
// not one of the Internet.
func (p Person) String() string {
	addr := p.Address
	if addr != "" && p.Type != "" && !p.Internet() {
		addr = p.Type + ":" + addr
	}
	switch {
	case addr == "":
		return p.Name
	case p.Name == "":
		return addr
	}
	return p.Name + " <" + addr + ">"
}

// A Group is the properties that together name somebody.
type Group struct {
	Name, Type, Address, SMTP, EntryID mapi.Tag
}

// The groups ([MS-OXOMSG] 2.2.1, [MS-OXCDATA] 2.8.3.2).
var (
	Author = Group{proptag.SentRepresentingName, proptag.SentRepresentingAddressType, proptag.SentRepresentingEmailAddress,
		proptag.SentRepresentingSmtpAddress, proptag.SentRepresentingEntryId}
	Sender = Group{proptag.SenderName, proptag.SenderAddressType, proptag.SenderEmailAddress,
		proptag.SenderSmtpAddress, proptag.SenderEntryId}
	ReceiptTo = Group{proptag.ReadReceiptName, proptag.ReadReceiptAddressType, proptag.ReadReceiptEmailAddress,
		proptag.ReadReceiptSmtpAddress, proptag.ReadReceiptEntryId}
	Addressee = Group{proptag.DisplayName, proptag.AddressType, proptag.EmailAddress,
		proptag.SmtpAddress, proptag.EntryId}
)

// Of returns whom the group names in a bag. An Internet address is taken from
// wherever there is one.
func (g Group) Of(ps mapi.Props) Person {
	name, kind, email := short(ps, g.Name), short(ps, g.Type), short(ps, g.Address)
	id, _ := entryid.Parse(ps.Binary(g.EntryID))
	if name == "" {
		name = id.Name
	}
	if email == "" {
		kind, email = id.Type, id.Email
	}
	return person(name, kind, email, short(ps, g.SMTP), id.Email)
}

// person puts somebody together; more are further places for an address.
func person(name, kind, email string, more ...string) Person {
	p := Person{Name: strings.Trim(name, " \t\r\n'\""), Type: strings.ToUpper(kind), Address: email}
	for _, s := range append(more, email, name) {
		if addr := bare(s); isInternet(addr) {
			p.Type, p.Address = "SMTP", addr
			break
		}
	}
	if p.Type == "SMTP" && !isInternet(p.Address) {
		p.Type = ""
	}
	if strings.EqualFold(bare(p.Name), p.Address) || strings.EqualFold(p.Name, email) {
		p.Name = ""
	}
	return p
}

// short returns a string property that is not a large value, without NUL and
// blanks around it.
func short(ps mapi.Props, tag mapi.Tag) string {
	return strings.Trim(ps.String(tag), "\x00 \t\r\n")
}

// bare takes off what surrounds an address.
func bare(s string) string {
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(strings.TrimSpace(s), ">") {
		s = s[open:]
	}
	s = strings.Trim(s, " \t\r\n<>'\x00")
	if n := len(s); n > 1 && s[0] == '"' && s[n-1] == '"' { // not those around a local part
		s = strings.Trim(s[1:n-1], " \t\r\n<>'\x00")
	}
	for _, prefix := range []string{"smtp:", "mailto:"} {
		if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			s = s[len(prefix):]
		}
	}
	return strings.TrimSpace(s)
}

// isInternet reports whether s looks like local@domain, which the name@+1 555 of a
// fax machine does not.
func isInternet(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t\r\n<>,;") && s[0] != '/' && s[at+1] != '+'
}

// From returns the author of a message, or its sender when it names no author.
func From(ps mapi.Props) Person {
	if p := Author.Of(ps); !p.IsZero() {
		return p
	}
	return Sender.Of(ps)
}

// ReplyTo returns whom to answer ([MS-OXOMSG] 2.2.1.22).
func ReplyTo(ps mapi.Props) []Person {
	names := strings.Split(short(ps, proptag.ReplyRecipientNames), ";")
	entries := entryid.List(ps.Binary(proptag.ReplyRecipientEntries))
	var list []Person
	for i, e := range entries {
		id, ok := entryid.Parse(e)
		if !ok {
			continue
		}
		if id.Name == "" && len(names) == len(entries) {
			id.Name = strings.TrimSpace(names[i])
		}
		list = append(list, person(id.Name, id.Type, id.Email))
	}
	return list
}

// Recipients returns the recipients of a kind, such as [mapi.RecipientTo], in
// stored order. Of a message without recipients it returns the names that it
// shows instead.
//
// QUIRK: a recipient of another kind is one in To, as in converters/mime.
func Recipients(m *mapi.Message, kind int32) []Person {
	var list []Person
	for _, r := range m.Recipients {
		if mapi.RecipientKind(r) == kind {
			list = append(list, Addressee.Of(r))
		}
	}
	if len(m.Recipients) > 0 {
		return list
	}
	for name := range strings.SplitSeq(short(m.Props, shownNames[kind]), ";") {
		if p := person(name, "", ""); !p.IsZero() {
			list = append(list, p)
		}
	}
	return list
}

// shownNames are the properties that have the names of all recipients of a kind.
var shownNames = map[int32]mapi.Tag{
	mapi.RecipientTo: proptag.DisplayTo, mapi.RecipientCc: proptag.DisplayCc, mapi.RecipientBcc: proptag.DisplayBcc,
}
