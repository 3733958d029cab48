package rtf

import (
	"bytes"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// NativeOptions say how NativeHTML treats what is not text. The zero value is
// ready for use.
type NativeOptions struct {
	// Picture takes a picture, in the order of the document, and returns the
	// URL that the img element refers to it by, or "" to leave it out. Nil
	// leaves all out.
	Picture func(Picture) (url string)
}

// What NativeHTML writes stays below nativeFactor times the length of the RTF
// plus nativeBase bytes. Beyond half of either, formatting is left out, since
// only a document made for it repeats so much.
const (
	nativeFactor = 32
	nativeBase   = 2 << 20
)

// NativeHTML renders rtf as an HTML document in UTF-8, as an RTF reader shows
// it: character and paragraph formatting, lists, tables, links and pictures
// (RTF 1.9.1). Headers and footers, which belong to pages, are left out;
// footnotes and then endnotes stand at the end in a div of class footnotes, text
// boxes in a div of class textbox behind the paragraph that they are anchored in.
// Hidden text is there but not displayed. An img element may be inserted at each
// offset of Placeholders in the Info.
//
// The HTML has no scripts and refers to nothing but links with the schemes of
// safeSchemes and the URLs of opt.Picture. Its size is at most 32 times that of
// rtf plus 2 MiB; formatting that would exceed this is left out (WarnFormat).
//
// It fails with a *FormatError: ErrNotRTF, or ErrTooLarge along with what fits
// beyond MaxOutput.
func NativeHTML(rtf []byte, opt NativeOptions) (html string, info Info, err error) {
	if err := check(rtf); err != nil {
		return "", Info{}, err
	}
	w := &htmlWriter{opt: opt}
	defer w.borrow()()
	p := newParser(rtf, w, &w.output)
	p.native, p.format = true, w
	w.p = p
	w.begin(flowBox)
	err = p.run()
	w.finish()
	return string(w.buf), p.summary(Detect(rtf)), err
}

// htmlWriter is the sink of NativeHTML.
//
// A paragraph is known by its end only: its formatting is the one in force
// there, and so is the table cell that it is part of. So it is collected, and
// a table likewise, whose columns depend on all of its rows.
type htmlWriter struct {
	output
	p   *parser
	opt NativeOptions

	flows    []*flow
	f        *flow     // the innermost
	notes    [3][]byte // footnotes and endnotes that have ended, by kind
	size     int       // bytes written anywhere
	pictures int       // handed over
	numbered bool      // the document has bullets and numbers as text
}

// finish assembles the document.
func (w *htmlWriter) finish() {
	for len(w.flows) > 1 {
		w.end()
	}
	body := w.endFlow()
	w.write("<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"></head>\r\n<body style=\"tab-size:" + points(w.p.tabs) + "\">\r\n")
	w.writeBytes(body)
	if notes := slices.Concat(w.notes[:]...); len(notes) > 0 {
		w.write("<div class=\"footnotes\"><hr>\r\n")
		w.writeBytes(notes)
		w.write("</div>\r\n")
	}
	w.write("</body></html>\r\n")
	w.findPlaces()
}

// placeMark stands for an attachment placeholder until all is assembled. No
// text has a zero byte.
const placeMark = "\x00"

// findPlaces takes the marks of placeholders out and notes where they were.
func (w *htmlWriter) findPlaces() {
	out := w.buf[:0]
	for rest := w.buf; len(rest) > 0; {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			out = append(out, rest...)
			break
		}
		out = append(out, rest[:i]...)
		w.p.info.Placeholders = append(w.p.info.Placeholders, len(out))
		rest = rest[i+1:]
	}
	w.buf = out
}

// add appends s to one of the buffers.
func (w *htmlWriter) add(buf *[]byte, s string) {
	w.size += len(s)
	if w.size > limits.RTFOutput.Int() {
		w.full = true
		return
	}
	*buf = append(*buf, s...)
}

// rich reports whether there is room for formatting.
func (w *htmlWriter) rich() bool {
	if w.size < nativeBase/2+nativeFactor/2*w.p.lex.pos {
		return true
	}
	w.p.info.Warnings |= WarnFormat
	return false
}

// text writes s, escaped, in format f.
func (w *htmlWriter) text(s string, _ bool, f charFormat) {
	w.beginPara(f)
	w.inline(f)
	if f.is(chrHidden) {
		blank := w.f.blank // of what is displayed
		w.escape(s)
		w.f.blank = blank
		return
	}
	w.f.text = true
	w.f.tabbed.widen(w.p.textWidth(s, f))
	w.escape(s)
}

func (w *htmlWriter) ascii(b []byte, tag bool, f charFormat) { w.text(string(b), tag, f) }

func (w *htmlWriter) char(s string, tag bool, f charFormat) { w.text(s, tag, f) }

// mark writes a line end, a tab or the end of a paragraph, cell or row.
func (w *htmlWriter) mark(m mark, _ bool) {
	if w.p.look.chr.is(chrHidden) && w.hiddenMark(m) {
		return
	}
	switch m {
	case markPar:
		w.beginPara(w.p.look.chr)
		w.endPara(w.paraLevel())
	case markPage:
		w.stopPara()
		w.f.pageBreak = true
	case markLine:
		w.line()
	case markTab:
		w.beginPara(w.p.look.chr)
		w.inline(w.p.look.chr)
		w.tab()
	case markPlace:
		w.beginPara(w.p.look.chr)
		w.add(&w.f.inline, placeMark)
		w.f.text = true
	case markCell, markNestCell:
		w.endCell(w.cellLevel(m == markNestCell))
	case markRow, markNestRow:
		w.endRow(w.cellLevel(m == markNestRow), m == markNestRow)
	}
}

// line writes the end of a line within a paragraph.
func (w *htmlWriter) line() {
	w.beginPara(w.p.look.chr)
	w.settleTab()
	if w.p.look.par.stops.n > 0 {
		w.unlink()
	}
	w.add(&w.f.inline, "<br>")
	w.f.blank, w.f.text = true, true
	w.beginLine(false)
}

// hiddenMark writes a mark that is hidden text and reports whether it is: a
// hidden end of a paragraph makes one of two, and cells cannot be hidden.
func (w *htmlWriter) hiddenMark(m mark) bool {
	switch m {
	case markPar, markLine, markTab:
		w.beginPara(w.p.look.chr)
		w.inline(w.p.look.chr)
		w.add(&w.f.inline, "<br>")
	case markPage:
	case markPlace:
		w.plain() // attachments are shown
		return false
	default:
		return false
	}
	return true
}

// place names the place that text has reached, for links to it.
func (w *htmlWriter) place(name string) {
	if name == "" || !w.rich() || !w.p.st.visible() {
		return
	}
	w.add(&w.f.inline, `<a id="`+attributes.Replace(name)+`"></a>`)
}
