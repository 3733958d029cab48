package codepage

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// utf7Page is UTF-7 (RFC 2152).
type utf7Page struct{}

func (utf7Page) decode(b []byte) (string, bool) {
	d := &utf7Decoder{ok: true}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		out = d.step(out, c)
	}
	out = d.end(out)
	return string(out), d.ok
}

// utf7Direct are the characters written as themselves (RFC 2152 set D, blank,
// tab, CR and LF).
const utf7Direct = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'(),-./:? \t\r\n"

func (utf7Page) encode(s string) ([]byte, bool) {
	var out []byte
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(utf7Direct, r) })
		if n < 0 {
			n = len(s)
		}
		out = append(out, s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		if n = strings.IndexAny(s, utf7Direct); n < 0 {
			n = len(s)
		}
		out = append(out, '+')
		if s[:n] != "+" {
			out = base64.RawStdEncoding.AppendEncode(out, encodeUTF16(s[:n], true))
		}
		out, s = append(out, '-'), s[n:]
	}
	return out, true
}

func (utf7Page) transformer() transform.Transformer { return &utf7Decoder{ok: true} }

// utf7Decoder is the state between two bytes of UTF-7.
type utf7Decoder struct {
	shifted bool   // inside +…-
	fresh   bool   // nothing follows the + yet
	bits    uint32 // pending bits, right aligned
	nbits   uint   // how many
	high    rune   // pending high surrogate, or 0
	ok      bool
}

// Reset implements transform.Transformer.
func (d *utf7Decoder) Reset() { *d = utf7Decoder{ok: true} }

// Transform implements transform.Transformer.
func (d *utf7Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	var buf [16]byte
	for _, c := range src {
		saved := *d
		out := d.step(buf[:0], c)
		if nDst+len(out) > len(dst) {
			*d = saved
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
		nSrc++
	}
	if atEOF {
		saved := *d
		out := d.end(buf[:0])
		if nDst+len(out) > len(dst) {
			*d = saved
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
	}
	return nDst, nSrc, nil
}

// step appends what byte c completes: at most three characters.
func (d *utf7Decoder) step(out []byte, c byte) []byte {
	if !d.shifted {
		switch {
		case c == '+':
			d.shifted, d.fresh = true, true
		case c >= utf8.RuneSelf:
			d.ok = false
			out = utf8.AppendRune(out, utf8.RuneError)
		default:
			out = append(out, c)
		}
		return out
	}
	if v := base64Value(c); v >= 0 {
		d.fresh = false
		d.bits, d.nbits = d.bits<<6|uint32(v), d.nbits+6
		if d.nbits >= 16 {
			d.nbits -= 16
			out = d.unit(out, rune(d.bits>>d.nbits&0xFFFF))
			d.bits &= 1<<d.nbits - 1
		}
		return out
	}
	fresh := d.fresh
	out = d.end(out)
	switch {
	case c == '-' && fresh:
		return append(out, '+')
	case c == '-':
		return out
	}
	return d.step(out, c) // not shifted any more: one level deep
}

// unit appends one UTF-16 code unit, holding back a high surrogate.
func (d *utf7Decoder) unit(out []byte, u rune) []byte {
	if d.high != 0 {
		r := utf16.DecodeRune(d.high, u)
		d.high = 0
		if r != utf8.RuneError {
			return utf8.AppendRune(out, r)
		}
		d.ok = false
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	if u >= 0xD800 && u < 0xDC00 {
		d.high = u
		return out
	}
	if utf16.IsSurrogate(u) {
		d.ok = false
	}
	return utf8.AppendRune(out, u) // a lone low surrogate becomes U+FFFD
}

// end leaves the shifted state.
func (d *utf7Decoder) end(out []byte) []byte {
	if d.high != 0 {
		d.ok = false
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	*d = utf7Decoder{ok: d.ok}
	return out
}

// base64Value returns the value of a base64 digit, or -1.
func base64Value(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}
