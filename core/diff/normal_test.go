package diff

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestLineWriter(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"blanks", "a \t\nb  c", "a\nb  c"},
		{"empty lines", "\n\na\n\n\nb\n\n\n", "\n\na\n\n\nb"},
		{"NUL", "a\x00b\x00", "ab"},
		{"byte order mark", "\uFEFFa\uFEFF", "a\uFEFF"},
		{"nothing", " \r\n\t\r\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				var b bytes.Buffer
				if _, err := io.Copy(&lineWriter{w: &b}, struct{ io.Reader }{unmarked(r)}); err != nil || b.String() != tt.want {
					t.Errorf("%q %v, want %q", b.String(), err, tt.want)
				}
			}
		})
	}
}

// htmlOf returns both forms of HTML, with the lines joined by "|".
func htmlOf(t *testing.T, in string) (elements, words string) {
	t.Helper()
	var e, w bytes.Buffer
	if err := readHTML(strings.NewReader(in), &e, &w); err != nil {
		t.Fatal(err)
	}
	join := func(b *bytes.Buffer) string {
		return strings.Join(strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"), "|")
	}
	return join(&e), join(&w)
}

func TestReadHTML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, elements, words string }{
		{"words across inline elements", "a<b>b</b>c d", "a|<b>|b|</b>|c d", "abc|d"},
		{"words around others", "a<br>b<p>c", "a|<br>|b|<p>|c", "a|b|c"},
		{"attributes", "<A b=2 HREF='x\n y' a>z</A>", "<a a= b=2 href=x y>|z|</a>", "z"},
		{"what does not count", "<!doctype html><html><head><meta x=y></head><body><!-- c --> </body></html>", "", ""},
		{"style", "<style>p { }</style><title>t</title>a", "<style>|p { }|</style>|<title>|t|</title>|a", "a"},
		{"entities", "&amp;&nbsp;&#x41;", "& A", "&|A"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			elements, words := htmlOf(t, tt.in)
			if elements != tt.elements || words != tt.words {
				t.Errorf("elements %q, words %q, want %q, %q", elements, words, tt.elements, tt.words)
			}
		})
	}
}

func TestReadHTMLGoesOnAfterAnEndlessTag(t *testing.T) {
	t.Parallel()
	long := "a<" + strings.Repeat("x", 2*maxToken)
	e1, _ := htmlOf(t, long+"1")
	e2, _ := htmlOf(t, long+"2")
	if e1 == e2 {
		t.Error("what comes after a tag that is too long does not count")
	}
}

// FuzzForms holds the normal forms to depending on the text alone, not on how it
// is read, and to being normal already.
func FuzzForms(f *testing.F) {
	f.Add("\uFEFFa \r\n<p>b</p>\x00")
	f.Fuzz(func(t *testing.T, s string) {
		lines := func(r io.Reader) string {
			var b bytes.Buffer
			_, _ = io.Copy(&lineWriter{w: &b}, struct{ io.Reader }{r})
			return b.String()
		}
		whole := lines(strings.NewReader(s))
		if pieces := lines(iotest.OneByteReader(strings.NewReader(s))); pieces != whole {
			t.Errorf("%q in pieces, %q whole", pieces, whole)
		}
		if lines(strings.NewReader(whole)) != whole {
			t.Errorf("%q is not normal", whole)
		}
		var e1, w1, e2, w2 bytes.Buffer
		err1 := readHTML(strings.NewReader(s), &e1, &w1)
		err2 := readHTML(iotest.HalfReader(strings.NewReader(s)), &e2, &w2)
		if errors.Join(err1, err2) != nil || e1.String() != e2.String() || w1.String() != w2.String() {
			t.Errorf("HTML depends on how it is read: %v %v", err1, err2)
		}
	})
}

// endless is a value of so many bytes.
type endless struct{ n int64 }

func (e endless) Size() int64 { return e.n }
func (e endless) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.LimitReader(new(letters), e.n)), nil
}

// letters reads as lines of text.
type letters struct{ at int }

func (l *letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "abcdefg\n"[l.at%8]
		l.at++
	}
	return len(p), nil
}

// TestMemoryIsBounded compares bodies and attachments that are larger than what
// may be held of them.
func TestMemoryIsBounded(t *testing.T) {
	m := func(more int64) *mapi.Message {
		m := letter()
		m.Props.Set(proptag.Body, endless{2<<20 + more})
		m.Props.Set(proptag.Html, endless{17<<20 + more})
		m.Attachments[0].Props.Set(proptag.AttachDataBinary, endless{96<<20 + more})
		return m
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Compare(context.Background(), m(0), m(8), Options{})
	runtime.ReadMemStats(&after)
	if err != nil || len(r.Differences) != 3 {
		t.Errorf("%d differences, %v", len(r.Differences), err)
	}
	if after.HeapSys > before.HeapSys+(128<<20) {
		t.Errorf("the heap grew from %d to %d bytes", before.HeapSys, after.HeapSys)
	}
}
