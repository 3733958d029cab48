package rfc5322

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
)

// DecodeText decodes an unstructured field body: RFC 2047 encoded words, and
// raw 8-bit bytes as UTF-8 when valid, else 1252. Tabs and line breaks become
// blanks and other controls are removed, whether they were encoded or not, so
// the result is one line of valid UTF-8 without surrounding blanks.
//
// QUIRK: also decoded are words with blanks inside, without base64 padding,
// inside quotes, and without blanks between them. Adjacent words of one
// character set are joined before they are converted, because many producers
// split characters. A word that cannot be read stays as it is.
func DecodeText(raw []byte) string {
	if isPlainText(raw) {
		return string(bytes.Trim(raw, " "))
	}
	var d textDecoder
	for len(raw) > 0 {
		i := bytes.Index(raw, []byte("=?"))
		if i < 0 {
			break
		}
		w, n := encodedWordAt(raw[i:])
		if n == 0 {
			i += 2
			d.literal = append(d.literal, raw[:i]...)
			raw = raw[i:]
			continue
		}
		d.literal = append(d.literal, raw[:i]...)
		d.word(w)
		raw = raw[i+n:]
	}
	d.literal = append(d.literal, raw...)
	d.flushWords()
	d.flushLiteral()
	return oneLine(d.out.String())
}

// isPlainText reports whether raw is printable US-ASCII without the beginning of
// an encoded word, which stands for itself.
func isPlainText(raw []byte) bool {
	for i, c := range raw {
		if c < ' ' || c > '~' || c == '?' && i > 0 && raw[i-1] == '=' {
			return false
		}
	}
	return true
}

// HidesControls reports whether an encoded word of a field body has a control in
// it, such as a line break, which other programs may take for one.
func HidesControls(raw []byte) bool {
	for {
		i := bytes.Index(raw, []byte("=?"))
		if i < 0 {
			return false
		}
		w, n := encodedWordAt(raw[i:])
		for _, c := range w.data {
			if c < ' ' && c != escape || c == 0x7F {
				return true
			}
		}
		raw = raw[i+max(n, 2):]
	}
}

// WholeWords reports whether the encoded words of a field body are such as
// RFC 2047 wants them: of at most 75 bytes (2), with blanks around them or
// alone in a comment (5), and each to be read without its neighbours (5).
func WholeWords(raw []byte) bool {
	for pos := 0; pos < len(raw); {
		i := bytes.Index(raw[pos:], []byte("=?"))
		if i < 0 {
			return true
		}
		pos += i
		w, n := encodedWordAt(raw[pos:])
		if n == 0 {
			pos += len("=?")
			continue
		}
		if n > maxWord || pos > 0 && !strings.ContainsRune(" \t(", rune(raw[pos-1])) {
			return false
		}
		if end := pos + n; end < len(raw) && !strings.ContainsRune(" \t)", rune(raw[end])) {
			return false
		}
		if _, _, ok := charset.Decode(w.charset, w.data); !ok {
			return false
		}
		pos += n
	}
	return true
}

// escape begins the shifts of ISO 2022.
const escape = 0x1B

// textDecoder collects literal text and runs of adjacent words.
type textDecoder struct {
	out     strings.Builder
	literal []byte // not yet converted; comes after words
	words   []byte // decoded bytes of adjacent words
	charset string // their character set; "" when there are none
}

// word takes the next encoded word.
func (d *textDecoder) word(w encodedWord) {
	adjacent := d.charset != "" && len(bytes.Trim(d.literal, " \t\r\n")) == 0
	if adjacent {
		d.literal = d.literal[:0] // blanks between words are no text (RFC 2047 6.2)
	}
	if !adjacent || !strings.EqualFold(d.charset, w.charset) {
		d.flushWords()
		d.flushLiteral()
	}
	d.charset = w.charset
	d.words = append(d.words, w.data...)
}

func (d *textDecoder) flushWords() {
	if d.charset == "" {
		return
	}
	s, _, _ := charset.Decode(d.charset, d.words)
	d.out.WriteString(s)
	d.charset, d.words = "", d.words[:0]
}

func (d *textDecoder) flushLiteral() {
	if len(d.literal) == 0 {
		return
	}
	s, _, _ := charset.Decode("", d.literal)
	d.out.WriteString(s)
	d.literal = d.literal[:0]
}

// encodedWord is one =?charset?encoding?text?= with its text decoded.
type encodedWord struct {
	charset string
	data    []byte
}

// maxCharset bounds the name of a character set, language suffix included.
const maxCharset = 80

// encodedWordAt reads the encoded word b starts with ("=?" is checked) and
// returns how long it is, 0 when there is none (RFC 2047 2).
func encodedWordAt(b []byte) (w encodedWord, n int) {
	if !bytes.HasPrefix(b, []byte("=?")) {
		return w, 0
	}
	rest := b[2:]
	i := bytes.IndexByte(rest[:min(len(rest), maxCharset)], '?')
	if i < 1 || i+3 > len(rest) || rest[i+2] != '?' || bytes.ContainsAny(rest[:i], " \t\"<>()@,;:") {
		return w, 0
	}
	w.charset, _, _ = strings.Cut(string(rest[:i]), "*")
	enc, text := rest[i+1], rest[i+3:]
	end := wordEnd(text)
	if end < 0 || w.charset == "" {
		return w, 0
	}
	ok := false
	switch enc {
	case 'B', 'b':
		w.data, ok = decodeB(text[:end])
	case 'Q', 'q':
		w.data, ok = decodeQ(text[:end]), true
	}
	if !ok {
		return w, 0
	}
	return w, 2 + i + 3 + end + 2
}

// wordEnd returns the offset of the "?=" that ends the text of a word, or -1
// when another word starts before it.
func wordEnd(text []byte) int {
	for i := 0; i+1 < len(text); i++ {
		switch {
		case text[i] == '?' && text[i+1] == '=':
			return i
		case text[i] == '=' && text[i+1] == '?':
			if i+2 < len(text) && text[i+2] == '=' { // QUIRK: base64 padding "=?="
				continue
			}
			return -1
		}
	}
	return -1
}

// decodeB decodes base64 and ignores what is no digit. Padding ends a group
// but not the text. ok is false for text without any digit.
func decodeB(text []byte) (data []byte, ok bool) {
	var bits uint32
	n := 0
	for _, c := range text {
		v := base64Digit(c)
		if c == '=' {
			bits, n = 0, 0
		}
		if v < 0 {
			continue
		}
		ok = true
		bits, n = bits<<6|uint32(v), n+6
		if n >= 8 {
			n -= 8
			data = append(data, byte(bits>>n))
		}
	}
	return data, ok || len(text) == 0
}

func base64Digit(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}

// decodeQ decodes the Q encoding; an "=" without two digits stands for itself.
func decodeQ(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(text) && hexDigit(text[i+1]) >= 0 && hexDigit(text[i+2]) >= 0:
			out = append(out, byte(hexDigit(text[i+1])<<4|hexDigit(text[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// oneLine replaces line breaks and tabs by blanks, removes other controls and
// trims.
func oneLine(s string) string {
	if strings.IndexFunc(s, isControl) >= 0 {
		s = strings.ReplaceAll(s, "\r\n", " ")
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '\t' || r == '\r' || r == '\n':
				return ' '
			case isControl(r):
				return -1
			}
			return r
		}, s)
	}
	return strings.Trim(s, " ")
}

// isControl reports whether r is a C0 control or DEL.
func isControl(r rune) bool { return r < ' ' || r == 0x7F }
