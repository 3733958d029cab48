package rtf

import "math"

type tokenKind uint8

const (
	tokEOF    tokenKind = iota
	tokOpen             // {
	tokClose            // }
	tokWord             // \word or \wordN
	tokSymbol           // \ and one byte that is not a letter
	tokHex              // \'hh
	tokText             // bytes that stand for themselves
	tokBin              // \binN and its data
)

// token is one lexical element, small enough to be handed on in registers.
type token struct {
	kind tokenKind
	has  bool   // a word with a number
	sym  byte   // the byte of a symbol or of \'hh
	num  int32  // the number of a word, clamped to int32
	text []byte // part of the input: text, the letters of a word, the data of \bin
}

// param returns the number of a word, or def if it has none.
func (t *token) param(def int32) int32 {
	if t.has {
		return t.num
	}
	return def
}

// lexer splits RTF into tokens without copying.
type lexer struct {
	buf []byte
	pos int
}

// special marks the bytes that end a text token.
var special = [256]bool{'\\': true, '{': true, '}': true, '\r': true, '\n': true}

// next returns the next token. Line ends in the source mean nothing.
func (l *lexer) next() token {
	buf, at := l.buf, l.pos
	for at < len(buf) && (buf[at] == '\r' || buf[at] == '\n') {
		at++
	}
	if at >= len(buf) {
		l.pos = at
		return token{}
	}
	l.pos = at + 1
	switch buf[at] {
	case '{':
		return token{kind: tokOpen}
	case '}':
		return token{kind: tokClose}
	case '\\':
		return l.escape()
	}
	from := at
	for at < len(buf) && !special[buf[at]] {
		at++
	}
	l.pos = at
	return token{kind: tokText, text: buf[from:at]}
}

// escape reads what a backslash begins; the position is behind it.
func (l *lexer) escape() token {
	if l.pos >= len(l.buf) {
		return token{}
	}
	c := l.buf[l.pos]
	switch {
	case isLetter(c):
		return l.controlWord()
	case c == '\'':
		return l.hex()
	case c == '\r' && l.pos+1 < len(l.buf) && l.buf[l.pos+1] == '\n':
		l.pos++
	}
	l.pos++
	return token{kind: tokSymbol, sym: c}
}

// hex reads \'hh; the apostrophe is at the position.
//
// QUIRK: an apostrophe without two digits is dropped, the rest is text.
func (l *lexer) hex() token {
	l.pos++
	if l.pos+1 < len(l.buf) {
		hi, lo := hexValue(l.buf[l.pos]), hexValue(l.buf[l.pos+1])
		if hi >= 0 && lo >= 0 {
			l.pos += 2
			return token{kind: tokHex, sym: byte(hi<<4 | lo)}
		}
	}
	return token{kind: tokText}
}

// controlWord reads letters, a number and the space that may end them.
func (l *lexer) controlWord() token {
	buf, from, at := l.buf, l.pos, l.pos
	for at < len(buf) && isLetter(buf[at]) {
		at++
	}
	t := token{kind: tokWord, text: buf[from:at]}
	t.num, at, t.has = number(buf, at)
	if at < len(buf) && buf[at] == ' ' {
		at++
	}
	if t.has && string(t.text) == "bin" {
		n := min(max(int(t.num), 0), len(buf)-at)
		t.kind, t.text = tokBin, buf[at:at+n]
		at += n
	}
	l.pos = at
	return t
}

// number reads the optional number of a word at buf[at]; next is behind it.
func number(buf []byte, at int) (num int32, next int, has bool) {
	from, neg := at, false
	if at < len(buf) && buf[at] == '-' {
		from, neg = at+1, true
	}
	n := int64(0)
	for next = from; next < len(buf) && buf[next]-'0' <= 9; next++ {
		n = min(n*10+int64(buf[next]-'0'), math.MaxInt32)
	}
	if next == from {
		return 0, at, false
	}
	if neg {
		n = -n
	}
	return int32(n), next, true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// hexValue returns the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	switch {
	case c-'0' <= 9:
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
