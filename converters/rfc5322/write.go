package rfc5322

import (
	"strings"
	"unicode/utf8"
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

// end returns the finished field.
func (f *folder) end() []byte { return append(f.out, "\r\n"...) }

// clean makes value one line: a line break becomes one blank, so does every
// other control, and surrounding blanks go. Invalid UTF-8 becomes U+FFFD.
func clean(value string) string {
	if isPrintable(value) {
		return strings.Trim(value, " ")
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	if strings.IndexFunc(value, isControl) >= 0 {
		value = strings.ReplaceAll(value, "\r\n", "\n")
		value = strings.Map(func(r rune) rune {
			if isControl(r) {
				return ' '
			}
			return r
		}, value)
	}
	return strings.Trim(value, " ")
}

// isPrintable reports whether s is US-ASCII without controls.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isASCIIString reports whether s holds no byte above 0x7F.
func isASCIIString(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// word is a token and the blanks before it.
type word struct {
	blanks string
	token  string
}

// words splits a clean value at its blanks.
func words(value string) []word {
	list := make([]word, 0, strings.Count(value, " ")+1)
	for value != "" {
		var w word
		w, value = cutWord(value)
		list = append(list, w)
	}
	return list
}

// cutWord returns the first word of a value that is not empty, and the rest.
func cutWord(value string) (w word, rest string) {
	n := 0
	for n < len(value) && value[n] == ' ' {
		n++
	}
	m := strings.IndexByte(value[n:], ' ')
	if m < 0 {
		m = len(value) - n
	}
	return word{value[:n], value[n : n+m]}, value[n+m:]
}

// Text returns the field name: value with an unstructured body, CRLF included
// (RFC 5322 2.2.1). It is folded at blanks to 78 bytes where that is possible,
// though not before the first word, and to 998 always. Words that the style
// does not allow, look like encoded words or are too long are written as UTF-8
// encoded words (RFC 2047).
//
// Controls in value, line breaks above all, become blanks: a value cannot add
// a field. Surrounding blanks are not kept.
func (s Style) Text(name, value string) []byte {
	value = clean(value)
	f := newFolder(name, len(value))
	if s.plain(value) && !strings.Contains(value, "=?") && f.short(value) {
		return f.end()
	}
	list := words(value)
	first, last := -1, -1 // the words to encode, with all between them
	for i, w := range list {
		if len(w.blanks) > maxBlankRun { // they go into the word as well
			if first < 0 {
				first = max(i-1, 0)
			}
			last = i
		}
		if !s.plain(w.token) || strings.Contains(w.token, "=?") || len(w.token) > longToken {
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	for i := 0; i < len(list); i++ {
		w := list[i]
		blanks := w.blanks
		if blanks == "" {
			blanks = " " // after the colon
		}
		if i != first {
			f.tokenAfterName(i == 0, blanks, w.token)
			continue
		}
		var span strings.Builder
		span.WriteString(w.token)
		for i++; i <= last; i++ {
			span.WriteString(list[i].blanks + list[i].token)
		}
		i--
		f.encoded(blanks, span.String())
	}
	return f.end()
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

// Raw returns the field name: value with a structured body that is passed
// through: folded at blanks, controls replaced by blanks. A token too long for
// a line is cut, which adds white space. A value that the style does not allow
// has no structured form and is written as by Text.
func (s Style) Raw(name, value string) []byte {
	value = clean(value)
	if !s.plain(value) {
		return s.Text(name, value)
	}
	f := newFolder(name, len(value))
	if f.short(value) {
		return f.end()
	}
	for i := 0; value != ""; i++ {
		var w word
		w, value = cutWord(value)
		blanks := w.blanks
		if blanks == "" || len(blanks) > maxBlankRun {
			blanks = " "
		}
		for len(w.token) > longToken {
			n := softLine - 1
			for !utf8.RuneStart(w.token[n]) {
				n--
			}
			f.token(blanks, w.token[:n])
			w.token, blanks = w.token[n:], " "
		}
		f.tokenAfterName(i == 0 && f.line <= maxFieldName, blanks, w.token)
	}
	return f.end()
}

// MessageIDs returns the field name: value where value is one or more message
// identifiers (RFC 5322 3.6.4). Fields are folded between identifiers only.
// White space and controls inside of an identifier are removed, bytes above
// 0x7F are written as %XX unless the style allows them, and an identifier
// without angle brackets gets them.
// Identifiers longer than 900 bytes are left out, and all but the first in a
// Message-ID field; nil is returned when nothing is left.
//
// An identifier is otherwise kept as it is, even one without an "@": it ties
// messages together by comparison, so a repair would break threads.
func (s Style) MessageIDs(name, value string) []byte {
	ids, _ := s.ids(name, value)
	if len(ids) == 0 {
		return nil
	}
	f := newFolder(name, len(value))
	for _, id := range ids {
		f.token(" ", "<"+id+">")
	}
	return f.end()
}

// CanMessageIDs reports whether MessageIDs writes every identifier in value, and
// each as it is.
func (s Style) CanMessageIDs(name, value string) bool {
	_, whole := s.ids(name, value)
	return whole
}

// ids returns the insides of the identifiers that MessageIDs writes. whole is
// false when one is left out or is not as it was.
func (s Style) ids(name, value string) (ids []string, whole bool) {
	whole = true
	for _, raw := range splitIDs(value) {
		id := s.cleanID(raw)
		full := len(ids) > 0 && strings.EqualFold(name, "Message-ID")
		if id == "" || full || len(id)+len("<>") > longToken {
			whole = whole && raw == ""
			continue
		}
		ids = append(ids, id)
		whole = whole && id == raw
	}
	return ids, whole
}

// splitIDs cuts a list of identifiers: at angle brackets, and at blanks
// outside of them. It returns what is inside of the brackets.
func splitIDs(value string) []string {
	var ids []string
	for value = strings.TrimSpace(value); value != ""; value = strings.TrimSpace(value) {
		end := strings.IndexFunc(value, func(r rune) bool { return r <= ' ' || r == '<' || r == ',' })
		if value[0] == '<' {
			if end = strings.IndexByte(value, '>'); end < 0 {
				end = len(value)
			}
		} else if end < 0 {
			end = len(value)
		}
		ids = append(ids, strings.TrimSpace(strings.TrimPrefix(value[:end], "<")))
		if end < len(value) && value[end] != '<' {
			end++
		}
		value = value[end:]
	}
	return ids
}

// cleanID returns the inside of an identifier.
func (s Style) cleanID(id string) string {
	const hex = "0123456789ABCDEF"
	raw := s.UTF8Addresses && isSafeUTF8(id)
	var b strings.Builder
	b.Grow(len(id))
	for i := range len(id) {
		switch c := id[i]; {
		case c <= ' ' || c == 0x7F || c == '<' || c == '>':
		case c >= utf8.RuneSelf && !raw:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
