package codepage

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// xpage is a page that golang.org/x/text implements.
type xpage struct {
	enc   encoding.Encoding
	ascii bool                      // bytes below 0x80 outside of a sequence are US-ASCII
	tail  func(b []byte) (t string) // what an encoded text must end with, or nil
}

func (p *xpage) decode(b []byte) (string, bool) {
	if p.ascii && isASCII(b) {
		return string(b), true
	}
	return decodeWith(p.enc.NewDecoder(), b)
}

func (p *xpage) encode(s string) ([]byte, bool) {
	if p.ascii && isASCII(s) {
		return []byte(s), true
	}
	out, err := p.enc.NewEncoder().Bytes([]byte(s))
	if err != nil {
		out, _ = p.enc.NewEncoder().Bytes([]byte(p.representable(s)))
	}
	if p.tail != nil {
		out = append(out, p.tail(out)...)
	}
	return out, err == nil
}

// representable replaces every character that the page lacks by "?".
func (p *xpage) representable(s string) string {
	enc := p.enc.NewEncoder()
	var buf [16]byte
	return strings.Map(func(r rune) rune {
		enc.Reset()
		if _, _, err := enc.Transform(buf[:], []byte(string(r)), true); err != nil {
			return '?'
		}
		return r
	}, s)
}

func (p *xpage) transformer() transform.Transformer { return p.enc.NewDecoder() }

// resetJP returns to US-ASCII at the end of ISO-2022-JP text (RFC 1468).
func resetJP(b []byte) string {
	i := bytes.LastIndexByte(b, 0x1B)
	if i < 0 || bytes.HasPrefix(b[i:], []byte("\x1b(B")) {
		return ""
	}
	return "\x1b(B"
}

// resetHZ returns to US-ASCII at the end of HZ text (RFC 1843).
func resetHZ(b []byte) string {
	if bytes.LastIndex(b, []byte("~{")) > bytes.LastIndex(b, []byte("~}")) {
		return "~}"
	}
	return ""
}

// utf8Page checks UTF-8.
type utf8Page struct{}

func (utf8Page) decode(b []byte) (string, bool) {
	if utf8.Valid(b) {
		return string(b), true
	}
	text, _ := decodeWith(unicode.UTF8.NewDecoder(), b)
	return text, false
}

func (utf8Page) encode(s string) ([]byte, bool) { return []byte(s), true }

func (utf8Page) transformer() transform.Transformer { return unicode.UTF8.NewDecoder() }
