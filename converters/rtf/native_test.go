package rtf

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var update = flag.Bool("update", false, "write the golden files of this test")

// native is NativeHTML with every picture taken.
func native(in []byte) (string, Info, error) {
	return NativeHTML(in, NativeOptions{Picture: func(p Picture) string { return "cid:" + p.Type }})
}

// TestNativeGolden renders every testdata/native/*.rtf and compares the HTML
// byte for byte. Regenerate with: go test ./converters/rtf -update.
func TestNativeGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/native/*.rtf")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	for _, in := range inputs {
		t.Run(filepath.Base(in), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			got, info, err := native(src)
			if err != nil {
				t.Fatal(err)
			}
			checkHTML(t, src, got)
			got = strings.ReplaceAll(got, "\r\n", "\n") + fmt.Sprintf("<!-- warnings %b, pictures %d, objects %d, placeholders %v -->\n", info.Warnings, info.Pictures, info.Objects, info.Placeholders)
			golden := strings.TrimSuffix(in, ".rtf") + ".html"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// checkHTML fails when html is not what NativeHTML promises: well nested,
// without scripts, references to safe schemes only, and bounded.
func checkHTML(t *testing.T, in []byte, out string) {
	t.Helper()
	if limit := nativeFactor*len(in) + nativeBase; len(out) > limit {
		t.Fatalf("%d bytes out of %d", len(out), len(in))
	}
	if strings.IndexByte(out, 0) >= 0 {
		t.Fatal("a zero byte")
	}
	var open []string
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("elements not closed: %v in %q", open, out[:min(len(out), 2000)])
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			checkTag(t, tok)
			if tok.DataAtom != atom.Br && tok.DataAtom != atom.Img && tok.DataAtom != atom.Meta && tok.DataAtom != atom.Hr && tok.DataAtom != atom.Col {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> within %v in %q", tok.Data, open, out[:min(len(out), 2000)])
			}
			open = open[:len(open)-1]
		case html.CommentToken, html.SelfClosingTagToken:
			t.Fatalf("unexpected %s", z.Raw())
		}
	}
}

// written are the elements and attributes that NativeHTML writes.
var written = map[string]string{
	"html": "", "head": "", "meta": "charset", "body": "style", "p": "style dir", "div": "style class", "br": "", "hr": "",
	"span": "style", "b": "", "i": "", "u": "style", "s": "style", "sup": "style", "sub": "style", "a": "href id style",
	"img": "src width height alt", "ul": "style dir", "ol": "style dir type start", "li": "style value",
	"table": "style dir cellspacing cellpadding", "colgroup": "", "col": "width", "tr": "style valign", "td": "style valign colspan rowspan",
}

func checkTag(t *testing.T, tok html.Token) {
	t.Helper()
	allowed, ok := written[tok.Data]
	if !ok {
		t.Fatalf("element %s", tok.Data)
	}
	for _, a := range tok.Attr {
		if !strings.Contains(" "+allowed+" ", " "+a.Key+" ") {
			t.Fatalf("attribute %s of %s", a.Key, tok.Data)
		}
		switch a.Key {
		case "href":
			if !safeURL(a.Val) {
				t.Fatalf("link to %q", a.Val)
			}
		case "style":
			if strings.ContainsAny(a.Val, "(){}<>\\@\"") || strings.Contains(a.Val, "//") {
				t.Fatalf("style %q", a.Val)
			}
		}
	}
}

// body returns what is in the body of a document, with plain paragraphs
// written p.
func body(html string) string {
	_, html, _ = strings.Cut(html, "<body style=\"tab-size:36pt\">\r\n")
	html = strings.TrimSuffix(html, "</body></html>\r\n")
	return strings.ReplaceAll(html, `<p style="margin:0;font-size:12pt">`, "<p>")
}

func TestNativeHTML(t *testing.T) {
	t.Parallel()
	const table = `<table cellspacing="0" cellpadding="0" style="border-collapse:collapse">` + "\r\n"
	const row, cell, end = `<tr valign="top">`, `<td style="padding:0">`, "</tr>\r\n</table>\r\n"
	tab := func(width, text string) string {
		return `<span style="min-width:` + width + `;display:inline-block">` + text + "&nbsp;</span>"
	}
	tests := []struct{ name, in, want string }{
		{"paragraphs", `a\par\par b<&>"\line c`, "<p>a</p>\r\n<p><br></p>\r\n<p>b&lt;&amp;&gt;&quot;<br>c</p>\r\n"},
		{"alignment", `\qc a\par\pard b`, "<p style=\"margin:0;text-align:center;font-size:12pt\">a</p>\r\n<p>b</p>\r\n"},
		{"the format at the end of a paragraph counts", `{\qc a}\par`, "<p>a</p>\r\n"},
		{"formats", `{\b b{\i bi}}\ul u\ulnone\strike s\strike0{\super 2}`, "<p><b>b</b><b><i>bi</i></b><u>u</u><s>s</s><sup style=\"font-size:65%\">2</sup></p>\r\n"},
		{"format without text", `{\b}\i\i0 a`, "<p>a</p>\r\n"},
		{"size and colour", `{\colortbl;\red255\green0\blue16;}{\fs23\cf1 a}{\cf0\cf9 b}`, "<p style=\"margin:0;font-size:11.5pt\"><span style=\"color:#ff0010\">a</span><span style=\"font-size:12pt\">b</span></p>\r\n"},
		{"link", `{\field{\*\fldinst HYPERLINK "http://x/?a&b" \\o "tip"}{\fldrslt{\b l}}}m`, "<p><a href=\"http://x/?a&amp;b\"><b>l</b></a>m</p>\r\n"},
		{"link to a place", `{\field{\*\fldinst HYPERLINK \\l "p"}{\fldrslt l}}`, "<p><a href=\"#p\">l</a></p>\r\n"},
		{"link over paragraphs", `{\field{\*\fldinst HYPERLINK "a"}{\fldrslt 1\par 2}}`, "<p><a href=\"a\">1</a></p>\r\n<p><a href=\"a\">2</a></p>\r\n"},
		{"link that runs something", `{\field{\*\fldinst HYPERLINK "javascript:x"}{\fldrslt l}}`, "<p>l</p>\r\n"},
		{"link within a link's result", `{\field{\*\fldinst HYPERLINK "a"}{\fldrslt 1{\field{\*\fldinst PAGE}{\fldrslt 2}}}}`, "<p><a href=\"a\">12</a></p>\r\n"},
		{"other field", `{\field{\*\fldinst PAGE}{\fldrslt 1}}`, "<p>1</p>\r\n"},
		{"symbol field", `{\field{\*\fldinst SYMBOL 0xB7 \\f Symbol \\s 10}{\fldrslt }}`, "<p>•</p>\r\n"},
		{"table", `x\par\trowd\pard\intbl a\cell b\par c\cell\row\trowd\intbl{\b d\cell}\row\pard y`,
			"<p>x</p>\r\n" + table + row + cell + "<p>a</p>\r\n</td>" + cell + "<p>b</p>\r\n<p>c</p>\r\n</td></tr>\r\n" +
				row + cell + "<p><b>d</b></p>\r\n</td>" + end + "<p>y</p>\r\n"},
		{"cell property in a group of the text", `{\intbl a}\cell\row`, table + row + cell + "<p>a</p>\r\n</td>" + end},
		{"row not ended", `\pard\intbl a\cell b`, table + row + cell + "<p>a</p>\r\n</td>" + cell + "<p>b</p>\r\n</td>" + end},
		{"spaces", `a  b   c`, "<p>a &nbsp;b &nbsp;&nbsp;c</p>\r\n"},
		{"mark in the middle of a group", `{a\*\b b}`, "<p>a<b>b</b></p>\r\n"},
		{"hidden text", `a {\v b} c`, "<p>a <span style=\"display:none\">b</span>&nbsp;c</p>\r\n"},
		{"hidden text ended", `\v a\v0 b{\v c\plain d}`, "<p><span style=\"display:none\">a</span>b<span style=\"display:none\">c</span>d</p>\r\n"},
		{"hidden text of a style", `{\stylesheet{\*\cs1\v x;}}a{\cs1 b}`, "<p>a<span style=\"display:none\">b</span></p>\r\n"},
		{"hidden end of a paragraph", `a{\v b\par}c\par`, "<p>a<span style=\"display:none\">b<br></span>c</p>\r\n"},
		{"hidden text at the end", `a\par\v b\par`, "<p>a</p>\r\n<p><span style=\"display:none\">b<br></span></p>\r\n"},
		{"hidden text of a paragraph that is not", `{\v b}\par`, "<p><span style=\"display:none\">b</span><br></p>\r\n"},
		{"hidden text of cells", `\trowd\intbl{\v a\cell}b\cell\row`,
			table + row + cell + "<p><span style=\"display:none\">a</span><br></p>\r\n</td>" + cell + "<p>b</p>\r\n</td>" + end},
		{"hidden notes and boxes", `a{\v{\footnote\plain b}{\shptxt\plain c}}\par`,
			"<p>a</p>\r\n<div class=\"textbox\" style=\"display:none\">\r\n<p>c</p>\r\n</div>\r\n" +
				"<div class=\"footnotes\"><hr>\r\n<div style=\"display:none\">\r\n<p>b</p>\r\n</div>\r\n</div>\r\n"},
		{"tab stops", `\tx4000\tx2000 a{\b b}\tab{\b c\tab d}\line\tab e`, "<p>" + tab("100pt", "a<b>b</b>") + tab("100pt", "<b>c</b>") + "<b>d</b><br>" + tab("100pt", "") + "e</p>\r\n"},
		{"tab stop that text covers", `\tx300\tx2000 abcdef\tab g`, "<p>" + tab("100pt", "abcdef") + "g</p>\r\n"},
		{"tab behind the last stop", `\tx300 abcdef\tab g`, "<p>abcdef" + tabText + "g</p>\r\n"},
		{"tab stops that align text otherwise", `\tqr\tx2000\tqc\tx4000 a\tab bc\tab de`, "<p>" + tab("88pt", "a") + tab("106pt", "bc") + "de</p>\r\n"},
		{"tab stop of a line within formatted text", `{\b a\line b\tx2000\tab c}`, "<p><b>a<br>b" + tabText + "</b><b>c</b></p>\r\n"},
		{"hanging indent", `\li400\fi-400 1)\tab a\tab b`,
			"<p style=\"margin:0 0 0 20pt;text-indent:-20pt;font-size:12pt\"><span style=\"min-width:20pt;display:inline-block;text-indent:0\">1)&nbsp;</span>a" + tabText + "b</p>\r\n"},
		{"deleted text", `a{\deleted b{\footnote\plain c}}d`, "<p>ad</p>\r\n"},
		{"endnotes behind footnotes", `a\chftn{\footnote\ftnalt\chftn e}b\chftn{\footnote\chftn f}`,
			"<p>aib1</p>\r\n<div class=\"footnotes\"><hr>\r\n<p>1f</p>\r\n<p>ie</p>\r\n</div>\r\n"},
		{"not closed", `{\b a`, "<p><b>a</b></p>\r\n"},
		{"too many closed", `a}}}b`, "<p>a</p>\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := []byte(`{\rtf1 ` + tt.in + "}")
			got, _, err := NativeHTML(in, NativeOptions{})
			checkHTML(t, in, got)
			if got = body(got); err != nil || got != tt.want {
				t.Errorf("NativeHTML(%q), error %v\n got %q\nwant %q", tt.in, err, got, tt.want)
			}
		})
	}
}

func TestNativePictures(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/native/objects.rtf")
	if err != nil {
		t.Fatal(err)
	}
	var got []Picture
	_, info, err := NativeHTML(src, NativeOptions{Picture: func(p Picture) string { got = append(got, p); return "x" }})
	if err != nil || info.Pictures != 1 || info.Objects != 1 {
		t.Errorf("%+v, error %v", info, err)
	}
	wants := []struct {
		kind, begin   string
		shown         bool
		width, height int
	}{
		{"image/png", "\x89PNG\r\n", true, 200, 50},
		{"image/bmp", "BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28", true, 1, 1},
		{"image/wmf", "\xd7\xcd\xc6\x9a", false, 96, 96},
		{"image/png", "\x89PNG\r\n", true, 0, 0},
		{"image/png", "\x89PNG\r\n", true, 0, 0},
	}
	if len(got) != len(wants) {
		t.Fatalf("%d pictures, want %d", len(got), len(wants))
	}
	for i, w := range wants {
		p := got[i]
		if p.Type != w.kind || !strings.HasPrefix(string(p.Data), w.begin) || p.Shown != w.shown || p.Width != w.width || p.Height != w.height {
			t.Errorf("picture %d: %s %d×%d shown %v % x, want %+v", i, p.Type, p.Width, p.Height, p.Shown, p.Data[:8], w)
		}
	}
	_, info, err = NativeHTML(src, NativeOptions{})
	if err != nil || info.Pictures != 6 {
		t.Errorf("without a taker: %+v, error %v", info, err)
	}
}

// TestNativeBounded: formatting that a document repeats endlessly is left out,
// and its text is not.
func TestNativeBounded(t *testing.T) {
	t.Parallel()
	const n = 20_000
	bodies := map[string]string{
		"paragraphs": `{\fonttbl{\f0 Times New Roman;}}\box\brdrdb\cbpat1\li100\ri100\fi100\sb10\sa10\qj` + strings.Repeat(`\par`, n),
		"cells":      `\trowd\clbrdrt\brdrs\clbrdrl\brdrdb\clbrdrb\brdrdot\cellx100\intbl` + strings.Repeat(`\cell\row`, n/2),
		"links":      `{\field{\*\fldinst HYPERLINK "http://x/` + strings.Repeat("&", 50_000) + `"}{\fldrslt ` + strings.Repeat(`a\par`, n) + "}}",
		"items":      `{\pntext 1.}` + strings.Repeat(`{\pntext 1.}\par`, n/4),
		"formats":    strings.Repeat(`\b a\ul b\i\b0\ul0`, n/4),
		"stops":      `\fi-20\tqr\tx30000` + strings.Repeat(`\tab`, n) + `\par` + strings.Repeat(`\tab\par`, n) + strings.Repeat(`a\tab\line`, n) + `\pard` + strings.Repeat(`\tx9\tqc`, n),
		"tabs":       strings.Repeat(`\tab`, n),
		"nested":     strings.Repeat(`\intbl\itap16 x\nestcell\itap1 y\cell`, n/8),
		"notes":      strings.Repeat(`{\footnote x}`, n/4),
		"boxes":      strings.Repeat(`{\shptxt `, n/4),
		"styles":     `{\stylesheet{\s1` + strings.Repeat(`\b\i`, 1000) + `;}}` + strings.Repeat(`\s1`, n),
		"based":      `{\stylesheet` + strings.Repeat(`{\s1\sbasedon1\b x;}`, n/8) + "}x",
		"lists":      `{\*\listtable` + strings.Repeat(`{\list{\listlevel{\leveltext\'09\'00\'00\'00;}}\listid1}`, n/16) + `}{\*\listoverridetable{\listoverride\listid1\ls1}}` + strings.Repeat(`\ls1 a\par`, n/4),
		"hidden":     strings.Repeat(`\v a\par\v0 b`, n/4),
		"hide boxes": `\v` + strings.Repeat(`{\shptxt}{\footnote}`, n/4),
		"numbers":    strings.Repeat(`\chftn`, n/2) + strings.Repeat(`{\chftn{\footnote`, n/8),
		"edges":      `\trowd` + strings.Repeat(`\cellx1`, n) + strings.Repeat(`\intbl\cell\row`, n/8),
		"columns":    strings.Repeat(`\trowd\cellx1\cellx900\clvmrg\cellx2000\intbl\cell\cell\cell\row`, n/16),
		"pictures":   strings.Repeat(`{\pict\pngblip\bin1 x}`, n/8),
		"places":     strings.Repeat(`\objattph `, n/4),
		"braces":     strings.Repeat("{", 50*n) + strings.Repeat("}", 50*n),
		"fonts":      `{\fonttbl` + strings.Repeat(`{\f1 a;}`, n/8) + "}" + strings.Repeat(`\f1 a\f2 b`, n/8),
	}
	for name, in := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := []byte(`{\rtf1 ` + in + "}")
			got, _, err := native(src)
			if err != nil {
				t.Fatal(err)
			}
			checkHTML(t, src, got)
		})
	}
	src := []byte(`{\rtf1 ` + bodies["paragraphs"] + "}")
	got, info, _ := native(src)
	if info.Warnings != WarnFormat || strings.Count(got, "</p>") != n {
		t.Errorf("warnings %b, %d paragraphs of %d", info.Warnings, strings.Count(got, "</p>"), n)
	}
}

// TestNativeBin passes over binary data whose length lies.
func TestNativeBin(t *testing.T) {
	t.Parallel()
	png := []byte("\x89PNG\r\n\x1a\n}}{{")
	src := fmt.Appendf(nil, `{\rtf1 a{\pict\pngblip\bin%d `, len(png))
	src = append(append(src, png...), "}b}"...)
	var got Picture
	html, _, err := NativeHTML(src, NativeOptions{Picture: func(p Picture) string { got = p; return "x" }})
	if err != nil || !bytes.Equal(got.Data, png) || !strings.Contains(html, `a<img src="x" alt="">b`) {
		t.Errorf("%q, %+v, error %v", html, got, err)
	}
	if html, _, err = NativeHTML([]byte(`{\rtf1 a\bin99999 b}`), NativeOptions{}); err != nil || !strings.Contains(html, ">a</p>") {
		t.Errorf("%q, error %v", html, err)
	}
}

// FuzzNativeHTML holds NativeHTML to its promises on any input.
func FuzzNativeHTML(f *testing.F) {
	inputs, _ := filepath.Glob("testdata/native/*.rtf")
	for _, in := range inputs {
		src, err := os.ReadFile(in)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _, err := native(in)
		if err == nil {
			checkHTML(t, in, got)
		}
		again, _, _ := native(in)
		if got != again {
			t.Fatal("two runs differ")
		}
	})
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format, n int32
		want      string
	}{
		{0, 7, "7"}, {1, 1994, "MCMXCIV"}, {2, 4, "iv"}, {3, 26, "Z"}, {4, 28, "bb"}, {5, 11, "11th"}, {5, 22, "22nd"},
		{22, 5, "05"}, {22, 12, "12"}, {23, 3, ""}, {255, 3, ""}, {1, 4000, "4000"}, {4, 0, "0"}, {99, 2, "2"},
		{9, 3, "‡"}, {9, 6, "††"}, {9, 33, "33"},
	}
	for _, tt := range tests {
		if got := formatNumber(tt.format, tt.n); got != tt.want {
			t.Errorf("formatNumber(%d, %d) = %q, want %q", tt.format, tt.n, got, tt.want)
		}
	}
}
