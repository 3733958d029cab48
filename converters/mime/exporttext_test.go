package mime

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
)

func TestTextEncoding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", "7bit"},
		{"ASCII", "hello\r\nworld", "7bit"},
		{"a dot alone", "a\r\n.\r\nb\r\n", "7bit"},
		{"a line of 998", strings.Repeat("x", 998), "7bit"},
		{"a line of 999", strings.Repeat("x", 999), "quoted-printable"},
		{"From at a line start", "a\r\nFrom here on\r\n", "quoted-printable"},
		{"blanks before a line end", "a \r\nb\r\n", "quoted-printable"},
		{"a control", "a\x0cb and some more text", "quoted-printable"},
		{"a few characters of other scripts", "Grüße aus der Schweiz und von uns", "quoted-printable"},
		{"another script", "Привет", "base64"},
		{"a boundary of ours", "--" + boundaryMark + "00_1=\r\n", "quoted-printable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := measure([]byte(tt.text)).encoding(); got != tt.want {
				t.Errorf("encoding %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWriteQuoted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
	}{
		{"plain", "hello\r\n", "hello\r\n"},
		{"equals sign", "a=b", "a=3Db"},
		{"blanks", " a \r\nb\t", " a=20\r\nb=09"},
		{"a dot", ".\r\n..\r\n", "=2E\r\n=2E.\r\n"},
		{"From", "From x\r\nFromage", "=46rom x\r\nFromage"},
		{"76 characters", strings.Repeat("x", 76) + "\r\n", strings.Repeat("x", 76) + "\r\n"},
		{"77 characters", strings.Repeat("x", 77) + "\r\n", strings.Repeat("x", 75) + "=\r\nxx\r\n"},
		{"a dot after a soft break", strings.Repeat("x", 75) + ".y", strings.Repeat("x", 75) + "=\r\n=2Ey"},
		{"an escape is not split", strings.Repeat("x", 73) + "é", strings.Repeat("x", 73) + "=\r\n=C3=A9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := writeQuoted(&out, []byte(tt.in)); err != nil || out.String() != tt.want {
				t.Errorf("%q, %v; want %q", out.String(), err, tt.want)
			}
		})
	}
}

// FuzzWriteQuoted holds the encoder to the reader of the standard library.
func FuzzWriteQuoted(f *testing.F) {
	f.Add([]byte("From a\n.\r\n=\r \t\r\n"))
	f.Add(bytes.Repeat([]byte("é."), 100))
	f.Fuzz(func(t *testing.T, in []byte) {
		text := canonicalLines(in)
		var out bytes.Buffer
		if err := writeQuoted(&out, text); err != nil {
			t.Fatal(err)
		}
		for line := range bytes.SplitSeq(out.Bytes(), crlf) {
			if len(line) > quotedMax || bytes.HasPrefix(line, []byte(".")) || bytes.HasPrefix(line, []byte("From ")) {
				t.Errorf("line %q", line)
			}
		}
		got, err := io.ReadAll(quotedprintable.NewReader(&out))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%q, %v; want %q", got, err, text)
		}
	})
}
