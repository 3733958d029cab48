package codepage

import (
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// single is a code page with one byte to a character.
type single struct {
	dec   [256]rune // U+FFFD where undefined
	enc   map[rune]byte
	ascii bool // bytes below 0x80 are US-ASCII
}

func newSingle(dec [256]rune) *single {
	s := &single{dec: dec, enc: make(map[rune]byte, 256), ascii: true}
	for i := 255; i >= 0; i-- { // the lowest byte wins
		r := dec[i]
		if r != utf8.RuneError {
			s.enc[r] = byte(i)
		}
		if i < 0x80 && r != rune(i) {
			s.ascii = false
		}
	}
	return s
}

func (p *single) decode(b []byte) (string, bool) {
	if p.ascii && isASCII(b) {
		return string(b), true
	}
	held, ok := takeScratch(len(b)), true
	out := held.b
	for _, c := range b {
		r := p.dec[c]
		ok = ok && r != utf8.RuneError
		out = utf8.AppendRune(out, r)
	}
	text := string(out)
	held.give(out)
	return text, ok
}

func (p *single) encode(s string) ([]byte, bool) {
	if p.ascii && isASCII(s) {
		return []byte(s), true
	}
	out, ok := make([]byte, 0, len(s)), true
	for _, r := range s {
		if r < utf8.RuneSelf && p.ascii {
			out = append(out, byte(r))
			continue
		}
		c, known := p.enc[r]
		if !known {
			c, ok = p.enc['?'], false
		}
		out = append(out, c)
	}
	return out, ok
}

func (p *single) transformer() transform.Transformer {
	return singleDecoder{p: p}
}

// singleDecoder streams a single-byte page.
type singleDecoder struct {
	transform.NopResetter
	p *single
}

// Transform implements transform.Transformer.
func (d singleDecoder) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for _, c := range src {
		r := d.p.dec[c]
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc++
	}
	return nDst, nSrc, nil
}
