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

// bodyPart returns a leaf of type text/subtype with a body of the message, which
// is UTF-8, in the form that the options ask for. Its line ends become CRLF, and
// NUL at its end is dropped.
//
// Text is never written as format=flowed (RFC 3676): no property says that the
// blanks at the ends of its lines mean that.
func (o *object) bodyPart(subtype string, text []byte) *part {
	opt := o.e.opt
	text = canonicalLines(trimNUL(text))
	if opt.Wrap > 0 && subtype == "plain" {
		text = wrapLines(text, opt.Wrap)
	}
	text, name := o.inCharset(subtype, text)
	encoding := EncodingAuto
	if o.depth == 0 {
		encoding = opt.Encoding
	}
	return o.e.encodedText(subtype, text, name, encoding)
}

// encodedText returns a leaf with text that is in the character set of that
// name. What is in 7 bits in a superset of US-ASCII is labelled so.
func (e *exporter) encodedText(subtype string, text []byte, name string, want Encoding) *part {
	t := measure(text)
	if t.high == 0 && !t.shifts {
		name = "us-ascii"
	}
	p := new(part)
	p.field(rfc5322.Parameterized("Content-Type", "text/"+subtype, []rfc5322.Param{{Name: "charset", Value: name}}))
	encoding := t.encodingFor(want)
	p.field(rfc5322.Raw("Content-Transfer-Encoding", encoding))
	p.eightBit = encoding == "8bit"
	p.body = func() error {
		switch encoding {
		case "7bit", "8bit":
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
	bytes    int
	high     int  // bytes above 0x7F
	escapes  int  // bytes that quoted-printable escapes
	longest  int  // line, in bytes
	shifts   bool // there are the escape sequences of ISO 2022
	unsafe   bool // something may not survive transport as it is
	boundary bool // a line might be a boundary
	control  bool // there is NUL, or a line end in a line
}

// measure looks at text with CRLF line ends.
func measure(text []byte) measures {
	t := measures{bytes: len(text)}
	for rest := text; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, crlf)
		rest = after
		t.longest = max(t.longest, len(line))
		for i, c := range line {
			if standsForItself[c] {
				continue
			}
			switch {
			case c >= 0x80:
				t.high++
				t.escapes++
			case c == '=':
				t.escapes++
				t.boundary = t.boundary || bytes.HasPrefix(line[i:], []byte(boundaryMark))
			case c == escape && isShift(line[i:]):
				t.shifts = true
				t.escapes++
			case c < ' ' && c != '\t', c == 0x7F:
				t.control = t.control || c == 0 || c == '\r' || c == '\n'
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
	return t
}

// standsForItself marks the bytes that no encoding needs to change within a line.
var standsForItself = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = c != '='
	}
	t['\t'] = true
	return t
}()

const escape = 0x1B

// isShift reports whether an escape sequence of ISO 2022, as ISO-2022-JP has
// it, begins b (RFC 1468).
func isShift(b []byte) bool {
	return len(b) >= 3 && (b[1] == '(' || b[1] == '$') && b[2] >= '@' && b[2] <= 'Z'
}

// encodingFor is encoding, but for a choice that can carry the text.
func (t measures) encodingFor(want Encoding) string {
	whole := t.longest <= maxLine && !t.control && !t.boundary
	switch {
	case want == EncodingBase64:
		return "base64"
	case want == EncodingQuotedPrintable:
		return "quoted-printable"
	case want == Encoding7Bit && whole && t.high == 0:
		return "7bit"
	case want == Encoding8Bit && whole && t.high == 0:
		return "7bit" // a label that is smaller and right
	case want == Encoding8Bit && whole:
		return "8bit"
	}
	return t.encoding()
}

// encoding chooses the transfer encoding: none for what needs none,
// quoted-printable for what can be read in it, else base64.
func (t measures) encoding() string {
	switch {
	case t.high == 0 && t.longest <= maxLine && !t.unsafe && !t.boundary:
		return "7bit"
	case t.escapes*6 <= t.bytes && !t.shifts:
		return "quoted-printable"
	}
	return "base64"
}

// writeQuoted writes text with CRLF line ends as quoted-printable
// (RFC 2045 6.7). Also escaped is what mail programs and servers are known to
// change: blanks before a line end, and a dot or "From " where a line begins.
func writeQuoted(w io.Writer, text []byte) error {
	q := quoter{w: w, out: make([]byte, 0, min(len(text)+len(text)/8, quoterBuffer+2*quotedMax))}
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
	for i := 0; i < len(line); i++ {
		if n := q.run(line, i); n > 0 {
			q.out = append(q.out, line[i:i+n]...)
			q.column += n
			i += n
		}
		c, width := line[i], 1
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

// run returns how many bytes at line[i] can be written as they are, the last one
// of the line and the first one of the output's not among them.
func (q *quoter) run(line []byte, i int) int {
	if q.column == 0 {
		return 0
	}
	n, most := 0, min(quotedMax-1-q.column, len(line)-1-i)
	for n < most && standsForItself[line[i+n]] {
		n++
	}
	return n
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
