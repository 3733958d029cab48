package rtf

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// symbolFont is a font whose characters have places of their own.
type symbolFont uint8

const (
	symbolNone symbolFont = iota
	symbolSymbol
	symbolWingdings
	symbolDingbats
)

// symbolFontOf tells a font of symbols by its name.
func symbolFontOf(name string) symbolFont {
	is := func(want string) bool { return strings.EqualFold(name, want) }
	begins := func(want string) bool { return len(name) >= len(want) && strings.EqualFold(name[:len(want)], want) }
	switch {
	case is("symbol"), is("symbol bt"), begins("standardsymbols"):
		return symbolSymbol
	case begins("wingdings"), is("webdings"):
		return symbolWingdings
	case begins("zapf dingbats"), begins("zapfdingbats"), is("itc zapf dingbats"), is("dingbats"):
		return symbolDingbats
	}
	return symbolNone
}

// symbolChars are the characters of the font Symbol from 0x20 on (the encoding
// of Adobe's Symbol); U+FFFD where there is none.
var symbolChars = []rune(
	" !∀#∃%&∋()∗+,−./0123456789:;<=>?" +
		"≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_" +
		"‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼\uFFFD" +
		strings.Repeat("\uFFFD", 32) +
		"€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵" +
		"ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓" +
		"◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uFFFD〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭\uFFFD")

// dingbatChars are the characters of Zapf Dingbats that do not follow the order
// of the block of Unicode.
var dingbatChars = map[byte]rune{
	0x25: '☎', 0x2A: '☛', 0x2B: '☞', 0x48: '★', 0x6C: '●', 0x6E: '■', 0x73: '▲',
	0x74: '▼', 0x75: '◆', 0x77: '◗', 0xA8: '♣', 0xA9: '♦', 0xAA: '♥', 0xAB: '♠',
	0xD5: '→', 0xD6: '↔', 0xD7: '↕',
}

// wingdingsChars are the characters of Wingdings that text and lists use.
var wingdingsChars = map[byte]rune{
	0x21: '✏', 0x22: '✂', 0x23: '✁', 0x28: '☎', 0x29: '✆', 0x2A: '✉', 0x36: '⌛',
	0x37: '⌨', 0x3E: '✇', 0x3F: '✍', 0x41: '✌', 0x45: '☜', 0x46: '☞', 0x47: '☝',
	0x48: '☟', 0x4A: '☺', 0x4B: '😐', 0x4C: '☹', 0x4E: '☠', 0x52: '☼', 0x54: '❄',
	0x58: '✠', 0x59: '✡', 0x5A: '☪', 0x5B: '☯', 0x6C: '●', 0x6D: '❍', 0x6E: '■',
	0x6F: '□', 0x71: '❑', 0x72: '❒', 0x73: '⬧', 0x74: '⧫', 0x75: '◆', 0x76: '❖',
	0x77: '⬥', 0x78: '⌧', 0x7B: '❀', 0x7C: '✿', 0x9E: '·', 0x9F: '•', 0xA1: '○',
	0xA4: '◉', 0xA5: '◎', 0xA7: '▪', 0xA8: '◻', 0xAB: '★', 0xB6: '☆', 0xD8: '➢',
	0xDF: '←', 0xE0: '→', 0xE1: '↑', 0xE2: '↓', 0xE8: '➔', 0xEF: '⇦', 0xF0: '⇨',
	0xF1: '⇧', 0xF2: '⇩', 0xFB: '✗', 0xFC: '✓', 0xFD: '☒', 0xFE: '☑',
}

// char returns the character at c, or 0 if the font has none that is known.
func (f symbolFont) char(c byte) rune {
	switch {
	case f == symbolSymbol && c >= ' ':
		if r := symbolChars[c-' ']; r != '\uFFFD' {
			return r
		}
	case f == symbolWingdings:
		return wingdingsChars[c]
	case f == symbolDingbats:
		if r := dingbatChars[c]; r != 0 {
			return r
		}
		switch {
		case c >= 0x21 && c <= 0x7E:
			return 0x2701 + rune(c-0x21)
		case c >= 0xA1 && c <= 0xFE && c != 0xF0:
			return 0x2761 + rune(c-0xA1)
		}
	}
	return 0
}

// symbolOf returns which font of symbols n is.
func (ft *fontTable) symbolOf(n int32) symbolFont {
	if f := ft.get(n); f != nil {
		return f.symbol
	}
	return symbolNone
}

// decodeSymbol converts bytes of font n, one of symbols. HTML names the font
// beside the text, so the bytes stay what they are; native text gets the
// characters that the font shows.
func (ft *fontTable) decodeSymbol(n int32, b []byte, native bool) string {
	s, _ := codepage.Decode(defaultPage, b)
	f := ft.symbolOf(n)
	switch {
	case native && f == symbolNone:
		s = bullets.Replace(s)
	case native:
		var out strings.Builder
		for i, r := range []rune(s) {
			if c := f.char(b[i]); c != 0 {
				r = c
			}
			out.WriteRune(r)
		}
		s = out.String()
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// private replaces characters of the private use area, where \uN puts those of
// font n of symbols.
func (ft *fontTable) private(n int32, s string) string {
	if !strings.ContainsAny(s, "\uF0B7\uF0A7\uF0A8\uF0FC") && ft.symbolOf(n) == symbolNone {
		return s
	}
	if f := ft.symbolOf(n); f != symbolNone {
		s = strings.Map(func(r rune) rune {
			if r>>8 == 0xF0 {
				if c := f.char(byte(r)); c != 0 {
					return c
				}
			}
			return r
		}, s)
	}
	return privateBullets.Replace(s)
}

// bullets replaces what list bullets are in fonts of symbols, and
// privateBullets the same characters in the private use area.
var (
	bullets = strings.NewReplacer(
		"\u00B7", "\u2022", "\u00A7", "\u25AA", "\u00A8", "\u25C6", "\u00FC", "\u2713")
	privateBullets = strings.NewReplacer(
		"\uF0B7", "\u2022", "\uF0A7", "\u25AA", "\uF0A8", "\u25C6", "\uF0FC", "\u2713")
)
