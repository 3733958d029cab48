package rtf

// flow is a sequence of paragraphs: the document, a note or a text box.
type flow struct {
	kind   flowKind
	hidden bool // what it belongs to is hidden
	root   container
	tables []*table // open, outermost first
	after  []byte   // text boxes that follow the paragraph

	// The paragraph under way.
	inline    []byte
	begun     bool // it has contents
	text      bool // some of it is displayed and more than a place
	endless   bool // nothing in the text ends it
	pageBreak bool
	base      charFormat // font and size of its first text
	cur       charFormat // format of the open inline elements
	open      []string   // their end tags, outermost first
	link      int32      // link that is open around them
	tabbed    tabbed
	blank     bool   // the last character is a space or a line begins
	item      []byte // bullet of the paragraph around
	isItem    bool
}

// container is what paragraphs are part of: a flow, or a cell.
type container struct {
	buf   []byte
	text  bool // it has more than empty paragraphs
	lists []openList
	last  paraFormat // of the paragraph before
	box   boxFormat
	boxed bool
}

// begin begins a flow.
func (w *htmlWriter) begin(kind flowKind) {
	f := &flow{kind: kind, hidden: w.p.look.chr.is(chrHidden), blank: true}
	if w.f != nil {
		w.f.item = append(w.f.item[:0], w.p.item...)
		w.f.isItem, w.p.isItem = w.p.isItem, false
	}
	w.flows = append(w.flows, f)
	w.f = f
}

// end ends a flow.
func (w *htmlWriter) end() {
	if len(w.flows) < 2 {
		return
	}
	done := w.f
	html := w.endFlow()
	w.flows = w.flows[:len(w.flows)-1]
	w.f = w.flows[len(w.flows)-1]
	w.p.item, w.p.isItem = append(w.p.item[:0], w.f.item...), w.f.isItem
	if done.kind == flowBox {
		w.f.after = w.division(w.f.after, ` class="textbox"`, done.hidden, html)
	} else if done.hidden {
		w.notes[done.kind] = w.division(w.notes[done.kind], "", true, html)
	} else {
		w.notes[done.kind] = append(w.notes[done.kind], html...)
	}
}

// division appends html, in an element of its own, to buf.
func (w *htmlWriter) division(buf []byte, attribute string, hidden bool, html []byte) []byte {
	tag := "<div" + attribute
	if hidden {
		tag += ` style="display:none"`
	}
	const rest, end = ">\r\n", "</div>\r\n"
	w.size += len(tag) + len(rest) + len(end)
	return append(append(append(append(buf, tag...), rest...), html...), end...)
}

// endFlow completes the innermost flow and returns its HTML.
func (w *htmlWriter) endFlow() []byte {
	w.stopPara()
	w.level(0)
	w.f.root.buf = append(w.f.root.buf, w.f.after...)
	w.closeBlocks(&w.f.root)
	return w.f.root.buf
}
