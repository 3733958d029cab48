package rtf

import (
	"strconv"
	"strings"
)

// Formats of numbers: values of \levelnfc (RTF 1.9.1, List Levels).
const (
	formatUnknown    = -1
	formatDigits     = 0
	formatUpperRoman = 1
	formatLowerRoman = 2
	formatUpper      = 3 // A, B, C
	formatLower      = 4
	formatOrdinal    = 5 // 1st, 2nd, 3rd
	formatChicago    = 9 // *, †, ‡, § as the Chicago Manual of Style has it
	formatTwoDigits  = 22
	formatBullet     = 23
	formatNone       = 255 // no number at all
)

// formatNumber writes n in a format. What cannot be written so is written in
// digits.
func formatNumber(format, n int32) string {
	switch {
	case format == formatBullet, format == formatNone:
		return ""
	case format == formatTwoDigits && n < 10:
		return "0" + strconv.Itoa(int(n))
	case format == formatOrdinal:
		return strconv.Itoa(int(n)) + ordinalEnding(n)
	case n < 1 || n > 3999:
	case format == formatUpperRoman:
		return roman(n)
	case format == formatLowerRoman:
		return strings.ToLower(roman(n))
	case format == formatUpper && n <= 26*8:
		return letters('A', n)
	case format == formatLower && n <= 26*8:
		return letters('a', n)
	case format == formatChicago && n <= int32(len(chicago)*8):
		return strings.Repeat(chicago[(n-1)%int32(len(chicago))], int(n-1)/len(chicago)+1)
	}
	return strconv.Itoa(int(n))
}

func ordinalEnding(n int32) string {
	if n%100 >= 11 && n%100 <= 13 {
		return "th"
	}
	switch n % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

// chicago are the signs of formatChicago, which double after the last.
var chicago = [...]string{"*", "†", "‡", "§"}

// letters writes 1 as A, 26 as Z and 27 as AA, 28 as BB.
func letters(first byte, n int32) string {
	return strings.Repeat(string(first+byte((n-1)%26)), int(n-1)/26+1)
}

// roman writes n, 1 to 3999.
func roman(n int32) string {
	var b strings.Builder
	for _, d := range []struct {
		n int32
		s string
	}{
		{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"},
		{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
	} {
		for ; n >= d.n; n -= d.n {
			b.WriteString(d.s)
		}
	}
	return b.String()
}

// Old list properties, the argument of opPn.
const (
	pnFormat = 1 << 16 // plus a \levelnfc
	pnBullet = iota
	pnBody
	pnContinue
	pnLevel
	pnStart
)

// pnFormatting is a list as {\pn} defines it for the paragraphs up to \pard.
type pnFormatting struct {
	on            bool
	continued     bool  // \pnlvlcont: part of the item before
	format        int32 // \levelnfc
	start         int32
	level         uint8
	before, after string // around the number; before is the bullet
	next          int32  // the number to come; 0 is start
}

// setPn takes a word of {\pn}.
func (p *parser) setPn(t *token, arg int32) {
	if p.st.dest != destPn {
		return
	}
	switch {
	case arg&pnFormat != 0:
		p.pn.format = arg &^ pnFormat
		return
	case arg == pnBullet:
		p.pn.format = formatBullet
	case arg == pnLevel:
		p.pn.level = uint8(clamp(t.param(1)-1, 0, maxLevel))
	case arg == pnContinue:
		p.pn.continued = true
	case arg == pnStart:
		p.pn.start = t.param(1)
		return
	}
	p.pn.on = true
}

// marker returns the number and text of the next item.
func (f *pnFormatting) marker() (number int32, text string) {
	if f.continued {
		return 0, ""
	}
	if f.next == 0 {
		f.next = max(f.start, 1)
	}
	number = f.next
	f.next = min(f.next+1, 1<<30)
	return number, f.before + formatNumber(f.format, number) + f.after
}
