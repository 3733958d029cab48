package mime

import (
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
	where             string // object for problems
	tag               mapi.Tag
}

// somebody reads a group of properties ([MS-OXCMAIL] 2.1.3.1). ok is false when
// the group is empty.
func (o *object) somebody(ps mapi.Props, who person, where string) (s somebody, ok bool) {
	s = somebody{name: o.text(ps, who.name), kind: o.text(ps, who.addrType), email: o.text(ps, who.email), where: where, tag: who.email}
	entry, _ := entryid.ParsePerson(ps.Binary(who.entryID))
	if s.name == "" {
		s.name = entry.Name
	}
	if s.email == "" {
		s.kind, s.email = entry.Type, entry.Email
	}
	s.addr = o.resolve(s, o.text(ps, who.smtp), entry)
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

// settle returns the address to write for somebody, and reports one who has
// none.
//
// QUIRK: Outlook puts an address that it takes for a name in single quotes.
func (o *object) settle(s somebody) rfc5322.Address {
	a := rfc5322.Address{Name: s.name, Addr: s.addr}
	if a.Addr == "" {
		a.Addr = o.unresolved(s)
	}
	if strings.EqualFold(strings.Trim(a.Name, `'"`), a.Addr) || (s.addr != "" && strings.EqualFold(a.Name, s.email)) {
		a.Name = ""
	}
	return a
}

// resolve returns the Internet address of somebody, or "" when nobody knows it.
// The message is asked first, then the resolver of the options.
//
// QUIRK: files hold Internet addresses under any address type or none, and
// sometimes only as the display name.
func (o *object) resolve(s somebody, smtp string, entry entryid.Person) string {
	for _, t := range []string{smtp, s.email, entry.Email, s.name} {
		if addr := trimAddress(t); isInternetAddress(addr) {
			return addr
		}
		if list := rfc5322.ParseAddressList([]byte(t)); len(list) == 1 && isInternetAddress(list[0].Addr) {
			return list[0].Addr // "Name <local@domain>"
		}
	}
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

// unresolved reports somebody without an Internet address, and returns what is
// written in its place: an address of another kind in encapsulated form
// ([MS-OXCMAIL] 2.1.3.1.8), one of no kind as it is, which gives it the form of
// a name.
func (o *object) unresolved(s somebody) string {
	detail := fmt.Sprintf("%q has no address", s.name)
	addr := s.email
	if s.email != "" {
		detail = fmt.Sprintf("the address %q of type %q of %q is no Internet address", s.email, s.kind, s.name)
	}
	if kind := addressKind(s.kind); s.email != "" && kind != "" {
		addr = encapsulate(kind, s.email)
		detail += "; it is written in encapsulated form"
	}
	o.report.Report(problem.Problem{Code: "address.unresolved", Severity: problem.Loss, Object: s.where, Tag: s.tag, Detail: detail})
	return addr
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

// trimAddress takes off what surrounds an address in some files.
func trimAddress(s string) string {
	s = strings.Trim(strings.TrimSpace(s), "<>'\"")
	for _, prefix := range []string{"smtp:", "mailto:"} {
		if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			s = s[len(prefix):]
		}
	}
	return strings.TrimSpace(s)
}

// isInternetAddress reports whether s looks like local@domain.
func isInternetAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t\r\n<>,;") && s[0] != '/'
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
