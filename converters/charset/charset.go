// Package charset maps the character set names of MIME and HTML to Windows
// code pages and decodes text whose label may be wrong or missing.
package charset

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// maxName bounds a character set name in bytes; the longest registered one has
// 45.
const maxName = 64

// CodePage returns the code page of a MIME character set name. Case, blanks,
// quotes and an RFC 2231 language suffix ("utf-8*en") do not matter. ok is
// false for a name that is unknown or has no code page; cp is 0 then.
func CodePage(name string) (cp int, ok bool) {
	key := canonical(name)
	if key == "" {
		return 0, false
	}
	if cp, ok = aliases[key]; ok {
		return cp, true
	}
	if cp, ok = aliases[strings.TrimPrefix(key, "charset")]; ok {
		return cp, true // QUIRK: charset="charset=utf-8"
	}
	for _, prefix := range numbered {
		digits, found := strings.CutPrefix(key, prefix)
		if !found || digits == "" || digits[0] < '0' || digits[0] > '9' {
			continue
		}
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && codepage.Known(n) {
			return n, true
		}
	}
	return 0, false
}

// canonical reduces a name to lower-case letters and digits, so that
// "ISO_8859-1", "iso8859-1" and "iso 8859 1" are one name.
func canonical(name string) string {
	name, _, _ = strings.Cut(name, "*")
	if len(name) > maxName {
		return ""
	}
	key := make([]byte, 0, maxName)
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			key = append(key, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			key = append(key, c)
		}
	}
	return string(key)
}

// Name returns the preferred MIME name of code page cp, or "" when cp has none
// that mail may be labelled with (IANA character set registry).
func Name(cp int) string {
	return names[cp]
}

// Decode converts b, labelled with the character set name, to UTF-8. used is
// the code page that b was read with. ok is false when the name is unknown or
// a byte had no meaning; the text is still the best reading.
//
// QUIRK: labels lie. Text labelled ISO-8859-1 with bytes 0x80 to 0x9F is
// 1252. Text labelled US-ASCII with 8-bit bytes, or with an unknown name, is
// UTF-8 when valid as such, else 1252. Text labelled UTF-16 or UTF-32 that is
// nothing but US-ASCII is that.
func Decode(name string, b []byte) (text string, used int, ok bool) {
	cp, known := CodePage(name)
	switch {
	case !known:
		known = canonical(name) == "" && isASCII(b) // no label and no need for one
		cp = sniff8bit(b)
	case cp == codepage.ASCII && !isASCII(b):
		cp = sniff8bit(b)
	case cp == codepage.Latin1 && hasC1(b):
		cp = codepage.Windows
	case isWide(cp) && len(b) > 1 && isASCII(b) && bytes.IndexByte(b, 0) < 0:
		cp = codepage.UTF8
	case isWide(cp):
		cp, b = trimBOM(cp, b)
	case cp == codepage.UTF8:
		b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	}
	text, ok = codepage.Decode(cp, b)
	return text, cp, ok && known
}

// Code pages of UTF-32.
const (
	utf32LE = 12000
	utf32BE = 12001
)

// isWide reports whether every character of cp takes two bytes or more.
func isWide(cp int) bool {
	return cp == codepage.UTF16LE || cp == codepage.UTF16BE || cp == utf32LE || cp == utf32BE
}

// trimBOM removes a byte order mark of UTF-16 or UTF-32, which overrules cp.
func trimBOM(cp int, b []byte) (int, []byte) {
	wide := cp == utf32LE || cp == utf32BE
	switch {
	case wide && bytes.HasPrefix(b, []byte("\xFF\xFE\x00\x00")):
		return utf32LE, b[4:]
	case wide && bytes.HasPrefix(b, []byte("\x00\x00\xFE\xFF")):
		return utf32BE, b[4:]
	case wide:
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return codepage.UTF16LE, b[2:]
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return codepage.UTF16BE, b[2:]
	}
	return cp, b
}

// Sniff guesses the code page of unlabelled text: that of a byte order mark,
// else 65001 when b is valid UTF-8 (US-ASCII included), else 1252.
func Sniff(b []byte) int {
	if cp := bomPage(b); cp != 0 {
		return cp
	}
	return sniff8bit(b)
}

// bomPage returns the code page a byte order mark stands for, or 0.
func bomPage(b []byte) int {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		return codepage.UTF8
	case bytes.HasPrefix(b, []byte("\xFF\xFE")):
		return codepage.UTF16LE
	case bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return codepage.UTF16BE
	}
	return 0
}

// sniff8bit tells UTF-8 from 1252.
func sniff8bit(b []byte) int {
	if utf8.Valid(b) {
		return codepage.UTF8
	}
	return codepage.Windows
}

// isASCII reports whether b holds no byte above 0x7F.
func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasC1 reports whether b holds a byte that is a control in ISO-8859 and a
// character in 1252.
func hasC1(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 && c < 0xA0 {
			return true
		}
	}
	return false
}
