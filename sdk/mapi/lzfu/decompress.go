package lzfu

import (
	"errors"
	"fmt"
	"io"
)

// Decompress returns the RTF in b, at most limit bytes of it; a limit of zero
// or less means DefaultLimit. w tells what was wrong with b but did not matter.
// The result shares no memory with b, except that stored contents are returned
// as a part of b.
//
// An empty b holds no RTF and is not an error. A b too short for its header or
// of an unknown kind gives a *FormatError with ErrCorrupt; output beyond limit
// gives the first limit bytes and a *FormatError with ErrTooLarge.
func Decompress(b []byte, limit int64) (rtf []byte, w Warning, err error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	if len(b) == 0 {
		return nil, 0, nil
	}
	if len(b) < headerSize {
		return nil, 0, &FormatError{int64(len(b)), "[MS-OXRTFCP] 2.1.3.1.1", "header cut short", ErrCorrupt}
	}
	h, err := parseHeader(b)
	if err != nil {
		return nil, 0, err
	}
	contents, w := bound(b[headerSize:], h)
	if h.kind == typeMELA {
		rtf, w = stored(contents, h, w)
	} else {
		if checksum(contents) != h.crc {
			w |= WarnCRC
		}
		var ended bool
		rtf, ended = expand(contents, h, limit)
		if !ended {
			w |= WarnTruncated
		}
		if int64(len(rtf)) != int64(h.rawSize) {
			w |= WarnRawSize
		}
	}
	if int64(len(rtf)) > limit {
		return rtf[:limit:limit], w, &FormatError{headerSize, "[MS-OXRTFCP] 2.2.3",
			fmt.Sprintf("more than %d bytes", limit), ErrTooLarge}
	}
	return rtf, w, nil
}

// bound applies COMPSIZE to what follows the header.
//
// QUIRK: values cut short or padded by their store disagree with COMPSIZE; the
// shorter of the two holds. A COMPSIZE below its own minimum says nothing.
func bound(contents []byte, h header) ([]byte, Warning) {
	claimed := int64(h.compSize) - compExtra
	if claimed == int64(len(contents)) {
		return contents, 0
	}
	if claimed >= 0 && claimed < int64(len(contents)) {
		contents = contents[:claimed]
	}
	return contents, WarnCompressedSize
}

// stored returns the RTF of uncompressed contents.
//
// QUIRK: many writers count the header in the RAWSIZE of stored contents.
func stored(contents []byte, h header, w Warning) ([]byte, Warning) {
	raw, n := int64(h.rawSize), int64(len(contents))
	if raw != n && raw != n+compExtra {
		w |= WarnRawSize
	}
	if raw > 0 && raw < n {
		contents = contents[:raw:raw]
	}
	return contents, w
}

// expand decompresses contents and stops soon after limit bytes. ended tells
// whether the end marker was met.
func expand(contents []byte, h header, limit int64) (rtf []byte, ended bool) {
	room := min(int64(h.rawSize), limit, int64(len(contents))*8) + maxRun
	out := append(make([]byte, 0, ringSize+room), firstRing...)
	for len(contents) > 0 && !ended && int64(len(out)-ringSize) <= limit {
		var n int
		out, n, ended = run(out, contents)
		contents = contents[n:]
	}
	return out[ringSize:], ended
}

// firstRing is what is behind the write offset of a ring before anything is
// decoded: zeros, and the dictionary.
var firstRing = append(make([]byte, ringSize-len(dictionary)), dictionary...)

// run decodes one control byte and its tokens from in, which is not empty, and
// appends what they stand for to out [MS-OXRTFCP] 2.2.3. n is the number of
// bytes taken; ended tells that the end marker was met. A token that in cuts
// short is dropped.
//
// out begins as firstRing. Its last ringSize bytes are the ring, and its length
// tells the write offset, so only multiples of ringSize may be cut off in front.
func run(out, in []byte) (_ []byte, n int, ended bool) {
	control, i := in[0], 1
	if control == 0 && len(in) > 8 {
		return append(out, in[1:9]...), 9, false
	}
	for bit := range 8 {
		if control>>bit&1 == 0 {
			if i >= len(in) {
				return out, i, false
			}
			out = append(out, in[i])
			i++
			continue
		}
		if i+1 >= len(in) {
			return out, len(in), false
		}
		ref := int(in[i])<<8 | int(in[i+1])
		i += 2
		back := (len(out) + len(dictionary) - ref>>4) & ringMask
		if back == 0 {
			return out, i, true
		}
		out = again(out, back, ref&0xF+minMatch)
	}
	return out, i, false
}

// again appends the n bytes that begin back bytes before the end of out. They
// may run into themselves.
func again(out []byte, back, n int) []byte {
	from := len(out) - back
	if back >= n {
		return append(out, out[from:from+n]...)
	}
	for i := range n {
		out = append(out, out[from+i])
	}
	return out
}

// NewReader returns a reader of the RTF in the compressed value that r holds.
// It reads no further than the end marker or COMPSIZE, plus a buffer, and does
// not close r.
//
// It is as lenient as Decompress, but says nothing of sizes and CRC, and the
// caller has to limit the output: the input expands at most eightfold. Errors
// of r are returned as they are; anything else is a *FormatError.
func NewReader(r io.Reader) io.Reader {
	return &reader{src: r}
}

// reader streams a decompression.
type reader struct {
	src     io.Reader
	started bool
	stored  bool
	eof     bool // src is exhausted
	err     error

	ring []byte // see run
	buf  [4096]byte
	in   []byte // part of buf not decoded yet
	out  []byte // decoded bytes not read yet, part of ring
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if !r.started {
		r.start()
	}
	if r.stored && r.err == nil {
		return r.src.Read(p)
	}
	n := 0
	for n < len(p) {
		if len(r.out) > 0 {
			k := copy(p[n:], r.out)
			n, r.out = n+k, r.out[k:]
			continue
		}
		if r.err != nil {
			break
		}
		r.step()
	}
	if n == 0 && len(p) > 0 {
		return 0, r.err
	}
	return n, nil
}

// start reads the header.
func (r *reader) start() {
	r.started = true
	var b [headerSize]byte
	n, err := io.ReadFull(r.src, b[:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = &FormatError{int64(n), "[MS-OXRTFCP] 2.1.3.1.1", "header cut short", ErrCorrupt}
	}
	if err != nil {
		r.err = err
		return
	}
	h, err := parseHeader(b[:])
	if err != nil {
		r.err = err
		return
	}
	size := int64(h.compSize) - compExtra
	if h.kind == typeMELA {
		r.stored = true
		if raw := int64(h.rawSize); raw > 0 && (size < 0 || raw < size) {
			size = raw
		}
	}
	if size >= 0 {
		r.src = io.LimitReader(r.src, size)
	}
	r.ring = append(make([]byte, 0, 2*ringSize+maxRun), firstRing...)
}

// step decodes one run into out, or sets err.
func (r *reader) step() {
	for len(r.in) < maxRunInput && !r.eof {
		k := copy(r.buf[:], r.in)
		n, err := r.src.Read(r.buf[k:])
		r.in = r.buf[:k+n]
		if err == io.EOF {
			r.eof = true
		} else if err != nil {
			r.err = err
			return
		}
	}
	if len(r.in) == 0 {
		r.err = io.EOF
		return
	}
	if len(r.ring) >= 2*ringSize {
		r.ring = r.ring[:copy(r.ring, r.ring[ringSize:])]
	}
	at := len(r.ring)
	ring, n, ended := run(r.ring, r.in)
	r.ring, r.out, r.in = ring, ring[at:], r.in[n:]
	if ended {
		r.err = io.EOF
	}
}
