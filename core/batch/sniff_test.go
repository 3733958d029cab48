package batch

import (
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

func TestSniff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     Kind
	}{
		{"compound file", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", KindMSG},
		{"header", "Received: by x\r\n\tid 1\r\nSubject: y\r\n\r\n", KindEML},
		{"line feeds", "X-Odd: 1\nsubject: y\n\n", KindEML},
		{"mbox first line", "From a@b Mon Jan  1\nX-A: b\nTo: c\n", KindEML},
		{"byte order mark and blank lines", "\xEF\xBB\xBF\r\n\r\nDate: x\r\n", KindEML},
		{"the length before it", "1234      \nReceived: by x\nSubject: y\n", KindEML},
		{"a number alone", "1234\n", KindOther},
		{"blank before the colon", "From : a@b\nTo: c\n", KindEML},
		{"a line that is no field", "garbage here\nFrom: a@b\n", KindEML},
		{"JSON", "{\n \"from\": \"x\",\n \"to\": 1\n}\n", KindOther},
		{"a message in JSON", "\xEF\xBB\xBF{\r\n\t\"format\" : \"oxbridge-message\",\n", KindJSON},
		{"a message in JSON on one line", `{"format":"oxbridge-message","version":1}`, KindJSON},
		{"JSON in another format", `{"format": "oxbridge-messages"}`, KindOther},
		{"JSON that mentions the format", `{"name": {"format": "oxbridge-message"}}`, KindOther},
		{"prose", "Dear all,\nthis is text\nand more\nof it\nFrom: me\n", KindOther},
		{"unknown fields only", "X-A: 1\nX-B: 2\n\nSubject: in the body\n", KindOther},
		{"empty", "", KindOther},
		{"binary", "\x00\x01\x02:\x03", KindOther},
		{"HTML", "<html>\n<head><meta name=\"date: x\">\n<body>\n</html>", KindOther},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sniff([]byte(tt.in)); got != tt.want {
				t.Errorf("Sniff(%.40q) = %d, want %d", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("From: a\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, in []byte) { Sniff(in) })
}

// TestSniffNamed holds that text is a message if it is called one.
func TestSniffNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     Kind
	}{
		{"letter.eml", "a\n", KindEML},
		{"prose.EML", "Dear all,\nthis is text\nand more\nof it\n", KindEML},
		{"letter.txt", "a\n", KindOther},
		{"binary.eml", "\x00\x01\x02:\x03", KindOther},
		{"empty.eml", "", KindOther},
		{"really.eml", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest", KindMSG},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := sniffNamed(sourceOf(tt.in), tt.name); got != tt.want || err != nil {
				t.Errorf("sniffNamed() = %d, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func TestSniffSourceLooksFurther(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("X-Filler: "+strings.Repeat("x", 60)+"\r\n", 500)
	tests := []struct {
		name, in string
		want     Kind
	}{
		{"a mail field after many others", filler + "From: a@b\r\n\r\n", KindEML},
		{"none at all", filler + "\r\nFrom: a@b\r\n", KindOther},
		{"no header", strings.Repeat("prose ", 5000) + "\nFrom: a@b\n", KindOther},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := store.NewSource(strings.NewReader(tt.in), int64(len(tt.in)), time.Time{}, nil)
			if got, err := sniffSource(src); got != tt.want || err != nil {
				t.Errorf("sniffSource() = %d, %v, want %d", got, err, tt.want)
			}
		})
	}
}
