// Package rfc5322 reads and writes the header fields of Internet messages:
// field bodies, addresses, dates, identifiers, media types and their
// parameters (RFC 5322, RFC 2047, RFC 2231).
//
// Reading accepts what is found in mail stores and never fails; writing emits
// 7-bit fields that a strict reader parses without complaint. Every function
// is pure.
package rfc5322

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// Limits on a header block. What exceeds them is left out with a Defect.
const (
	maxNameBytes = 1000
)

// A Field is one header field.
type Field struct {
	Name string // as written, without the colon; printable US-ASCII
	Raw  []byte // unfolded body without surrounding blanks, still encoded; no CR, LF or NUL
}

// A Header is the fields of a message or body part in their order.
type Header []Field

// Get returns the raw body of the first field with the given name, in any
// case, or nil when there is none. An empty field gives an empty, non-nil
// slice.
func (h Header) Get(name string) []byte {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Raw
		}
	}
	return nil
}

// All returns the raw bodies of all fields with the given name, in order.
func (h Header) All(name string) [][]byte {
	var all [][]byte
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			all = append(all, f.Raw)
		}
	}
	return all
}

// Has reports whether there is a field with the given name.
func (h Header) Has(name string) bool { return h.Get(name) != nil }

// Text returns DecodeText of the first field with the given name, or "".
func (h Header) Text(name string) string { return DecodeText(h.Get(name)) }

// A Defect is a place where a header block breaks RFC 5322 and what was done
// about it.
type Defect struct {
	Offset int    // byte offset of the line in the block
	Detail string // in words, for a report
}

// Split cuts a message or body part into header block and body. The block
// includes the line end of its last field; the empty line belongs to neither.
// Without an empty line everything is header.
func Split(msg []byte) (block, body []byte) {
	for pos := 0; pos < len(msg); {
		line, next := cutLine(msg, pos)
		if len(line) == 0 {
			return msg[:pos], msg[next:]
		}
		pos = next
	}
	return msg, nil
}

// cutLine returns the line at pos without its end, and where the next starts.
// A line ends in CRLF, LF or a bare CR.
func cutLine(b []byte, pos int) (line []byte, next int) {
	n := lineEnd(b[pos:])
	if n < 0 {
		return b[pos:], len(b)
	}
	next = pos + n + 1
	if b[pos+n] == '\r' && next < len(b) && b[next] == '\n' {
		next++
	}
	return b[pos : pos+n], next
}

// lineEnd returns the offset of the first CR or LF, or -1. It looks for the one
// no further than a little beyond the other, so that lines cost their length
// however they end.
func lineEnd(b []byte) int {
	const step = 256
	for from := 0; from < len(b); from += step {
		part := b[from:min(from+step, len(b))]
		lf := bytes.IndexByte(part, '\n')
		if lf >= 0 {
			part = part[:lf]
		}
		if cr := bytes.IndexByte(part, '\r'); cr >= 0 {
			return from + cr
		}
		if lf >= 0 {
			return from + lf
		}
	}
	return -1
}

// ParseHeader reads a header block up to its end or the first empty line. It
// accepts every line end, drops NUL, and leaves out what is no field; each
// repair is reported as a Defect.
//
// The first limits.MIMEFields fields are kept; that there are more is a Defect.
func ParseHeader(block []byte) (Header, []Defect) { return ParseFields(block, limits.MIMEFields.Int()) }

// ParseFields is ParseHeader with a limit of its own, most, in place of
// limits.MIMEFields.
func ParseFields(block []byte, most int) (Header, []Defect) {
	const largest = 8 << 10
	p := headerParser{most: most, piece: min(len(block), largest)}
	for pos := 0; pos < len(block); {
		line, next := cutLine(block, pos)
		if len(line) == 0 {
			break
		}
		p.line(line, pos)
		pos = next
	}
	p.flush()
	return p.header, p.defects
}

// maxDefects bounds what is reported for one block.
const maxDefects = 100

type headerParser struct {
	header  Header
	most    int // fields in it
	defects []Defect
	name    string // of the field being collected; "" when there is none
	body    []byte
	kept    []byte // memory of bodies, in pieces
	piece   int    // bytes of a piece
	start   int    // offset of that field
}

func (p *headerParser) defect(offset int, detail string) {
	if len(p.defects) < maxDefects {
		p.defects = append(p.defects, Defect{offset, detail})
	}
}

// line takes the next line, a new field or the continuation of one.
func (p *headerParser) line(line []byte, pos int) {
	if line[0] == ' ' || line[0] == '\t' {
		if p.name == "" {
			if len(bytes.TrimSpace(line)) > 0 {
				p.defect(pos, "continuation line without a field left out")
			}
			return
		}
		p.append(line)
		return
	}
	if pos == 0 && isMboxLine(line) {
		return // QUIRK: the separator line of an mbox file
	}
	p.flush()
	name, body, found := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	switch {
	case !found:
		p.defect(pos, "line without a colon left out")
	case !isFieldName(name):
		p.defect(pos, "line with an impossible field name left out")
	default:
		p.name, p.start = string(name), pos
		p.append(body)
	}
}

func (p *headerParser) append(b []byte) {
	if len(p.body)+len(b) > limits.MIMEField.Int() {
		if len(p.body) < limits.MIMEField.Int() {
			p.defect(p.start, "field body cut off at its limit")
		}
		b = b[:limits.MIMEField.Int()-len(p.body)]
	}
	p.body = append(p.body, b...)
}

// flush ends the field being collected.
func (p *headerParser) flush() {
	if p.name == "" {
		return
	}
	body := p.body
	if bytes.IndexByte(body, 0) >= 0 {
		p.defect(p.start, "NUL in field body removed")
		body = bytes.ReplaceAll(body, []byte{0}, nil)
	}
	if len(p.header) < p.most {
		p.header = append(p.header, Field{Name: p.name, Raw: p.keep(bytes.Trim(body, " \t\v\f"))})
	} else if len(p.header) == p.most {
		p.defect(p.start, "fields beyond the limit left out")
	}
	p.name, p.body = "", p.body[:0]
}

// keep returns a copy of a body, which is not nil. Many share one piece of
// memory.
func (p *headerParser) keep(body []byte) []byte {
	if cap(p.kept)-len(p.kept) < len(body) || p.kept == nil {
		p.kept = make([]byte, 0, max(len(body), p.piece))
	}
	at := len(p.kept)
	p.kept = append(p.kept, body...)
	return p.kept[at:len(p.kept):len(p.kept)]
}

// isMboxLine reports whether line is "From sender date", escaped or not.
func isMboxLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

// isFieldName reports whether name is a field name (RFC 5322 3.6.8).
func isFieldName(name []byte) bool {
	if len(name) == 0 || len(name) > maxNameBytes {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7F || c == ':' {
			return false
		}
	}
	return true
}
