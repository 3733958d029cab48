package mime

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// address makes an address of a group of properties ([MS-OXCMAIL] 2.1.3.1). ok
// is false when the group is empty. where is the object for problems.
func (o *object) address(ps mapi.Props, who person, where string) (a rfc5322.Address, ok bool) {
	a.Name = o.text(ps, who.name)
	kind, email := o.text(ps, who.addrType), o.text(ps, who.email)
	entry, _ := parseEntryID(ps.Binary(who.entryID))
	if a.Name == "" {
		a.Name = entry.name
	}
	if email == "" {
		kind, email = entry.addrType, entry.email
	}
	a.Addr = o.resolve(a.Name, email, o.text(ps, who.smtp), entry)
	switch {
	case a.Addr == "" && email == "" && a.Name == "":
		return a, false
	case a.Addr == "":
		a.Addr = o.unresolved(where, who.email, a.Name, kind, email)
	}
	if strings.EqualFold(a.Name, a.Addr) || strings.EqualFold(a.Name, email) {
		a.Name = ""
	}
	return a, true
}

// resolve returns the Internet address of somebody, or "" when the message does
// not tell it.
//
// QUIRK: files hold Internet addresses under any address type or none, and
// sometimes only as the display name.
func (o *object) resolve(name, email, smtp string, entry oneOff) string {
	for _, s := range []string{smtp, email, entry.email, name} {
		if addr := trimAddress(s); isInternetAddress(addr) {
			return addr
		}
		if list := rfc5322.ParseAddressList([]byte(s)); len(list) == 1 && isInternetAddress(list[0].Addr) {
			return list[0].Addr // "Name <local@domain>"
		}
	}
	if addr := o.trace.lookUp(name); addr != "" {
		return addr
	}
	return ""
}

// unresolved reports somebody without an Internet address, and returns what is
// written in its place: an address of a known kind in encapsulated form, of any
// other kind as it is, which gives it the form of a name.
func (o *object) unresolved(where string, tag mapi.Tag, name, kind, email string) string {
	detail := fmt.Sprintf("%q has no address", name)
	addr := email
	if email != "" {
		detail = fmt.Sprintf("the address %q of type %q of %q is no Internet address", email, kind, name)
	}
	if email != "" && kind != "" && !strings.EqualFold(kind, "SMTP") && !strings.EqualFold(email, name) {
		addr = encapsulate(kind, email)
		detail += "; it is written in encapsulated form"
	}
	o.report.Report(problem.Problem{Code: "address.unresolved", Severity: problem.Loss, Object: where, Tag: tag, Detail: detail})
	return addr
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
	b.WriteString("IMCEA")
	for _, c := range []byte(strings.ToUpper(kind)) {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		}
	}
	b.WriteByte('-')
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
