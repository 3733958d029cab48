package batch

import (
	"io"

	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mailbox"
)

// An MboxWriter writes Internet messages into one mbox file; see
// [mailbox.Writer].
type MboxWriter struct {
	w  *mailbox.Writer
	to io.Writer // that it writes to
}

// NewMboxWriter returns a writer on w. The caller flushes it.
func NewMboxWriter(w io.Writer) *MboxWriter { return &MboxWriter{mailbox.NewWriter(w), w} }

// Flush writes what is buffered.
func (m *MboxWriter) Flush() error { return m.w.Flush() }

// Add appends a message. The line before it has the author's address and the
// time that the message was sent, in UTC, of its header.
func (m *MboxWriter) Add(src *store.Source) error {
	var about summaryOf
	about.readEML(src)
	if err := m.w.Begin(about.from, about.sent); err != nil {
		return err
	}
	if _, err := io.Copy(m.w, io.NewSectionReader(src, 0, src.Size())); err != nil {
		return err
	}
	return m.w.End()
}

// Append appends a file that is a mailbox itself.
func (m *MboxWriter) Append(src *store.Source) error {
	if err := m.w.Flush(); err != nil {
		return err
	}
	_, err := io.Copy(m.to, io.NewSectionReader(src, 0, src.Size()))
	return err
}
