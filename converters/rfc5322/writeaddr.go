package rfc5322

import (
	"strings"

	"golang.org/x/net/idna"
)

// maxQuoted is the longest display name written as a quoted string, in bytes;
// longer ones need folding and become encoded words.
const maxQuoted = 70

// AddressList returns the field name: addrs (RFC 5322 3.4), CRLF included, or
// nil when there is nothing to write. Neighbours with the same Group are
// written as one group; an Address with only a Group is an empty group such as
// "undisclosed-recipients:;".
//
// Names that are not plain words are quoted or written as encoded words.
// Domains that are not US-ASCII are written in their IDNA form, unless the style
// allows them. What the syntax has no address for – no "@", a local part that
// is not US-ASCII in a style that wants it, an impossible domain – is written as
// an empty group whose name is the display name followed by the address in
// parentheses: it can be read and answered by a human, and no software delivers
// to it.
func (s Style) AddressList(name string, addrs []Address) []byte {
	w := addressWriter{style: s}
	for _, a := range addrs {
		w.add(a)
	}
	w.closeGroup()
	if len(w.tokens) == 0 {
		return nil
	}
	last := &w.tokens[len(w.tokens)-1]
	*last = strings.TrimSuffix(*last, ",")
	size := 0
	for _, t := range w.tokens {
		size += len(" ") + len(t)
	}
	f := newFolder(name, size)
	for _, t := range w.tokens {
		f.token(" ", t)
	}
	return f.end()
}

// addressWriter collects the tokens of a list. Every entry ends in a comma.
type addressWriter struct {
	style  Style
	tokens []string
	group  string // open group, or ""
}

func (w *addressWriter) add(a Address) {
	a.Name, a.Group = clean(a.Name), clean(a.Group)
	spec, ok := w.style.addrSpec(a.Addr)
	if !ok {
		w.addNameless(a)
		return
	}
	if a.Group != w.group {
		w.closeGroup()
		if a.Group != "" {
			w.openGroup(a.Group)
		}
	}
	if a.Name == "" {
		w.tokens = append(w.tokens, spec+",")
		return
	}
	w.tokens = append(w.tokens, w.style.phrase(a.Name)...)
	w.tokens = append(w.tokens, "<"+spec+">,")
}

// addNameless writes an entry that has no address as an empty group.
func (w *addressWriter) addNameless(a Address) {
	w.closeGroup()
	addr := clean(a.Addr)
	name := a.Name
	switch {
	case name == "" && addr == "":
		name = a.Group
	case name == "":
		name = addr
	case addr != "" && addr != name:
		name += " (" + addr + ")"
	}
	if name != "" {
		w.openGroup(name)
		w.closeGroup()
	}
}

func (w *addressWriter) openGroup(name string) {
	w.tokens = append(w.tokens, w.style.phrase(name)...)
	last := &w.tokens[len(w.tokens)-1]
	if strings.HasPrefix(*last, "=?") {
		w.tokens = append(w.tokens, ":") // an encoded word ends at a blank (RFC 2047 5)
	} else {
		*last += ":"
	}
	w.group = name
}

func (w *addressWriter) closeGroup() {
	if w.group == "" {
		return
	}
	w.group = ""
	last := &w.tokens[len(w.tokens)-1]
	*last = strings.TrimSuffix(*last, ",") + ";,"
}

// phrase returns the tokens of a display name: atoms, one quoted string, or
// encoded words.
func (s Style) phrase(name string) []string {
	plain, quotable := s.plain(name), s.plain(name) && !strings.Contains(name, "=?") && len(name) <= maxQuoted
	list := words(name)
	for _, w := range list {
		plain = plain && len(w.blanks) <= 1 && len(w.token) <= maxQuoted
		for _, c := range []byte(shadow(w.token)) {
			plain = plain && isAtext(c)
		}
		plain = plain && !strings.Contains(w.token, "=?")
	}
	switch {
	case plain:
		tokens := make([]string, 0, len(list))
		for _, w := range list {
			tokens = append(tokens, w.token)
		}
		return tokens
	case quotable:
		return []string{quote(name)}
	}
	return encodeWords(name, maxWord, phraseSafe)
}

// domains converts to the ASCII form without the rules that only registries
// enforce: mail hosts have underscores.
var domains = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

// CanAddress reports whether AddressList writes addr as an address, and not as a
// name.
func (s Style) CanAddress(addr string) bool {
	_, ok := s.addrSpec(addr)
	return ok
}

// addrSpec returns addr in the form of the style. ok is false when there is
// none.
func (s Style) addrSpec(addr string) (spec string, ok bool) {
	addr = strings.TrimSpace(addr)
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || len(addr) > longToken || strings.Contains(addr, "=?") {
		return "", false
	}
	local := addr[:at]
	if !isASCIIString(local) && (!s.UTF8Addresses || !isSafeUTF8(local)) {
		return "", false
	}
	domain, ok := s.addrDomain(addr[at+1:])
	if !ok {
		return "", false
	}
	if isDotAtom(shadow(local)) {
		return local + "@" + domain, true
	}
	if strings.HasPrefix(local, `"`) {
		if inside, n := quoted([]byte(local)); n == len(local) {
			local = inside
		}
	}
	local = clean(local)
	if local == "" {
		return "", false
	}
	return quote(local) + "@" + domain, true
}

// addrDomain returns a domain or domain literal in the form of the style.
func (s Style) addrDomain(domain string) (spec string, ok bool) {
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		for i := 1; i < len(domain)-1; i++ {
			if domain[i] <= ' ' || domain[i] >= 0x7F || strings.IndexByte(`[]\`, domain[i]) >= 0 {
				return "", false
			}
		}
		return domain, len(domain) > 2
	}
	domain = strings.TrimSuffix(domain, ".")
	if isASCIIString(domain) {
		return domain, isDotAtom(domain)
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil || !isDotAtom(ascii) {
		return "", false
	}
	if s.UTF8Addresses && isSafeUTF8(domain) && isDotAtom(shadow(domain)) {
		return domain, true
	}
	return ascii, true
}
