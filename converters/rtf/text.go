package rtf

// textWriter is the sink of Text.
type textWriter struct{ output }

// markText is what marks look like in plain text.
var markText = [...]string{
	markPar: "\r\n", markLine: "\r\n", markTab: "\t",
	markCell: "\t", markRow: "\r\n", markNestCell: "\t", markNestRow: "\r\n",
	markPlace: "",
}

func (w *textWriter) text(s string, _ bool, _ charFormat) { w.write(s) }
func (w *textWriter) char(s string, _ bool, _ charFormat) { w.write(s) }
func (w *textWriter) mark(m mark, _ bool)                 { w.write(markText[m]) }
