package jsonmsg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A literal is a long string in the file, without its quotes.
type literal struct {
	off, n  int64
	escaped bool // has backslashes
}

// literals is the file for the JSON decoder: every string literal longer than
// longLiteral is replaced by the object {"ref":N}, N its place in found. So the
// decoder never holds a large value.
type literals struct {
	ctx   context.Context
	src   transfer.Input
	found []literal

	buf  []byte // read, not yet looked at
	at   int64  // offset of buf in src
	out  []byte // ready for the decoder
	quit error
}

const (
	longLiteral = 64 << 10
	window      = 256 << 10 // read at once
)

// Read implements io.Reader.
func (l *literals) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		if l.quit == nil {
			l.quit = l.next()
		}
		if l.quit != nil && len(l.out) == 0 {
			return 0, l.quit
		}
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	return n, nil
}

// fill reads the next window once buf is empty; io.EOF at the end.
func (l *literals) fill() error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if len(l.buf) > 0 {
		return nil
	}
	n := min(window, l.src.Size()-l.at)
	if n <= 0 {
		return io.EOF
	}
	b := make([]byte, n)
	k, err := l.src.ReadAt(b, l.at)
	if int64(k) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	l.buf = b
	return nil
}

// take moves the first n bytes of buf to the decoder.
func (l *literals) take(n int) {
	l.out = append(l.out, l.buf[:n]...)
	l.skip(n)
}

func (l *literals) skip(n int) {
	l.buf = l.buf[n:]
	l.at += int64(n)
}

// next delivers what stands before a string, or the string.
func (l *literals) next() error {
	l.out = l.out[:0:0]
	if err := l.fill(); err != nil {
		return err
	}
	i := bytes.IndexByte(l.buf, '"')
	if i != 0 {
		if i < 0 {
			i = len(l.buf)
		}
		l.take(i)
		return nil
	}
	return l.literal()
}

// literal delivers the string that begins with buf.
func (l *literals) literal() error {
	start := l.at + 1
	l.take(1)
	escaped := false
	for len(l.out) <= longLiteral {
		if err := l.fill(); err != nil {
			return err
		}
		i := bytes.IndexAny(l.buf, `"\`)
		switch {
		case i < 0 || i > longLiteral:
			l.take(min(len(l.buf), longLiteral))
		case l.buf[i] == '"':
			l.take(i + 1)
			return nil
		default:
			escaped = true
			if err := l.escape(i, l.take); err != nil {
				return err
			}
		}
	}
	return l.long(start, escaped)
}

// escape moves what stands before the backslash at i, and the escape.
func (l *literals) escape(i int, move func(int)) error {
	move(i + 1)
	if err := l.fill(); err != nil {
		return err
	}
	move(1)
	return nil
}

// long finds the end of a string that is not delivered.
func (l *literals) long(start int64, escaped bool) error {
	l.out = l.out[:0]
	if !escaped {
		end, which, err := l.src.Find(l.at, l.src.Size(), []byte(`"`), []byte(`\`))
		switch {
		case err != nil:
			return err
		case end < 0:
			return io.ErrUnexpectedEOF
		case which == 0:
			return l.reference(literal{off: start, n: end - start})
		}
	}
	for {
		if err := l.fill(); err != nil {
			return err
		}
		i := bytes.IndexAny(l.buf, `"\`)
		switch {
		case i < 0:
			l.skip(len(l.buf))
		case l.buf[i] == '"':
			end := l.at + int64(i)
			return l.reference(literal{off: start, n: end - start, escaped: true})
		default:
			if err := l.escape(i, l.skip); err != nil {
				return err
			}
		}
	}
}

// reference stands for a literal; the file goes on after its quote.
func (l *literals) reference(x literal) error {
	l.out = fmt.Appendf(l.out, `{"ref":%d}`, len(l.found))
	l.found = append(l.found, x)
	after := x.off + x.n + 1
	if after <= l.at+int64(len(l.buf)) && after >= l.at {
		l.skip(int(after - l.at))
		return nil
	}
	l.buf, l.at = nil, after
	return nil
}
