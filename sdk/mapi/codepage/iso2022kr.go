package codepage

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"
)

// krPage is ISO-2022-KR (RFC 1557), code page 50225: EUC-KR with the high bits
// taken off between shift-out and shift-in.
type krPage struct{}

const (
	shiftOut = 0x0E
	shiftIn  = 0x0F
	krHeader = "\x1b$)C" // designates KS X 1001; once, at the start of a line
)

func (krPage) decode(b []byte) (string, bool) {
	return decodeWith(krPage{}.transformer(), b)
}

func (krPage) encode(s string) ([]byte, bool) {
	if isASCII(s) {
		return []byte(s), true
	}
	euc, ok := multibyte[51949].encode(s)
	out, out2 := []byte(krHeader), false
	shift := func(on bool) {
		if on != out2 {
			out2 = on
			out = append(out, map[bool]byte{true: shiftOut, false: shiftIn}[on])
		}
	}
	for i := 0; i < len(euc); i++ {
		switch {
		case euc[i] < utf8.RuneSelf:
			shift(false)
			out = append(out, euc[i])
		case i+1 < len(euc) && euc[i] >= 0xA1 && euc[i+1] >= 0xA1:
			shift(true)
			out = append(out, euc[i]&0x7F, euc[i+1]&0x7F)
			i++
		default: // a character of UHC outside KS X 1001
			shift(false)
			out, ok = append(out, '?'), false
			i++
		}
	}
	shift(false)
	return out, ok
}

func (krPage) transformer() transform.Transformer {
	return transform.Chain(&krToEUC{}, korean.EUCKR.NewDecoder())
}

// krToEUC rewrites ISO-2022-KR as EUC-KR.
type krToEUC struct{ out bool }

// Reset implements transform.Transformer.
func (k *krToEUC) Reset() { k.out = false }

// Transform implements transform.Transformer.
func (k *krToEUC) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest, c := src[nSrc:], src[nSrc]
		switch {
		case c == shiftOut || c == shiftIn:
			k.out = c == shiftOut
			nSrc++
			continue
		case c == 0x1B && bytes.HasPrefix(rest, []byte(krHeader)):
			nSrc += len(krHeader)
			continue
		case c == 0x1B && !atEOF && bytes.HasPrefix([]byte(krHeader), rest):
			return nDst, nSrc, transform.ErrShortSrc
		case c == '\n':
			k.out = false
		case k.out && c > 0x20:
			c |= 0x80
		}
		if nDst == len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		dst[nDst] = c
		nDst++
		nSrc++
	}
	return nDst, nSrc, nil
}
