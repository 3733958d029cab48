package rfc5322

import (
	"strings"
	"unicode/utf8"
)

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
