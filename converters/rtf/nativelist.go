package rtf

import (
	"strconv"
	"strings"
)

type itemKind uint8

const (
	itemNone   itemKind = iota
	itemBullet          // HTML has the bullet
	itemNumber          // HTML has the number
	itemText            // a bullet or number of its own kind, which is text
)

// item is the bullet or number of a paragraph.
type item struct {
	kind        itemKind
	style       string // value of list-style-type, or type of ol
	number      int32
	text        string
	level       int
	left, first int32 // twips
}

// openList is a list element that is open, and an item in it.
type openList struct {
	item
	next int32 // number of the next item
}

// listItem returns the item that a paragraph is. What the writer put in
// \listtext or \pntext is what the reader sees; without any in the document,
// the list tables tell.
func (w *htmlWriter) listItem(par *paraFormat) item {
	p := w.p
	it := item{level: int(par.level), left: par.left, first: par.first}
	text, has := "", p.isItem
	if has {
		text, w.numbered = strings.TrimSpace(string(p.item)), true
	}
	format := int32(formatUnknown)
	if level := p.lists.levelOf(par.list, it.level); par.list > 0 && level != nil && (has || w.f.text) {
		n, computed := p.lists.next(par.list, it.level)
		format, it.number = level.format, n
		if !has || strings.Contains(text, "\uFFFD") {
			text = p.bullet(level, strings.TrimSpace(computed))
		}
		if !par.leftSet && level.indented {
			it.left, it.first = level.left, level.first
		}
	} else if p.pn.on {
		format, it.level = p.pn.format, int(p.pn.level)
		if !has && !w.numbered {
			it.number, text = p.pn.marker()
		}
	} else if !has {
		return item{}
	}
	if text == "" || len(text) > maxShort {
		return item{}
	}
	it.classify(text, format)
	return it
}

// bullet returns the text of a number, with the characters of the font of
// symbols that a level has.
func (p *parser) bullet(level *listLevel, text string) string {
	if level.format != formatBullet {
		return p.fonts.private(0, text)
	}
	if f := p.fonts.symbolOf(level.font); f != symbolNone {
		return strings.Map(func(r rune) rune {
			if r <= 0xFF || r>>8 == 0xF0 {
				if c := f.char(byte(r)); c != 0 {
					return c
				}
			}
			return r
		}, text)
	}
	return privateBullets.Replace(text)
}

// bulletStyles are the bullets that HTML has.
var bulletStyles = map[string]string{
	"•": "disc", "·": "disc", "●": "disc", "∙": "disc", "\u0095": "disc", "*": "disc",
	"o": "circle", "○": "circle", "◦": "circle", "°": "circle",
	"▪": "square", "■": "square", "§": "square", "◾": "square",
}

// numberTypes are the types of ol, by \levelnfc.
var numberTypes = map[int32]string{0: "1", 1: "I", 2: "i", 3: "A", 4: "a"}

// classify tells what HTML makes of a bullet or number.
func (it *item) classify(text string, format int32) {
	it.text, it.kind = text, itemText
	if style, ok := bulletStyles[text]; ok && (format == formatBullet || format == formatUnknown) {
		it.kind, it.style = itemBullet, style
		return
	}
	digits, dot := strings.CutSuffix(text, ".")
	if format == formatUnknown {
		format = 0
	}
	style, ok := numberTypes[format]
	if !dot || !ok {
		return
	}
	if n, err := strconv.ParseInt(digits, 10, 32); format == 0 && err == nil && n > 0 {
		it.number = int32(n)
	}
	if formatNumber(format, it.number) == digits {
		it.kind, it.style = itemNumber, style
	}
}

// item adds the paragraph under way to c as an item of a list.
func (w *htmlWriter) item(c *container, par *paraFormat, it item) {
	w.openList(c, par, it)
	top := &c.lists[len(c.lists)-1]
	if !w.rich() {
		w.add(&c.buf, "<li>")
	} else {
		var css style
		w.marginCSS(&css, par, 0, par.right)
		w.p.bordersCSS(&css, &par.border)
		css.add("background-color", w.p.shadeCSS(par.shade))
		w.blockCSS(&css, par)
		w.add(&c.buf, "<li")
		if it.kind == itemNumber && it.number != top.next {
			w.add(&c.buf, ` value="`+strconv.Itoa(int(it.number))+`"`)
		}
		w.add(&c.buf, css.attribute()+">")
	}
	top.next = it.number + 1
	w.contents(c)
}

// openList makes the list that an item belongs to the innermost one.
func (w *htmlWriter) openList(c *container, par *paraFormat, it item) {
	keep := len(c.lists)
	for keep > 0 && c.lists[keep-1].level > it.level {
		keep--
	}
	if keep > 0 {
		top := c.lists[keep-1]
		if top.level == it.level && (top.kind != it.kind || top.style != it.style || top.left != it.left) {
			keep--
		}
	}
	w.closeLists(c, keep)
	if keep > 0 && c.lists[keep-1].level == it.level {
		w.add(&c.buf, "</li>\r\n")
		return
	}
	around := int32(0)
	if keep > 0 {
		around = c.lists[keep-1].left
		w.add(&c.buf, "\r\n")
	}
	c.lists = append(c.lists, openList{item: it, next: 1})
	if it.kind == itemNumber {
		c.lists[keep].next = it.number
	}
	if !w.rich() {
		w.add(&c.buf, startTags[it.kind]+">")
		return
	}
	w.add(&c.buf, listTag(par, it, around))
}

var startTags = [...]string{itemBullet: "<ul", itemNumber: "<ol"}

// listTag returns the start tag of the list that begins with it, within a list
// whose text begins at around.
func listTag(par *paraFormat, it item, around int32) string {
	tag := startTags[it.kind] + dirAttribute(par)
	var css style
	if it.kind == itemNumber {
		if it.style != "1" {
			tag += ` type="` + it.style + `"`
		}
		if it.number != 1 {
			tag += ` start="` + strconv.Itoa(int(it.number)) + `"`
		}
	} else {
		css.add("list-style-type", it.style)
	}
	margin := "0 0 0 " + points(it.left-around)
	if par.rtl {
		margin = "0 " + points(it.left-around) + " 0 0"
	}
	css.add("margin", margin)
	css.add("padding", "0")
	if it.first >= 0 {
		css.add("list-style-position", "inside")
	}
	return tag + css.attribute() + ">\r\n"
}

// closeLists closes lists in c until keep are left.
func (w *htmlWriter) closeLists(c *container, keep int) {
	for i := len(c.lists) - 1; i >= keep; i-- {
		w.add(&c.buf, "</li>\r\n"+endTags[c.lists[i].kind])
	}
	c.lists = c.lists[:keep]
}

var endTags = [...]string{itemBullet: "</ul>\r\n", itemNumber: "</ol>\r\n"}

// itemText returns a bullet or number as text, as wide as the indent of the
// first line.
func (w *htmlWriter) itemText(par *paraFormat, it item) string {
	text := attributes.Replace(it.text)
	if par.first >= 0 || !w.rich() {
		return "<span>" + text + "</span> "
	}
	return `<span style="display:inline-block;min-width:` + points(-par.first) + `;text-indent:0">` + text + " </span>"
}
