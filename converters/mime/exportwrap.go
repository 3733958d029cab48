package mime

import (
	"bytes"
	"unicode/utf8"
)

// wrapLines breaks lines longer than column characters at a blank, which it
// replaces; a word that is longer keeps its line. Quoted lines, which begin with
// ">", stay whole, and no line is made that looks like one. text is UTF-8 with
// CRLF line ends. Time is linear in its length.
func wrapLines(text []byte, column int) []byte {
	out := make([]byte, 0, len(text)+len(text)/16)
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, crlf)
		if bytes.HasPrefix(line, []byte(">")) {
			out = append(out, line...)
		} else {
			out = wrapLine(out, line, column)
		}
		if ended {
			out = append(out, crlf...)
		}
		text = rest
	}
	return out
}

// wrapLine appends a line to out.
func wrapLine(out, line []byte, column int) []byte {
	start, brk := 0, -1 // of the line that is being made: its beginning and its last blank to break at
	width, after := 0, 0
	for i := 0; i < len(line); {
		_, size := utf8.DecodeRune(line[i:])
		if line[i] == ' ' && canBreak(line, start, i) && (width <= column || brk < 0) {
			brk, after = i, width+1
		}
		blank := line[i] == ' '
		i += size
		if width++; width > column && brk >= 0 && !blank {
			out = append(append(out, line[start:brk]...), crlf...)
			start, width, brk = brk+1, width-after, -1
		}
	}
	return append(out, line[start:]...)
}

// canBreak reports whether the blank at i may become a line end: something
// stands on either side of it.
func canBreak(line []byte, start, i int) bool {
	return i > start && line[i-1] != ' ' && i+1 < len(line) && line[i+1] != ' ' && line[i+1] != '>'
}
