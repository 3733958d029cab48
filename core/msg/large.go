package msg

import (
	"bytes"
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

var (
	_ mapi.Large = largeBytes{}
	_ mapi.Large = largeText{}
	_ mapi.Large = (*largeStorage)(nil)
)

// largeBytes is a binary value left in its stream.
type largeBytes struct{ s *cfb.Stream }

func (l largeBytes) Size() int64                  { return l.s.Size() }
func (l largeBytes) Open() (io.ReadCloser, error) { return io.NopCloser(l.s.Open()), nil }

// largeText is a string left in its stream, in a code page.
type largeText struct {
	s    *cfb.Stream
	page int
}

func (l largeText) Size() int64 { return -1 }

func (l largeText) Open() (io.ReadCloser, error) {
	size, err := l.trimmed()
	if err != nil {
		return nil, err
	}
	return io.NopCloser(codepage.NewReader(l.page, io.NewSectionReader(l.s, 0, size))), nil
}

// A CodedText is a large string that can be read as it is stored.
type CodedText interface {
	// OpenCoded starts reading the bytes of the string in a code page, 1200 for
	// UTF-16. The reader is nil when the string is stored in another.
	OpenCoded(page int) (io.ReadCloser, error)
}

var _ CodedText = largeText{}

// OpenCoded implements CodedText.
func (l largeText) OpenCoded(page int) (io.ReadCloser, error) {
	if page != l.page {
		return nil, nil
	}
	return io.NopCloser(l.s.Open()), nil
}

// trimmed returns the length in bytes without terminating zeros.
func (l largeText) trimmed() (int64, error) {
	size, unit := l.s.Size(), int64(1)
	if l.page == codepage.UTF16LE {
		unit = 2
		size &^= 1 // half a character at the end means nothing
	}
	buf := make([]byte, 4096)
	for size > 0 {
		b := buf[:min(size, int64(len(buf)))]
		if n, err := l.s.ReadAt(b, size-int64(len(b))); n < len(b) {
			return 0, err
		}
		rest := int64(len(bytes.TrimRight(b, "\x00")))
		rest = (rest + unit - 1) / unit * unit
		size -= int64(len(b)) - rest
		if rest > 0 {
			break
		}
	}
	return size, nil
}

// largeStorage is a storage left in the file. It is delivered as a compound
// file of its own.
type largeStorage struct {
	storage *cfb.Storage
	names   *cfb.Storage // copied along; nil unless storage is a message
	dir     string       // for temporary files
}

func (l *largeStorage) Size() int64 { return -1 }

func (l *largeStorage) Open() (io.ReadCloser, error) {
	sp := &spool{dir: l.dir}
	if err := l.copy(sp); err != nil {
		return nil, errors.Join(err, sp.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(sp, 0, sp.size), sp}, nil
}

func (l *largeStorage) copy(sp *spool) error {
	version := 3
	if total(l.storage) > version3Limit {
		version = 4
	}
	w, err := cfb.NewWriter(sp, cfb.WriterOptions{Version: version})
	if err != nil {
		return err
	}
	if err := copyObject(w.Root(), l.storage); err != nil {
		return err
	}
	if l.names != nil && l.storage.Storage(nameStorage) == nil {
		st, err := w.Root().CreateStorage(nameStorage)
		if err != nil {
			return err
		}
		if err := copyObject(st, l.names); err != nil {
			return err
		}
	}
	return w.Close()
}

// copyObject copies a storage of a file that may be damaged: a name that must
// not be written is a *FormatError.
func copyObject(dst *cfb.StorageWriter, src *cfb.Storage) error {
	return nameError(src.Path(), cfb.Copy(dst, src))
}

// total returns the bytes in the streams of st and below.
func total(st *cfb.Storage) int64 {
	var n int64
	for _, s := range st.Streams() {
		n += s.Size()
	}
	for _, s := range st.Storages() {
		n += total(s)
	}
	return n
}
