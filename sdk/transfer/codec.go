package transfer

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/emmansun/base64"
)

const (
	lineChars = 76                // RFC 2045 6.8
	lineBytes = lineChars / 4 * 3 // content of one line
	blockLen  = lineBytes * 512   // bytes encoded at once
	copyLen   = 32 << 10          // bytes read at once
	lineLen   = lineChars + len("\r\n")
)

type buffers struct {
	src [blockLen]byte
	b64 [blockLen / 3 * 4]byte
	dst [blockLen / lineBytes * lineLen]byte
}

var pool = sync.Pool{New: func() any { return new(buffers) }}

// Copy copies r to w, transformed by t, and returns the number of bytes written.
func Copy(w io.Writer, r io.Reader, t Transform) (int64, error) {
	if fold := folds[t]; fold != nil {
		return encodeBase64(w, r, fold)
	}
	dec, err := borrowReader(r, t)
	if err != nil {
		return 0, err
	}
	defer giveBack(dec, t)
	b := pool.Get().(*buffers)
	defer pool.Put(b)
	// The anonymous structs hide ReadFrom and WriteTo: some readers cost more
	// the more is asked of them at once, so pieces stay at 32 KiB.
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{dec}, b.dst[:copyLen])
}

// NewReader returns a reader of r's bytes transformed by t.
func NewReader(r io.Reader, t Transform) (io.Reader, error) {
	switch t {
	case Raw:
		return r, nil
	case Unbase64:
		return NewBase64Reader(r), nil
	case Unquote:
		return NewQuotedReader(r), nil
	case Base64, Base64Line:
		return &base64Encoder{r: r, fold: folds[t]}, nil
	}
	return nil, fmt.Errorf("%w %d", ErrTransform, t)
}

// Decoders that were given back. They are large, and attachments are often small.
var (
	base64Readers = sync.Pool{New: func() any { return new(Base64Reader) }}
	quotedReaders = sync.Pool{New: func() any { return NewQuotedReader(nil) }}
)

// borrowReader is NewReader for a reader that is used until giveBack.
func borrowReader(r io.Reader, t Transform) (io.Reader, error) {
	switch t {
	case Unbase64:
		d := base64Readers.Get().(*Base64Reader)
		d.reset(r)
		return d, nil
	case Unquote:
		d := quotedReaders.Get().(*QuotedReader)
		d.reset(r)
		return d, nil
	}
	return NewReader(r, t)
}

// giveBack takes back what borrowReader returned for t. Nobody may use it
// afterwards.
func giveBack(r io.Reader, t Transform) {
	switch t {
	case Unbase64:
		d := r.(*Base64Reader)
		d.reset(nil)
		base64Readers.Put(d)
	case Unquote:
		d := r.(*QuotedReader)
		d.reset(nil)
		quotedReaders.Put(d)
	case Base64, Base64Line:
		d := r.(*base64Encoder)
		if d.b != nil {
			pool.Put(d.b)
			d.b = nil
		}
	}
}

// folds encode n bytes of b.src into b.dst and return how many that gives.
var folds = map[Transform]func(b *buffers, n int) int{
	Base64: foldBase64,
	Base64Line: func(b *buffers, n int) int {
		base64.StdEncoding.Encode(b.dst[:], b.src[:n])
		return base64.StdEncoding.EncodedLen(n)
	},
}

// encodeBase64 writes r in base64, as fold has it.
func encodeBase64(w io.Writer, r io.Reader, fold func(*buffers, int) int) (int64, error) {
	b := pool.Get().(*buffers)
	defer pool.Put(b)
	var written int64
	for {
		n, err := readFull(r, b.src[:])
		if n > 0 {
			out := fold(b, n)
			m, werr := w.Write(b.dst[:out])
			written += int64(m)
			if werr != nil {
				return written, werr
			}
		}
		if errors.Is(err, io.EOF) {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}

// readFull fills p in steps of at most copyLen and returns io.EOF with the last
// bytes.
func readFull(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = r.Read(p[n:min(len(p), n+copyLen)])
		n += k
	}
	return n, err
}

// foldBase64 encodes into lines of 76 characters, each ended by CRLF, the last
// one too.
func foldBase64(b *buffers, n int) int {
	e := base64.StdEncoding.EncodedLen(n)
	base64.StdEncoding.Encode(b.b64[:e], b.src[:n])
	out := 0
	for i := 0; i < e; i += lineChars {
		out += copy(b.dst[out:], b.b64[i:min(e, i+lineChars)])
		out += copy(b.dst[out:], "\r\n")
	}
	return out
}

// base64Encoder is encodeBase64 as a reader.
type base64Encoder struct {
	r    io.Reader
	fold func(*buffers, int) int
	b    *buffers
	rest []byte // encoded, not yet read; lies in b.dst
	err  error
}

func (e *base64Encoder) Read(p []byte) (int, error) {
	for len(e.rest) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		if e.b == nil {
			e.b = pool.Get().(*buffers)
		}
		var n int
		n, e.err = readFull(e.r, e.b.src[:])
		e.rest = e.b.dst[:e.fold(e.b, n)]
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}
