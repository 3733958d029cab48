package codepage

import (
	"encoding/binary"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// DecodeUTF16 converts little-endian UTF-16, the form of a PtypString value,
// to UTF-8. A trailing odd byte is dropped and lone surrogates become U+FFFD.
// Terminating zeros are kept.
func DecodeUTF16(b []byte) string {
	s, _ := decodeUTF16(b, false)
	return s
}

// EncodeUTF16 converts s to little-endian UTF-16 without a byte order mark or
// terminator. Invalid UTF-8 becomes U+FFFD.
func EncodeUTF16(s string) []byte {
	return encodeUTF16(s, false)
}

// AppendUTF16 is EncodeUTF16 that appends to b.
func AppendUTF16(b []byte, s string) []byte {
	b = slices.Grow(b, 2*len(s))
	for len(s) > 0 {
		n, to := 0, b[len(b):len(b)+2*len(s)]
		for n < len(s) && s[n] < utf8.RuneSelf {
			binary.LittleEndian.PutUint16(to[2*n:], uint16(s[n]))
			n++
		}
		b, s = b[:len(b)+2*n], s[n:]
		for len(s) > 0 && s[0] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s)
			s = s[size:]
			b = appendUnits(b, r, false)
		}
	}
	return b
}

// appendUnits appends a character to b.
func appendUnits(b []byte, r rune, big bool) []byte {
	var units [2]uint16
	for _, u := range utf16.AppendRune(units[:0], r) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

// unit reads the code unit at b[0] and b[1].
func unit(b []byte, big bool) uint16 {
	if big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

func decodeUTF16(b []byte, big bool) (s string, ok bool) {
	ok = len(b)%2 == 0
	b = b[:len(b)&^1]
	var stack [512]byte
	if len(b)/2 <= len(stack) {
		out, right := appendUTF16(stack[:0], b, big)
		return string(out), ok && right
	}
	held := takeScratch(len(b) / 2)
	out, right := appendUTF16(held.b, b, big)
	s = string(out)
	held.give(out)
	return s, ok && right
}

// appendUTF16 appends the text in b, an even number of bytes, to out.
func appendUTF16(out, b []byte, big bool) (_ []byte, ok bool) {
	ok = true
	if !big {
		out, b = appendASCII(out, b)
	}
	low, high := 0, 1 // where a unit has its halves
	if big {
		low, high = 1, 0
	}
	for len(b) >= 2 {
		if b[high] == 0 && b[low] < utf8.RuneSelf {
			out = append(out, b[low])
			b = b[2:]
			continue
		}
		r := rune(unit(b, big))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			first := r
			r = utf8.RuneError
			if len(b) >= 2 {
				r = utf16.DecodeRune(first, rune(unit(b, big)))
			}
			if r == utf8.RuneError {
				ok = false
			} else {
				b = b[2:]
			}
		}
		out = utf8.AppendRune(out, r)
		if !big {
			out, b = appendASCII(out, b)
		}
	}
	return out, ok
}

// appendASCII appends what b, little endian, starts with in US-ASCII, and
// returns the rest of b.
func appendASCII(out, b []byte) (_, rest []byte) {
	for len(b) >= 8 {
		u := binary.LittleEndian.Uint64(b)
		if u&0xFF80FF80FF80FF80 != 0 {
			break
		}
		out = append(out, byte(u), byte(u>>16), byte(u>>32), byte(u>>48))
		b = b[8:]
	}
	return out, b
}

func encodeUTF16(s string, big bool) []byte {
	if !big {
		return AppendUTF16(make([]byte, 0, 2*len(s)), s)
	}
	out := make([]byte, 0, 2*len(s))
	for _, r := range s {
		out = appendUnits(out, r, true)
	}
	return out
}

// utf16Page is code page 1200 or, when big, 1201.
type utf16Page struct{ big bool }

func (p utf16Page) decode(b []byte) (string, bool) { return decodeUTF16(b, p.big) }

func (p utf16Page) encode(s string) ([]byte, bool) { return encodeUTF16(s, p.big), true }

func (p utf16Page) transformer() transform.Transformer {
	order := unicode.LittleEndian
	if p.big {
		order = unicode.BigEndian
	}
	return unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder()
}

// WideHead is how many bytes of a text Wide looks at.
const WideHead = 4

// Wide returns UTF16LE or UTF16BE when b begins as text in UTF-16 does: with a
// byte order mark, or with two characters of US-ASCII, each of which has a zero
// byte; else 0. Text in no other code page has such bytes.
func Wide(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch [2]byte(b) {
	case [2]byte{0xFF, 0xFE}:
		return UTF16LE
	case [2]byte{0xFE, 0xFF}:
		return UTF16BE
	}
	if len(b) < WideHead {
		return 0
	}
	switch [WideHead]bool{b[0] == 0, b[1] == 0, b[2] == 0, b[3] == 0} {
	case [WideHead]bool{false, true, false, true}:
		return UTF16LE
	case [WideHead]bool{true, false, true, false}:
		return UTF16BE
	}
	return 0
}
