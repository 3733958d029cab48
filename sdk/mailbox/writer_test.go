package mailbox

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// write writes one message in pieces of n bytes and returns the file.
func write(t testing.TB, author string, sent time.Time, message string, n int) string {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	if err := w.Begin(author, sent); err != nil {
		t.Fatal(err)
	}
	for rest := message; rest != ""; {
		k, err := w.Write([]byte(rest[:min(n, len(rest))]))
		if err != nil || k == 0 {
			t.Fatalf("%d, %v", k, err)
		}
		rest = rest[k:]
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriter(t *testing.T) {
	t.Parallel()
	const head = "From ada@example.org Mon Jan  2 15:04:05 2006\n"
	sent := time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
	tests := []struct{ name, in, want string }{
		{"nothing", "", "\n"},
		{"lines", "a\r\n\r\nb\n", "a\n\nb\n\n"},
		{"no end", "a\r\nb", "a\nb\n\n"},
		{"quoted", "From x\r\n>From x\r\n>>From x\n", ">From x\n>>From x\n>>>From x\n\n"},
		{"not quoted", "From: x\n> From x\n Fro\nFro\n>>", "From: x\n> From x\n Fro\nFro\n>>\n\n"},
		{"cut off", "From ", ">From \n\n"},
		{"half a word", ">Fro", ">Fro\n\n"},
		{"CR that ends no line", "a\rb\r\r\nc\r", "a\rb\r\nc\r\n\n"},
	}
	for _, tt := range tests {
		for _, n := range []int{1, 2, 3, 1000} {
			t.Run(fmt.Sprintf("%s in pieces of %d", tt.name, n), func(t *testing.T) {
				t.Parallel()
				if got := write(t, "ada@example.org", sent, tt.in, n); got != head+tt.want {
					t.Errorf("got %q, want %q", got, head+tt.want)
				}
			})
		}
	}
}

func TestWriterBegin(t *testing.T) {
	t.Parallel()
	for _, author := range []string{"", "two words", "a\nFrom b", "a\x7F"} {
		if got := write(t, author, time.Time{}, "", 1); got != "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n\n" {
			t.Errorf("%q: got %q", author, got)
		}
	}
}

// FuzzWriter writes messages and finds them again.
func FuzzWriter(f *testing.F) {
	f.Add("Subject: x\n\nFrom me\n>From you\n", uint8(3))
	f.Add("a\r\rFrom \r\n>>>", uint8(1))
	f.Fuzz(func(t *testing.T, body string, n uint8) {
		message := "Subject: x\n\n" + strings.ReplaceAll(body, "\r", "")
		file := write(t, "a@example.org", time.Unix(0, 0), message, int(n)+1)
		file += write(t, "b@example.org", time.Unix(0, 0), "Subject: y\n\n", 1)
		var got []string
		src := strings.NewReader(file)
		for m, err := range Split(src, int64(len(file))) {
			if err != nil {
				t.Fatal(err)
			}
			in := m.Input(t.Context(), src)
			b := make([]byte, in.Size())
			if k, err := in.ReadAt(b, 0); k < len(b) {
				t.Fatal(err)
			}
			got = append(got, string(b))
		}
		if len(got) != 2 || strings.TrimRight(got[0], "\n") != strings.TrimRight(message, "\n") {
			t.Errorf("%q became %q", message, got)
		}
	})
}
