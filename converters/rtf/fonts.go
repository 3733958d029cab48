package rtf

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

const (
	defaultPage = 1252
	symbolPage  = 42 // Windows' own number for fonts of symbols
	noPage      = 0  // the font says nothing
)

// charsetPages gives the code page of \fcharsetN. Charset 1 is the default of
// the document.
var charsetPages = map[int]int{
	0: 1252, 1: noPage, 2: symbolPage,
	77: 10000, 78: 10001, 79: 10003, 80: 10008, 81: 10002, 83: 10005, 84: 10004,
	85: 10006, 86: 10081, 87: 10021, 88: 10029, 89: 10007,
	128: 932, 129: 949, 130: 1361, 134: 936, 136: 950,
	161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
	204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}

// nameEndings gives the code page that the end of a font name stands for, for
// fonts without a charset.
var nameEndings = []struct {
	end  string
	page int
}{
	{" CE", 1250}, {" Cyr", 1251}, {" Greek", 1253}, {" Tur", 1254},
	{" (Hebrew)", 1255}, {" (Arabic)", 1256}, {" Baltic", 1257},
	{" (Vietnamese)", 1258}, {" (Thai)", 874},
}

// usable reports whether cp can be the code page of RTF: one that holds ASCII
// in single bytes, without shift states.
func usable(cp int) bool {
	switch {
	case cp == codepage.UTF16LE, cp == codepage.UTF16BE, cp == codepage.UTF7:
		return false
	case cp >= 50220 && cp <= 50229, cp == 52936:
		return false
	}
	return codepage.Known(cp)
}

// maxName bounds the font name kept, in bytes.
const maxName = 64

// fontTable holds the code page of each font.
type fontTable struct {
	pages  map[int32]int
	cur    int32
	open   bool // a font is being defined
	hasSet bool // its charset or page is given
	name   []byte
}

// define begins font n.
func (ft *fontTable) define(n int32) {
	if ft.pages == nil {
		ft.pages = make(map[int32]int)
	}
	ft.cur, ft.open, ft.hasSet, ft.name = n, true, false, ft.name[:0]
	ft.pages[n] = noPage
}

// charset sets the page by \fcharset, unless \cpg has set it.
//
// QUIRK: some writers give a code page where a charset belongs.
func (ft *fontTable) charset(n int) {
	if !ft.open || ft.hasSet && ft.pages[ft.cur] != noPage {
		return
	}
	cp, ok := charsetPages[n]
	if !ok && n > 255 {
		cp = n
	}
	ft.set(cp)
}

// page sets the page by \cpg, which wins over \fcharset.
func (ft *fontTable) page(cp int) {
	if ft.open && cp > 0 {
		ft.set(cp)
	}
}

func (ft *fontTable) set(cp int) {
	if cp != symbolPage && cp != noPage && !usable(cp) {
		return
	}
	ft.pages[ft.cur], ft.hasSet = cp, true
}

// text takes a piece of the name of the font; a semicolon ends it.
func (ft *fontTable) text(b []byte) {
	for _, c := range b {
		switch {
		case c == ';':
			ft.endName()
		case len(ft.name) < maxName:
			ft.name = append(ft.name, c)
		}
	}
}

// endName ends the definition of a font. A font without a charset gets one by
// its name.
func (ft *fontTable) endName() {
	if !ft.open {
		return
	}
	ft.open = false
	if ft.hasSet {
		return
	}
	name := strings.TrimSpace(string(ft.name))
	for _, e := range nameEndings {
		if strings.HasSuffix(name, e.end) {
			ft.pages[ft.cur] = e.page
		}
	}
	if strings.EqualFold(name, "Symbol") || strings.HasPrefix(name, "Wingdings") {
		ft.pages[ft.cur] = symbolPage
	}
}

// fontPage returns the code page of the current font.
func (p *parser) fontPage() int {
	n := p.st.font
	if n == defaultFont {
		n = p.defFont
	}
	if cp := p.fonts.pages[n]; cp != noPage {
		return cp
	}
	return p.codePage
}

// decodeSymbol converts bytes of a font of symbols. HTML names the font beside
// the text, so the bytes stay what they are; native text gets bullets.
func decodeSymbol(b []byte, native bool) string {
	s, _ := codepage.Decode(defaultPage, b)
	if native {
		s = bullets.Replace(s)
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// bullets replaces what list bullets are in fonts of symbols, and
// privateBullets the same characters in the private use area, where \uN puts
// them.
var (
	bullets = strings.NewReplacer(
		"\u00B7", "\u2022", "\u00A7", "\u25AA", "\u00A8", "\u25C6", "\u00FC", "\u2713")
	privateBullets = strings.NewReplacer(
		"\uF0B7", "\u2022", "\uF0A7", "\u25AA", "\uF0A8", "\u25C6", "\uF0FC", "\u2713")
)
