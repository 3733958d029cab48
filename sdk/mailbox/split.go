package mailbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// ErrNotMailbox is wrapped by the error for a file that does not begin with a
// "From " line.
var ErrNotMailbox = errors.New("not an mbox file")

// A Message is one of a mailbox: Length bytes at Offset, without the line that
// separates it from the one before it and without the empty line after it.
type Message struct {
	Offset, Length int64  // bytes in the file
	From           string // the separator after "From ": sender and date, at most 1000 bytes

	quoted []int64 // offsets in the message of each ">" that is not part of it, ascending
}

const (
	bufferSize = 64 << 10
	// maxLook is how much of a line is looked at, in bytes.
	maxLook = 1000
)

// Split yields the messages in the first size bytes of r, in their order. What
// it cannot read ends it: an error wraps [ErrNotMailbox] or is that of r, and is
// the last pair.
func Split(r io.ReaderAt, size int64) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		s := &splitter{r: r, size: size, in: bufio.NewReaderSize(nil, bufferSize)}
		s.seek(0)
		if err := s.first(); err != nil {
			yield(Message{}, err)
			return
		}
		for {
			m, more, err := s.message()
			if err != nil {
				yield(Message{}, err)
				return
			}
			if !yield(m, nil) || !more {
				return
			}
		}
	}
}

// splitter walks the lines of a mailbox. The current line is the one that next
// found last.
type splitter struct {
	r    io.ReaderAt
	size int64
	in   *bufio.Reader // at pos
	pos  int64         // behind the current line
	cr   bool          // lines end in CR
	err  error         // of r

	patches bool  // the file is a series of patches: their separators count
	trusted int64 // no separator before this, by Content-Length

	line  []byte // the beginning of the current line, without its end
	start int64  // where it begins
	blank bool   // the line before it is empty, or there is none
	last  int64  // where the line before it begins
}

// seek goes on at off.
func (s *splitter) seek(off int64) {
	s.in.Reset(io.NewSectionReader(s.r, off, s.size-off))
	s.pos = off
}

// next reads the next line; false at the end.
func (s *splitter) next() bool {
	s.blank = len(s.line) == 0
	s.last, s.start = s.start, s.pos
	s.line = s.line[:0]
	for {
		piece, err := s.piece()
		s.pos += int64(len(piece))
		if room := maxLook - len(s.line); room > 0 {
			s.line = append(s.line, piece[:min(len(piece), room)]...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			s.err = err
			return false
		}
		s.line = bytes.TrimRight(s.line, "\r\n")
		return s.pos > s.start
	}
}

// piece reads up to the end of the line or of the buffer.
func (s *splitter) piece() ([]byte, error) {
	if s.cr {
		return s.in.ReadSlice('\r')
	}
	return s.in.ReadSlice('\n')
}

// first goes to the first separator. A byte order mark and empty lines may
// precede it.
func (s *splitter) first() error {
	head, _ := s.in.Peek(maxLook)
	if i := bytes.IndexAny(head, "\r\n"); i >= 0 && head[i] == '\r' {
		s.cr = i+1 < len(head) && bytes.IndexByte(head, '\n') < 0
	}
	for s.next() {
		line := s.line
		if s.start == 0 {
			line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
		}
		if len(line) == 0 {
			continue
		}
		if !bytes.HasPrefix(line, separator) {
			break
		}
		s.line = append(s.line[:0], line...)
		s.patches = isPatch(line)
		return nil
	}
	if s.err != nil {
		return s.err
	}
	return fmt.Errorf("%w: it does not begin with a line \"From \"", ErrNotMailbox)
}

// message reads the message behind the separator that is the current line, and
// goes to the next separator. more is false if there is none.
func (s *splitter) message() (m Message, more bool, err error) {
	m = Message{Offset: s.pos, From: string(bytes.TrimSpace(s.line[len(separator):]))}
	s.line, s.trusted = s.line[:0], s.pos
	more = s.header() || s.body(&m)
	end := s.start
	if s.blank {
		end = s.last // the empty line is not part of the message
	}
	m.Length = max(0, end-m.Offset)
	return m, more, s.err
}

// header reads to the end of the header. It returns true at the next separator.
func (s *splitter) header() bool {
	length := int64(-1)
	for s.next() {
		switch {
		case s.separates():
			return true
		case len(s.line) == 0:
			if length >= 0 && s.endsAt(s.pos+length) {
				s.trusted = s.pos + length
			}
			return false
		}
		if n, ok := contentLength(s.line); ok {
			length = n
		}
	}
	return false
}

// body reads to the end of the body. It returns true at the next separator.
func (s *splitter) body(m *Message) bool {
	raw := false
	for s.next() {
		switch {
		case s.start >= s.trusted && s.separates():
			return true
		case bytes.HasPrefix(s.line, separator):
			raw = raw || s.start < s.trusted
		case isQuoted(s.line) && len(m.quoted) < limits.MailboxQuoted.Int():
			m.quoted = append(m.quoted, s.start-m.Offset)
		}
		if raw {
			m.quoted = nil
		}
	}
	return false
}

// endsAt reports whether the next message begins at off, or after empty lines
// there, or the file ends.
func (s *splitter) endsAt(off int64) bool {
	if off > s.size || off < s.pos {
		return false
	}
	var buf [2 * maxLook]byte
	n, err := s.r.ReadAt(buf[:min(int64(len(buf)), s.size-off)], off)
	if err != nil && !errors.Is(err, io.EOF) {
		return false // whoever gets there meets it again
	}
	rest := bytes.TrimLeft(buf[:n], "\r\n")
	if len(rest) == 0 {
		return off+int64(n) == s.size
	}
	line, ahead := rest, []byte(nil)
	if i := bytes.IndexAny(rest, "\r\n"); i >= 0 {
		line = rest[:i]
		ahead = bytes.TrimPrefix(rest[i+1:], []byte("\n"))
		if rest[i] == '\n' {
			ahead = rest[i+1:]
		}
	}
	return bytes.HasPrefix(line, separator) && isSeparator(line, ahead, true, s.patches)
}

// separates reports whether the current line is a separator.
func (s *splitter) separates() bool {
	if !bytes.HasPrefix(s.line, separator) {
		return false
	}
	ahead, _ := s.in.Peek(maxLook)
	return isSeparator(s.line, ahead, s.blank, s.patches)
}
