package msg

import (
	"errors"
	"io"
	"os"
)

// spoolMemory is what a spool holds in memory before it goes to a file.
const spoolMemory = 8 << 20

// spool holds a file while it is made and read: in memory as long as it is
// small, then in a temporary file that Close removes. Not safe for concurrent
// use while it is written.
type spool struct {
	dir  string
	mem  []byte
	file *os.File
	pos  int64 // where Write goes on
	size int64
}

// Write writes at the position, beyond the end too.
func (s *spool) Write(p []byte) (int, error) {
	end := s.pos + int64(len(p))
	if s.file == nil && end > spoolMemory {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	if s.file != nil {
		n, err := s.file.WriteAt(p, s.pos)
		s.pos += int64(n)
		s.size = max(s.size, s.pos)
		return n, err
	}
	if grow := end - int64(len(s.mem)); grow > 0 {
		s.mem = append(s.mem, make([]byte, grow)...)
	}
	copy(s.mem[s.pos:], p)
	s.pos, s.size = end, max(s.size, end)
	return len(p), nil
}

// spill moves what is in memory to a file.
func (s *spool) spill() error {
	f, err := os.CreateTemp(s.dir, "oxbridge-msg-")
	if err != nil {
		return err
	}
	s.file = f
	_, err = f.WriteAt(s.mem, 0)
	s.mem = nil
	return err
}

// Seek moves the position of Write.
func (s *spool) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.pos
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("msg: seek before the start")
	}
	s.pos = offset
	return offset, nil
}

// ReadAt implements io.ReaderAt.
func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	if off < 0 || off >= int64(len(s.mem)) {
		return 0, io.EOF
	}
	n := copy(p, s.mem[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close frees the memory and removes the file. A nil spool has neither.
func (s *spool) Close() error {
	if s == nil {
		return nil
	}
	s.mem = nil
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
