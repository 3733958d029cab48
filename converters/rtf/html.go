package rtf

import (
	"strconv"
	"strings"
)

// htmlWriter is the sink of NativeHTML. Elements are opened when the first
// content needs them, so that formatting without text leaves no trace.
type htmlWriter struct {
	output
	p *parser

	para  bool // a p element is open
	table bool // a table element is open
	row   bool // a tr element is open
	cell  bool // a td element is open

	fmt   charFormat // format of the open inline elements
	close []string   // their end tags, outermost first
	blank bool       // the last character is a space or a line begins
}

func (w *htmlWriter) begin() {
	w.write("<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"></head>\r\n<body>\r\n")
	w.blank = true
}

func (w *htmlWriter) end() {
	w.endTable()
	w.endPara()
	w.write("</body></html>\r\n")
}

// text writes s, escaped, in format f.
func (w *htmlWriter) text(s string, _ bool, f charFormat) {
	w.block(f.table)
	w.inline(f)
	w.escape(s)
}

func (w *htmlWriter) char(s string, tag bool, f charFormat) { w.text(s, tag, f) }

// mark writes a line end, a tab or the end of a cell or row.
func (w *htmlWriter) mark(m mark, _ bool) {
	switch m {
	case markPar:
		w.endOfPara()
	case markLine, markNestRow:
		w.block(w.p.st.chr.table)
		w.write("<br>\r\n")
		w.blank = true
	case markTab, markNestCell:
		w.block(w.p.st.chr.table)
		w.write("\u2003")
		w.blank = true
	case markPlace:
		w.block(w.p.st.chr.table)
	case markCell:
		w.openCell()
		w.endCell()
	case markRow:
		w.endRow()
	}
}

// escaped is what stands for characters that mean something in HTML.
var escaped = [128]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;"}

// escape writes s so that HTML shows it as it is, spaces included.
func (w *htmlWriter) escape(s string) {
	from := 0
	for i := range len(s) {
		c := s[i]
		sub := ""
		switch {
		case c == ' ' && w.blank:
			sub = "&nbsp;"
		case c < 0x80:
			sub = escaped[c]
			if c < ' ' {
				sub = " "
			}
		}
		w.blank = c == ' '
		if sub != "" {
			w.write(s[from:i])
			w.write(sub)
			from = i + 1
		}
	}
	w.write(s[from:])
}

// block opens the paragraph or cell that content needs.
func (w *htmlWriter) block(table bool) {
	if table || w.p.rowDef || w.row {
		w.openCell()
		return
	}
	w.endTable()
	if w.para {
		return
	}
	w.write(paraTags[w.p.st.align])
	w.para, w.blank = true, true
}

// paraTags begin a paragraph of each alignment.
var paraTags = [...]string{
	alignLeft:    "<p>",
	alignCenter:  `<p style="text-align:center">`,
	alignRight:   `<p style="text-align:right">`,
	alignJustify: `<p style="text-align:justify">`,
}

// endOfPara ends a paragraph; an empty one is a line of its own. Within a cell
// it is a line break.
func (w *htmlWriter) endOfPara() {
	if w.p.st.chr.table && !w.para || w.row {
		w.mark(markLine, false)
		return
	}
	if !w.para {
		w.block(w.p.st.chr.table)
		w.write("<br>")
	}
	w.endPara()
}

func (w *htmlWriter) endPara() {
	if !w.para {
		return
	}
	w.plain()
	w.write("</p>\r\n")
	w.para = false
}

func (w *htmlWriter) openCell() {
	if w.cell {
		return
	}
	w.endPara()
	if !w.table {
		w.write("<table border=\"1\" style=\"border-collapse:collapse\">\r\n")
		w.table = true
	}
	if !w.row {
		w.write("<tr>")
		w.row = true
	}
	w.write("<td>")
	w.cell, w.blank = true, true
}

func (w *htmlWriter) endCell() {
	if !w.cell {
		return
	}
	w.plain()
	w.write("</td>")
	w.cell = false
}

func (w *htmlWriter) endRow() {
	w.endCell()
	if w.row {
		w.write("</tr>\r\n")
		w.row = false
	}
}

func (w *htmlWriter) endTable() {
	w.endRow()
	if w.table {
		w.write("</table>\r\n")
		w.table = false
	}
}

// plain closes the inline elements.
func (w *htmlWriter) plain() {
	for i := len(w.close) - 1; i >= 0; i-- {
		w.write(w.close[i])
	}
	w.close, w.fmt = w.close[:0], charFormat{}
}

// inlineTags are the elements of formats, in the order of nesting.
var inlineTags = []struct {
	flag       int
	begin, end string
}{
	{fmtBold, "<b>", "</b>"},
	{fmtItalic, "<i>", "</i>"},
	{fmtUnderline, "<u>", "</u>"},
	{fmtStrike, "<s>", "</s>"},
	{fmtSuper, "<sup>", "</sup>"},
	{fmtSub, "<sub>", "</sub>"},
}

// inline makes f the format of what follows.
func (w *htmlWriter) inline(f charFormat) {
	if f == w.fmt {
		return
	}
	w.plain()
	w.fmt = f
	if f.link > 0 {
		w.element(`<a href="`+attributes.Replace(w.p.links[f.link-1])+`">`, "</a>")
	}
	if css := w.style(f); css != "" {
		w.element(`<span style="`+css+`">`, "</span>")
	}
	for _, t := range inlineTags {
		if f.is(t.flag) {
			w.element(t.begin, t.end)
		}
	}
}

func (w *htmlWriter) element(begin, end string) {
	w.write(begin)
	w.close = append(w.close, end)
}

// attributes escapes the value of a quoted attribute.
var attributes = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;")

// style returns the CSS of f, without quotes.
func (w *htmlWriter) style(f charFormat) string {
	var css []string
	if f.size > 0 {
		css = append(css, "font-size:"+strconv.FormatFloat(float64(f.size)/2, 'f', -1, 64)+"pt")
	}
	if c := w.p.colors.css(f.color); c != "" && f.color > 0 {
		css = append(css, "color:"+c)
	}
	if c := w.p.colors.css(f.back); c != "" && f.back > 0 {
		css = append(css, "background-color:"+c)
	}
	if f.is(fmtCaps) {
		css = append(css, "text-transform:uppercase")
	}
	return strings.Join(css, ";")
}
