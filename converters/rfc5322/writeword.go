package rfc5322

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Characters that stand for themselves in the Q encoding, beside letters and
// digits (RFC 2047 5).
const (
	phraseSafe = "!*+-/"                         // rule (3): in a phrase
	textSafe   = "!*+-/.,:;'()@#$%&[]{}|~^<>\\`" // rule (1): in text
)

const (
	wordQ    = "=?utf-8?Q?"
	wordB    = "=?utf-8?B?"
	wordTail = "?="
	wordFill = maxWord - len(wordQ) - len(wordTail) // bytes of encoded text in a word
	minFill  = 12                                   // room below which the first word goes to a new line
)

// encodeWords returns s as UTF-8 encoded words of at most 75 bytes, the first
// of at most first bytes if that is enough to be of use. Characters are not
// split. Text that is US-ASCII for two thirds takes Q, so that it can be read;
// other text takes B.
func encodeWords(s string, first int, safe string) []string {
	q := qLength(s, safe)-len(s) <= 2*len(s)/3 // each escape adds two bytes
	room := first - len(wordQ) - len(wordTail)
	if room < minFill {
		room = wordFill
	}
	var list []string
	for start, end, used := 0, 0, 0; start < len(s); {
		for end < len(s) {
			_, size := utf8.DecodeRuneInString(s[end:])
			cost := (end+size-start+2)/3*4 - used
			if q {
				cost = qLength(s[end:end+size], safe)
			}
			if used+cost > room {
				break
			}
			used += cost
			end += size
		}
		end = start + wholeWords(s[start:], end-start)
		list = append(list, encodeWord(s[start:end], q, safe))
		start, used, room = end, 0, wordFill
	}
	return list
}

// wholeWords returns where to cut s, at most after n bytes: after a blank if
// there is one in the second half.
//
// QUIRK: some readers put a blank between the encoded words of a display name.
func wholeWords(s string, n int) int {
	if n == len(s) {
		return n
	}
	if i := strings.LastIndexByte(s[:n], ' ') + 1; i > n/2 {
		return i
	}
	return n
}

// qLength is the length of s in the Q encoding.
func qLength(s, safe string) int {
	n := 0
	for i := range len(s) {
		if isQSafe(s[i], safe) || s[i] == ' ' {
			n++
		} else {
			n += 3
		}
	}
	return n
}

func isQSafe(c byte, safe string) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte(safe, c) >= 0
}

func encodeWord(s string, q bool, safe string) string {
	if !q {
		return wordB + base64.StdEncoding.EncodeToString([]byte(s)) + wordTail
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString(wordQ)
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case isQSafe(c, safe):
			b.WriteByte(c)
		default:
			b.WriteByte('=')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	b.WriteString(wordTail)
	return b.String()
}
