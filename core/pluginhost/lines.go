package pluginhost

import (
	"bufio"
	"errors"
	"io"
)

// maxLine is the longest line of a plugin's output that is kept, in bytes.
const maxLine = 16 << 10

// A lineReader splits a plugin's output into lines of bounded length.
type lineReader struct{ r *bufio.Reader }

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{bufio.NewReaderSize(r, maxLine)}
}

// errLongLine is returned by first for a line that goes on.
var errLongLine = errors.New("line is too long")

// first returns the first line, as next does, but does not wait for the end of a
// long one.
func (l *lineReader) first() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return line, errLongLine
	case len(line) == 0 && err != nil:
		return nil, err
	}
	return line, nil
}

// next returns a line without its end, cut to maxLine bytes. The bytes are valid
// until the next call. A last line without an end is one too.
func (l *lineReader) next() (line []byte, cut bool, err error) {
	line, err = l.r.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		if !cut {
			// The rest is read into the same buffer.
			line, cut = append([]byte(nil), line...), true
		}
		_, err = l.r.ReadSlice('\n')
	}
	if len(line) == 0 && err != nil {
		return nil, false, err
	}
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, cut, nil
}
