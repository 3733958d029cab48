package mime

import (
	"bytes"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// readHeader reads the header of the part and finds its body.
func (r *importer) readHeader(p *entity) {
	limit := min(p.end-p.start, max(minHeaderBlock, limits.MIMEBlock.Get()-r.headers))
	for n := min(limit, headerBytes); ; n = min(limit, n*8) {
		b := p.src.view(p.start, n)
		block, body, ok := headerEnd(b, n == limit)
		if !ok && n < limit && p.src.err == nil {
			continue
		}
		p.body = p.start + int64(body)
		p.header, p.defects = rfc5322.ParseFields(b[:block], min(limits.MIMEFields.Int(), max(minFields, limits.MIMEAllFields.Int()-r.fields)))
		r.headers += int64(block)
		r.fields += len(p.header)
		p.blockEnd = p.start + int64(block)
		p.repairBytes()
		return
	}
}

// repairBytes makes UTF-8 of fields that hold raw bytes of something else, where
// there is a better guess than 1252: UTF-8 with a damaged character, or the
// character set of the body.
func (p *entity) repairBytes() {
	for i := range p.header {
		f := &p.header[i]
		if utf8.Valid(f.Raw) || bytes.Contains(f.Raw, []byte("=?")) {
			continue // encoded words say themselves what they are in
		}
		if good, bad := countUTF8(f.Raw); good >= bad {
			f.Raw = bytes.ToValidUTF8(f.Raw, []byte("\uFFFD"))
			continue
		}
		_, params, _ := rfc5322.ParseMediaType(p.header.Get("Content-Type"))
		cp, ok := charset.CodePage(params["charset"])
		if !ok || cp == codepage.UTF8 || cp == codepage.ASCII || mailPage(cp) != cp {
			continue
		}
		if text, _, ok := charset.Decode(params["charset"], f.Raw); ok {
			f.Raw = []byte(text)
		}
	}
}

// countUTF8 counts the characters of several bytes in b, and the runs of bytes
// that belong to none.
func countUTF8(b []byte) (good, bad int) {
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		switch {
		case c == utf8.RuneError && n == 1:
			bad++
			for n < len(b) && !utf8.RuneStart(b[n]) {
				n++
			}
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good, bad
}

// headerEnd returns where the header block at the start of b ends and where
// the body begins. With last, nothing follows b; else ok says whether b was
// enough to tell.
//
// QUIRK: a line that is no field ends the header where the empty line was
// forgotten; followed by another field it is an accident and belongs to it.
func headerEnd(b []byte, last bool) (block, body int, ok bool) {
	for pos := 0; pos < len(b); {
		line, next := textLine(b, pos)
		if next >= len(b) && !last {
			return 0, 0, false
		}
		switch {
		case len(line) == 0:
			return pos, next, true
		case line[0] == ' ' || line[0] == '\t' || isFieldLine(line):
		case pos == 0 && isFromLine(line):
		case pos > 0 && !last && bytes.IndexByte(b[next:], '\n') < 0:
			return 0, 0, false // what follows decides
		case pos > 0 && isFieldLine(b[next:]):
		default:
			return pos, pos, true
		}
		pos = next
	}
	return len(b), len(b), last
}

// textLine returns the line at pos without its end, which is CRLF, LF or CR,
// and where the next one begins.
func textLine(b []byte, pos int) (line []byte, next int) {
	rest := b[pos:]
	n := bytes.IndexByte(rest[:min(len(rest), 1000)], '\n')
	if n < 0 {
		n = bytes.IndexAny(rest, "\r\n")
	} else if cr := bytes.IndexByte(rest[:n], '\r'); cr >= 0 {
		n = cr
	}
	if n < 0 {
		return rest, len(b)
	}
	next = pos + n + 1
	if rest[n] == '\r' && next < len(b) && b[next] == '\n' {
		next++
	}
	return rest[:n], next
}

// isFieldLine reports whether b begins with the name of a header field and a
// colon (RFC 5322 2.2).
func isFieldLine(b []byte) bool {
	i := 0
	for i < len(b) && b[i] > ' ' && b[i] < 0x7F && b[i] != ':' {
		i++
	}
	name := i
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') { // RFC 5322 4.5
		i++
	}
	return name > 0 && i < len(b) && b[i] == ':'
}

// isFromLine reports whether line separates messages in an mbox file.
func isFromLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}
