package codepage

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"
)

// johabPage is Johab (KS X 1001 annex 3), code page 1361: bytes below 0x80 are
// US-ASCII, others come in pairs.
type johabPage struct{}

// johab holds the pairs of Johab both ways.
type johab struct {
	dec map[uint16]rune
	enc map[rune]uint16
}

// johabTable is built on first use: syllables by their letters, everything else
// out of KS X 1001.
var johabTable = sync.OnceValue(func() *johab {
	t := &johab{dec: make(map[uint16]rune, 17000), enc: make(map[rune]uint16, 17000)}
	t.addHangul()
	t.addSymbols()
	t.add(0x8441, '\u3000') // a syllable of no letters
	return t
})

func (t *johab) add(pair uint16, r rune) {
	t.dec[pair] = r
	if _, ok := t.enc[r]; !ok {
		t.enc[r] = pair
	}
}

// Codes of the three letters of a syllable, in Unicode's order; those of the
// finals start with the one for none.
var (
	johabInitials = codes(2, 20)
	johabMedials  = append(append(append(codes(3, 7), codes(10, 15)...), codes(18, 23)...), codes(26, 29)...)
	johabFinals   = append(codes(1, 17), codes(19, 29)...)
)

// Codes for no initial and no medial.
const (
	johabNoInitial = 1
	johabNoMedial  = 2
)

// Letters that stand alone, as in U+3131 to U+314E: the initials and the
// finals.
const (
	loneInitials = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
	loneFinals   = "\x00ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
	firstSyl     = 0xAC00 // the first syllable in Unicode
	firstMedial  = 0x314F // the first vowel that stands alone
)

func codes(from, to uint16) (list []uint16) {
	for c := from; c <= to; c++ {
		list = append(list, c)
	}
	return list
}

// addHangul adds the syllables and the letters.
func (t *johab) addHangul() {
	pair := func(initial, medial, final uint16) uint16 { return 0x8000 | initial<<10 | medial<<5 | final }
	initials, finals := []rune(loneInitials), []rune(loneFinals)
	r := rune(firstSyl)
	for i, initial := range johabInitials {
		t.add(pair(initial, johabNoMedial, johabFinals[0]), initials[i])
		for _, medial := range johabMedials {
			for _, final := range johabFinals {
				t.add(pair(initial, medial, final), r)
				r++
			}
		}
	}
	for i, medial := range johabMedials {
		t.add(pair(johabNoInitial, medial, johabFinals[0]), firstMedial+rune(i))
	}
	for i, final := range johabFinals[1:] {
		t.add(pair(johabNoInitial, johabNoMedial, final), finals[i+1])
	}
}

// addSymbols adds the symbols and the hanja of KS X 1001, two rows of which
// share a lead byte. Letters that stand alone have their place already.
func (t *johab) addSymbols() {
	dec := korean.EUCKR.NewDecoder()
	for row := 0x21; row <= 0x7D; row++ {
		lead, half := 0xD9+(row-0x21)/2, (row-0x21)%2
		switch {
		case row >= 0x4A: // hanja
			lead, half = 0xE0+(row-0x4A)/2, (row-0x4A)%2
		case row >= 0x2D: // unused, or syllables
			continue
		}
		for cell := 0x21; cell <= 0x7E; cell++ {
			trail := 0x31 + cell - 0x21 + 94*half
			if trail > 0x7E {
				trail += 0x91 - 0x7F
			}
			text, err := dec.Bytes([]byte{byte(row | 0x80), byte(cell | 0x80)})
			if r, n := utf8.DecodeRune(text); err == nil && n == len(text) && r != utf8.RuneError && t.enc[r] == 0 {
				t.add(uint16(lead<<8|trail), r)
			}
		}
	}
}

func (johabPage) decode(b []byte) (string, bool) {
	if isASCII(b) {
		return string(b), true
	}
	return decodeWith(johabDecoder{t: johabTable()}, b)
}

func (johabPage) encode(s string) ([]byte, bool) {
	if isASCII(s) {
		return []byte(s), true
	}
	t := johabTable()
	out, ok := make([]byte, 0, len(s)), true
	for _, r := range s {
		pair, known := t.enc[r]
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case known:
			out = append(out, byte(pair>>8), byte(pair))
		default:
			out, ok = append(out, '?'), false
		}
	}
	return out, ok
}

func (johabPage) transformer() transform.Transformer { return johabDecoder{t: johabTable()} }

// johabDecoder streams Johab.
type johabDecoder struct {
	transform.NopResetter
	t *johab
}

// Transform implements transform.Transformer.
func (d johabDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, size := rune(src[nSrc]), 1
		if r >= utf8.RuneSelf {
			if nSrc+1 == len(src) && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r = utf8.RuneError
			if nSrc+1 < len(src) {
				if known, ok := d.t.dec[uint16(src[nSrc])<<8|uint16(src[nSrc+1])]; ok {
					r, size = known, 2
				}
			}
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}
