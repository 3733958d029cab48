package cfb

import (
	"errors"
	"io"
	"sort"
)

// run says that the bytes of a stream from pos on stand at off in the file.
type run struct{ pos, off int64 }

// A Stream is a sequence of bytes in a storage, as a file is in a folder. It
// is read-only and safe for concurrent use.
type Stream struct {
	node
	file  *File
	size  int64 // bytes
	runs  []run // by pos; the first starts at 0
	order int   // place in the order of the walk, the root being 0
}

// Size returns the length in bytes. In a damaged file it is what can be read,
// not what the directory claims.
func (s *Stream) Size() int64 { return s.size }

// ReadAt implements io.ReaderAt. The cost does not depend on off.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("cfb: negative offset")
	}
	if off >= s.size {
		return 0, io.EOF
	}
	var end error
	if rest := s.size - off; int64(len(p)) > rest {
		p, end = p[:rest], io.EOF
	}
	i := 0
	if len(s.runs) > 1 {
		i = sort.Search(len(s.runs), func(i int) bool { return s.runs[i].pos > off }) - 1
	}
	done := 0
	for ; done < len(p); i++ {
		at, stop := off+int64(done), s.size
		if i+1 < len(s.runs) {
			stop = s.runs[i+1].pos
		}
		piece := p[done:min(int64(len(p)), int64(done)+stop-at)]
		n, err := s.file.src.ReadAt(piece, s.runs[i].off+at-s.runs[i].pos)
		done += n
		if n < len(piece) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return done, err
		}
	}
	return done, end
}

// Open returns a reader over the whole stream. Readers are independent of each
// other and need no closing.
func (s *Stream) Open() *io.SectionReader { return io.NewSectionReader(s, 0, s.size) }

// Bytes returns the whole contents. It fails with ErrTooLarge, before any
// memory is taken, if they are longer than limit bytes; a negative limit means
// none. The slice is the caller's.
func (s *Stream) Bytes(limit int64) ([]byte, error) {
	if limit >= 0 && s.size > limit {
		return nil, tooLarge("[MS-CFB] 2.6.3", "stream %q has %d bytes, more than %d", s.name, s.size, limit)
	}
	if src, ok := s.file.src.(copier); ok && len(s.runs) == 1 && s.size < mscfbFrom {
		if b := src.copy(s.runs[0].off, s.size); int64(len(b)) == s.size {
			return b, nil
		}
	}
	b := make([]byte, s.size)
	if s.size == 0 {
		return b, nil
	}
	if s.size >= mscfbFrom {
		if f := s.throughMSCFB(); f != nil {
			if err := readMSCFB(f, b); err != nil {
				return nil, err
			}
			return b, nil
		}
	}
	_, err := s.ReadAt(b, 0)
	return b, err
}
