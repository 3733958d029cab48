package rtf

import (
	"slices"
	"unicode/utf8"
)

// maxStops bounds the tab stops kept of a paragraph; Word allows more, and
// nobody sets them by hand.
const maxStops = 16

// Where the text is that a tab stop aligns; that of a decimal stop is taken to
// be before it.
const (
	tabBehind = iota
	tabAround
	tabBefore
)

// tabStop is a place that a tab goes to.
type tabStop struct {
	at   int32 // twips from the margin
	kind uint8 // tabBehind …
}

// tabStops are the tab stops that a paragraph sets (RTF 1.9.1, Tabs).
type tabStops struct {
	stops [maxStops]tabStop
	n     uint8
	kind  uint8 // of the stop to come
}

// add takes \tx.
func (s *tabStops) add(at int32) {
	if s.n < maxStops {
		s.stops[s.n] = tabStop{at, s.kind}
		s.n++
	}
	s.kind = tabBehind
}

// stopBehind returns the first stop behind pos, if there is one. With a hanging
// indent, the left margin is one.
func (f *paraFormat) stopBehind(pos int32) (stop tabStop, ok bool) {
	if f.first < 0 && pos < f.left {
		stop, ok = tabStop{at: f.left}, true
	}
	for _, s := range f.stops.stops[:f.stops.n] {
		if s.at > pos && (!ok || s.at < stop.at) {
			stop, ok = s, true
		}
	}
	return stop, ok
}

// tabbed is a piece of a line behind a tab or at its beginning.
//
// HTML has no tab stops, so a piece becomes a box as wide as the tab behind it
// makes it. Which stop that goes to depends on the width of the text, which is
// estimated.
type tabbed struct {
	from  int   // its offset in the inline elements, or -1 within one
	start int32 // twips from the margin
	width int32 // twips, an estimate

	// The piece before, if it is a box yet to be made, since its width depends
	// on this one.
	unsettled   bool
	stop        tabStop // between the two
	beforeFrom  int
	beforeStart int32
	beforeWidth int32
}

// beginLine begins a line, the first of a paragraph or another.
func (w *htmlWriter) beginLine(first bool) {
	par := &w.p.look.par
	start := par.left
	if first && !w.p.isItem {
		start += par.first
	}
	w.f.tabbed = tabbed{from: len(w.f.inline), start: start}
	if len(w.f.open) > 0 || w.f.link > 0 {
		w.f.tabbed.from = -1
	}
}

// widen counts something so many twips wide.
func (t *tabbed) widen(width int32) { t.width = min(t.width+min(width, maxLen), maxLen) }

// textWidth estimates the width of text: characters are half as wide as high.
func (p *parser) textWidth(s string, f charFormat) int32 {
	const half = 5 // twips for each half point of the size
	return int32(min(utf8.RuneCountInString(s), maxLen)) * half * int32(min(p.sizeOf(f), maxSize))
}

// tab writes a tab.
func (w *htmlWriter) tab() {
	f, par := w.f, &w.p.look.par
	f.blank = true
	w.settleTab()
	stop, ok := par.stopBehind(f.tabbed.start + f.tabbed.width)
	switch {
	case !w.rich():
		w.add(&f.inline, "\t")
	case ok && f.tabbed.from >= 0 && w.p.look.chr.under == underNone: // a box would not be underlined
		w.unlink()
		t := f.tabbed
		f.tabbed = tabbed{from: len(f.inline), start: stop.at, unsettled: true, stop: stop, beforeFrom: t.from, beforeStart: t.start, beforeWidth: t.width}
		if stop.kind == tabBehind {
			w.settleTab()
		}
	default:
		w.add(&f.inline, tabText)
		if par.stops.n > 0 {
			w.unlink()
			every := max(w.p.tabs, 1)
			f.tabbed = tabbed{from: len(f.inline), start: ((f.tabbed.start+f.tabbed.width)/every + 1) * every}
		}
	}
}

// tabText is a tab that goes to the next of the default stops.
const tabText = "<span style=\"white-space:pre\">\t</span>"

// settleTab makes the piece before the one under way a box, if it is to be one,
// so wide that the one under way is where the stop wants it.
func (w *htmlWriter) settleTab() {
	t := &w.f.tabbed
	if !t.unsettled {
		return
	}
	width := t.stop.at - t.beforeStart
	switch t.stop.kind {
	case tabAround:
		width -= t.width / 2
	case tabBefore:
		width -= t.width
	}
	t.start = t.beforeStart + max(width, t.beforeWidth)
	var css style
	css.add("min-width", points(max(width, 0)))
	css.add("display", "inline-block")
	if w.p.look.par.first != 0 {
		css.add("text-indent", "0")
	}
	tag, end := "<span"+css.attribute()+">", "&nbsp;</span>" // a space where boxes are no boxes
	w.f.inline = slices.Insert(w.f.inline, t.from, []byte(end)...)
	w.f.inline = slices.Insert(w.f.inline, t.beforeFrom, []byte(tag)...)
	w.size += len(tag) + len(end)
	*t = tabbed{from: t.from + len(tag) + len(end), start: t.start, width: t.width}
}
