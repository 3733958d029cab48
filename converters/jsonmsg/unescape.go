package jsonmsg

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// An escapedText is a long literal with escapes: a value that is read piece by
// piece.
type escapedText struct {
	raw       mapi.Large // of the literal
	transform transfer.Transform
}

// Size implements mapi.Large: only reading tells.
func (e escapedText) Size() int64 { return -1 }

// Open implements mapi.Large.
func (e escapedText) Open() (io.ReadCloser, error) {
	r, err := e.raw.Open()
	if err != nil {
		return nil, err
	}
	t, err := transfer.NewReader(&unescaper{r: bufio.NewReader(r)}, e.transform)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{t, r}, nil
}

// errEscape is a backslash that begins nothing that JSON knows (RFC 8259 7).
var errEscape = errors.New("jsonmsg: bad escape in a string")

// unescaper reads the text of a literal.
type unescaper struct {
	r    *bufio.Reader
	rest []byte // read, not delivered
	err  error
}

func (u *unescaper) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.rest, u.err = u.next(u.rest[:0])
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// next reads up to an escape, or the escape.
func (u *unescaper) next(dst []byte) ([]byte, error) {
	if _, err := u.r.Peek(1); err != nil {
		return dst, err
	}
	piece, _ := u.r.Peek(u.r.Buffered())
	for i, c := range piece {
		if c == '\\' {
			piece = piece[:i]
			break
		}
	}
	if len(piece) > 0 {
		dst = append(dst, piece...)
		_, err := u.r.Discard(len(piece))
		return dst, err
	}
	return u.escape(dst)
}

// escape reads an escape; both halves of a surrogate pair at once.
func (u *unescaper) escape(dst []byte) ([]byte, error) {
	first, err := u.unit()
	if err != nil {
		return dst, err
	}
	if !utf16.IsSurrogate(first) {
		return utf8.AppendRune(dst, first), nil
	}
	if b, _ := u.r.Peek(2); string(b) == `\u` {
		second, err := u.unit()
		if err != nil {
			return dst, err
		}
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return utf8.AppendRune(dst, r), nil
		}
		dst = utf8.AppendRune(dst, utf8.RuneError)
		first = second // of a pair that is none: the next character by itself
	}
	return utf8.AppendRune(dst, first), nil // U+FFFD for half a pair
}

// unit reads one escape, a UTF-16 code unit.
func (u *unescaper) unit() (rune, error) {
	n := len(`\n`)
	b, err := u.r.Peek(n)
	if err == nil && b[1] == 'u' {
		n = len(`\u0000`)
		b, err = u.r.Peek(n)
	}
	if err != nil {
		return 0, errEscape
	}
	var s string
	if json.Unmarshal(append(append([]byte{'"'}, b...), '"'), &s) != nil {
		return 0, errEscape
	}
	r, _ := utf8.DecodeRuneInString(s)
	if n > 2 && r == utf8.RuneError {
		r = hexUnit(b[2:]) // a surrogate, which a string cannot hold
	}
	_, err = u.r.Discard(n)
	return r, err
}

// hexUnit is the value of four digits that have been checked.
func hexUnit(b []byte) (r rune) {
	for _, c := range b {
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c&^0x20 - 'A' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
