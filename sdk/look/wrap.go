package look

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Wrap breaks lines of text that are longer than width columns where Unicode
// allows it (UAX 14) outside of addresses of the Web, or anywhere when a word
// alone is too long that is no such address. Lines that go on
// begin like the one they belong to: with its quote marks, and below the text of
// an item of a list. A width of 0 or less leaves lines as long as they are.
// Columns are those of terminals: characters of East Asian scripts take two.
func Wrap(text string, width int) string {
	if width <= 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/16)
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\n")
		wrapLine(&b, expandTabs(line), width)
		if ended {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func wrapLine(b *strings.Builder, line string, width int) {
	if len(line) <= width { // no character takes more columns than bytes
		b.WriteString(line)
		return
	}
	head, next := hang(line, width)
	rest := line[len(head):]
	room := width - len(head)
	for rest != "" {
		n := fit(rest, room)
		b.WriteString(head)
		if n >= len(rest) {
			b.WriteString(rest)
			return
		}
		b.WriteString(strings.TrimRight(rest[:n], " "))
		b.WriteByte('\n')
		rest = strings.TrimLeft(rest[n:], " ")
		head = next
	}
}

// expandTabs puts blanks in the place of tabs, up to every eighth column.
func expandTabs(line string) string {
	if !strings.Contains(line, "\t") {
		return line
	}
	var b strings.Builder
	column := 0
	for i, cell := range strings.Split(line, "\t") {
		if i > 0 {
			n := 8 - column%8
			b.WriteString("        "[:n])
			column += n
		}
		b.WriteString(cell)
		column += Width(cell)
	}
	return b.String()
}

// hang returns what a line begins with, and what the lines that it is broken into
// begin with.
func hang(line string, width int) (head, next string) {
	i := 0
	for i < len(line) && (line[i] == '>' || line[i] == ' ') {
		i++
	}
	if i > width/2 {
		return "", ""
	}
	bullet := 0
	switch rest := line[i:]; {
	case strings.HasPrefix(rest, "* ") || strings.HasPrefix(rest, "- "):
		bullet = 2
	default:
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 && digits < 5 && strings.HasPrefix(rest[digits:], ". ") {
			bullet = digits + 2
		}
	}
	if i+bullet > width/2 {
		bullet = 0
	}
	return line[:i+bullet], line[:i] + strings.Repeat(" ", bullet)
}

// fit returns how many bytes of s go on a line of so many columns: up to the last
// place where it may be broken, at least one character.
func fit(s string, columns int) int {
	state, used, at, good := -1, 0, 0, 0
	rest := s
	for rest != "" {
		var cluster string
		var boundaries int
		cluster, rest, boundaries, state = uniseg.StepString(rest, state)
		used += boundaries >> uniseg.ShiftWidth
		if used > columns && strings.TrimSpace(cluster) != "" {
			switch {
			case good > 0:
				return good
			case isAddress(s):
				return firstWord(s)
			case at > 0:
				return at
			}
			return len(cluster)
		}
		at += len(cluster)
		if boundaries&uniseg.MaskLine == uniseg.LineCanBreak && (cluster == " " || cluster == "-" || cluster[0] >= 0x80) {
			good = at // between other ASCII characters it would be inside an address
		}
	}
	return len(s)
}

// isAddress reports whether s begins with an address of the Web, which is of use
// in one piece only.
func isAddress(s string) bool {
	start, _, _ := strings.Cut(s[:min(len(s), 40)], " ")
	return strings.Contains(start, "://")
}

// firstWord is the length of the word that s begins with.
func firstWord(s string) int {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return i
	}
	return len(s)
}

// Width returns the columns that s takes on a terminal.
func Width(s string) int { return uniseg.StringWidth(s) }

// CutWidth returns as much of s as fits in so many columns, with an ellipsis when
// that is not all.
func CutWidth(s string, columns int) string {
	if columns <= 0 || len(s) <= columns || Width(s) <= columns {
		return s
	}
	state, used, at := -1, 0, 0
	rest := s
	for rest != "" {
		var cluster string
		var boundaries int
		cluster, rest, boundaries, state = uniseg.StepString(rest, state)
		used += boundaries >> uniseg.ShiftWidth
		if used > columns-1 {
			break
		}
		at += len(cluster)
	}
	return s[:at] + "…"
}
