package rfc5322

import (
	"strings"
)

// Line lengths in bytes without CRLF (RFC 5322 2.1.1, RFC 2047 2).
const (
	softLine     = 78  // where lines are folded
	maxWord      = 75  // an encoded word
	maxWordLine  = 76  // a line that holds one
	longToken    = 900 // a token that is not left whole; leaves room under 998
	maxBlankRun  = 60  // blanks that may stand at the start of a folded line
	maxFieldName = 70
)

// folder writes one header field line by line.
type folder struct {
	out  []byte
	line int  // bytes on the current line
	word bool // the line holds an encoded word
}

// newFolder starts a field with room for a value of size bytes and its folding.
// Bytes that a name cannot hold become "-".
func newFolder(name string, size int) *folder {
	name = name[:min(len(name), maxFieldName)]
	b := append(make([]byte, 0, len(name)+len(": \r\n")+size+size/16), name...)
	for i, c := range b {
		if c <= ' ' || c >= 0x7F || c == ':' {
			b[i] = '-'
		}
	}
	if len(b) == 0 {
		b = append(b, "X-Unnamed"...)
	}
	b = append(b, ':')
	return &folder{out: b, line: len(b)}
}

// token writes an unbreakable token after blanks, which must not be empty, on
// a new line when the current one would become too long.
func (f *folder) token(blanks, token string) {
	f.word = f.word || strings.HasPrefix(token, "=?")
	limit := softLine
	if f.word {
		limit = maxWordLine
	}
	if f.line+len(blanks)+len(token) > limit {
		f.out = append(f.out, "\r\n"...)
		f.line, f.word = 0, strings.HasPrefix(token, "=?")
	}
	f.out = append(f.out, blanks...)
	f.out = append(f.out, token...)
	f.line += len(blanks) + len(token)
}

// short writes a whole value if it has room behind the name, and reports whether
// it did. What it writes is what the tokens of the value give one by one.
func (f *folder) short(value string) bool {
	if value == "" || len(value) > maxBlankRun || f.line+len(" ")+len(value) > maxWordLine {
		return false
	}
	f.out = append(append(f.out, ' '), value...)
	f.line += len(" ") + len(value)
	return true
}

// tokenAfterName is token, but keeps the first token of a value on the line of
// the field name, however long.
//
// QUIRK: Python's email reads a fold after the colon as a blank of the value.
func (f *folder) tokenAfterName(first bool, blanks, token string) {
	if !first {
		f.token(blanks, token)
		return
	}
	f.out = append(append(f.out, blanks...), token...)
	f.line += len(blanks) + len(token)
}

// encoded writes s as encoded words.
func (f *folder) encoded(blanks, s string) {
	room := maxWordLine - f.line - len(blanks)
	for i, token := range encodeWords(s, min(room, maxWord), textSafe) {
		if i > 0 {
			blanks = " "
		}
		f.token(blanks, token)
	}
}

// end returns the finished field.
func (f *folder) end() []byte { return append(f.out, "\r\n"...) }
