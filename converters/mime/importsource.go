package mime

import (
	"bytes"
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const (
	// wholeInput is the size in bytes up to which an input is read at once.
	wholeInput = 256 << 10
	// windowBytes is what is read at once of a larger one: enough for most
	// headers. Longer bodies are read by their length, and what lies between is
	// not read.
	windowBytes = 16 << 10
	// behindBytes is what a window has before the place asked for: whoever finds
	// a boundary looks at the line end before it.
	behindBytes = 64
	// headerBytes is what is looked at first of a header.
	headerBytes = 4 << 10
)

// source is the bytes that parts are made of: the input, or a decoded part in
// memory. It keeps one window of them.
type source struct {
	in     transfer.Input
	size   int64
	whole  bool // the window never moves
	crlf   bool // the message is sealed in lines that end in LF, which stand for CRLF
	window int  // bytes that are read at once if not

	win []byte // the bytes from off on
	off int64
	err error // of reading; everything after it is empty
}

func newSource(in transfer.Input) *source {
	return &source{in: in, size: in.Size(), whole: in.Size() <= wholeInput, window: windowBytes}
}

// view returns the n bytes at off, fewer at the end. They are valid until the
// next call of a method, in a whole input for good.
func (s *source) view(off, n int64) []byte {
	n = min(n, s.size-off)
	if s.err != nil || n <= 0 || off < 0 {
		return nil
	}
	if off < s.off || off+n > s.off+int64(len(s.win)) {
		s.fill(off, n)
	}
	b := s.win[min(off-s.off, int64(len(s.win))):]
	return b[:min(n, int64(len(b)))]
}

// load returns a copy of the n bytes at off that stays valid.
func (s *source) load(off, n int64) []byte {
	b := s.view(off, n)
	if s.whole {
		return b
	}
	return bytes.Clone(b)
}

// fill moves the window to off, at least n bytes of it.
func (s *source) fill(off, n int64) {
	if s.whole {
		off, n = 0, s.size
	}
	behind := min(off, behindBytes)
	off, n = off-behind, n+behind
	n = min(max(n, int64(s.window)), s.size-off)
	if int64(cap(s.win)) < n || cap(s.win) > 4*s.window && n <= int64(s.window) {
		s.win = make([]byte, n)
	}
	k, err := s.in.ReadAt(s.win[:n], off)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		s.err, k = err, 0
	case int64(k) < n:
		s.err, k = io.ErrUnexpectedEOF, 0
	}
	s.win, s.off = s.win[:k], off
}

// find returns the lowest offset in [from, to) at which pattern stands whole,
// or -1. Beyond the window the input's owner searches.
func (s *source) find(from, to int64, pattern []byte) int64 {
	to = min(to, s.size)
	n := int64(len(pattern))
	if to-from < n {
		return -1
	}
	if from < s.off || from+min(int64(s.window/16)+n, to-from) > s.off+int64(len(s.win)) {
		s.view(from, min(int64(s.window), to-from))
	}
	end := min(to, s.off+int64(len(s.win)))
	if s.err != nil || end < from {
		return -1
	}
	if i := bytes.Index(s.win[from-s.off:end-s.off], pattern); i >= 0 {
		return from + int64(i)
	}
	if end == to {
		return -1
	}
	at, _, err := s.in.Find(max(from, end-n+1), to, pattern)
	if err != nil {
		s.err = err
		return -1
	}
	return at
}

// skipJunk returns where the message begins: after a byte order mark and empty
// lines that a header field follows.
func (s *source) skipJunk() int64 {
	b := s.view(0, windowBytes)
	rest := bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	text := bytes.TrimLeft(rest, " \t\r\n")
	switch {
	case len(text) == 0 && int64(len(b)) == s.size:
		return s.size
	case isFieldLine(text):
		rest = text
	}
	return int64(len(b) - len(rest))
}

// binary reports whether the input is no text: it does not begin like a message
// and holds NUL.
func (s *source) binary(start int64) bool {
	b := s.view(start, 512)
	return !isFieldLine(b) && !isFromLine(b) && bytes.IndexByte(b, 0) >= 0
}
