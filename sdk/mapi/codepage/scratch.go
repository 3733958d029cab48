package codepage

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// scratch is memory in which text is decoded before its length is known. It is
// used again, so that decoding allocates no more than the text that it returns.
type scratch struct{ b []byte }

// maxScratch is the most bytes of memory that are kept for the next text.
const maxScratch = 1 << 18

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// takeScratch returns empty memory with room for n bytes, which give returns.
func takeScratch(n int) *scratch {
	s := scratches.Get().(*scratch)
	if cap(s.b) < n {
		s.b = make([]byte, 0, n)
	}
	s.b = s.b[:0]
	return s
}

// give returns the memory, or what it has grown to.
func (s *scratch) give(grown []byte) {
	if s.b = grown; cap(grown) <= maxScratch {
		scratches.Put(s)
	}
}

// decodeWith decodes b; ok is false if a part of it means nothing.
func decodeWith(t transform.Transformer, b []byte) (text string, ok bool) {
	held := takeScratch(2 * len(b))
	out, _, err := transform.Append(t, held.b, b)
	text, ok = string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
	held.give(out)
	return text, ok
}
