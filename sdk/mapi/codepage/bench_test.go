package codepage

import (
	"strings"
	"testing"
)

// BenchmarkCodepage converts text as mail has it, a line at a time.
func BenchmarkCodepage(b *testing.B) {
	plain := strings.Repeat("A line of a letter, nothing special about it. ", 4)
	accents := strings.Repeat("Grüße aus dem schönen Zürich, déjà vu. ", 4)
	for _, c := range []struct {
		name, text string
		page       int
	}{
		{"ascii in 1252", plain, Windows}, {"accents in 1252", accents, Windows},
		{"ascii in UTF-16", plain, UTF16LE}, {"accents in UTF-16", accents, UTF16LE},
		{"ascii in Shift_JIS", plain, 932},
	} {
		raw, ok := Encode(c.page, c.text)
		if !ok {
			b.Fatal(c.name)
		}
		b.Run("encode "+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				Encode(c.page, c.text)
			}
		})
		b.Run("decode "+c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				Decode(c.page, raw)
			}
		})
	}
}
