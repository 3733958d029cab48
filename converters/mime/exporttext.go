package mime

import (
	"bytes"
	"io"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
)

const (
	maxLine   = 998 // bytes of a line without CRLF (RFC 5322 2.1.1)
	quotedMax = 76  // characters of a quoted-printable line (RFC 2045 6.7)
)

// textPart returns a leaf of type text/subtype with the text, which is UTF-8.
// Its line ends become CRLF, and NUL at its end is dropped.
func (e *exporter) textPart(subtype string, text []byte) *part {
	text = canonicalLines(bytes.TrimRight(text, "\x00"))
	p := new(part)
	t := measure(text)
	cs := "utf-8"
	if t.high == 0 {
		cs = "us-ascii"
	}
	p.field(rfc5322.Parameterized("Content-Type", "text/"+subtype, []rfc5322.Param{{Name: "charset", Value: cs}}))
	encoding := t.encoding()
	p.field(rfc5322.Raw("Content-Transfer-Encoding", encoding))
	p.body = func() error {
		switch encoding {
		case "7bit":
			_, err := e.out.Write(text)
			return err
		case "quoted-printable":
			return writeQuoted(e.out, text)
		}
		return e.encode(bytes.NewReader(text))
	}
	return p
}

// measures are what the choice of an encoding depends on.
type measures struct {
	bytes   int
	high    int  // bytes above 0x7F
	escapes int  // bytes that quoted-printable escapes
	longest int  // line, in bytes
	unsafe  bool // something does not survive transport as it is
}

// measure looks at text with CRLF line ends.
func measure(text []byte) measures {
	t := measures{bytes: len(text)}
	for rest := text; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, crlf)
		rest = after
		t.longest = max(t.longest, len(line))
		for _, c := range line {
			switch {
			case c >= 0x80:
				t.high++
				t.escapes++
			case c == '=':
				t.escapes++
			case c < ' ' && c != '\t', c == 0x7F:
				t.unsafe = true
				t.escapes++
			}
		}
		// Programs that write mbox files change such a line, and blanks at the
		// end of a line get lost on the way.
		if bytes.HasPrefix(line, []byte("From ")) || bytes.HasSuffix(line, []byte(" ")) || bytes.HasSuffix(line, []byte("\t")) {
			t.unsafe = true
		}
	}
	if bytes.Contains(text, []byte(boundaryMark)) {
		t.unsafe = true // a line of it might be a boundary
	}
	return t
}

// encoding chooses the transfer encoding: none for what needs none,
// quoted-printable for what can be read in it, else base64.
func (t measures) encoding() string {
	switch {
	case t.high == 0 && t.longest <= maxLine && !t.unsafe:
		return "7bit"
	case t.escapes*6 <= t.bytes:
		return "quoted-printable"
	}
	return "base64"
}

// writeQuoted writes text with CRLF line ends as quoted-printable
// (RFC 2045 6.7). Also escaped is what mail programs and servers are known to
// change: blanks before a line end, and a dot or "From " where a line begins.
func writeQuoted(w io.Writer, text []byte) error {
	q := quoter{w: w}
	for len(text) > 0 && q.err == nil {
		line, rest, ended := bytes.Cut(text, crlf)
		q.line(line)
		if ended {
			q.out = append(q.out, "\r\n"...)
		}
		q.column = 0
		text = rest
		q.flush(false)
	}
	q.flush(true)
	return q.err
}

// quoter writes lines in pieces.
type quoter struct {
	w      io.Writer
	out    []byte
	column int // characters on the line
	err    error
}

const quoterBuffer = 32 << 10

func (q *quoter) flush(all bool) {
	if q.err != nil || (!all && len(q.out) < quoterBuffer) {
		return
	}
	_, q.err = q.w.Write(q.out)
	q.out = q.out[:0]
}

// line writes a line without its end.
func (q *quoter) line(line []byte) {
	for i, c := range line {
		width := 1
		if q.escape(line, i, c) {
			width = 3
		}
		limit := quotedMax - 1 // room for a soft line break
		if i == len(line)-1 {
			limit = quotedMax
		}
		if q.column+width > limit {
			q.out = append(q.out, "=\r\n"...)
			q.column = 0
			q.flush(false)
			if q.escape(line, i, c) { // a dot may stand at the beginning of a line by now
				width = 3
			}
		}
		if width == 1 {
			q.out = append(q.out, c)
		} else {
			q.out = append(q.out, '=', upperHex[c>>4], upperHex[c&15])
		}
		q.column += width
	}
}

const upperHex = "0123456789ABCDEF"

// escape reports whether c, at line[i], cannot stand for itself where the
// output is.
func (q *quoter) escape(line []byte, i int, c byte) bool {
	switch {
	case c == ' ' || c == '\t':
		return i == len(line)-1
	case c < ' ' || c > '~' || c == '=':
		return true
	case q.column == 0 && c == '.':
		return true
	}
	return q.column == 0 && c == 'F' && bytes.HasPrefix(line[i:], []byte("From "))
}
