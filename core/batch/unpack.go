package batch

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// compressions are the ways in which archives are compressed as a whole, by how
// such a file begins (RFC 1952 2.3.1 and the like). Those without open are known
// by name only.
var compressions = []struct {
	name, magic string
	open        func(io.Reader) (io.Reader, error)
}{
	{"gzip", "\x1F\x8B", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"bzip2", "BZh", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
	{"zstd", "\x28\xB5\x2F\xFD", nil},
	{"xz", "\xFD7zXZ\x00", nil},
}

// isPacked reports whether a file begins like a compressed one.
func isPacked(head []byte) bool {
	for _, c := range compressions {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return true
		}
	}
	return false
}

// unpackLimit returns what an archive of that size may unpack to, in bytes: so
// much at least, and so many times its own size. Mail compresses to a tenth, and
// many copies of one message to a hundredth, while a file made for it becomes a
// thousand times as large, or more.
func unpackLimit(size int64) int64 {
	factor := limits.UnpackedFactor.Get()
	if size > (1<<62)/factor {
		return 1 << 62
	}
	return limits.UnpackedFree.Get() + factor*size
}

// errUnpackLimit is the end of an archive that was made to fill disks.
type errUnpackLimit struct{ size, limit int64 }

func (e errUnpackLimit) Error() string {
	return fmt.Sprintf("its %d bytes unpack to more than %d", e.size, e.limit)
}

// unpacked is what a compressed file unpacked to, in a temporary file.
type unpacked struct {
	file    *tempFile
	size    int64
	modTime time.Time // of the compressed file
	damage  error     // that ended the contents early, or nil
}

// unpack unpacks a file. What comes before damage is kept.
func unpack(ctx context.Context, src *store.Source, limit int64) (*unpacked, error) {
	packed, err := openPacked(src)
	if err != nil {
		return nil, err
	}
	file, err := newTemp()
	if err != nil {
		return nil, err
	}
	u := &unpacked{file: file, modTime: src.ModTime()}
	if err := u.fill(ctx, packed, src.Size(), limit); err != nil {
		u.free()
		return nil, err
	}
	return u, nil
}

// fill writes what a reader gives. An error of the reader is damage.
//
// QUIRK: files have padding behind the last gzip member, which gzip(1) passes over
// as well.
func (u *unpacked) fill(ctx context.Context, packed io.Reader, size, limit int64) error {
	buf := make([]byte, 256<<10)
	for ctx.Err() == nil {
		n, rerr := packed.Read(buf)
		if u.size += int64(n); u.size > limit {
			return errUnpackLimit{size, limit}
		}
		if _, err := u.file.Write(buf[:n]); err != nil {
			return err
		}
		switch {
		case errors.Is(rerr, io.EOF) || errors.Is(rerr, gzip.ErrHeader) && u.size > 0:
			return nil
		case rerr != nil:
			u.damage = rerr
			return nil
		}
	}
	return context.Cause(ctx)
}

// openPacked returns what a compressed file holds.
func openPacked(src *store.Source) (io.Reader, error) {
	head := make([]byte, min(8, src.Size()))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return nil, err
	}
	for _, c := range compressions {
		switch {
		case !bytes.HasPrefix(head, []byte(c.magic)):
		case c.open == nil:
			return nil, fmt.Errorf("%s is not unpacked here; unpack it, or make it a .tar.gz", c.name)
		default:
			return c.open(io.NewSectionReader(src, 0, src.Size()))
		}
	}
	return nil, errors.New("it is not compressed in a known way")
}

// source returns the contents; the unpacked file stays when that is closed by
// closer, which may be nil.
func (u *unpacked) source(closer io.Closer) *store.Source {
	return store.NewSource(u.file, u.size, u.modTime, closer)
}

func (u *unpacked) free() { _ = u.file.Close() }

// An Unpacker unpacks compressed archives to temporary files, each once for all
// that read it at the same time. The zero value is ready for use; Close frees
// what it holds. Safe for concurrent use.
type Unpacker struct {
	mu      sync.Mutex
	entries []*unpackEntry // in the order of their last use
}

// unpackEntry is an archive of an Unpacker.
type unpackEntry struct {
	path    string
	size    int64
	modTime time.Time
	once    sync.Once
	*unpacked
	err  error // under once
	uses int   // guarded by the mutex of the Unpacker
}

// maxIdle is how many archives stay unpacked that nobody reads at the moment: each
// shard at hand, and planning ahead of them, takes inputs in the order of names.
const maxIdle = runningShards + 1

// open returns what the archive at path unpacks to.
func (u *Unpacker) open(ctx context.Context, in store.Storage, path string) (*store.Source, *unpacked, error) {
	src, err := in.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	defer src.Close()
	e := u.use(path, src)
	e.once.Do(func() { e.unpacked, e.err = unpack(ctx, src, unpackLimit(src.Size())) })
	if e.err != nil {
		u.drop(e)
		return nil, nil, e.err
	}
	return e.source(use{u, e}), e.unpacked, nil
}

// use returns the entry of an archive, one more in use.
func (u *Unpacker) use(path string, src *store.Source) *unpackEntry {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.IndexFunc(u.entries, func(e *unpackEntry) bool {
		return e.path == path && e.size == src.Size() && e.modTime.Equal(src.ModTime())
	})
	e := &unpackEntry{path: path, size: src.Size(), modTime: src.ModTime()}
	if i >= 0 {
		e = u.entries[i]
		u.entries = slices.Delete(u.entries, i, i+1)
	}
	e.uses++
	u.entries = append(u.entries, e)
	return e
}

// drop forgets an archive that could not be unpacked.
func (u *Unpacker) drop(e *unpackEntry) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.entries = slices.DeleteFunc(u.entries, func(x *unpackEntry) bool { return x == e })
}

// use is a use of an entry.
type use struct {
	u *Unpacker
	e *unpackEntry
}

// Close ends the use. It is called once.
func (x use) Close() error {
	x.u.mu.Lock()
	defer x.u.mu.Unlock()
	x.e.uses--
	x.u.shrink(maxIdle)
	return nil
}

// shrink frees archives that nobody uses until there are no more than idle of
// them. The caller holds mu.
func (u *Unpacker) shrink(idle int) {
	for i := len(u.entries) - 1; i >= 0; i-- {
		e := u.entries[i]
		if e.uses > 0 {
			continue
		}
		if idle--; idle < 0 {
			e.free()
			u.entries = slices.Delete(u.entries, i, i+1)
		}
	}
}

// Close frees what nobody reads any more.
func (u *Unpacker) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.shrink(0)
}
