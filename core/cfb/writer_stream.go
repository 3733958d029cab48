package cfb

import "io"

// A StreamWriter writes the contents of one stream.
type StreamWriter struct {
	w      *Writer
	id     uint32
	chain  chain
	buf    []byte // not yet in a sector; at most miniCutoff bytes
	size   int64  // bytes written so far
	closed bool
}

var _ io.WriteCloser = (*StreamWriter)(nil)

// Size returns the number of bytes written so far.
func (s *StreamWriter) Size() int64 { return s.size }

// Write appends p. It fails with ErrClosed after Close, with ErrTooLarge when
// the file is full, and with any error the destination met before.
func (s *StreamWriter) Write(p []byte) (int, error) {
	if s.closed || s.w.done {
		return 0, ErrClosed
	}
	done := 0
	for done < len(p) && s.w.err == nil {
		rest := p[done:]
		if whole := len(rest) / miniCutoff * miniCutoff; len(s.buf) == 0 && whole > 0 {
			s.w.extend(&s.chain, rest[:whole])
			done += whole
			continue
		}
		if s.buf == nil {
			s.buf = s.w.buffer()
		}
		n := min(len(rest), miniCutoff-len(s.buf))
		s.buf = append(s.buf, rest[:n]...)
		done += n
		if len(s.buf) == miniCutoff {
			s.w.extend(&s.chain, s.buf)
			s.buf = s.buf[:0]
		}
	}
	if s.w.err != nil {
		return 0, s.w.err
	}
	s.size += int64(done)
	return done, nil
}

// Close ends the stream. A stream shorter than 4096 bytes goes into the mini
// stream here. Closing twice is ErrClosed.
func (s *StreamWriter) Close() error {
	if s.closed || s.w.done {
		return ErrClosed
	}
	s.closed = true
	w := s.w
	w.open--
	w.settle(s.id, &s.chain, s.size, s.buf)
	if s.buf != nil {
		w.spare = append(w.spare, s.buf[:0])
		s.buf = nil
	}
	return w.err
}

// settle completes the stream id: size bytes long, of which all but rest are in
// sectors of the chain c.
func (w *Writer) settle(id uint32, c *chain, size int64, rest []byte) {
	n := w.nodes[id]
	n.size = uint64(size)
	switch {
	case size == 0:
	case size < miniCutoff:
		n.start = w.putMini(rest)
	default:
		w.finish(c, rest)
		n.start = c.first
	}
}

// buffer returns an empty slice with room for miniCutoff bytes.
func (w *Writer) buffer() []byte {
	if n := len(w.spare); n > 0 {
		b := w.spare[n-1]
		w.spare = w.spare[:n-1]
		return b
	}
	return make([]byte, 0, miniCutoff)
}

// putMini appends p, filled up to whole mini sectors, to the mini stream and
// returns its first mini sector ([MS-CFB] 2.4).
func (w *Writer) putMini(p []byte) uint32 {
	first := len(w.miniFAT)
	count := (len(p) + miniSectorSize - 1) / miniSectorSize
	if w.err == nil && uint64(first+count) > uint64(maxRegSect) {
		w.err = tooLarge("[MS-CFB] 2.4", "mini stream is full")
	}
	for i := 1; i < count; i++ {
		w.miniFAT = append(w.miniFAT, uint32(first+i))
	}
	w.miniFAT = append(w.miniFAT, endOfChain)
	if w.miniBuf == nil {
		w.miniBuf = make([]byte, 0, 2*miniCutoff)
	}
	w.miniBuf = append(w.miniBuf, p...)
	w.miniBuf = append(w.miniBuf, zeros[:count*miniSectorSize-len(p)]...)
	if len(w.miniBuf) >= miniCutoff {
		rest := w.extend(&w.mini, w.miniBuf)
		w.miniBuf = w.miniBuf[:copy(w.miniBuf, rest)]
	}
	return uint32(first)
}

// zeros fills sectors and mini sectors up.
var zeros [4096]byte
