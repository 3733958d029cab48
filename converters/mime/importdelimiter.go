package mime

import (
	"bytes"
	"strings"
)

// trimEOL returns end less the line end before it, not below start.
func (s *source) trimEOL(start, end int64) int64 {
	b := s.view(max(start, end-2), min(2, end-start))
	switch {
	case bytes.HasSuffix(b, []byte("\r\n")):
		return end - 2
	case len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r'):
		return end - 1
	}
	return end
}

// A delimiter finds the lines that part a multipart.
type delimiter struct {
	src  *source
	text []byte // "--" and the boundary
}

// A delimiterLine is one of them.
type delimiterLine struct {
	start, next int64 // of the line, and of what follows
	closing     bool
}

// next returns the first delimiter line in [from, to), the start of which is
// the start of a line. Blanks may follow (RFC 2046 5.1.1).
func (d delimiter) next(from, to int64) (line delimiterLine, found bool) {
	for pos := from; ; {
		at := d.src.find(pos, to, d.text)
		if at < 0 {
			return delimiterLine{}, false
		}
		pos = at + 1
		if at > from {
			if b := d.src.view(at-1, 1); len(b) == 0 || b[0] != '\n' && b[0] != '\r' {
				continue
			}
		}
		tail := d.src.view(at+int64(len(d.text)), min(maxBoundary, to-at-int64(len(d.text))))
		if n, closing, ok := delimiterTail(tail); ok {
			return delimiterLine{at, at + int64(len(d.text)+n), closing}, true
		}
	}
}

// delimiterTail reads what follows the boundary in its line and returns its
// length.
//
// QUIRK: after the last boundary anything may stand that cannot be part of a
// boundary, such as the ">" of a quoted one.
func delimiterTail(b []byte) (n int, closing, ok bool) {
	if bytes.HasPrefix(b, []byte("--")) {
		n, closing = 2, true
	}
	for n < len(b) && (b[n] == ' ' || b[n] == '\t') {
		n++
	}
	switch {
	case n == len(b):
		return n, closing, true
	case b[n] == '\n':
		return n + 1, closing, true
	case b[n] == '\r' && n+1 < len(b) && b[n+1] == '\n':
		return n + 2, closing, true
	case b[n] == '\r':
		return n + 1, closing, true
	}
	return n, closing, closing && !isBoundaryChar(b[n])
}

// isBoundaryChar reports whether c may stand in a boundary (RFC 2046 5.1.1).
func isBoundaryChar(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("'()+_,-./:=? ", c) >= 0
}
