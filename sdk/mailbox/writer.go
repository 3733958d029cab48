package mailbox

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"time"
)

// A Writer writes messages into an mbox file, in the variant mboxrd: lines end in
// LF, and a line that begins with "From ", after any number of ">", gets one ">"
// more, so that nothing is lost. Each message is Begin, any number of Writes, and
// End. Not safe for concurrent use.
type Writer struct {
	w *bufio.Writer
	// At the beginning of a line, deciding, quotes and matched are the ">" and the
	// bytes of fromStart that it has so far, which are not written yet.
	deciding        bool
	quotes, matched int
	cr              bool // the last byte was a CR, which may belong to a line end
	open            bool // the line has something and no end
}

// NewWriter returns a writer on w. The caller flushes it.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriterSize(w, 64<<10)} }

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

// fromStart begins the line that separates messages.
const fromStart = "From "

// nobody stands for an author without an address, as mail servers write it.
const nobody = "MAILER-DAEMON"

// Begin writes the line before a message: the address of its author and the time
// it was sent, in UTC, in the form of C's asctime (RFC 4155). An address that is
// none is that of nobody; no time is the beginning of 1970.
func (w *Writer) Begin(author string, sent time.Time) error {
	if author == "" || strings.ContainsFunc(author, func(r rune) bool { return r <= ' ' || r == 0x7F }) {
		author = nobody
	}
	if sent.IsZero() {
		sent = time.Unix(0, 0)
	}
	w.deciding, w.quotes, w.matched, w.cr, w.open = true, 0, 0, false, false
	_, err := w.w.WriteString(fromStart + author + " " + sent.UTC().Format(time.ANSIC) + "\n")
	return err
}

// Write writes a piece of the message at hand.
func (w *Writer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		used := 0
		if w.deciding {
			used = w.decide(p)
		} else if used = bytes.IndexByte(p, '\n') + 1; used == 0 {
			used = len(p)
			w.piece(p)
		} else {
			w.end(p[:used-1])
		}
		p = p[used:]
	}
	_, err := w.w.Write(nil) // says what went wrong before
	return n, err
}

// decide looks whether a line has to be quoted, and returns how many bytes of p
// it has used. Errors show in the next Flush.
func (w *Writer) decide(p []byte) int {
	for i, c := range p {
		switch {
		case c == '>' && w.matched == 0:
			w.quotes++
		case c == fromStart[w.matched]:
			if w.matched++; w.matched == len(fromStart) {
				w.quotes++
				w.settle()
				return i + 1
			}
		default:
			w.settle()
			return i
		}
	}
	return len(p)
}

// settle writes what the line has so far.
func (w *Writer) settle() {
	w.open = w.quotes+w.matched > 0
	for ; w.quotes > 0; w.quotes-- {
		_ = w.w.WriteByte('>')
	}
	_, _ = w.w.WriteString(fromStart[:w.matched])
	w.deciding, w.matched = false, 0
}

// piece writes a piece of a line.
func (w *Writer) piece(p []byte) {
	if w.cr {
		_ = w.w.WriteByte('\r') // it was none of a line end
	}
	w.open = true
	p, w.cr = bytes.CutSuffix(p, []byte("\r"))
	_, _ = w.w.Write(p)
}

// end writes the last piece of a line, and its end.
func (w *Writer) end(p []byte) {
	if w.cr && len(p) > 0 {
		_ = w.w.WriteByte('\r')
	}
	_, _ = w.w.Write(bytes.TrimSuffix(p, []byte("\r")))
	_ = w.w.WriteByte('\n')
	w.deciding, w.cr, w.open = true, false, false
}

// End ends the message: its last line, if that has no end, and the empty line
// that stands behind every message.
func (w *Writer) End() error {
	if w.deciding {
		w.settle()
	}
	if w.cr {
		_ = w.w.WriteByte('\r')
	}
	if w.open {
		_ = w.w.WriteByte('\n')
	}
	return w.w.WriteByte('\n')
}
