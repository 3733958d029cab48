package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxQuotedLine bounds the memory for one line; longer ones are decoded in
// pieces.
const maxQuotedLine = 32 << 10

// A QuotedReader decodes quoted-printable as mail has it: lower-case digits,
// blanks after a soft line break and bad escapes are accepted, the last as the
// bytes they are (RFC 2045 6.7). Line breaks stay what they are in the input.
type QuotedReader struct {
	r      *bufio.Reader
	held   int    // bytes of r's buffer that rest lies in
	rest   []byte // decoded, not yet read
	err    error
	damage int64
}

// NewQuotedReader returns a decoder of r.
func NewQuotedReader(r io.Reader) *QuotedReader {
	return &QuotedReader{r: bufio.NewReaderSize(r, maxQuotedLine)}
}

// reset makes the decoder one of r.
func (d *QuotedReader) reset(r io.Reader) {
	d.r.Reset(r)
	d.held, d.rest, d.err, d.damage = 0, nil, nil, 0
}

// Damage counts the escapes that were not valid.
func (d *QuotedReader) Damage() int64 { return d.damage }

// Read implements io.Reader.
func (d *QuotedReader) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		_, _ = d.r.Discard(d.held) // buffered bytes: cannot fail
		d.rest = d.decode(d.next())
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// next returns a line, or the piece of a long one, and whether it is complete.
// The bytes stay in the buffer of d.r.
func (d *QuotedReader) next() (line []byte, complete bool) {
	b, _ := d.r.Peek(d.r.Buffered())
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		if b, d.err = d.r.Peek(maxQuotedLine); errors.Is(d.err, bufio.ErrBufferFull) {
			d.err = nil
		}
		i = bytes.IndexByte(b, '\n')
	}
	switch {
	case i >= 0:
		b, complete, d.err = b[:i+1], true, nil
	case d.err != nil:
		complete = true
	default: // a full buffer without a line end: keep an escape in one piece
		if j := bytes.LastIndexByte(b, '='); j > 0 && j >= len(b)-2 {
			b = b[:j]
		}
	}
	d.held = len(b)
	return b, complete
}

// decode decodes a line in place.
func (d *QuotedReader) decode(line []byte, complete bool) []byte {
	text := line
	if complete {
		text = bytes.TrimRight(line, " \t\r\n")
	}
	n := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c != '=':
		case complete && i == len(text)-1:
			return line[:n] // soft line break
		case i+2 < len(text) && unhex[text[i+1]] < 16 && unhex[text[i+2]] < 16:
			c = unhex[text[i+1]]<<4 | unhex[text[i+2]]
			i += 2
		default:
			d.damage++
		}
		line[n] = c
		n++
	}
	if !complete {
		return line[:n]
	}
	end := len(line)
	for end > 0 && (line[end-1] == '\n' || line[end-1] == '\r') && end > len(text) {
		end--
	}
	return append(line[:n], line[end:]...)
}

// unhex maps a hexadecimal digit to its value, anything else to 255.
var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("0123456789ABCDEF") {
		t[c] = byte(i)
	}
	for i, c := range []byte("abcdef") {
		t[c] = byte(10 + i)
	}
	return t
}()
