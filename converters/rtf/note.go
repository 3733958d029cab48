package rtf

import "bytes"

// flowKind is what a sequence of paragraphs beside the text is.
type flowKind uint8

const (
	flowBox      flowKind = iota // a text box
	flowFootnote                 // \footnote
	flowEndnote                  // \footnote\ftnalt
)

// The argument of opNoteFormat is a kind of note, shifted, plus a format.
const (
	noteShift = 8
	noteFoot  = int32(flowFootnote) << noteShift
	noteEnd   = int32(flowEndnote) << noteShift
)

// noteNumbers number the notes of each kind.
type noteNumbers [3]noteNumber

// noteNumber is how notes of one kind are numbered (RTF 1.9.1, Document
// Formatting Properties, Footnotes and Endnotes).
type noteNumber struct {
	format int32 // \levelnfc
	start  int32 // number of the first
	n      int32 // notes begun
}

// maxNote bounds the numbers of notes.
const maxNote = 1 << 20

// newNoteNumbers returns what a document without words about it has.
func newNoteNumbers() noteNumbers {
	return noteNumbers{flowFootnote: {format: formatDigits, start: 1}, flowEndnote: {format: formatLowerRoman, start: 1}}
}

// set takes a word about the numbers of notes.
func (nn *noteNumbers) set(t *token, a action) {
	if a.op == opNoteStart {
		nn[a.arg].start = min(max(t.param(1), 0), maxNote)
		return
	}
	nn[a.arg>>noteShift].format = a.arg & (1<<noteShift - 1)
}

// noteNumber is \chftn: in the text, the number of the note to come; in a note,
// its own.
func (p *parser) noteNumber() {
	if !p.native || !p.st.visible() {
		return
	}
	kind, add := p.st.note, int32(-1)
	if kind == flowBox {
		kind, add = p.noteKind(), 0
	}
	at := p.notes[kind]
	p.flush()
	p.pass(formatNumber(at.format, at.start+at.n+add), p.st.dest, p.look.chr, true)
}

// maxAhead bounds the tokens in which noteKind looks for \ftnalt.
const maxAhead = 32

// noteKind returns the kind of the note that begins here or next: \footnote
// stands behind the number in the text, and \ftnalt behind that.
func (p *parser) noteKind() flowKind {
	ahead := p.lex
	for range maxAhead {
		switch t := ahead.next(); {
		case t.kind == tokWord && string(t.text) == "ftnalt":
			return flowEndnote
		case t.kind == tokEOF, t.kind == tokHex, t.kind == tokText && len(bytes.TrimSpace(t.text)) > 0,
			t.kind == tokWord && string(t.text) == "chftn":
			return flowFootnote
		}
	}
	return flowFootnote
}
