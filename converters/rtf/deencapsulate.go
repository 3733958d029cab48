package rtf

import (
	"bytes"
	"strings"
)

// deencapsulator is the sink of HTML.
type deencapsulator struct{ output }

// entities are the HTML of characters that control words stand for, outside
// htmltag [MS-OXRTFEX] 2.2.3.2.
var entities = map[string]string{
	"\u2018": "&lsquo;", "\u2019": "&rsquo;", "\u201C": "&ldquo;", "\u201D": "&rdquo;",
	"\u2022": "&bull;", "\u2013": "&ndash;", "\u2014": "&mdash;",
	"\u00A0": "&nbsp;", "\u00AD": "&shy;", "\u2011": "&shy;",
}

// escaper writes what a conforming writer puts in an htmltag.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// text copies s; outside a tag it is text and not markup.
func (d *deencapsulator) text(s string, tag bool, _ charFormat) {
	if !tag && strings.ContainsAny(s, "&<>") {
		s = escaper.Replace(s)
	}
	d.write(s)
}

func (d *deencapsulator) ascii(b []byte, tag bool, f charFormat) {
	if !tag && bytes.ContainsAny(b, "&<>") {
		d.text(string(b), tag, f)
		return
	}
	d.writeBytes(b)
}

func (d *deencapsulator) char(s string, tag bool, f charFormat) {
	if e, ok := entities[s]; ok && !tag {
		d.write(e)
		return
	}
	d.write(s)
}

// mark copies line ends and tabs, the only marks that HTML has.
func (d *deencapsulator) mark(m mark, _ bool) {
	switch m {
	case markPar, markLine:
		d.write("\r\n")
	case markTab:
		d.write("\t")
	}
}

// begin and end keep footnotes and text boxes where they stand.
func (d *deencapsulator) begin(flowKind) {}
func (d *deencapsulator) end()           {}
