package rtf

import "strconv"

// paraLevel returns how many tables are around the paragraph that ends here.
//
// QUIRK: writers forget \intbl for paragraphs in the middle of a row.
func (w *htmlWriter) paraLevel() int {
	n := w.p.look.par.tableDepth()
	if n == 0 && len(w.f.tables) > 0 && w.f.tables[0].begun() {
		return 1
	}
	return n
}

// cellLevel returns how many tables are around a cell or row that ends here.
func (w *htmlWriter) cellLevel(nested bool) int {
	if !nested {
		return 1
	}
	if n := w.p.look.par.tableDepth(); n > 1 {
		return n
	}
	return max(2, min(len(w.f.tables), maxTables))
}

// endPara ends the paragraph under way, which is within as many tables as level
// says.
func (w *htmlWriter) endPara(level int) {
	w.level(level)
	c := w.container()
	par := &w.p.look.par
	w.unlink()
	w.settleTab()
	w.paragraph(c, par)
	c.last = *par
	c.text = c.text || w.f.text
	w.endInline(c)
}

// stopPara ends the paragraph that is under way, if any, for want of an end.
func (w *htmlWriter) stopPara() {
	if w.f.begun {
		w.f.endless = true
		w.endPara(w.paraLevel())
	}
}

// endInline makes ready for the next paragraph in c.
func (w *htmlWriter) endInline(c *container) {
	f := w.f
	if len(f.after) > 0 {
		w.closeBlocks(c)
		c.buf, c.text = append(c.buf, f.after...), true
		f.after = f.after[:0]
	}
	f.inline, f.begun, f.text, f.endless, f.pageBreak, f.blank = f.inline[:0], false, false, false, false, true
	f.base, f.cur = charFormat{}, charFormat{}
	w.p.isItem = false
}

// container returns what the paragraph is part of: the innermost cell.
func (w *htmlWriter) container() *container {
	if n := len(w.f.tables); n > 0 {
		return &w.f.tables[n-1].cell
	}
	return &w.f.root
}

// paragraph adds the paragraph under way to c.
func (w *htmlWriter) paragraph(c *container, par *paraFormat) {
	it := w.listItem(par)
	if (it.kind == itemBullet || it.kind == itemNumber) && w.rich() {
		w.closeBox(c)
		w.item(c, par, it)
		return
	}
	w.closeLists(c, 0)
	w.openBox(c, par)
	if !w.rich() {
		w.add(&c.buf, "<p>")
	} else {
		w.add(&c.buf, w.paraTag(par, c.boxed))
	}
	if it.kind != itemNone {
		w.add(&c.buf, w.itemText(par, it))
	}
	w.contents(c)
	w.add(&c.buf, "</p>\r\n")
}

// contents adds the inline elements of the paragraph, or what makes an empty
// one a line high.
func (w *htmlWriter) contents(c *container) {
	w.add(&c.buf, string(w.f.inline))
	w.size -= len(w.f.inline) // counted when it was collected
	if !w.f.text && !w.f.endless {
		w.add(&c.buf, "<br>")
	}
}

// paraTag returns the start tag of a paragraph; within a box, borders and
// indents are the box's.
func (w *htmlWriter) paraTag(par *paraFormat, boxed bool) string {
	var css style
	left, right := par.left, par.right
	if boxed {
		left, right = 0, 0
	}
	w.marginCSS(&css, par, left, right)
	if par.first != 0 {
		css.add("text-indent", points(par.first))
	}
	if !boxed {
		css.add("background-color", w.p.shadeCSS(par.shade))
	}
	w.blockCSS(&css, par)
	return "<p" + dirAttribute(par) + css.attribute() + ">"
}

func dirAttribute(par *paraFormat) string {
	if par.rtl {
		return ` dir="rtl"`
	}
	return ""
}

// autoSpace is the space around paragraphs of \sbauto and \saauto: 14 points.
const autoSpace = 280

// space returns the space before and behind a paragraph.
func (f *paraFormat) space() (before, after int32) {
	before, after = f.before, f.after
	if f.autoBefore {
		before = autoSpace
	}
	if f.autoAfter {
		after = autoSpace
	}
	return before, after
}

// marginCSS adds the space around a paragraph.
func (w *htmlWriter) marginCSS(css *style, par *paraFormat, left, right int32) {
	before, after := par.space()
	if last := &w.container().last; par.contextual && last.contextual && par.style == last.style {
		_, before = last.space()
		before = -before // takes back the space behind the paragraph before
	}
	if par.rtl {
		left, right = right, left // \li is where lines begin
	}
	switch {
	case left == 0 && right == 0 && before == after:
		css.add("margin", shortLength(before, 0))
	default:
		css.add("margin", points(before)+" "+points(right)+" "+points(after)+" "+points(left))
	}
}

// shortLength returns two lengths as the value of margin.
func shortLength(vertical, horizontal int32) string {
	if vertical == horizontal {
		return points(vertical)
	}
	return points(vertical) + " " + points(horizontal)
}

// alignNames are the alignments in CSS.
var alignNames = [...]string{
	alignNone: "", alignLeft: "left", alignCenter: "center", alignRight: "right", alignJustify: "justify",
}

// blockCSS adds what paragraphs and items have in common.
func (w *htmlWriter) blockCSS(css *style, par *paraFormat) {
	if par.align != alignLeft || par.rtl {
		css.add("text-align", alignNames[par.align])
	}
	css.add("line-height", w.lineHeight(par))
	if par.pageBreak || w.f.pageBreak {
		css.add("page-break-before", "always")
	}
	base := w.f.base
	css.add("font-family", w.p.fontCSS(base.font))
	css.add("font-size", points(int32(w.p.sizeOf(base))*10))
}

// lineHeight returns the height of lines in CSS, or "" if it is that of the
// font: a multiple of it, exactly so much, or at least so much.
func (w *htmlWriter) lineHeight(par *paraFormat) string {
	natural := int32(w.p.sizeOf(w.f.base)) * 12 // a fifth more than the size, in twips
	switch {
	case par.line == 0, par.mult && par.line == 240:
	case par.mult && par.line > 0:
		return strconv.Itoa(int(par.line)*115/240) + "%"
	case par.line < 0:
		return points(-par.line)
	case par.line > natural:
		return points(par.line)
	}
	return ""
}

// boxFormat is what paragraphs in one box have in common.
type boxFormat struct {
	border      [4]border
	shade       shading
	left, right int32
	rtl         bool
}

// openBox makes sure that the box of a paragraph with borders is open, which it
// shares with its neighbours, and no other.
func (w *htmlWriter) openBox(c *container, par *paraFormat) {
	box := boxFormat{par.border, par.shade, par.left, par.right, par.rtl}
	visible := false
	for _, b := range par.border {
		visible = visible || b.style != brdrNone
	}
	if c.boxed && visible && box == c.box {
		return
	}
	w.closeBox(c)
	if !visible || !w.rich() {
		return
	}
	var css style
	left, right := par.left, par.right
	if par.rtl {
		left, right = right, left
	}
	if left != 0 || right != 0 {
		css.add("margin", "0 "+points(right)+" 0 "+points(left))
	}
	w.p.bordersCSS(&css, &par.border)
	for i, b := range par.border {
		if b.style != brdrNone && b.space > 0 {
			css.add("padding-"+sideNames[i], points(int32(b.space)))
		}
	}
	css.add("background-color", w.p.shadeCSS(par.shade))
	w.add(&c.buf, "<div"+css.attribute()+">\r\n")
	c.box, c.boxed = box, true
}

func (w *htmlWriter) closeBox(c *container) {
	if c.boxed {
		w.add(&c.buf, "</div>\r\n")
		c.boxed = false
	}
}

// closeBlocks closes lists and boxes in c.
func (w *htmlWriter) closeBlocks(c *container) {
	w.closeLists(c, 0)
	w.closeBox(c)
}
