package rtf

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
)

// canonical is what comes back of a document.
func canonical(doc string) string {
	doc = strings.ReplaceAll(strings.ToValidUTF8(doc, "\uFFFD"), "\x00", "")
	doc = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(doc)
	doc, _ = charset.RelabelHTML([]byte(doc), nil)
	return doc
}

var encapsulations = []struct{ name, html, text string }{
	{"nothing", "", ""},
	{"text alone", "Hello", "Hello"},
	{"paragraphs", "<p>one</p><p>two</p>", "one\r\n\r\ntwo"},
	{"a document", "<!DOCTYPE html>\r\n<html><head><title>t</title><style>p{x:y}</style>\r\n</head>\r\n<body>\r\n<p>Hi\r\n  there</p></body></html>\r\n", "Hi there"},
	{"styles that cross", "a<b>b<i>c</b>d</i>e", "abcde"},
	{"references", "a&nbsp;&lt;b&gt; &amp;&euro;&#233; &unknown; R&D", "a\u00a0<b> &€é &unknown; R&D"},
	{"bare markup", "1 < 2 > 0", "1 < 2 > 0"},
	{"braces and backslashes", `<p title="\{}">{\rtf1}</p>`, `{\rtf1}`},
	{"characters beyond", "<p title=ä>日本 é 😀\u00a0\u2019</p>", "日本 é 😀\u00a0\u2019"},
	{"links", `see <a href="http://x/?a=1&amp;b={2}">here</a>.`, "see here."},
	{"links in links", `<a href=1>a<b><a href=2>b</a>c</b></a>d`, "abcd"},
	{"a link that never ends", `<a href=1>a`, "a"},
	{"lists", "<ul><li>a</li><li>b</li></ul>c", "* a\r\n* b\r\n\r\nc"},
	{"preformatted", "<pre>a\n  b\tc</pre>d", "a\r\n  b\tc\r\n\r\nd"},
	{"line breaks", "a<br>b<br><br>c", "a\r\nb\r\n\r\nc"},
	{"white space", " a  \t b\n\n<b> c</b> ", "a b c "},
	{"an element that never ends", "a<b title='x", "a"},
	{"a comment", "a<!-- {x} -->b", "ab"},
	{"script", "<script>if (a<b) {}</script>x", "x"},
	{"controls", "a\x01b\x7fc\fd", "a\x01b\x7fc d"},
	{"not utf-8", "a\xffb", "a\uFFFDb"},
	{"a charset", `<meta charset="iso-8859-1">é`, "é"},
	{"line ends of all kinds", "<p\ra='1\n2\r\n3'>x\ry\nz", "x y z"},
	{"a table", "<table><tr><td>a</td> <td>b</td></tr><tr><td>c</td></tr></table>", "a b\r\nc"},
}

func TestEncapsulate(t *testing.T) {
	t.Parallel()
	for _, tt := range encapsulations {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := Encapsulate([]byte(tt.html))
			got, info, err := HTML(doc)
			if want := canonical(tt.html); got != want || err != nil || info.Warnings != 0 {
				t.Errorf("HTML(Encapsulate(%q)) = %q, %v, %v, want %q\n%s", tt.html, got, info.Warnings, err, want, doc)
			}
			text, _, err := Text(doc)
			if text != tt.text || err != nil {
				t.Errorf("Text(Encapsulate(%q)) = %q, %v, want %q\n%s", tt.html, text, err, tt.text, doc)
			}
			for i, c := range doc {
				if c >= 0x80 || c < ' ' && c != '\r' && c != '\n' {
					t.Fatalf("byte %#x at %d is not ASCII text", c, i)
				}
			}
		})
	}
}

// TestEncapsulateTags holds the tags to the values that [MS-OXRTFEX] 2.1.3.1.4.1
// gives them.
func TestEncapsulateTags(t *testing.T) {
	t.Parallel()
	doc := string(Encapsulate([]byte(`<!DOCTYPE html><html><head><meta name=x><title>t</title></head><body><div><p>a<b>b</b><br><span>c</span></p></div></body></html>`)))
	for _, want := range []string{"243 <!DOCTYPE html>", "19 <html>", "34 <head>", "161 <meta name=x>", "177 <title>", "185 </title>", "41 </head>", "50 <body>",
		"96 <div>", "64 <p>", "84 <b>", "92 </b>", "116 <br>", "148 <span>", "156 </span>", "72 </p>", "104 </div>", "58 </body>", "27 </html>", "64}"} {
		if !strings.Contains(doc, `{\*\htmltag`+want) {
			t.Errorf("no htmltag%s in\n%s", want, doc)
		}
	}
}

// FuzzEncapsulate: what is encapsulated comes back.
func FuzzEncapsulate(f *testing.F) {
	for _, tt := range encapsulations {
		f.Add([]byte(tt.html))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		rtf := Encapsulate(doc)
		got, info, err := HTML(rtf)
		if want := canonical(string(doc)); got != want || err != nil || info.Warnings != 0 {
			t.Errorf("HTML(Encapsulate(%q)) = %q, %v, %v, want %q\n%s", doc, got, info.Warnings, err, want, rtf)
		}
		groups := strings.NewReplacer(`\\`, "", `\{`, "", `\}`, "").Replace(string(rtf))
		if begins, ends := strings.Count(groups, "{"), strings.Count(groups, "}"); begins != ends {
			t.Errorf("%d groups begin and %d end in %s", begins, ends, rtf)
		}
	})
}

// TestEncapsulateHostile: each of these would take minutes if time were not
// linear in the length.
func TestEncapsulateHostile(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"<b>", "<a href=x>", "<", "&", "{", "<!--", "</", "<script>", "<br>", " ", "<pre>\n", "<a b='", "\xff", "&amp", "<title>"} {
		doc := strings.Repeat(unit, 300_000/len(unit))
		got, _, err := HTML(Encapsulate([]byte(doc)))
		if want := canonical(doc); got != want || err != nil {
			t.Errorf("%q repeated does not come back: %d bytes, want %d, %v", unit, len(got), len(want), err)
		}
	}
}
