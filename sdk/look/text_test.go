package look

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLineAndText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, line, text string }{
		{"plain", "hello", "hello", "hello"},
		{"line ends", "a\r\nb\rc\nd", "a b c d", "a\nb\nc\nd"},
		{"Unicode line ends", "a\u2028b\u2029c\u0085d", "a b c d", "a\nb\nc\nd"},
		{"tab", "a\tb", "a b", "a\tb"},
		{"escape sequence", "\x1b[31mred", `\x1b[31mred`, `\x1b[31mred`},
		{"8-bit escape", "\u009b31m", `\u009b31m`, `\u009b31m`},
		{"NUL and bell", "a\x00\x07", `a\x00\x07`, `a\x00\x07`},
		{"text that turns direction", "invoice\u202Egpj.exe", `invoice\u202egpj.exe`, `invoice\u202egpj.exe`},
		{"isolates", "\u2066x\u2069", `\u2066x\u2069`, `\u2066x\u2069`},
		{"what shows nothing", "co\u00ADop\u200Berate\uFEFF", "cooperate", "cooperate"},
		{"tags", "x\U000E0041\U000E007F", "x", "x"},
		{"joined emoji", "👩\u200D👧", "👩\u200D👧", "👩\u200D👧"},
		{"bytes that are no UTF-8", "a\xffb", "a\uFFFDb", "a\uFFFDb"},
		{"other scripts", "Ершов 春 مرحبا", "Ершов 春 مرحبا", "Ершов 春 مرحبا"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Line(tt.in); got != tt.line {
				t.Errorf("Line %q, want %q", got, tt.line)
			}
			if got := Text(tt.in); got != tt.text {
				t.Errorf("Text %q, want %q", got, tt.text)
			}
		})
	}
}

// harm returns the first character of s that does something to a terminal.
func harm(s, allowed string) (rune, bool) {
	for _, c := range s {
		if strings.ContainsRune(allowed, c) || joiner(c) {
			continue
		}
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == 0x2028 || c == 0x2029 {
			return c, true
		}
	}
	return 0, false
}

func FuzzText(f *testing.F) {
	f.Add("a\r\n\x1b[2J\u202e\xff\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		if c, bad := harm(Line(s), ""); bad {
			t.Errorf("Line lets %U through", c)
		}
		text := Text(s)
		if c, bad := harm(text, "\n\t"); bad {
			t.Errorf("Text lets %U through", c)
		}
		if !utf8.ValidString(text) || Text(text) != text {
			t.Errorf("Text(%q) is not stable", s)
		}
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	if got, short := Cut("aä", 2); got != "a" || !short {
		t.Errorf("cut in a character: %q %v", got, short)
	}
	if got, short := Cut("abc", 3); got != "abc" || short {
		t.Errorf("what fits: %q %v", got, short)
	}
}
