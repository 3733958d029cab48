package batch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// An MboxWriter writes Internet messages into one mbox file, in the variant
// mboxrd: lines end in LF, and a line that begins with "From ", after any number
// of ">", gets one ">" more, so that nothing is lost.
type MboxWriter struct {
	w *bufio.Writer
}

// NewMboxWriter returns a writer on w. The caller flushes it.
func NewMboxWriter(w io.Writer) *MboxWriter { return &MboxWriter{bufio.NewWriterSize(w, 64<<10)} }

// Flush writes what is buffered.
func (m *MboxWriter) Flush() error { return m.w.Flush() }

// mboxStart begins the line that separates messages.
const mboxStart = "From "

// Add appends a message. The line before it has the author's address and the
// time that the message was sent, in UTC, of its header.
func (m *MboxWriter) Add(src *store.Source) error {
	var about summaryOf
	about.readEML(src)
	address := about.from
	if address == "" || strings.ContainsAny(address, " \t\r\n") {
		address = "MAILER-DAEMON"
	}
	sent := about.sent
	if sent.IsZero() {
		sent = time.Unix(0, 0)
	}
	if _, err := fmt.Fprintf(m.w, "%s%s %s\n", mboxStart, address, sent.UTC().Format(time.ANSIC)); err != nil {
		return err
	}
	if err := m.lines(bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), 64<<10)); err != nil {
		return err
	}
	_, err := m.w.WriteString("\n") // an empty line ends a message
	return err
}

// lines copies lines of any length.
func (m *MboxWriter) lines(r *bufio.Reader) error {
	atStart := true
	for {
		part, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if errors.Is(err, bufio.ErrBufferFull) && part[len(part)-1] == '\r' {
			part = part[:len(part)-1] // it may belong to the end of the line
			if err := r.UnreadByte(); err != nil {
				return err
			}
		}
		if len(part) == 0 { // the end
			if !atStart {
				return m.w.WriteByte('\n')
			}
			return nil
		}
		if atStart && bytes.HasPrefix(bytes.TrimLeft(part, ">"), []byte(mboxStart)) {
			_ = m.w.WriteByte('>') // Flush says what went wrong
		}
		atStart = part[len(part)-1] == '\n'
		if atStart {
			part = append(bytes.TrimSuffix(part[:len(part)-1], []byte("\r")), '\n')
		}
		if _, werr := m.w.Write(part); werr != nil {
			return werr
		}
	}
}
