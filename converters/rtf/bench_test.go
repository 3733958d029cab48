package rtf

import (
	"strings"
	"testing"
)

// encapsulated returns a document of about 1 MB as Outlook writes it.
func encapsulated() []byte {
	const para = `{\*\htmltag64 <p class=MsoNormal>}\htmlrtf {\htmlrtf0 {\*\htmltag148 <span style='color:#1F497D'>}\htmlrtf {\htmlrtf0 Words of a letter, d\'e9j\'e0 vu \u8364 ?\rquote s ` +
		`{\*\htmltag84 <a href="http://x.example/">}\htmlrtf {\field{\*\fldinst{HYPERLINK "http://x.example/"}}{\fldrslt\cf1\ul \htmlrtf0 link\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0 {\*\htmltag92 </a>}` +
		`{\*\htmltag156 </span>}\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0` + "\r\n"
	return []byte(head + strings.Repeat(para, 1<<20/len(para)) + "}")
}

func BenchmarkHTML(b *testing.B) {
	in := encapsulated()
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := HTML(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkText(b *testing.B) {
	in := encapsulated()
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Text(in); err != nil {
			b.Fatal(err)
		}
	}
}
