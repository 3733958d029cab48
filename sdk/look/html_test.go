package look

import (
	"strings"
	"testing"
)

func TestReadHTML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"paragraphs", "<p>One\n  two</p><p>Three</p>", "One two\n\nThree\n"},
		{"breaks", "One<br>two<br/><br>three", "One\ntwo\n\nthree\n"},
		{"inline elements", "a<b>b</b> <i>c</i>d", "ab cd\n"},
		{"blanks around elements", "<b>a </b><i> b</i>", "a b\n"},
		{"entities", "&lt;a&gt; &amp; &eacute;", "<a> & é\n"},
		{"lists", "<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></ul>e", "* a\n* b\n  1. c\n  2. d\n\ne\n"},
		{"text of an item below its bullet", "<ul><li>a<p>b</p></ul>", "* a\n\n  b\n"},
		{"quotes", "a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n> b\n\n> > c\n\nd\n"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"},
		{"preformatted", "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc\n"},
		{"what is not shown", "<style>p{}</style><script>x()</script><title>t</title>a<!-- b -->", "a\n"},
		{"pictures", `a <img src="x.png" alt="Logo"> b <img alt="">`, "a [Logo] b\n"},
		{"rule", "a<hr>b", "a\n\n----\n\nb\n"},
		{"closing what is not open", "</ul></blockquote></style></pre>a", "a\n"},
		{"nothing", "<p> </p>", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadHTML(strings.NewReader(tt.in), false)
			if err != nil || got.Text != tt.want {
				t.Errorf("%q %v, want %q", got.Text, err, tt.want)
			}
		})
	}
}

func TestReadHTMLMarksLinks(t *testing.T) {
	t.Parallel()
	in := `<a href="https://example.org/x">Here</a> <a href="https://example.org">https://example.org</a>
<a href="mailto:a@example.org">a@example.org</a> <a href="javascript:x()">no</a> <a href="#top">up</a>`
	got, err := ReadHTML(strings.NewReader(in), true)
	if want := "Here[1] https://example.org a@example.org no up\n"; err != nil || got.Text != want {
		t.Errorf("%q %v, want %q", got.Text, err, want)
	}
	if len(got.Links) != 1 || got.Links[0] != "https://example.org/x" {
		t.Errorf("links %q", got.Links)
	}
}

func TestReadHTMLIsBounded(t *testing.T) {
	t.Parallel()
	got, err := ReadHTML(strings.NewReader("a<"+strings.Repeat("x", 2*maxToken)), false)
	if err != nil || !got.Cut {
		t.Errorf("a tag without end: cut %v, %v", got.Cut, err)
	}
	deep, err := ReadHTML(strings.NewReader(strings.Repeat("<blockquote>", 100_000)+"x"), false)
	if err != nil || len(deep.Text) > 100 {
		t.Errorf("deep quotes make %d bytes, %v", len(deep.Text), err)
	}
}

func FuzzReadHTML(f *testing.F) {
	f.Add("<ul><li><a href=http://x>y</a><pre>\n</pre>")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ReadHTML(strings.NewReader(s), true)
		if err != nil {
			t.Error(err)
		}
		if len(got.Text) > 64*len(s)+64 {
			t.Errorf("%d bytes became %d", len(s), len(got.Text))
		}
	})
}
