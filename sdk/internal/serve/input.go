package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	// window is what a ReadAt out of order fetches at least.
	window = 32 << 10
	// windows is how many pieces of the input are kept.
	windows = 4
)

// A piece is a part of the input in memory.
type piece struct {
	off     int64
	payload []byte
}

func (p piece) end() int64 { return p.off + int64(len(p.payload)) }

// holds reports whether the byte at off is in p.
func (p piece) holds(off int64) bool { return p.off <= off && off < p.end() }

// input is the file that an import reads, blob 0. It keeps the pieces that were
// read last, so that many small reads cost few round trips, and asks ahead while
// it is read in order.
type input struct {
	j    *job
	ctx  context.Context // of the author's code; ends Find when the job does
	size int64

	mu     sync.Mutex // guards what follows; held during a fetch
	pieces []piece    // the last used is last
	next   int64      // where the last ReadAt ended
	run    int        // how many ReadAts before this one began where the one before ended
	ahead  *call      // asked for from aheadAt on, or nil
	at     int64      // where ahead begins
	over   bool
}

var _ transfer.Input = (*input)(nil)

// newInput returns the input of a job, of which the host may have sent the
// beginning.
func newInput(ctx context.Context, j *job, size int64) *input {
	in := &input{ctx: ctx, j: j, size: size}
	if head := j.begin.GetHead(); len(head) > 0 && int64(len(head)) <= size {
		in.pieces = append(in.pieces, piece{0, head})
		j.begin.Head = nil
	}
	return in
}

// Size implements transfer.Input.
func (in *input) Size() int64 { return in.size }

// Range implements transfer.Input.
func (in *input) Range(off, n int64, t transfer.Transform) mapi.Large {
	return transfer.Ranged{In: in, Off: off, N: n, Transform: t}
}

// ReadAt implements io.ReaderAt.
func (in *input) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("sdk: read at offset %d", off)
	}
	if in.j.isHalted() { // also for what is here already
		return 0, in.j.reason
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.run++; off != in.next {
		in.run = 0
	}
	in.next = off + int64(len(p))
	n := 0
	for n < len(p) {
		if off+int64(n) >= in.size {
			return n, io.EOF
		}
		q, err := in.piece(off+int64(n), len(p)-n)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], q.payload[off+int64(n)-q.off:])
	}
	return n, nil
}

// inOrder is how many ReadAts in order make it likely that more will follow.
const inOrder = 2

// piece returns a piece that holds the byte at off, the first of n that are
// wanted. The caller holds mu.
func (in *input) piece(off int64, n int) (piece, error) {
	if in.over {
		return in.late(off)
	}
	for i, q := range in.pieces {
		if q.holds(off) {
			in.pieces = append(append(in.pieces[:i], in.pieces[i+1:]...), q)
			return q, nil
		}
	}
	q, err := in.fetch(off, n)
	if err != nil {
		return piece{}, err
	}
	if !q.holds(off) {
		return piece{}, fmt.Errorf("sdk: the host sent %d bytes at %d of an input of %d: %w", len(q.payload), q.off, in.size, io.ErrUnexpectedEOF)
	}
	if len(in.pieces) == windows {
		wire.FreePayload(in.pieces[0].payload)
		in.pieces = append(in.pieces[:0], in.pieces[1:]...)
	}
	in.pieces = append(in.pieces, q)
	return q, nil
}

// late asks the host for a byte after the job has ended, to be refused by it.
func (in *input) late(off int64) (piece, error) {
	c, err := in.j.read(0, off, window)
	if err != nil {
		return piece{}, err
	}
	if _, _, err := c.data(window); err != nil {
		return piece{}, err
	}
	return piece{}, errOver
}

// fetch gets a piece from the host, the n bytes at off or more. While the input
// is read in order it gets more, and asks for what comes next.
func (in *input) fetch(off int64, n int) (piece, error) {
	stream := in.run >= inOrder || n > wire.ChunkSize
	n = max(n, window)
	if stream {
		n = wire.ChunkSize
	} else if in.size <= wire.ChunkSize {
		off, n = 0, wire.ChunkSize // all of it
	}
	c := in.ahead
	if c == nil || in.at != off || !stream {
		var err error
		if c, err = in.j.read(0, off, n); err != nil {
			return piece{}, err
		}
	} else {
		in.ahead = nil
	}
	if next := off + int64(n); stream && in.ahead == nil && next < in.size {
		var err error
		if in.ahead, err = in.j.read(0, next, wire.ChunkSize); err != nil {
			c.drop()
			return piece{}, err
		}
		in.at = next
	}
	payload, _, err := c.data(n)
	return piece{off, payload}, err
}

// Find implements transfer.Input. The host searches, unless the bytes are here.
func (in *input) Find(from, to int64, patterns ...[]byte) (int64, int, error) {
	to = min(to, in.size)
	if from < 0 {
		return -1, -1, fmt.Errorf("sdk: find from offset %d", from)
	}
	longest := 0
	for _, p := range patterns {
		longest = max(longest, len(p))
	}
	switch {
	case from >= to || longest == 0:
		return -1, -1, nil
	case longest > wire.MaxPattern || len(patterns) > wire.MaxPatterns:
		return -1, -1, fmt.Errorf("%w: %d patterns of up to %d bytes", wire.ErrTooLarge, len(patterns), longest)
	}
	if in.ctx.Err() != nil {
		return -1, -1, context.Cause(in.ctx)
	}
	if at, which, ok := in.near(from, to, patterns); ok {
		return at, which, nil
	}
	if to-from <= window && in.size <= wire.ChunkSize {
		return transfer.Find(in.ctx, in, from, to, patterns...)
	}
	return in.j.find(0, from, to, patterns)
}

// near searches if one piece has all the bytes.
func (in *input) near(from, to int64, patterns [][]byte) (at int64, which int, ok bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, q := range in.pieces {
		if q.off <= from && to <= q.end() && !in.over {
			b := bytes.NewReader(q.payload[from-q.off : to-q.off])
			at, which, err := transfer.Find(in.ctx, b, 0, to-from, patterns...)
			if at >= 0 {
				at += from
			}
			return at, which, err == nil
		}
	}
	return -1, -1, false
}

// close makes every later call fail.
func (in *input) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.over = true
	if in.ahead != nil {
		in.ahead.drop()
		in.ahead = nil
	}
	for _, q := range in.pieces {
		wire.FreePayload(q.payload)
	}
	in.pieces = nil
}
