package mime

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// encodings are the values of Content-Transfer-Encoding (RFC 2045 6).
var encodings = map[string]transfer.Transform{
	"": transfer.Raw, "7bit": transfer.Raw, "8bit": transfer.Raw, "binary": transfer.Raw,
	"7-bit": transfer.Raw, "8-bit": transfer.Raw, "7bits": transfer.Raw, "8bits": transfer.Raw, "none": transfer.Raw,
	"quoted-printable": transfer.Unquote, "quotedprintable": transfer.Unquote,
	"base64": transfer.Unbase64, "base-64": transfer.Unbase64,
}

// uuencodings are the names of the encoding that was there before MIME
// ([MS-OXCMAIL] 2.2.3.4.1.3).
var uuencodings = map[string]bool{"x-uuencode": true, "x-uue": true, "uuencode": true, "uue": true}

// setEncoding reads Content-Transfer-Encoding. Content in an encoding that
// nobody knows is taken as it is.
//
// QUIRK: quotes, comments, parameters and "=" around the value are ignored.
func (p *entity) setEncoding() {
	raw := p.header.Get("Content-Transfer-Encoding")
	if len(raw) == 0 {
		return
	}
	if t, ok := encodings[string(raw)]; ok { // as it should be written
		p.encoding = t
		return
	}
	word := strings.TrimLeft(strings.ToLower(rfc5322.DecodeText(raw)), "\"'= ")
	if i := strings.IndexAny(word, " ;,()\"'"); i >= 0 {
		word = word[:i]
	}
	t, ok := encodings[word]
	p.encoding, p.uuencoded = t, uuencodings[word]
	if !ok && !p.uuencoded {
		p.note("mime.encoding.unknown", problem.Info, "Content-Transfer-Encoding %.40q; the content is taken as it is", word)
	}
}

// size is the length of the body, encoded.
func (p *entity) size() int64 { return p.end - p.body }

// value returns the content as a value that is read when it is stored.
func (p *entity) value(maxBody int64) mapi.Value {
	switch {
	case p.size() == 0:
		return []byte{}
	case p.uuencoded && p.size() <= maxBody:
		return p.decoded()
	case p.src.crlf && p.encoding == transfer.Raw:
		return p.src.inCRLF(p.body, p.end)
	case p.src.crlf && p.encoding == transfer.Unquote && p.size() <= maxBody:
		return unquote(toCRLF(p.src.view(p.body, p.size())))
	}
	return p.src.in.Range(p.body, p.size(), p.encoding)
}

// decoded returns the content in memory.
func (p *entity) decoded() []byte {
	raw := p.src.load(p.body, p.size())
	switch {
	case p.uuencoded:
		return uudecode(raw)
	case p.encoding == transfer.Raw:
		return raw
	case p.encoding == transfer.Unquote:
		return unquote(raw)
	}
	return p.unbase64(raw)
}

// unbase64 decodes base64, damaged or not.
//
// QUIRK: what follows the padding is text that somebody added if it does not
// look like base64, and is left out; else it is another piece of it.
func (p *entity) unbase64(raw []byte) []byte {
	dst := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	if n, err := base64.StdEncoding.Decode(dst, raw); err == nil {
		return dst[:n]
	}
	if i := bytes.IndexByte(raw, '='); i >= 0 {
		if rest := bytes.TrimLeft(raw[i:], "=\r\n"); !looksBase64(rest[:min(len(rest), headerBytes)]) {
			p.note("mime.encoding.damaged", problem.Loss, "%d bytes after the end of base64 were left out", len(rest))
			raw = raw[:len(raw)-len(rest)]
		}
	}
	var out bytes.Buffer
	out.Grow(len(raw))
	r := transfer.NewBase64Reader(bytes.NewReader(raw))
	if _, err := io.Copy(&out, r); err != nil {
		return raw // cannot happen: memory does not fail
	}
	if n := r.Damage(); n > 0 {
		p.note("mime.encoding.damaged", problem.Info, "%d characters of base64 are wrong or missing; the rest was decoded", n)
	}
	return out.Bytes()
}

// unquote decodes quoted-printable as transfer.QuotedReader does, without its
// buffers (RFC 2045 6.7).
func unquote(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for pos := 0; pos < len(raw); {
		line, next := textLine(raw, pos)
		text, soft := bytes.CutSuffix(bytes.TrimRight(line, " \t"), []byte("="))
		for {
			i := bytes.IndexByte(text, '=')
			if i < 0 {
				break
			}
			out = append(out, text[:i]...)
			if i+2 < len(text) && unhex(text[i+1]) < 16 && unhex(text[i+2]) < 16 {
				out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
				text = text[i+3:]
			} else {
				out = append(out, '=')
				text = text[i+1:]
			}
		}
		out = append(out, text...)
		if !soft {
			out = append(out, raw[pos+len(line):next]...)
		}
		pos = next
	}
	return out
}

// text returns the content of a text part in memory.
//
// QUIRK: text that says it is base64 and is plainly not is taken as it is.
func (p *entity) text() []byte {
	if p.encoding != transfer.Unbase64 {
		return p.decoded()
	}
	digits, _, _ := bytes.Cut(p.src.view(p.body, min(p.size(), headerBytes)), []byte("="))
	if !looksBase64(digits) {
		p.note("mime.encoding.wrong", problem.Info, "the text is not in base64; it is taken as it is")
		return p.src.load(p.body, p.size())
	}
	return p.decoded()
}

// looksBase64 reports whether nearly all of b are base64 digits.
func looksBase64(b []byte) bool {
	strange := 0
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '+', c == '/', c == '=', c == '\r', c == '\n':
		default:
			strange++
		}
	}
	return strange*20 <= len(b)
}

// uudecode returns what stands between "begin" and "end". A line holds its
// length and groups of four characters for three bytes.
func uudecode(raw []byte) []byte {
	begun := false
	out := make([]byte, 0, len(raw)/4*3)
	for pos := 0; pos < len(raw); {
		var line []byte
		line, pos = textLine(raw, pos)
		switch {
		case !begun:
			begun = bytes.HasPrefix(line, []byte("begin "))
		case string(line) == "end":
			return out
		case len(line) > 0:
			out = appendUULine(out, line)
		}
	}
	return out
}

// appendUULine appends the bytes of one line.
//
// QUIRK: blanks cut off at the end of a line stand for zero bits.
func appendUULine(out, line []byte) []byte {
	sextet := func(i int) byte {
		if i >= len(line) {
			return 0
		}
		return (line[i] - ' ') & 63
	}
	n := int(sextet(0))
	for i := 1; n > 0; i, n = i+4, n-3 {
		a, b, c, d := sextet(i), sextet(i+1), sextet(i+2), sextet(i+3)
		group := [3]byte{a<<2 | b>>4, b<<4 | c>>2, c<<6 | d}
		out = append(out, group[:min(n, 3)]...)
	}
	return out
}
