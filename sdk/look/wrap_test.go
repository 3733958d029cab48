package look

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 25)
	tests := []struct{ name, in, want string }{
		{"short", "one two\n", "one two\n"},
		{"at a blank", "one two three four", "one two\nthree four"},
		{"without an end", "one two three", "one two\nthree"},
		{"quote", "> one two three four", "> one two\n> three\n> four"},
		{"quotes", ">> one two three", ">> one two\n>> three"},
		{"list", "* one two three", "* one two\n  three"},
		{"numbers", "12. one two three", "12. one\n    two\n    three"},
		{"a word too long", long, "xxxxxxxxxx\nxxxxxxxxxx\nxxxxx"},
		{"an address of the Web stays whole", "see http://example.org/a-b/c?d=e ok", "see\nhttp://example.org/a-b/c?d=e\nok"},
		{"wide characters", "春の便りが届く", "春の便りが\n届く"},
		{"combining characters", "e\u0301e\u0301 e\u0301e\u0301 abcdef", "e\u0301e\u0301 e\u0301e\u0301\nabcdef"},
		{"tabs", "a\tb", "a       b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Wrap(tt.in, 10); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if in := strings.Repeat("word ", 50); Wrap(in, 0) != in {
		t.Error("a width of 0 wraps")
	}
}

func TestCutWidth(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"short": "short", "longer than it": "longe…", "春の便り": "春の…"} {
		if got := CutWidth(in, 6); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// FuzzWrap holds wrapping to keeping every character but blanks, and every line
// to its width, words without a place to break them left aside.
func FuzzWrap(f *testing.F) {
	f.Add("> one two three\n* 春の便り http://example.org", 10)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = 20 + int(uint(width)%100)
		s = Text(s)
		got := Wrap(s, width)
		if strip(got) != strip(s) {
			t.Errorf("%q became %q", s, got)
		}
		for line := range strings.Lines(got) {
			if w := Width(strings.TrimRight(line, "\n ")); w > width && !strings.Contains(line, "://") && len(line) > 40 {
				t.Errorf("%q takes %d of %d columns", line, w, width)
			}
		}
	})
}

// strip is text without blanks and marks of quotes.
func strip(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" \n\t>", c) }), "")
}
