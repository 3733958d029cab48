package rtf

import (
	"bytes"
	"math"
)

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

// token is one lexical element. Its slices are parts of the input.
type token struct {
	kind tokenKind
	has  bool   // a word with a number
	sym  byte   // the byte of a symbol or of \'hh
	num  int32  // the number of a word, clamped to int32
	word []byte // the letters of a word
	text []byte
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
	for l.pos < len(l.buf) && (l.buf[l.pos] == '\r' || l.buf[l.pos] == '\n') {
		l.pos++
	}
	if l.pos >= len(l.buf) {
		return token{}
	}
	switch l.buf[l.pos] {
	case '{':
		l.pos++
		return token{kind: tokOpen}
	case '}':
		l.pos++
		return token{kind: tokClose}
	case '\\':
		return l.escape()
	}
	from := l.pos
	for l.pos < len(l.buf) && !special[l.buf[l.pos]] {
		l.pos++
	}
	return token{kind: tokText, text: l.buf[from:l.pos]}
}

// escape reads what a backslash begins.
func (l *lexer) escape() token {
	l.pos++
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
	from := l.pos
	for l.pos < len(l.buf) && isLetter(l.buf[l.pos]) {
		l.pos++
	}
	t := token{kind: tokWord, word: l.buf[from:l.pos]}
	l.number(&t)
	if l.pos < len(l.buf) && l.buf[l.pos] == ' ' {
		l.pos++
	}
	if t.has && bytes.Equal(t.word, []byte("bin")) {
		n := min(max(int(t.num), 0), len(l.buf)-l.pos)
		t.kind, t.text = tokBin, l.buf[l.pos:l.pos+n]
		l.pos += n
	}
	return t
}

// number reads the optional number of a word.
func (l *lexer) number(t *token) {
	at, neg := l.pos, false
	if at < len(l.buf) && l.buf[at] == '-' {
		at, neg = at+1, true
	}
	from, n := at, int64(0)
	for ; at < len(l.buf) && l.buf[at]-'0' <= 9; at++ {
		n = min(n*10+int64(l.buf[at]-'0'), math.MaxInt32)
	}
	if at == from {
		return
	}
	if neg {
		n = -n
	}
	l.pos, t.has, t.num = at, true, int32(n)
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
