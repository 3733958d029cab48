package mailbox

import (
	"context"
	"io"
	"sort"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// Size returns the length of the message in bytes, without the ">" that a
// mailbox puts before "From ".
func (m Message) Size() int64 { return m.Length - int64(len(m.quoted)) }

// Input returns the message as an import reads it; r is the mailbox that it was
// found in. Offsets are those of the message, whose first byte is 0. ctx ends
// searches. Where r is an input itself and nothing in the message is quoted, ranges
// of it are ranges of r, which the host of a plugin has.
func (m Message) Input(ctx context.Context, r io.ReaderAt) transfer.Input {
	if in, ok := r.(transfer.Input); ok && len(m.quoted) == 0 {
		return section{in, m.Offset, m.Length}
	}
	whole := io.NewSectionReader(r, m.Offset, m.Length)
	if len(m.quoted) == 0 {
		return transfer.NewInput(whole, m.Length)
	}
	return &input{ctx, whole, m.quoted, m.Size()}
}

// section is a part of an input.
type section struct {
	in             transfer.Input
	offset, length int64
}

var _ transfer.Input = section{}

// Size implements transfer.Input.
func (s section) Size() int64 { return s.length }

// ReadAt implements io.ReaderAt.
func (s section) ReadAt(p []byte, off int64) (int, error) {
	return io.NewSectionReader(s.in, s.offset, s.length).ReadAt(p, off)
}

// Find implements transfer.Input.
func (s section) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	at, which, err := s.in.Find(s.offset+from, s.offset+min(to, s.length), patterns...)
	if at >= 0 {
		at -= s.offset
	}
	return at, which, err
}

// Range implements transfer.Input.
func (s section) Range(off, n int64, t transfer.Transform) mapi.Large {
	return s.in.Range(s.offset+off, n, t)
}

// input is a message without the bytes at some offsets.
type input struct {
	ctx    context.Context //nolint:containedctx // of the job that the input is for
	r      io.ReaderAt
	gone   []int64 // ascending
	length int64
}

var _ transfer.Input = (*input)(nil)

// Size implements transfer.Input.
func (in *input) Size() int64 { return in.length }

// ReadAt implements io.ReaderAt.
func (in *input) ReadAt(p []byte, off int64) (n int, err error) {
	// The k-th byte that is gone stands before the bytes from gone[k]-k on.
	k := sort.Search(len(in.gone), func(k int) bool { return in.gone[k]-int64(k) > off })
	at := off + int64(k)
	for n < len(p) {
		room := int64(len(p) - n)
		if k < len(in.gone) {
			room = min(room, in.gone[k]-at)
		}
		m, err := in.r.ReadAt(p[n:n+int(room)], at)
		n, at = n+m, at+int64(m)
		if err != nil {
			return n, err
		}
		if k < len(in.gone) && at == in.gone[k] {
			k, at = k+1, at+1
		}
	}
	return n, nil
}

// Find implements transfer.Input.
func (in *input) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	return transfer.Find(in.ctx, in, from, min(to, in.length), patterns...)
}

// Range implements transfer.Input.
func (in *input) Range(off, n int64, t transfer.Transform) mapi.Large {
	return transfer.Ranged{In: in, Off: off, N: n, Transform: t}
}
