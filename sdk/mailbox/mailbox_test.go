package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

const from = "From a@b.example Mon Jun 01 10:00:00 2009\n"

// read splits a mailbox and returns what each message reads as.
func read(t *testing.T, box string) ([]string, error) {
	t.Helper()
	var out []string
	r := strings.NewReader(box)
	for m, err := range Split(r, int64(len(box))) {
		if err != nil {
			return out, err
		}
		in := m.Input(context.Background(), r)
		b, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size()))
		if err != nil || int64(len(b)) != m.Size() {
			t.Fatalf("message of %d bytes: read %d, %v", m.Size(), len(b), err)
		}
		out = append(out, string(b))
	}
	return out, nil
}

func TestSplit(t *testing.T) {
	t.Parallel()
	const patch = "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
	tests := []struct {
		name, box string
		want      []string
	}{
		{"one", from + "Subject: a\n\nx\n", []string{"Subject: a\n\nx\n"}},
		{"two", from + "A: b\n\nx\n\n" + from + "C: d\n\ny\n\n", []string{"A: b\n\nx\n", "C: d\n\ny\n"}},
		{"without headers", from + "\nx\n\n" + from + "\ny\n", []string{"\nx\n", "\ny\n"}},
		{"CRLF", strings.ReplaceAll(from+"A: b\n\nx\n\n"+from+"C: d\n\ny\n", "\n", "\r\n"), []string{"A: b\r\n\r\nx\r\n", "C: d\r\n\r\ny\r\n"}},
		{"CR", strings.ReplaceAll(from+"A: b\n\nx\n\n"+from+"C: d\n\ny\n", "\n", "\r"), []string{"A: b\r\rx\r", "C: d\r\ry\r"}},
		{"no empty line before the separator", from + "A: b\n\nx\n" + from + "C: d\n\ny\n", []string{"A: b\n\nx\n", "C: d\n\ny\n"}},
		{"no line end at the end", from + "A: b\n\nx", []string{"A: b\n\nx"}},
		{"empty messages", from + "\n" + from + "\n" + from, []string{"", "", ""}},
		{"a mark and empty lines before it", "\xEF\xBB\xBF" + from + "A: b\n\nx\n", []string{"A: b\n\nx\n"}},
		{"empty lines before it", "\n\n" + from + "A: b\n\nx\n", []string{"A: b\n\nx\n"}},
		{"prose", from + "A: b\n\nx\n\nFrom here on: nothing\nelse\n\nFrom a Mon Jun 01 10:00 2009\nprose\n", []string{"A: b\n\nx\n\nFrom here on: nothing\nelse\n\nFrom a Mon Jun 01 10:00 2009\nprose\n"}},
		{"no date", from + "A: b\n\nx\n\nFrom me\nReceived: by x\n\ny\n", []string{"A: b\n\nx\n", "Received: by x\n\ny\n"}},
		{"Thunderbird", "From - Fri Aug 05 10:57:20 2016\nX-Mozilla-Status: 0001\n\nx\n\nFrom - Fri Aug 05 10:57:20 2016\nA: b\n\ny\n", []string{"X-Mozilla-Status: 0001\n\nx\n", "A: b\n\ny\n"}},
		{"Eudora", "From ???@??? Fri Aug 05 10:57:20 2016\nA: b\n\nx\n\nFrom ???@??? Fri Aug 05 10:57:20 2016\nA: b\n\ny\n", []string{"A: b\n\nx\n", "A: b\n\ny\n"}},
		{"a patch in it", from + "A: b\n\nx\n\n" + patch + "From: me\n\ny\n", []string{"A: b\n\nx\n\n" + patch + "From: me\n\ny\n"}},
		{"patches", patch + "From: me\n\nx\n\n" + patch + "From: me\n\ny\n", []string{"From: me\n\nx\n", "From: me\n\ny\n"}},
		{"quoted lines", from + ">From: b\n\nx\n>From a\n>>From b\n> From c\n>Fromage\n", []string{">From: b\n\nx\nFrom a\n>From b\n> From c\n>Fromage\n"}},
		{"Content-Length", from + "Content-Length: 57\n\n\n" + from + "A: b\n>From c\n\n" + from + "\ny\n", []string{"Content-Length: 57\n\n\n" + from + "A: b\n>From c\n", "\ny\n"}},
		{"Content-Length, quoted", from + "Content-Length: 8\n\n>From c\n\n" + from + "\ny\n", []string{"Content-Length: 8\n\nFrom c\n", "\ny\n"}},
		{"Content-Length of the last", from + "Content-Length: 43\n\n" + from + "A", []string{"Content-Length: 43\n\n" + from + "A"}},
		{"Content-Length that lies", from + "Content-Length: 5\n\nx\n\n" + from + "\ny\n", []string{"Content-Length: 5\n\nx\n", "\ny\n"}},
		{"Content-Length beyond the end", from + "Content-Length: 9223372036854775807\n\nx\n\n" + from + "\ny\n", []string{"Content-Length: 9223372036854775807\n\nx\n", "\ny\n"}},
		{"a long line", from + "A: " + strings.Repeat("x", 200_000) + "\n\ny\n", []string{"A: " + strings.Repeat("x", 200_000) + "\n\ny\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, tt.box)
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) || err != nil {
				t.Errorf("Split(%q)\n got %q, %v\nwant %q", tt.box, got, err, tt.want)
			}
		})
	}
}

func TestSplitErrors(t *testing.T) {
	t.Parallel()
	for _, box := range []string{"", "\n", "From: a\n\nFrom b\n", "x\n" + from} {
		if got, err := read(t, box); !errors.Is(err, ErrNotMailbox) || got != nil {
			t.Errorf("Split(%q) = %q, %v, want ErrNotMailbox", box, got, err)
		}
	}
	broken := errors.New("broken disk")
	for _, err := range Split(failing{broken}, 100) {
		if !errors.Is(err, broken) {
			t.Errorf("a failing reader: %v", err)
		}
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestFromLine(t *testing.T) {
	t.Parallel()
	box := from + "A: b\n"
	for m := range Split(strings.NewReader(box), int64(len(box))) {
		if m.From != "a@b.example Mon Jun 01 10:00:00 2009" || m.Offset != int64(len(from)) || m.Length != 5 {
			t.Errorf("got %+v", m)
		}
	}
}

// TestSplitStops: whoever has enough ends it.
func TestSplitStops(t *testing.T) {
	t.Parallel()
	box := strings.Repeat(from+"\nx\n\n", 10)
	n := 0
	for range Split(strings.NewReader(box), int64(len(box))) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d messages", n)
	}
}

// TestHostile: each of these would take minutes if time were not linear.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"separators": from, "content lengths": from + "Content-Length: 40\n\n", "quoted lines": ">From \n", "empty lines": "\n",
		"half separators": "\nFrom \n", "header": "a", "content length of empty lines": from + "Content-Length: 1\n\n\n\n\n\n\n",
	} {
		box := from + strings.Repeat(unit, 4<<20/len(unit))
		n := 0
		for _, err := range Split(strings.NewReader(box), int64(len(box))) {
			if n++; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n == 0 {
			t.Errorf("%s: no message", name)
		}
	}
}

// TestCorpus splits the mailboxes of other projects where they are at hand. The
// counts are those of Python's mailbox module, but for the two files of which
// it takes a "From " line in a body for a separator.
func TestCorpus(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpus", "mbox")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no corpus at hand")
	}
	want := map[string]int{"nice.mbox": 3, "complex.mbox": 3, "complex2.mbox": 3, "simple.mbox": 2}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := read(t, string(b))
		if n := max(1, want[d.Name()]); len(got) != n || err != nil {
			t.Errorf("%s: %d messages, %v, want %d", path, len(got), err, n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// FuzzSplit holds the messages of any file to their place, and their readers to
// the contract of io.ReaderAt.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(from + "A: b\n\n>From x\n\n" + from + "Content-Length: 3\n\nFro\n"))
	f.Add([]byte(strings.ReplaceAll(from+"\n\n"+from, "\n", "\r")))
	f.Fuzz(func(t *testing.T, box []byte) {
		r, at := bytes.NewReader(box), int64(0)
		for m, err := range Split(r, int64(len(box))) {
			if err != nil {
				if !errors.Is(err, ErrNotMailbox) {
					t.Error(err)
				}
				return
			}
			if m.Offset < at || m.Length < 0 || m.Offset+m.Length > int64(len(box)) || m.Size() < 0 {
				t.Fatalf("message %+v behind %d of %d bytes", m, at, len(box))
			}
			at = m.Offset + m.Length
			in := m.Input(context.Background(), r)
			want, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size()))
			if err != nil || int64(len(want)) != in.Size() {
				t.Fatalf("read %d of %d bytes: %v", len(want), in.Size(), err)
			}
			if err := iotest.TestReader(io.NewSectionReader(in, 0, in.Size()), want); err != nil {
				t.Error(err)
			}
		}
	})
}
