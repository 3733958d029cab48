package rtf

import "golang.org/x/net/html/atom"

// Styles that RTF shows.
const (
	styleNone = iota
	styleBold
	styleItalic
	styleUnderline
	styleStrike
	styleMono
	styleCount
)

// styleWords are the control words that end and begin a style.
var styleWords = [styleCount][2]string{
	styleBold:      {`\b0`, `\b`},
	styleItalic:    {`\i0`, `\i`},
	styleUnderline: {`\ulnone`, `\ul`},
	styleStrike:    {`\strike0`, `\strike`},
	styleMono:      {`\f0`, `\f1`},
}

// An element is what is known of an HTML element.
type element struct {
	kind   int  // of its tags: tagInline and the like
	breaks int  // lines that end before and after it
	style  int  // of its text
	mute   bool // its text is not shown
}

// placeIn is where what follows the start of an element stands.
var placeIn = map[atom.Atom]int{atom.Html: inHTML, atom.Head: inHead, atom.Body: inBody}

// elements are those that are not like any other; the rest is inline.
var elements = elementTable()

func elementTable() map[atom.Atom]element {
	inline := func(style int) element { return element{kind: tagInline, style: style} }
	paragraph := func(breaks, style int) element { return element{kind: tagParagraph, breaks: breaks, style: style} }
	block := func(breaks int) element { return element{kind: tagBlock, breaks: breaks} }
	muted := func(kind int) element { return element{kind: kind, mute: true} }
	m := map[atom.Atom]element{
		atom.Html: {kind: tagHTML}, atom.Head: {kind: tagHead}, atom.Body: {kind: tagBody, breaks: 1},
		atom.Meta: {kind: tagHeader}, atom.Link: {kind: tagHeader}, atom.Base: {kind: tagHeader},
		atom.Title: muted(tagTitle), atom.Style: muted(tagOther), atom.Script: muted(tagOther),
		atom.Textarea: muted(tagInline), atom.Xmp: muted(tagPre), atom.Iframe: muted(tagInline),
		atom.Noembed: muted(tagInline), atom.Noframes: muted(tagInline),

		atom.P: paragraph(2, styleNone), atom.Li: paragraph(1, styleNone), atom.Tr: paragraph(1, styleNone),
		atom.Dt: paragraph(1, styleNone), atom.Dd: paragraph(1, styleNone), atom.Caption: paragraph(1, styleNone),
		atom.Pre: {kind: tagPre, breaks: 2, style: styleMono}, atom.Br: {kind: tagBreak},
		atom.Font: {kind: tagFont}, atom.Span: {kind: tagFont}, atom.Td: {kind: tagFont}, atom.Th: {kind: tagFont, style: styleBold},

		atom.B: inline(styleBold), atom.Strong: inline(styleBold), atom.I: inline(styleItalic), atom.Em: inline(styleItalic),
		atom.Cite: inline(styleItalic), atom.Var: inline(styleItalic), atom.U: inline(styleUnderline), atom.Ins: inline(styleUnderline),
		atom.S: inline(styleStrike), atom.Strike: inline(styleStrike), atom.Del: inline(styleStrike),
		atom.Tt: inline(styleMono), atom.Code: inline(styleMono), atom.Kbd: inline(styleMono), atom.Samp: inline(styleMono),
	}
	for _, a := range []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6} {
		m[a] = paragraph(2, styleBold)
	}
	for _, a := range []atom.Atom{atom.Table, atom.Ul, atom.Ol, atom.Dl, atom.Blockquote} {
		m[a] = block(2)
	}
	for _, a := range []atom.Atom{atom.Div, atom.Center, atom.Hr, atom.Form, atom.Section, atom.Article, atom.Header,
		atom.Footer, atom.Address, atom.Figure, atom.Main, atom.Nav, atom.Option} {
		m[a] = block(1)
	}
	return m
}

// elementOf returns what is known of an element.
func elementOf(a atom.Atom) element {
	if x, ok := elements[a]; ok {
		return x
	}
	return element{kind: tagInline}
}
