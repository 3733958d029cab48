package rfc5322

import (
	"time"
	"unicode"
	"unicode/utf8"
)

// A Style says which fields may hold UTF-8 as it is (RFC 6532). The zero value
// writes 7-bit fields, and so do the functions of the package that have the
// names of its methods. Lines are counted in bytes in every style.
type Style struct {
	// UTF8 leaves text, display names and parameters unencoded.
	UTF8 bool
	// UTF8Addresses leaves addresses and identifiers unencoded, too (RFC 6531).
	UTF8Addresses bool
	// WordParams writes parameters that the style does not allow as they are as
	// encoded words in quotes, instead of by RFC 2231. RFC 2047 5 forbids it, and
	// old programs know nothing else.
	WordParams bool
}

// Text returns the field name: value with an unstructured body. See
// [Style.Text].
func Text(name, value string) []byte { return Style{}.Text(name, value) }

// Raw returns the field name: value with a body that is passed through. See
// [Style.Raw].
func Raw(name, value string) []byte { return Style{}.Raw(name, value) }

// CanDate reports whether t is a time that mail can have: in a year from 1900 on
// (RFC 5322 3.3), of four digits, as programs expect.
func CanDate(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 9999 }

// Date returns the field name: t in the zone of t (RFC 5322 3.3). Years
// outside of 1 to 9999 have no form there and give nil.
func Date(name string, t time.Time) []byte {
	if y := t.Year(); y < 1 || y > 9999 {
		return nil
	}
	f := newFolder(name, 32)
	f.token(" ", t.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	return f.end()
}

// MessageIDs returns the field name: value where value is message identifiers.
// See [Style.MessageIDs].
func MessageIDs(name, value string) []byte { return Style{}.MessageIDs(name, value) }

// AddressList returns the field name: addrs. See [Style.AddressList].
func AddressList(name string, addrs []Address) []byte { return Style{}.AddressList(name, addrs) }

// Parameterized returns the field name: value; params…. See
// [Style.Parameterized].
func Parameterized(name, value string, params []Param) []byte {
	return Style{}.Parameterized(name, value, params)
}

// plain reports whether text may stand in a field as it is, as far as its
// characters go.
func (s Style) plain(text string) bool { return isASCIIString(text) || s.UTF8 && isSafeUTF8(text) }

// isSafeUTF8 reports whether s is UTF-8 without anything that a reader could
// take for a control or a line end.
func isSafeUTF8(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Cc, r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// shadow replaces each character that is not US-ASCII by a letter: where they
// are allowed, they follow the rules of letters (RFC 6532 3.2).
func shadow(s string) string {
	if isASCIIString(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r >= utf8.RuneSelf {
			r = 'x'
		}
		b = append(b, byte(r))
	}
	return string(b)
}
