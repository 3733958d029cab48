package transfer

import (
	"bytes"
	"errors"
	"io"

	"github.com/emmansun/base64"
)

// A Damaged reader can tell how many bytes it had to skip or repair.
type Damaged interface {
	// Damage counts the bytes that broke the encoding's rules so far.
	Damage() int64
}

// DamageOf returns the damage of a reader that is Damaged, else 0.
func DamageOf(r io.Reader) int64 {
	if d, ok := r.(Damaged); ok {
		return d.Damage()
	}
	return 0
}

// A Base64Reader decodes base64 as mail has it: line breaks and blanks
// anywhere, bytes outside the alphabet skipped, padding missing, or in the
// middle where two encoded pieces were joined (RFC 2045 6.8).
type Base64Reader struct {
	r      io.Reader
	raw    [copyLen]byte
	dense  [copyLen + 4]byte // characters without line breaks
	carry  int               // characters at the start of dense from the last block, under 4
	out    [copyLen]byte
	rest   []byte // decoded, not yet read; lies in out
	err    error
	damage int64
}

// NewBase64Reader returns a decoder of r.
func NewBase64Reader(r io.Reader) *Base64Reader { return &Base64Reader{r: r} }

// reset makes the decoder one of r, without clearing its memory.
func (d *Base64Reader) reset(r io.Reader) {
	d.r, d.carry, d.rest, d.err, d.damage = r, 0, nil, nil, 0
}

// Damage counts characters that are neither base64 nor white space, and
// characters that no byte could be made of.
func (d *Base64Reader) Damage() int64 { return d.damage }

// Read implements io.Reader.
func (d *Base64Reader) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.block()
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// block reads and decodes the next piece of input.
func (d *Base64Reader) block() {
	n, err := d.r.Read(d.raw[:])
	d.err = err
	m := d.carry + compactLines(d.dense[d.carry:], d.raw[:n])
	whole := m
	if i := bytes.IndexByte(d.dense[:m], '='); i >= 0 {
		whole = i // what comes from there on is for salvage
	}
	whole &^= 3
	k, derr := base64.StdEncoding.Decode(d.out[:], d.dense[:whole])
	if derr != nil {
		k, whole = 0, 0
	}
	if m-whole < 4 && bytes.IndexByte(d.dense[whole:m], '=') < 0 {
		d.rest = d.out[:k]
		d.carry = copy(d.dense[:], d.dense[whole:m])
	} else {
		d.rest, d.carry = d.salvage(d.out[:k], whole, m)
	}
	if errors.Is(d.err, io.EOF) && d.carry > 0 {
		d.rest = append(d.rest, d.finish()...)
	}
}

// compactLines copies src without CR and LF.
func compactLines(dst, src []byte) int {
	n := 0
	for len(src) > 0 {
		i := bytes.IndexByte(src, '\n')
		line := src
		if i >= 0 {
			line, src = src[:i], src[i+1:]
		} else {
			src = nil
		}
		if k := len(line); k > 0 && line[k-1] == '\r' {
			line = line[:k-1]
		}
		n += copy(dst[n:], line)
	}
	return n
}

// salvage decodes the characters of dense from the one at from up to m one by
// one, appends the bytes to out, and returns them and the number of characters
// carried over, moved to the front.
func (d *Base64Reader) salvage(out []byte, from, m int) ([]byte, int) {
	var q [4]byte // sextets of the group in hand
	var chars [4]byte
	n := 0
	for _, c := range d.dense[from:m] {
		v := alphabet[c]
		switch {
		case v < 64:
			q[n], chars[n] = v, c
			if n++; n == 4 {
				out = append(out, q[0]<<2|q[1]>>4, q[1]<<4|q[2]>>2, q[2]<<6|q[3])
				n = 0
			}
		case c == '=':
			out = append(out, d.partial(q, n)...)
			n = 0
		case v == junk:
			d.damage++
		}
	}
	return out, copy(d.dense[:], chars[:n])
}

// finish decodes the characters left at the end of the input, fewer than four
// of any kind.
func (d *Base64Reader) finish() []byte {
	var out []byte
	var q [4]byte
	n := 0
	for _, c := range d.dense[:d.carry] {
		switch v := alphabet[c]; {
		case v < 64:
			q[n] = v
			n++
		case c == '=':
			out = append(out, d.partial(q, n)...)
			n = 0
		case v == junk:
			d.damage++
		}
	}
	d.carry = 0
	if n > 0 {
		d.damage++ // the padding is missing
	}
	return append(out, d.partial(q, n)...)
}

// partial returns the bytes of a group of n < 4 sextets.
func (d *Base64Reader) partial(q [4]byte, n int) []byte {
	switch n {
	case 1:
		d.damage++
	case 2:
		return []byte{q[0]<<2 | q[1]>>4}
	case 3:
		return []byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2}
	}
	return nil
}

const (
	blank = 254
	junk  = 255
)

// alphabet maps a character to its sextet, or to blank or junk.
var alphabet = func() (t [256]byte) {
	for i := range t {
		t[i] = junk
	}
	const chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i, c := range []byte(chars) {
		t[c] = byte(i)
	}
	for _, c := range []byte(" \t\r\n\v\f") {
		t[c] = blank
	}
	return t
}()
