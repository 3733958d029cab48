package hostsvc

import (
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// partOfLarge returns a part of a value of the message that is transformed: the
// value itself when it is all of it, so that it stays what it was.
func (j *job) partOfLarge(r *pluginv1.Ref) (mapi.Large, error) {
	v, err := j.lease.Large(r.GetBlob())
	if err != nil {
		return nil, refuse(mapi.ErrInvalidObject, "no blob %d", r.GetBlob())
	}
	if err := checkRange(r, v.Size()); err != nil {
		return nil, err
	}
	n := r.GetLength()
	if n < 0 {
		n = v.Size()
	}
	if n < 0 {
		err = j.placedWhole(r.GetBlob())
	} else {
		err = j.placed(n)
	}
	if err != nil {
		return nil, err
	}
	p := part{v: v, off: int64(r.GetOffset()), n: r.GetLength(), t: transfer.Transform(r.GetTransform())}
	if p.off == 0 && p.t == transfer.Raw && (p.n < 0 || p.n == v.Size()) {
		return v, nil
	}
	return p, nil
}

// placedWhole counts a reference to all of a value whose size nobody knows. As often
// as no format expands further, all such values come to no more than known ones may.
func (j *job) placedWhole(blob uint32) error {
	if j.whole == nil {
		j.whole = make(map[uint32]int)
	}
	if j.whole[blob]++; j.whole[blob] > spoolFactor {
		return refuse(mapi.ErrTooBig, "%d references to all of blob %d", j.whole[blob], blob)
	}
	return nil
}

// A part is n bytes of a value from off on, transformed; all that follow for a
// negative n.
type part struct {
	v      mapi.Large
	off, n int64
	t      transfer.Transform
}

// Size returns -1: only reading tells.
func (p part) Size() int64 { return -1 }

// Open implements mapi.Large.
func (p part) Open() (io.ReadCloser, error) {
	src, err := p.v.Open()
	if err != nil {
		return nil, err
	}
	r := io.Reader(src)
	if _, err = io.CopyN(io.Discard, r, p.off); err == nil {
		if p.n >= 0 {
			r = &exactly{r, p.n}
		}
		r, err = transfer.NewReader(r, p.t)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("byte %d of a value: %w", p.off, err), src.Close())
	}
	return partReader{r, src}, nil
}

type partReader struct {
	io.Reader
	io.Closer
}

// exactly reads n bytes; an earlier end is an error.
type exactly struct {
	r io.Reader
	n int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.n)])
	e.n -= int64(n)
	if errors.Is(err, io.EOF) && e.n > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
