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

// font is an entry of the font table.
type font struct {
	page   int
	symbol symbolFont
	family int32  // familyNone …
	name   string // in the code page of the font
	quoted string // the family in CSS, once it is made
}

// Font families.
const (
	familyNone = iota
	familySerif
	familySans
	familyMono
	familyCursive
	familyFantasy
)

// genericFamilies are the names of families in CSS.
var genericFamilies = [...]string{
	familySerif: "serif", familySans: "sans-serif", familyMono: "monospace",
	familyCursive: "cursive", familyFantasy: "fantasy",
}

// fontTable holds the fonts of a document.
type fontTable struct {
	fonts  map[int32]*font
	spare  []font // memory for the next ones
	cur    *font
	latest latestFont // that get was asked for
	open   bool       // a font is being defined
	hasSet bool       // its charset or page is given
	name   []byte
}

// latestFont is a font that was looked up, which may be none.
type latestFont struct {
	known bool
	n     int32
	font  *font
}

// get returns font n, or nil. Text asks for the same one again and again.
func (ft *fontTable) get(n int32) *font {
	if !ft.latest.known || ft.latest.n != n {
		ft.latest = latestFont{true, n, ft.fonts[n]}
	}
	return ft.latest.font
}

// define begins font n.
func (ft *fontTable) define(n int32) {
	const atOnce = 16
	if ft.fonts == nil {
		ft.fonts = make(map[int32]*font, atOnce)
	}
	if len(ft.spare) == 0 {
		ft.spare = make([]font, atOnce)
	}
	ft.cur, ft.spare = &ft.spare[0], ft.spare[1:]
	ft.open, ft.hasSet, ft.name, ft.latest = true, false, ft.name[:0], latestFont{}
	ft.fonts[n] = ft.cur
}

// family sets the family of the font.
func (ft *fontTable) family(n int32) {
	if ft.open {
		ft.cur.family = n
	}
}

// charset sets the page by \fcharset, unless \cpg has set it.
//
// QUIRK: some writers give a code page where a charset belongs.
func (ft *fontTable) charset(n int) {
	if !ft.open || ft.hasSet && ft.cur.page != noPage {
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
	ft.cur.page, ft.hasSet = cp, true
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
	name := strings.TrimSpace(string(ft.name))
	ft.cur.symbol = symbolFontOf(name)
	ft.cur.name = name
	if ft.hasSet {
		return
	}
	for _, e := range nameEndings {
		if strings.HasSuffix(name, e.end) {
			ft.cur.page = e.page
		}
	}
	if ft.cur.symbol != symbolNone {
		ft.cur.page = symbolPage
	}
}

// fontNumber returns the number of the current font.
func (p *parser) fontNumber() int32 {
	if p.st.font == defaultFont {
		return p.defFont
	}
	return p.st.font
}

// fontPage returns the code page of the current font.
func (p *parser) fontPage() int {
	if f := p.fonts.get(p.fontNumber()); f != nil && f.page != noPage {
		return f.page
	}
	return p.codePage
}
