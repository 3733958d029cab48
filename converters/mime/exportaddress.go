package mime

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// somebody is what a group of properties says about one person.
type somebody struct {
	name, kind, email string
	addr              string // Internet address, "" when none is known
	own               string // address that the properties themselves have, "" for none that mail knows
	where             string // object for problems
	tag               mapi.Tag
}

// somebody reads a group of properties ([MS-OXCMAIL] 2.1.3.1). ok is false when
// the group is empty.
func (o *object) somebody(ps mapi.Props, who person, where string) (s somebody, ok bool) {
	s = somebody{name: o.text(ps, who.name), kind: o.text(ps, who.addrType), email: o.text(ps, who.email), where: where, tag: who.email}
	smtp := o.text(ps, who.smtp)
	var entry entryid.Person // of use only where the others leave something open
	if s.name == "" || s.email == "" || !isInternetAddress(trimAddress(cmp.Or(smtp, s.email))) {
		entry, _ = entryid.ParsePerson(ps.Binary(who.entryID))
	}
	if s.name == "" {
		s.name = entry.Name
	}
	if s.email == "" {
		s.kind, s.email = entry.Type, entry.Email
	}
	s.own, s.addr = o.resolve(s, smtp, entry)
	return s, s.addr != "" || s.email != "" || s.name != ""
}

// address makes an address of a group of properties. ok is false when the group
// is empty.
func (o *object) address(ps mapi.Props, who person, where string) (a rfc5322.Address, ok bool) {
	s, ok := o.somebody(ps, who, where)
	if !ok {
		return a, false
	}
	return o.settle(s), true
}

// settle returns the address to write for somebody, and reports one who has none,
// or none that a header field of the style can hold.
func (o *object) settle(s somebody) rfc5322.Address {
	a, lack := s.shown()
	switch {
	case lack != "":
		o.report.Report(problem.Problem{Code: "address.unresolved", Severity: problem.Loss, Object: s.where, Tag: s.tag, Detail: lack})
	case a.Addr != "" && !o.e.form.CanAddress(a.Addr):
		o.report.Report(problem.Problem{Code: "address.international", Severity: problem.Loss, Object: s.where, Tag: s.tag,
			Detail: fmt.Sprintf("the address %q is written as a name, to which nothing is delivered", a.Addr)})
	}
	return a
}

// settleAll returns the addresses to write for people.
func (o *object) settleAll(people []somebody) []rfc5322.Address {
	list := make([]rfc5322.Address, len(people))
	for i, s := range people {
		list[i] = o.settle(s)
	}
	return list
}

// shown returns the address to write for somebody, and what that one lacks.
//
// QUIRK: Outlook puts an address that it takes for a name in single quotes.
func (s somebody) shown() (a rfc5322.Address, lack string) {
	a = rfc5322.Address{Name: s.name, Addr: s.addr}
	if a.Addr == "" {
		a.Addr, lack = s.unresolved()
	}
	if isAddressName(a.Name, a.Addr) || (s.addr != "" && strings.EqualFold(a.Name, s.email)) {
		a.Name = ""
	}
	return a, lack
}

// isAddressName reports whether a name is the address again.
func isAddressName(name, addr string) bool {
	return strings.EqualFold(name, addr) || strings.EqualFold(strings.Trim(name, `'"`), addr)
}

// resolve returns the Internet address of somebody, or "" when nobody knows it,
// and the address in the properties themselves, which may be one without a
// domain. They are asked first, then the message, then the resolver of the
// options.
//
// QUIRK: files hold Internet addresses under any address type or none, and
// sometimes only as the display name.
func (o *object) resolve(s somebody, smtp string, entry entryid.Person) (own, addr string) {
	for _, t := range []string{smtp, s.email, entry.Email, s.name} {
		if addr := trimAddress(t); isInternetAddress(addr) {
			return addr, addr
		}
		if !strings.ContainsAny(t, "<(\"") && !strings.Contains(t, "=?") {
			continue // "a b@c" is no b@c
		}
		if list := rfc5322.ParseAddressList([]byte(t)); len(list) == 1 && isInternetAddress(list[0].Addr) {
			return list[0].Addr, list[0].Addr // "Name <local@domain>"
		}
	}
	if addressKind(s.kind) == "" {
		own = s.email
	}
	return own, o.lookUp(s, entry)
}

// lookUp returns the Internet address of somebody whose properties have none, or
// "".
func (o *object) lookUp(s somebody, entry entryid.Person) string {
	dn := s.email
	if !isDN(dn) {
		dn = entry.Email
	}
	if addr := o.e.addressOf(dn); addr != "" {
		return addr
	}
	if addr := o.trace.lookUp(s.name); addr != "" {
		return addr
	}
	if o.e.opt.Resolve != nil && isDN(dn) {
		if addr := trimAddress(o.e.opt.Resolve(dn)); isInternetAddress(addr) {
			return addr
		}
	}
	return ""
}

// isDN reports whether s looks like a legacyExchangeDN ([MS-OXOABK] 2.2.1.1).
func isDN(s string) bool { return len(s) > 1 && s[0] == '/' && strings.Contains(s, "=") }

// unresolved returns what is written for somebody without an Internet address:
// an address of another kind in encapsulated form ([MS-OXCMAIL] 2.1.3.1.8), one
// of no kind, or one without a domain, as it is, which gives it the form of a
// name. A local part alone would be no address (RFC 5322 3.4.1), and a server on
// the way might add its own domain to it and with that name a stranger.
func (s somebody) unresolved() (addr, detail string) {
	detail = fmt.Sprintf("%q has no address", s.name)
	addr = s.email
	if s.email != "" {
		detail = fmt.Sprintf("the address %q of type %q of %q is no Internet address", s.email, s.kind, s.name)
	}
	if kind := addressKind(s.kind); s.email != "" && kind != "" {
		addr = encapsulate(kind, s.email)
		detail += "; it is written in encapsulated form"
	}
	return addr, detail
}

// addressKind returns the word of an address type for encapsulation, "" for
// what is none.
func addressKind(s string) string {
	const longest = 32
	s = strings.ToUpper(strings.TrimRight(s, "\x00"))
	if s == "SMTP" || len(s) > longest {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return s
}

// encapsulate writes an address of another kind as an Internet address
// ([MS-OXCMAIL] 2.1.3.1.8).
func encapsulate(kind, email string) string {
	var b strings.Builder
	b.WriteString("IMCEA" + kind + "-")
	for _, c := range []byte(email) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '=':
			b.WriteByte(c)
		case c == '/':
			b.WriteByte('_')
		default:
			b.WriteByte('+')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	b.WriteString("@" + imceaDomain)
	return b.String()
}

// addressOf returns the Internet address that anything in the file gives for a
// legacyExchangeDN, or "".
func (e *exporter) addressOf(dn string) string {
	if !isDN(dn) {
		return ""
	}
	if e.known == nil {
		e.known = map[string]string{}
		e.learn(e.top, 0)
	}
	return e.known[strings.ToLower(dn)]
}

// learn takes the Internet addresses that stand beside legacyExchangeDNs in m
// and what is embedded in it.
func (e *exporter) learn(m *mapi.Message, depth int) {
	if m == nil || depth > e.opt.MaxDepth {
		return
	}
	for _, who := range []person{senderTags, representingTags, receivedTags, receivedForTags, receiptTags} {
		e.learnPerson(m.Props, who)
	}
	for _, r := range m.Recipients {
		e.learnPerson(r, recipientTags)
	}
	for _, a := range m.Attachments {
		if a != nil {
			e.learn(a.Embedded, depth+1)
		}
	}
}

func (e *exporter) learnPerson(ps mapi.Props, who person) {
	smtp := trimAddress(ps.String(who.smtp))
	if !isInternetAddress(smtp) {
		return
	}
	entry, _ := entryid.ParsePerson(ps.Binary(who.entryID))
	for _, dn := range []string{ps.String(who.email), entry.Email} {
		if dn = strings.ToLower(dn); isDN(dn) && e.known[dn] == "" {
			e.known[dn] = smtp
		}
	}
}
