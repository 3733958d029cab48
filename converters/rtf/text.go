package rtf

import "slices"

// textWriter is the sink of Text. Footnotes follow at the end, then endnotes; text
// boxes behind the paragraph that they are anchored in.
type textWriter struct {
	output
	flows []textFlow // notes and text boxes under way
	ended [3][]byte  // by kind: text boxes of the paragraph, notes of the document
}

// textFlow is a note or text box.
type textFlow struct {
	kind flowKind
	buf  []byte
}

// markText is what marks look like in plain text.
var markText = [...]string{
	markPar: "\r\n", markLine: "\r\n", markTab: "\t", markPage: "\r\n",
	markCell: "\t", markRow: "\r\n", markNestCell: "\t", markNestRow: "\r\n",
	markPlace: "",
}

func (w *textWriter) text(s string, _ bool, _ charFormat) { w.put(s) }
func (w *textWriter) ascii(b []byte, _ bool, _ charFormat) {
	if n := len(w.flows); n > 0 {
		w.flows[n-1].buf = append(w.flows[n-1].buf, b...)
		return
	}
	w.writeBytes(b)
}
func (w *textWriter) char(s string, _ bool, _ charFormat) { w.put(s) }

func (w *textWriter) mark(m mark, _ bool) {
	w.put(markText[m])
	if len(w.flows) == 0 && (m == markPar || m == markRow) {
		w.boxes()
	}
}

// put adds s to the innermost flow.
func (w *textWriter) put(s string) {
	if n := len(w.flows); n > 0 {
		w.flows[n-1].buf = append(w.flows[n-1].buf, s...)
		return
	}
	w.write(s)
}

func (w *textWriter) begin(kind flowKind) { w.flows = append(w.flows, textFlow{kind: kind}) }

func (w *textWriter) end() {
	n := len(w.flows) - 1
	if n < 0 {
		return
	}
	f := w.flows[n]
	w.flows = w.flows[:n]
	w.ended[f.kind] = endLine(append(w.ended[f.kind], f.buf...))
}

// boxes writes the text boxes of the paragraph before.
func (w *textWriter) boxes() {
	w.write(string(w.ended[flowBox]))
	w.ended[flowBox] = w.ended[flowBox][:0]
}

// finish writes what is to follow the text.
func (w *textWriter) finish() {
	for len(w.flows) > 0 {
		w.end()
	}
	rest := slices.Concat(w.ended[:]...)
	if len(rest) == 0 {
		return
	}
	w.buf = endLine(w.buf)
	w.write(string(rest))
}

// endLine ends a line that has been begun.
func endLine(b []byte) []byte {
	if len(b) == 0 || b[len(b)-1] == '\n' {
		return b
	}
	return append(b, "\r\n"...)
}
