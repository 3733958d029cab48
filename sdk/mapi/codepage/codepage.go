// Package codepage converts between Windows code pages and UTF-8.
//
// Code pages are named by the numbers that MAPI stores in properties such as
// PidTagMessageCodepage and PidTagInternetCodepage. Every function is pure and
// safe for concurrent use.
package codepage

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// Code pages that callers name.
const (
	UTF16LE = 1200  // UTF-16, little endian
	UTF16BE = 1201  // UTF-16, big endian
	Windows = 1252  // Western European, the page used when nothing is known
	ASCII   = 20127 // 7-bit US-ASCII
	Latin1  = 28591 // ISO-8859-1
	UTF7    = 65000 // UTF-7 (RFC 2152)
	UTF8    = 65001 // UTF-8
)

//go:generate python3 gen_tables.py
//go:generate gofmt -w tables_gen.go

// page is one coded character set.
type page interface {
	// decode never fails; ok is false when a byte had no meaning.
	decode(b []byte) (s string, ok bool)
	// encode takes valid UTF-8 and writes "?" for what it lacks.
	encode(s string) (b []byte, ok bool)
	// transformer returns a fresh streaming decoder to UTF-8.
	transformer() transform.Transformer
}

// Known reports whether cp is a code page that Decode and Encode implement.
func Known(cp int) bool {
	return lookup(cp) != nil
}

// HasASCII reports whether text in code page cp has US-ASCII as the bytes below
// 0x80, and nothing else in them as long as there are no others.
func HasASCII(cp int) bool {
	switch p := lookup(cp).(type) {
	case *single:
		return p.ascii
	case *xpage:
		return p.ascii
	case utf8Page:
		return true
	}
	return false
}

// Decode converts b from code page cp to UTF-8. Bytes without meaning become
// U+FFFD and make ok false. An unknown cp is read as 1252, with ok false.
//
// A byte order mark is kept: MAPI strings have none.
func Decode(cp int, b []byte) (s string, ok bool) {
	p := lookup(cp)
	if p == nil {
		s, _ = lookup(Windows).decode(b)
		return s, false
	}
	return p.decode(b)
}

// Encode converts s to code page cp. Characters the page lacks are written as
// "?" and make ok false; so does invalid UTF-8 in s. An unknown cp is written
// as 1252, with ok false.
func Encode(cp int, s string) (b []byte, ok bool) {
	p := lookup(cp)
	known := p != nil
	if !known {
		p = lookup(Windows)
	}
	valid := utf8.ValidString(s)
	if !valid {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	b, ok = p.encode(s)
	return b, ok && known && valid
}

// isASCII reports whether b holds no byte above 0x7F.
func isASCII[T string | []byte](b T) bool {
	for i := range len(b) {
		if b[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
