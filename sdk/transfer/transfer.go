// Package transfer moves the content of attachments between a message and a
// file without anybody looking at it.
//
// A converter says "here stands this value, in base64 lines of 76" ([Output])
// or "this value is those bytes of the input, un-base64" ([Input]). Whoever
// owns both ends, the host, does the work: one streaming copy, with the
// encoders of this package. Inside one process [NewOutput] and [NewInput] do it
// directly.
package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Transform changes bytes on their way from one place to another.
type Transform uint8

// The transforms. Their numbers are those of the wire
// (sdk/proto/oxbridge/plugin/v1).
const (
	Raw        Transform = 0
	Base64     Transform = 1 // lines of 76 characters, each ended by CRLF
	Unbase64   Transform = 2 // tolerant: bytes outside the alphabet are skipped
	Unquote    Transform = 3 // quoted-printable, tolerant
	Base64Line Transform = 4 // base64 in one line without an end, as in JSON
)

// Known reports whether t is one of the transforms.
func (t Transform) Known() bool { return t <= Base64Line }

// ErrTransform is wrapped by errors that name a transform nobody knows.
var ErrTransform = errors.New("transfer: unknown transform")

// An Output is the file that an export writes, from its first byte to its last.
type Output interface {
	io.Writer
	// Ref places the content of v, transformed by t, at the current position.
	// The output after it goes on where the content ended. When v cannot be
	// read to its end, what was read is placed, and its encoding is ended. A
	// host does not tell, and reports a value that is damaged by itself; the
	// error of v is returned otherwise.
	Ref(v mapi.Large, t Transform) error
}

// An Input is the file that an import reads. It is safe for concurrent use.
type Input interface {
	io.ReaderAt
	// Size returns the length of the file in bytes.
	Size() int64
	// Find returns the lowest offset at which one of the patterns begins and
	// ends inside [from, to), and which one it is; the longest if several
	// begin there. It returns -1, -1 if there is none. It does not cost a
	// transfer of the bytes searched.
	Find(from, to int64, patterns ...[]byte) (at int64, which int, err error)
	// Range is the n bytes from off on, transformed by t, as a value to give to
	// a property. Nothing is read before the message is stored.
	Range(off, n int64, t Transform) mapi.Large
}

// Ranged is a value made by [Input.Range]: whoever owns the input can tell what
// it is made of instead of reading it.
type Ranged struct {
	In        Input
	Off, N    int64 // bytes of the input
	Transform Transform
}

// Size returns N for Raw, else -1: only decoding tells.
func (r Ranged) Size() int64 {
	if r.Transform == Raw {
		return r.N
	}
	return -1
}

// Open returns a reader of the transformed bytes, which is Damaged. Closing it
// saves memory, and makes later reads io.ErrClosedPipe.
func (r Ranged) Open() (io.ReadCloser, error) {
	dec, err := borrowReader(io.NewSectionReader(r.In, r.Off, r.N), r.Transform)
	if err != nil {
		return nil, err
	}
	return &rangedReader{dec: dec, t: r.Transform}, nil
}

// rangedReader reads a Ranged through a decoder that is borrowed until Close.
type rangedReader struct {
	dec    io.Reader // nil when it is closed
	t      Transform
	damage int64 // when it was closed
}

// Read implements io.Reader.
func (r *rangedReader) Read(p []byte) (int, error) {
	if r.dec == nil {
		return 0, io.ErrClosedPipe
	}
	return r.dec.Read(p)
}

// Close implements io.Closer.
func (r *rangedReader) Close() error {
	if r.dec != nil {
		r.damage = r.Damage()
		giveBack(r.dec, r.t)
		r.dec = nil
	}
	return nil
}

// Damage implements Damaged.
func (r *rangedReader) Damage() int64 {
	if r.dec == nil {
		return r.damage
	}
	return DamageOf(r.dec)
}

// output executes references on the spot.
type output struct{ io.Writer }

// NewOutput returns an Output that writes to w, references included.
func NewOutput(w io.Writer) Output { return output{w} }

func (o output) Ref(v mapi.Large, t Transform) error {
	r, err := v.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = Copy(o.Writer, r, t)
	return err
}

// input serves a file or a piece of memory.
type input struct {
	io.ReaderAt
	size int64
}

// NewInput returns an Input over the first size bytes of r.
func NewInput(r io.ReaderAt, size int64) Input { return input{r, size} }

// NewBytesInput returns an Input over b, which must not change.
func NewBytesInput(b []byte) Input { return input{bytes.NewReader(b), int64(len(b))} }

func (in input) Size() int64 { return in.size }

func (in input) Range(off, n int64, t Transform) mapi.Large {
	return Ranged{In: in, Off: off, N: n, Transform: t}
}

func (in input) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	return Find(context.Background(), in.ReaderAt, from, min(to, in.size), patterns...)
}
