package hostsvc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// maxCursors is how many values of a job are open at once.
const maxCursors = 4

// A cursor is a value that is being read, at some offset.
type cursor struct {
	blob uint32
	r    io.ReadCloser
	at   int64
}

func (c *cursor) close() { _ = c.r.Close() } // reading is over

// isInput reports whether a blob is the file that the job is about.
func (j *job) isInput(blob uint32) bool { return blob == 0 && j.reads() }

// longHead is how much of an input comes with Begin that does not fit there
// whole: enough for most headers, in bytes.
const longHead = 16 << 10

// head returns the first bytes of the input, encoded for Begin.
func (j *job) head() (*[]byte, error) {
	n := j.size
	if n > wire.HeadLimit {
		n = longHead
	}
	chunk, b := wire.EncodeHead(int(n))
	if k, err := j.spec.Input.ReadAt(b, 0); k < len(b) {
		wire.Pool.Put(chunk)
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the file has shrunk
		}
		return nil, fmt.Errorf("read input: %w", err)
	}
	return chunk, nil
}

// read answers a Read.
func (j *job) read(r *pluginv1.Read) error {
	if r.GetLength() > wire.ChunkSize {
		return refuse(mapi.ErrInvalidParameter, "a Read of %d bytes", r.GetLength())
	}
	chunk := wire.NewChunk()
	buf := (*chunk)[:r.GetLength()]
	off := int64(min(r.GetOffset(), math.MaxInt64))
	var n int
	var last bool
	var err error
	if j.isInput(r.GetBlob()) {
		n, last, err = j.readInput(buf, off)
	} else {
		n, last, err = j.readLarge(r.GetBlob(), buf, off)
	}
	if err != nil {
		wire.FreeChunk(chunk)
		return err
	}
	j.l.send(&wire.Owned{Frame: wire.HostData(j.id, r.GetId(), last, buf[:n]), Chunk: chunk})
	return nil
}

// readInput fills buf from the input, and reports whether it ends there.
func (j *job) readInput(buf []byte, off int64) (n int, last bool, err error) {
	size := j.spec.Input.Size()
	if off >= size {
		return 0, true, nil
	}
	buf = buf[:min(int64(len(buf)), size-off)]
	n, err = j.spec.Input.ReadAt(buf, off)
	if n < len(buf) {
		if errors.Is(err, io.EOF) || err == nil {
			err = io.ErrUnexpectedEOF // the file has shrunk
		}
		return n, false, unreadable(err)
	}
	return n, off+int64(n) >= size, nil
}

// readLarge fills buf from a value, and reports whether it ends there.
func (j *job) readLarge(blob uint32, buf []byte, off int64) (n int, last bool, err error) {
	v, err := j.lease.Large(blob)
	if err != nil {
		return 0, false, refuse(mapi.ErrInvalidObject, "no blob %d", blob)
	}
	size := v.Size()
	if size >= 0 && off >= size {
		return 0, true, nil
	}
	c, err := j.cursor(blob, v, off)
	if errors.Is(err, io.EOF) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, unreadable(err)
	}
	n, err = io.ReadFull(c.r, buf)
	c.at += int64(n)
	last = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || (size >= 0 && c.at >= size)
	if err != nil && !last {
		j.dropCursor(c)
		return 0, false, unreadable(err)
	}
	if last {
		j.dropCursor(c)
	}
	return n, last, nil
}

// cursor returns a reader of a value that stands at off, or io.EOF if the value
// ends before.
func (j *job) cursor(blob uint32, v mapi.Large, off int64) (*cursor, error) {
	best := -1
	for i, c := range j.cursors {
		if c.blob == blob && c.at <= off && (best < 0 || c.at > j.cursors[best].at) {
			best = i
		}
	}
	var c *cursor
	if best >= 0 {
		c = j.cursors[best]
		j.cursors = append(append(j.cursors[:best], j.cursors[best+1:]...), c)
	} else {
		r, err := v.Open()
		if err != nil {
			return nil, err
		}
		if len(j.cursors) == maxCursors {
			j.dropCursor(j.cursors[0])
		}
		c = &cursor{blob: blob, r: r}
		j.cursors = append(j.cursors, c)
	}
	if err := j.skip(c.r, off-c.at); err != nil {
		j.dropCursor(c)
		return nil, err
	}
	c.at = off
	return c, nil
}

func (j *job) dropCursor(c *cursor) {
	c.close()
	for i, d := range j.cursors {
		if d == c {
			j.cursors = append(j.cursors[:i], j.cursors[i+1:]...)
			return
		}
	}
}

// findStep is how much is searched before the job looks whether it is to stop.
const findStep = 4 << 20

// find answers a Find.
func (j *job) find(f *pluginv1.Find) error {
	longest := 0
	for _, p := range f.GetPatterns() {
		longest = max(longest, len(p))
	}
	if longest > wire.MaxPattern || len(f.GetPatterns()) > wire.MaxPatterns {
		return refuse(mapi.ErrInvalidParameter, "a Find of %d patterns of up to %d bytes", len(f.GetPatterns()), longest)
	}
	from, to := int64(min(f.GetFrom(), math.MaxInt64)), int64(min(f.GetTo(), math.MaxInt64))
	search := j.searchLarge
	if j.isInput(f.GetBlob()) {
		search = j.searchInput
	}
	at, which, err := int64(-1), 0, error(nil)
	if longest > 0 {
		at, which, err = search(f, from, to, int64(longest))
	}
	if err != nil {
		return err
	}
	found := &pluginv1.Found{Id: f.GetId(), At: at, Pattern: int32(max(0, which))}
	j.send(&pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Found{Found: found}})
	return nil
}

// searchInput looks for patterns in the input.
func (j *job) searchInput(f *pluginv1.Find, from, to, longest int64) (int64, int, error) {
	to = min(to, j.spec.Input.Size())
	for from < to {
		if err := j.stopped(); err != nil {
			return -1, 0, err
		}
		j.progress()
		// What begins before next ends before end, so it is found whole, the
		// longest of several too.
		next := from + findStep
		end := min(to, next+longest-1)
		at, which, err := j.spec.Input.Find(from, end, f.GetPatterns()...)
		if err != nil {
			return -1, 0, unreadable(err)
		}
		if at >= 0 && (at < next || end == to) {
			return at, which, nil
		}
		from = next
	}
	return -1, 0, nil
}

// searchLarge looks for patterns in a value, which it reads from its start.
func (j *job) searchLarge(f *pluginv1.Find, from, to, _ int64) (int64, int, error) {
	v, err := j.lease.Large(f.GetBlob())
	if err != nil {
		return -1, 0, refuse(mapi.ErrInvalidObject, "no blob %d", f.GetBlob())
	}
	r, err := v.Open()
	if err != nil {
		return -1, 0, unreadable(err)
	}
	defer r.Close()
	at, which, err := transfer.Find(context.Background(), &sequence{j: j, r: r}, from, to, f.GetPatterns()...)
	if err != nil {
		return -1, 0, unreadable(err)
	}
	return at, which, nil
}

// A sequence is an io.ReaderAt over a reader, for calls that go forward and
// overlap by no more than a pattern.
type sequence struct {
	j    *job
	r    io.Reader
	at   int64  // bytes read from r
	tail []byte // the last of them
}

// ReadAt implements io.ReaderAt for the offsets that come in question.
func (s *sequence) ReadAt(p []byte, off int64) (int, error) {
	s.j.progress()
	if off > s.at {
		if err := s.j.skip(s.r, off-s.at); err != nil {
			return 0, err
		}
		s.at, s.tail = off, nil
	}
	back := s.at - off
	if back > int64(len(s.tail)) {
		return 0, errors.New("read backwards")
	}
	n := copy(p, s.tail[int64(len(s.tail))-back:])
	k, err := io.ReadFull(s.r, p[n:])
	s.at += int64(k)
	n += k
	s.tail = append(s.tail[:0], p[max(0, n-wire.MaxPattern):n]...)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
