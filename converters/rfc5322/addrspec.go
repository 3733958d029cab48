package rfc5322

import (
	"strings"
)

// phraseText joins the pieces of a display name and decodes it.
func phraseText(pieces []piece) string {
	switch len(pieces) {
	case 0:
		return ""
	case 1:
		return DecodeText([]byte(pieces[0].text))
	}
	var s strings.Builder
	for i, w := range pieces {
		if i > 0 && w.blank {
			s.WriteByte(' ')
		}
		s.WriteString(w.text)
	}
	return DecodeText([]byte(s.String()))
}

// splitBare reads an entry without angle brackets: an address, a name, or a
// name followed by an address.
func splitBare(pieces []piece) (name, addr string) {
	at := -1
	for i, w := range pieces {
		if !w.quoted && strings.Contains(w.text, "@") && !strings.HasPrefix(w.text, "=?") {
			at = i
		}
	}
	if at < 0 {
		return phraseText(pieces), ""
	}
	first, last := addrSpan(pieces, at)
	var s strings.Builder
	for _, w := range pieces[first : last+1] {
		if w.quoted {
			s.WriteString(quote(w.text))
		} else {
			s.WriteString(w.text)
		}
	}
	name = phraseText(pieces[:first])
	if name == "" {
		name = phraseText(pieces[last+1:])
	}
	return name, cleanAddr(s.String())
}

// addrSpan widens the piece at to the whole address: what touches it, and what
// an "@" or "." at a rim ties to it in spite of blanks (RFC 5322 4.4).
func addrSpan(pieces []piece, at int) (first, last int) {
	first, last = at, at
	for first > 0 {
		left, prev := pieces[first], pieces[first-1]
		if left.blank && !strings.HasPrefix(left.text, "@") && !strings.HasPrefix(left.text, ".") {
			break
		}
		if !left.blank && strings.HasPrefix(prev.text, "=?") {
			break
		}
		first--
	}
	for last+1 < len(pieces) {
		right, next := pieces[last], pieces[last+1]
		if next.blank && !strings.HasSuffix(right.text, "@") && !strings.HasSuffix(right.text, ".") && !strings.HasPrefix(next.text, ".") {
			break
		}
		if next.quoted && !strings.HasSuffix(right.text, "@") {
			break
		}
		last++
	}
	return first, last
}

// cleanAddr takes comments, blanks, source routes and schemes off an address
// and decodes it.
func cleanAddr(s string) string {
	if len(s) > maxAddress {
		return DecodeText([]byte(s))
	}
	if isBareAddr(s) {
		return s
	}
	var out []byte
	b := []byte(s)
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '"':
			content, n := quoted(b[i:])
			if n == 0 {
				i++
				continue
			}
			out = append(out, quote(content)...)
			i += n
		case c == '(':
			_, n := commentAt(b[i:])
			if n == 0 {
				out, n = append(out, c), 1
			}
			i += n
		case c == ' ' && !strings.Contains(s, "@"):
			out = append(out, c) // QUIRK: X.500 addresses hold blanks
			i++
		case c <= ' ' || c == 0x7F:
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	s = string(out)
	if strings.HasPrefix(s, "@") { // route (RFC 5322 4.4)
		if _, addr, ok := strings.Cut(s, ":"); ok {
			s = addr
		}
	}
	if scheme, addr, ok := strings.Cut(s, ":"); ok && isScheme(scheme) {
		s = addr
	}
	return unquoteLocal(DecodeText([]byte(s)))
}

// isBareAddr reports whether s is letters, digits and what else stands in
// addresses without any meaning: nothing to take off or decode.
func isBareAddr(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isAtext(c) && c != '.' && (c != '@' || i == 0) || c == '=' || c == '?' {
			return false
		}
	}
	return true
}

// unquoteLocal removes quotes around a local part that needs none, or around
// the whole address.
func unquoteLocal(addr string) string {
	if !strings.HasPrefix(addr, `"`) {
		return addr
	}
	local, n := quoted([]byte(addr))
	if n == 0 {
		return addr
	}
	domain := addr[n:]
	if domain == "" {
		return local
	}
	if strings.HasPrefix(domain, "@") && isDotAtom(local) {
		return local + domain
	}
	return addr
}

// quote returns s as a quoted string.
func quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(`""`))
	b.WriteByte('"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// isAtext reports whether c may stand in an atom (RFC 5322 3.2.3).
func isAtext(c byte) bool { return atext[c] }

var atext = func() (t [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~") {
		t[c] = true
	}
	return t
}()

// isDotAtom reports whether s is a dot-atom (RFC 5322 3.2.3).
func isDotAtom(s string) bool {
	dot := true // an empty atom would start here
	for i := range len(s) {
		if s[i] == '.' {
			if dot {
				return false
			}
			dot = true
			continue
		}
		if !isAtext(s[i]) {
			return false
		}
		dot = false
	}
	return !dot
}
