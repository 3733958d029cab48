package rfc5322

import (
	"strings"
	"unicode/utf8"
)

// MessageIDs returns the field name: value where value is one or more message
// identifiers (RFC 5322 3.6.4). Fields are folded between identifiers only.
// White space and controls inside of an identifier are removed, bytes above
// 0x7F are written as %XX unless the style allows them, and an identifier
// without angle brackets gets them.
// Identifiers longer than 900 bytes are left out, and all but the first in a
// Message-ID field; nil is returned when nothing is left.
//
// An identifier is otherwise kept as it is, even one without an "@": it ties
// messages together by comparison, so a repair would break threads.
func (s Style) MessageIDs(name, value string) []byte {
	ids, _ := s.ids(name, value)
	if len(ids) == 0 {
		return nil
	}
	f := newFolder(name, len(value))
	for _, id := range ids {
		f.token(" ", "<"+id+">")
	}
	return f.end()
}

// CanMessageIDs reports whether MessageIDs writes every identifier in value, and
// each as it is.
func (s Style) CanMessageIDs(name, value string) bool {
	_, whole := s.ids(name, value)
	return whole
}

// ids returns the insides of the identifiers that MessageIDs writes. whole is
// false when one is left out or is not as it was.
func (s Style) ids(name, value string) (ids []string, whole bool) {
	whole = true
	for _, raw := range splitIDs(value) {
		id := s.cleanID(raw)
		full := len(ids) > 0 && strings.EqualFold(name, "Message-ID")
		if id == "" || full || len(id)+len("<>") > longToken {
			whole = whole && raw == ""
			continue
		}
		ids = append(ids, id)
		whole = whole && id == raw
	}
	return ids, whole
}

// splitIDs cuts a list of identifiers: at angle brackets, and at blanks
// outside of them. It returns what is inside of the brackets.
func splitIDs(value string) []string {
	var ids []string
	for value = strings.TrimSpace(value); value != ""; value = strings.TrimSpace(value) {
		end := strings.IndexFunc(value, func(r rune) bool { return r <= ' ' || r == '<' || r == ',' })
		if value[0] == '<' {
			if end = strings.IndexByte(value, '>'); end < 0 {
				end = len(value)
			}
		} else if end < 0 {
			end = len(value)
		}
		ids = append(ids, strings.TrimSpace(strings.TrimPrefix(value[:end], "<")))
		if end < len(value) && value[end] != '<' {
			end++
		}
		value = value[end:]
	}
	return ids
}

// cleanID returns the inside of an identifier.
func (s Style) cleanID(id string) string {
	const hex = "0123456789ABCDEF"
	raw := s.UTF8Addresses && isSafeUTF8(id)
	var b strings.Builder
	b.Grow(len(id))
	for i := range len(id) {
		switch c := id[i]; {
		case c <= ' ' || c == 0x7F || c == '<' || c == '>':
		case c >= utf8.RuneSelf && !raw:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
