package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// guessBytes is how much of a text Guess looks at.
const guessBytes = 8 << 10

// minHigh is how many bytes above 0x7F make a guess worth it.
const minHigh = 8

// Guess returns the code page that unlabelled text is likely to be in, or 0 if
// nothing speaks for another one than [Sniff] finds. It is the last resort: use
// it only where no label and no byte order mark says what b is.
//
// It knows the escapes of ISO-2022-JP and ISO-2022-KR, the double-byte pages of
// East Asia by the rows of their common characters, and the pages of scripts
// other than Latin by their common letters. Latin scripts look alike in all
// pages.
func Guess(b []byte) int {
	b = b[:min(len(b), guessBytes)]
	switch {
	case bytes.Contains(b, []byte("\x1b$B")), bytes.Contains(b, []byte("\x1b$@")):
		return 50220
	case bytes.Contains(b, []byte("\x1b$)C")):
		return 50225
	case utf8.Valid(b):
		return 0
	}
	high, letters := 0, 0
	for _, c := range b {
		switch {
		case c >= utf8.RuneSelf:
			high++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		}
	}
	if high < minHigh {
		return 0
	}
	if cp := guessPairs(b); cp != 0 {
		return cp
	}
	if high < letters/4 {
		return 0 // some accents in a text of Latin letters
	}
	return guessScript(b)
}

// A row is a set of double-byte characters: those with a lead byte in
// [from, to], and a trail byte of at least trail.
type row struct{ from, to, trail byte }

// A pairPage is a double-byte page: of all characters above 0x7F, at least
// typical percent are in the rows of common ones, and at least marked percent in
// those by which the page is known.
type pairPage struct {
	cp                int
	lead              []row // every character of two bytes is in one of these
	common, marks     []row
	typical, marked   int
	single, maxSingle byte // characters of one byte above 0x7F; 0 if there are none
}

// pairPages are the double-byte pages, those with the surest marks first.
var pairPages = []pairPage{
	{cp: 51932, lead: []row{{0xA1, 0xFE, 0xA1}}, common: []row{{0xA1, 0xA5, 0xA1}, {0xB0, 0xCF, 0xA1}}, typical: 90,
		marks: []row{{0xA4, 0xA5, 0xA1}}, marked: 20},
	{cp: 932, lead: []row{{0x81, 0x9F, 0x40}, {0xE0, 0xFC, 0x40}}, common: []row{{0x81, 0x83, 0x40}, {0x88, 0x97, 0x40}}, typical: 85,
		marks: []row{{0x82, 0x83, 0x40}}, marked: 15, single: 0xA1, maxSingle: 0xDF},
	{cp: 949, lead: []row{{0xA1, 0xFE, 0xA1}}, common: []row{{0xA1, 0xA1, 0xA1}, {0xB0, 0xC8, 0xA1}}, typical: 95,
		marks: []row{{0xB0, 0xC8, 0xA1}}, marked: 85},
	{cp: 936, lead: []row{{0xA1, 0xFE, 0xA1}}, common: []row{{0xA1, 0xA3, 0xA1}, {0xB0, 0xD7, 0xA1}}, typical: 85,
		marks: []row{{0xB0, 0xD7, 0xA1}}, marked: 60},
	{cp: 950, lead: []row{{0xA1, 0xFE, 0x40}}, common: []row{{0xA1, 0xA3, 0x40}, {0xA4, 0xC6, 0x40}}, typical: 85,
		marks: []row{{0xA4, 0xC6, 0x40}}, marked: 60},
	{cp: 936, lead: []row{{0x81, 0xFE, 0x40}}, common: []row{{0xA1, 0xA3, 0xA1}, {0xB0, 0xD7, 0xA1}}, typical: 80,
		marks: []row{{0xB0, 0xD7, 0xA1}}, marked: 60},
}

func in(rows []row, lead, trail byte) bool {
	for _, r := range rows {
		if lead >= r.from && lead <= r.to && trail >= r.trail {
			return true
		}
	}
	return false
}

// guessPairs returns the double-byte page of b, or 0.
func guessPairs(b []byte) int {
	for _, p := range pairPages {
		c := p.count(b)
		switch {
		case c.total < minHigh/2, c.strange*50 > c.total, len(c.distinct)*4 < min(c.total, 32):
		case c.common*100 >= c.total*p.typical && c.marks*100 >= c.total*p.marked:
			return p.cp
		}
	}
	return 0
}

// pairCount is what a text in a double-byte page holds.
type pairCount struct {
	total, common, marks int
	strange              int                 // what is no character of the page
	distinct             map[uint16]struct{} // an ornament is few of them, many times
}

// count takes b for text in the page.
func (p *pairPage) count(b []byte) pairCount {
	n := pairCount{distinct: map[uint16]struct{}{}}
	for i := 0; i < len(b); i++ {
		lead := b[i]
		switch {
		case lead < utf8.RuneSelf:
			continue
		case p.single != 0 && lead >= p.single && lead <= p.maxSingle:
			n.total++ // rare in mail
			continue
		case i+1 == len(b):
			return n // the text may be cut here
		}
		n.total++
		trail := b[i+1]
		if trail < 0x40 || trail == 0x7F || !in(p.lead, lead, trail) {
			n.strange++
			continue
		}
		i++
		n.distinct[uint16(lead)<<8|uint16(trail)] = struct{}{}
		if in(p.common, lead, trail) {
			n.common++
		}
		if in(p.marks, lead, trail) {
			n.marks++
		}
	}
	return n
}

// scripts are the single-byte pages of scripts other than Latin, with the
// letters that make half of any text.
var scripts = []struct {
	pages   []int
	table   *unicode.RangeTable
	letters string
}{
	{[]int{1251, 20866, 28595, 866}, unicode.Cyrillic, "оеаинтсрв"},
	{[]int{1253, 28597}, unicode.Greek, "αοιετσνς"},
	{[]int{1255}, unicode.Hebrew, "יוהלאמרתב"},
	{[]int{1256, 28596}, unicode.Arabic, "اليمنروتب"},
	{[]int{874}, unicode.Thai, "านรอกเงม่้ี"},
}

// guessScript returns the single-byte page in which most of what is above 0x7F
// is of one script, and the common letters of it are common; 0 if there is none.
func guessScript(b []byte) int {
	best, most := 0, 0
	for _, s := range scripts {
		for _, cp := range s.pages {
			text, _ := codepage.Decode(cp, b)
			total, ofScript, common := 0, 0, 0
			for _, r := range text {
				if r < utf8.RuneSelf || r == '\u00A0' {
					continue
				}
				total++
				if unicode.Is(s.table, r) {
					ofScript++
				}
				if strings.ContainsRune(s.letters, unicode.ToLower(r)) {
					common++
					if unicode.IsUpper(r) {
						common-- // a text is not made of capitals
					}
				}
			}
			if ofScript*10 >= total*8 && common*100 >= total*40 && common > most {
				best, most = cp, common
			}
		}
	}
	return best
}
