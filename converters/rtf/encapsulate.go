package rtf

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// encapsulationHead begins a document that encapsulates HTML. The first font
// is the default one, the second that of preformatted text; the second colour
// is that of links.
const encapsulationHead = `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl` + "\r\n" +
	`{\f0\fswiss\fcharset0 Arial;}{\f1\fmodern\fcharset0 Courier New;}}` + "\r\n" +
	`{\colortbl\red0\green0\blue0;\red0\green0\blue255;}` + "\r\n" +
	`\uc1\pard\plain\deftab360 \f0\fs24`

// Encapsulate returns RTF that encapsulates an HTML document in UTF-8
// ([MS-OXRTFEX] 2.1.3, 2.2.2). [HTML] returns the document again, with CRLF
// line ends, without NUL, and with meta elements that say utf-8. Programs that
// know no HTML see its text with line breaks, bold and the like, and links.
//
// The RTF is ASCII: characters beyond are \u words, so that no code page
// matters. Bytes that are not UTF-8 become U+FFFD.
func Encapsulate(doc []byte) []byte {
	doc = bytes.ReplaceAll(bytes.ToValidUTF8(doc, []byte("\uFFFD")), []byte{0}, nil)
	e := &encapsulator{z: html.NewTokenizer(bytes.NewReader(doc)), place: outsideHTML, blank: true}
	e.out = append(make([]byte, 0, len(doc)*2+len(encapsulationHead)), encapsulationHead...)
	read := 0
	for {
		kind := e.z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := e.z.Raw()
		read += len(raw)
		e.token(kind, string(raw))
	}
	if read < len(doc) { // an element that never ends
		e.tag(tagOther, string(doc[read:]))
	}
	e.endLink()
	e.out = append(e.out, "}"...)
	return e.out
}

// Bits of HTMLTagParameter ([MS-OXRTFEX] 2.1.3.1.4.1).
const (
	inBody      = 0
	inHead      = 1
	inHTML      = 2
	outsideHTML = 3
	inParagraph = 0x04
	closing     = 0x08

	tagText      = 0x00
	tagHTML      = 0x10
	tagHead      = 0x20
	tagBody      = 0x30
	tagParagraph = 0x40
	tagInline    = 0x50
	tagBlock     = 0x60
	tagBreak     = 0x70
	tagPre       = 0x80
	tagFont      = 0x90
	tagHeader    = 0xA0
	tagTitle     = 0xB0
	tagOther     = 0xF0
)

// encapsulator makes RTF of the tokens of a document. What it writes for RTF
// readers alone needs no group but that of a link, so that elements may nest as
// they like.
type encapsulator struct {
	z   *html.Tokenizer
	out []byte

	place int  // inBody and the like
	begun bool // the paragraph that text needs has been announced
	mute  int  // elements around whose text is not shown
	pre   int  // pre elements around

	breaks int  // lines to end before the next text
	shown  bool // some text has been
	blank  bool // the line is empty, or ends in a blank

	want, have [styleCount]int // elements around, and whether RTF is in that style
	link       bool            // a field is open
	before     [styleCount]int // have in front of it
}

// token takes one token; raw is its source.
func (e *encapsulator) token(kind html.TokenType, raw string) {
	switch kind {
	case html.TextToken:
		if e.mute > 0 {
			e.tag(tagText, raw)
			return
		}
		e.text(raw)
	case html.StartTagToken, html.SelfClosingTagToken:
		name, attrs := e.z.TagName()
		href := ""
		a := atom.Lookup(name)
		if a == atom.A && attrs {
			href = e.href()
		}
		e.start(a, raw, href)
	case html.EndTagToken:
		name, _ := e.z.TagName()
		e.end(atom.Lookup(name), raw)
	default:
		e.tag(tagOther, raw)
	}
}

// maxLink bounds the target of a link, in bytes; beyond, only its text is shown
// as RTF.
const maxLink = 4 << 10

// href returns the target of the link that the tokenizer is at.
func (e *encapsulator) href() string {
	for {
		key, value, more := e.z.TagAttr()
		if string(key) == "href" && len(value) <= maxLink {
			return strings.Map(func(r rune) rune {
				if r < ' ' || r == '"' {
					return -1
				}
				return r
			}, string(value))
		}
		if !more {
			return ""
		}
	}
}

// start takes the start of an element.
func (e *encapsulator) start(a atom.Atom, raw, href string) {
	x := elementOf(a)
	switch a {
	case atom.Body:
		e.place = inHTML
	case atom.Html, atom.Head:
	default:
		e.enter(x)
	}
	e.tag(x.kind, raw)
	if place, ok := placeIn[a]; ok {
		e.place = place
	}
	switch a {
	case atom.A:
		e.endLink()
		e.startLink(href)
	case atom.Br:
		e.breaks++
	}
	e.breaks = max(e.breaks, x.breaks)
	e.count(a, x, 1)
	if a == atom.Li {
		e.rtfText("* ")
	}
}

// enter makes sure that what belongs in the body is there: many documents have
// no body element.
func (e *encapsulator) enter(x element) {
	if e.place != inBody && x.kind != tagHeader && x.kind != tagTitle && x.kind != tagOther {
		e.place = inBody
	}
}

// end takes the end of an element.
func (e *encapsulator) end(a atom.Atom, raw string) {
	x := elementOf(a)
	switch a {
	case atom.Body:
		e.place = inHTML
	case atom.Html:
		e.place = outsideHTML
	case atom.A:
		e.endLink()
	}
	e.tag(x.kind|closing, raw)
	if a == atom.Head {
		e.place = inHTML
	}
	e.breaks = max(e.breaks, x.breaks)
	e.count(a, x, -1)
}

// count keeps in mind which elements are around.
func (e *encapsulator) count(a atom.Atom, x element, step int) {
	switch {
	case x.mute:
		e.mute = max(0, e.mute+step)
	case a == atom.Pre:
		e.pre = max(0, e.pre+step)
	}
	if x.style != styleNone {
		e.want[x.style] = max(0, e.want[x.style]+step)
	}
}
