package serve

import (
	"errors"
	"io"
	"io/fs"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A blob is a value that stays with the host until it is read.
type blob struct {
	j    *job
	id   uint32
	size int64
}

var _ mapi.Large = (*blob)(nil)

// Size implements mapi.Large.
func (b *blob) Size() int64 { return b.size }

// Open asks for the first bytes and returns a reader that keeps several
// requests in flight. It may be called after the job has ended: then reading
// fails with the host's refusal, MAPI_E_INVALID_OBJECT.
func (b *blob) Open() (io.ReadCloser, error) {
	r := &blobReader{b: b, width: 1}
	if b.size > 0 {
		r.width = wire.MaxOutstanding
	}
	if err := r.ahead(); err != nil {
		return nil, err
	}
	return r, nil
}

// blobReader reads a blob from its start. Not safe for concurrent use.
type blobReader struct {
	b       *blob
	calls   []*call // in flight, in order
	asked   int64   // where the next request begins
	width   int     // requests to keep in flight
	payload []byte  // as received, to be freed
	rest    []byte  // of payload, not yet read
	last    bool    // nothing follows rest
	err     error
}

// ahead sends requests until enough are in flight. At least one is always sent,
// so that the host is asked whether the value may be read at all.
func (r *blobReader) ahead() error {
	for len(r.calls) < r.width && (r.asked == 0 || r.b.size < 0 || r.asked < r.b.size) {
		c, err := r.b.j.read(r.b.id, r.asked, wire.ChunkSize)
		if err != nil {
			return err
		}
		r.calls = append(r.calls, c)
		r.asked += wire.ChunkSize
	}
	return nil
}

// Read implements io.Reader.
func (r *blobReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err == nil && r.last {
			r.err = io.EOF
		}
		if r.err != nil {
			return 0, r.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		r.err = r.fill()
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// fill waits for the next piece and asks for another one.
func (r *blobReader) fill() error {
	r.free()
	c := r.calls[0]
	r.calls = r.calls[1:]
	payload, last, err := c.data(wire.ChunkSize)
	if err != nil {
		return err
	}
	r.payload, r.rest, r.last = payload, payload, last
	if last {
		r.dropCalls()
		return nil
	}
	if r.b.size < 0 {
		r.width = min(2*r.width, wire.MaxOutstanding)
	}
	if err := r.ahead(); err != nil {
		return err
	}
	r.last = len(r.calls) == 0
	return nil
}

func (r *blobReader) free() {
	wire.FreePayload(r.payload)
	r.payload, r.rest = nil, nil
}

func (r *blobReader) dropCalls() {
	for _, c := range r.calls {
		c.drop()
	}
	r.calls = nil
}

// Close gives up what is in flight. It always returns nil.
func (r *blobReader) Close() error {
	r.dropCalls()
	r.free()
	if r.err == nil || errors.Is(r.err, io.EOF) {
		r.err = fs.ErrClosed
	}
	return nil
}
