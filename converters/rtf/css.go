package rtf

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// style is the value of a style attribute under way. Nothing in it needs to be
// escaped.
type style struct{ strings.Builder }

// add adds a declaration unless value is empty.
func (s *style) add(name, value string) {
	if value == "" {
		return
	}
	if s.Len() > 0 {
		s.WriteByte(';')
	}
	s.WriteString(name)
	s.WriteByte(':')
	s.WriteString(value)
}

// attribute returns the style as an attribute behind a space, or nothing.
func (s *style) attribute() string {
	if s.Len() == 0 {
		return ""
	}
	return ` style="` + s.String() + `"`
}

// points writes a length in twips in points.
func points(twips int32) string {
	if twips == 0 {
		return "0"
	}
	return strconv.FormatFloat(float64(twips)/20, 'f', -1, 64) + "pt"
}

// pixels returns a length in twips in CSS pixels.
func pixels(twips int32) int { return int(twips+twipsPerPixel/2) / twipsPerPixel }

const twipsPerPixel = 15

// borderStyles are the styles of borders in CSS.
var borderStyles = [...]string{
	brdrNone: "none", brdrSolid: "solid", brdrDouble: "double", brdrDotted: "dotted",
	brdrDashed: "dashed", brdrGroove: "groove", brdrInset: "inset", brdrOutset: "outset",
}

// borderCSS returns a border in CSS, or "" if there is none.
func (p *parser) borderCSS(b border) string {
	if b.style == brdrNone {
		return ""
	}
	width := max(int32(b.width), 10)
	if b.style == brdrDouble {
		width = max(3*width, 45) // two lines and the space between them
	}
	color := p.colors.css(b.color)
	if color == "" {
		color = "#000000"
	}
	return points(width) + " " + borderStyles[b.style] + " " + color
}

// sideNames are the sides in the order of CSS.
var sideNames = [...]string{sideTop: "top", sideRight: "right", sideBottom: "bottom", sideLeft: "left"}

// bordersCSS adds the borders of four sides.
func (p *parser) bordersCSS(css *style, sides *[4]border) {
	if *sides == [4]border{} {
		return
	}
	first := p.borderCSS(sides[0])
	same := true
	for _, b := range sides[1:] {
		same = same && p.borderCSS(b) == first
	}
	if same {
		css.add("border", first)
		return
	}
	for i, b := range sides {
		css.add("border-"+sideNames[i], p.borderCSS(b))
	}
}

// shadeCSS returns the colour of a ground, or "" if it has none.
func (p *parser) shadeCSS(s shading) string {
	if s.percent == 0 {
		return p.colors.ground(s.back)
	}
	fore, back := p.colors.rgb(s.fore, 0), p.colors.rgb(s.back, 0xFFFFFF)
	mixed := int32(0)
	for shift := 0; shift < 24; shift += 8 {
		f, b := fore>>shift&0xFF, back>>shift&0xFF
		mixed |= (b + (f-b)*int32(s.percent)/10_000) << shift
	}
	return hexColor(mixed)
}

// fontOf returns the font of a charFormat, or nil.
func (p *parser) fontOf(n int32) *font {
	if n == 0 {
		if p.plain != defaultFont {
			return p.fonts.get(p.plain)
		}
		return p.fonts.get(p.defFont)
	}
	return p.fonts.get(n - 1)
}

// fontCSS returns the family of a font in CSS, or "" if nothing is known.
//
// Text of the fonts Symbol and Zapf Dingbats is in Unicode and wants another.
func (p *parser) fontCSS(n int32) string {
	f := p.fontOf(n)
	if f == nil || f.symbol == symbolSymbol || f.symbol == symbolDingbats {
		return ""
	}
	return f.css(p.codePage)
}

// css returns the family of f in CSS.
func (f *font) css(page int) string {
	if f.quoted == "" {
		if f.page != noPage && f.page != symbolPage {
			page = f.page
		}
		name, _ := codepage.Decode(page, []byte(f.name))
		name = strings.TrimSpace(strings.Map(cssName, name))
		if name != "" {
			f.quoted = "'" + name + "'"
		}
		if g := genericFamilies[f.generic(name)]; g != "" {
			f.quoted = strings.TrimPrefix(f.quoted+","+g, ",")
		}
	}
	return f.quoted
}

// familiar are families of fonts that writers do not tell, by what the name
// begins with.
var familiar = []struct {
	begin  string
	family int32
}{
	{"times", familySerif}, {"georgia", familySerif}, {"cambria", familySerif}, {"garamond", familySerif},
	{"arial", familySans}, {"helvetica", familySans}, {"calibri", familySans}, {"tahoma", familySans},
	{"verdana", familySans}, {"segoe", familySans}, {"aptos", familySans},
	{"courier", familyMono}, {"consolas", familyMono}, {"lucida console", familyMono},
}

// generic returns the family of f, whose name is given.
func (f *font) generic(name string) int32 {
	if f.family != familyNone {
		return f.family
	}
	name = strings.ToLower(name)
	for _, k := range familiar {
		if strings.HasPrefix(name, k.begin) {
			return k.family
		}
	}
	return familyNone
}

// cssName keeps the characters that names of fonts have and CSS allows in
// quotes without meaning.
func cssName(r rune) rune {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), r == ' ', r == '-', r == '_', r == '.', r == '+':
		return r
	}
	return -1
}

// sizeOf returns the size of text in half points.
func (p *parser) sizeOf(f charFormat) uint16 {
	switch {
	case f.size > 0:
		return f.size
	case p.plainSize > 0:
		return p.plainSize
	}
	return 24 // RTF 1.9.1: the default of \fs
}
