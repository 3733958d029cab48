package look

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s on one line, harmless on a terminal and in a log: blanks and
// line ends become spaces; control characters, and format characters that turn
// the direction of text, are shown as escapes such as \u202e; characters that
// show nothing at all are dropped; bytes that are no UTF-8 become U+FFFD.
func Line(s string) string { return harmless(s, false) }

// Text is Line for several lines: line ends become "\n", tabs stay.
func Text(s string) string { return harmless(s, true) }

// Squeeze takes blanks off the ends of lines and empty lines off the ends of a
// text, and makes one of several empty lines: HTML and Outlook are generous with
// them.
func Squeeze(text string) string {
	var b strings.Builder
	empty := false
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			empty = true
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if empty {
				b.WriteByte('\n')
			}
		}
		empty = false
		b.WriteString(line)
	}
	return b.String()
}

func harmless(s string, lines bool) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, c := range s {
		switch {
		case c == '\r':
			if next := i + 1; next < len(s) && s[next] == '\n' {
				continue
			}
			b.WriteByte(lineEnd(lines))
		case c == '\n' || c == '\u2028' || c == '\u2029' || c == '\u0085' || c == '\v' || c == '\f':
			b.WriteByte(lineEnd(lines))
		case c == '\t':
			if lines {
				b.WriteByte('\t')
			} else {
				b.WriteByte(' ')
			}
		case c == utf8.RuneError:
			b.WriteRune(utf8.RuneError)
		case unseen[c] || c >= 0xE0000 && c <= 0xE0FFF:
		case unicode.IsControl(c) || unicode.Is(unicode.Cf, c) && !joiner(c):
			b.WriteString(escape(c))
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// isPlain reports whether all of s is printable ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func lineEnd(lines bool) byte {
	if lines {
		return '\n'
	}
	return ' '
}

// unseen are format characters that newsletters are full of and that change
// nothing but where lines may break: soft hyphen, zero-width space, marks and
// joiners of words.
var unseen = map[rune]bool{0x00AD: true, 0x200B: true, 0x200E: true, 0x200F: true, 0x061C: true, 0x2060: true, 0xFEFF: true, 0x034F: true}

// joiner reports whether c is one of the two joiners that scripts and emoji are
// spelt with.
func joiner(c rune) bool { return c == 0x200C || c == 0x200D }

func escape(c rune) string {
	if c < 0x80 {
		return fmt.Sprintf(`\x%02x`, c)
	}
	return fmt.Sprintf(`\u%04x`, c)
}

// Cut returns at most n bytes of s, cut between characters, and whether that is
// less than all.
func Cut(s string, n int) (string, bool) {
	if len(s) <= n {
		return s, false
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}
