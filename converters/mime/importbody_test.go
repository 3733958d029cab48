package mime

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// inParts makes a multipart of header-and-body strings.
func inParts(kind, boundary string, list ...string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "Content-Type: multipart/%s; boundary=\"%s\"\n\n", kind, boundary)
	for _, p := range list {
		fmt.Fprintf(&s, "--%s\n%s\n", boundary, p)
	}
	fmt.Fprintf(&s, "--%s--\n", boundary)
	return s.String()
}

func asText(text string) string { return "Content-Type: text/plain\n\n" + text }
func asHTML(text string) string { return "Content-Type: text/html\n\n" + text }

// bodyShape is the body of a message and its files in short.
func bodyShape(t *testing.T, m *mapi.Message) string {
	t.Helper()
	text, _ := m.Props.Text(proptag.Body, 1<<20)
	s := fmt.Sprintf("text=%q html=%q", text, m.Props.Binary(proptag.Html))
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			s += " [" + bodyShape(t, a.Embedded) + "]"
			continue
		}
		flags, _ := a.Props.Int32(proptag.AttachFlags)
		s += fmt.Sprintf(" %s:%q", a.Props.String(proptag.AttachLongFilename), fileContent(t, a))
		if flags == flagInline {
			s += "!"
		}
		if a.Props.Bool(proptag.AttachmentHidden) {
			s += "h"
		}
	}
	return s
}

func TestImportBodyChoice(t *testing.T) {
	t.Parallel()
	const image = "Content-Type: image/png; name=i.png\nContent-ID: <i@x>\n\nPNG"
	tests := []struct{ name, in, want string }{
		{"plain", asText("a"), `text="a" html=""`},
		{"no type", "X: y\n\na", `text="a" html=""`},
		{"no type at all", "Content-Type: text\n\na", `text="a" html=""`},
		{"html alone", asHTML("<p>a</p><p>b</p>"), `text="a\r\n\r\nb" html="<p>a</p><p>b</p>"`},
		{"alternative", inParts("alternative", "b", asText("a"), asHTML("<b>a</b>")), `text="a" html="<b>a</b>"`},
		{"related in alternative", inParts("alternative", "b", asText("a"), inParts("related", "c", asHTML(`<img src="cid:i@x">`), image)),
			`text="a" html="<img src=\"cid:i@x\">" i.png:"PNG"!h`},
		{"related, not referred to", inParts("related", "b", asHTML("a"), image), `text="a" html="a" i.png:"PNG"!`},
		{"related to a text", inParts("related", "b", asText("a"), image), `text="a" html="" i.png:"PNG"`},
		{"referred to from outside", inParts("mixed", "b", asHTML("<img src=cid:i@x>"), image), `text="" html="<img src=cid:i@x>" i.png:"PNG"!h`},
		{"referred to by location", inParts("related", "b", asHTML(`<img src="a.png">`), "Content-Type: image/png\nContent-Location: a.png\n\nPNG"),
			`text="" html="<img src=\"a.png\">" ATT00001.png:"PNG"!h`},
		{"texts are one", inParts("mixed", "b", asText("a"), image, asText("c")), `text="a\r\nc" html="" i.png:"PNG"`},
		{"text after html is a file", inParts("mixed", "b", inParts("alternative", "c", asText("a"), asHTML("h")), asText("footer")),
			`text="a" html="h" ATT00001.txt:"footer"`},
		{"text that html does not stand for", inParts("mixed", "b", asText("a"), asHTML("h")), `text="a" html="h" ATT00001.txt:"a"`},
		{"blank text before html", inParts("mixed", "b", asText(" "), asHTML("h")), `text=" " html="h"`},
		{"related, the root is not the first", inParts(`related; start="<r@x>"`, "b", "Content-Type: text/html\n\nframe", "Content-Type: text/html\nContent-ID: <r@x>\n\nh"),
			`text="h" html="h" ATT00001.htm:"frame"`},
		{"two forms in html", inParts("alternative", "b", asText("a"), asHTML("h"), asHTML("i")), `text="a" html="i" ATT00001.htm:"h"`},
		{"two forms in text", inParts("alternative", "b", asText("a"), asText("b")), `text="a\r\nb" html=""`},
		{"second html is a file", inParts("mixed", "b", asHTML("h"), asHTML("i")), `text="h" html="h" ATT00001.htm:"i"`},
		{"text marked as attachment", inParts("mixed", "b", "Content-Disposition: attachment\n\na", asText("b")), `text="b" html="" ATT00001.txt:"a"`},
		{"text with a name", inParts("mixed", "b", "Content-Type: text/plain; name=a.txt\n\na", asText("b")), `text="b" html="" a.txt:"a"`},
		{"root with a name", "Content-Type: text/plain; name=a.txt\n\na", `text="a" html="" a.txt:"a"`},
		{"root marked as attachment", "Content-Disposition: attachment; filename=a.txt\n\na", `text="" html="" a.txt:"a"`},
		{"root is a file", "Content-Type: application/pdf\n\na", `text="" html="" ATT00001.pdf:"a"`},
		{"calendar is a file", inParts("alternative", "b", asText("a"), "Content-Type: text/calendar\n\nc"), `text="a" html="" ATT00001.ics:"c"`},
		{"message", inParts("mixed", "b", asText("a"), "Content-Type: message/rfc822\n\n"+asText("b")), `text="a" html="" [text="b" html=""]`},
		{"message of a digest", inParts("digest", "b", "\n"+asText("b")), `text="" html="" [text="b" html=""]`},
		{"message in base64", inParts("mixed", "b", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogcw0KDQpi"), `text="" html="" [text="b" html=""]`},
		{"line ends", "X: y\n\na\rb\n\nc", `text="a\r\nb\r\n\r\nc" html=""`},
		{"NUL", "X: y\n\na\x00b", `text="ab" html=""`},
		{"text that is not in base64", "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nThis is a text, not base64.", `text="This is a text, not base64." html=""`},
		{"uuencode", inParts("mixed", "b", "Content-Type: image/gif; name=a.gif\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a.gif\n#0V%T\n`\nend\n"), `text="" html="" a.gif:"Cat"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.in)
			if got := bodyShape(t, m); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestImportCharacterSets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, charset, body string
		text, html          string // what is expected of a plain and of an HTML part
		page                int32  // for the HTML part
	}{
		{"utf-8", "utf-8", "ü", "ü", "ü", 65001},
		{"latin 1", "iso-8859-1", "\xfc", "ü", "\xfc", 28591},
		{"windows", "windows-1251", "\xcf", "П", "\xcf", 1251},
		{"none, 7 bits", "", "u", "u", "u", 65001},
		{"none, UTF-8", "", "ü", "ü", "ü", 65001},
		{"none, other", "", "\xfc", "ü", "ü", 65001},
		{"us-ascii in truth UTF-8", "us-ascii", "ü", "ü", "ü", 65001},
		{"unknown", "x-klingon", "\xfc", "ü", "ü", 65001},
		{"utf-16", "utf-16le", "u\x00", "u", "u", 65001},
		{"utf-7", "utf-7", "+APw-", "ü", "ü", 65001},
		{"japanese", "iso-2022-jp", "\x1b$B$\"\x1b(B", "あ", "\x1b$B$\"\x1b(B", 50220},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			param := ""
			if tt.charset != "" {
				param = "; charset=" + tt.charset
			}
			m, _ := importText(t, "Content-Type: text/plain"+param+"\n\n"+tt.body)
			if got := m.Props.String(proptag.Body); got != tt.text {
				t.Errorf("text is %q, want %q", got, tt.text)
			}
			m, _ = importText(t, "Content-Type: text/html"+param+"\n\n"+tt.body)
			page, _ := m.Props.Int32(proptag.InternetCodepage)
			if got := string(m.Props.Binary(proptag.Html)); got != tt.html || page != tt.page {
				t.Errorf("HTML is %q in code page %d, want %q in %d", got, page, tt.html, tt.page)
			}
			if got := m.Props.String(proptag.Body); got != tt.text {
				t.Errorf("text of the HTML is %q, want %q", got, tt.text)
			}
		})
	}
	m, _ := importText(t, asHTML(`<meta charset="windows-1251">`+"\xcf"))
	if page, _ := m.Props.Int32(proptag.InternetCodepage); page != 1251 {
		t.Errorf("the document says windows-1251, the code page is %d", page)
	}
}

func TestImportHTMLText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<p>a</p><p>b</p>":                            "a\r\n\r\nb",
		"<div>a</div><div>b<br>c</div>":               "a\r\nb\r\nc",
		"a  <b>b</b>\n c":                             "a b c",
		"<ul><li>a<li>b</ul>c":                        "* a\r\n* b\r\n\r\nc",
		"<table><tr><td>a<td>b<tr><td>c</table>":      "a b\r\nc",
		"<style>p{}</style><script>x</script>a":       "a",
		"<title>t</title>a&nbsp;&amp;&#252;":          "a\u00a0&ü",
		"<pre>a\n  b</pre>":                           "a\r\n  b",
		"a<!-- b -->c":                                "ac",
		"<p":                                          "",
		strings.Repeat("<div>", 5000) + "a":           "a",
		strings.Repeat("<b", 5000) + "a":              "",
		"</style></pre>a</div></div><br><br><br><p>b": "a\r\n\r\nb",
	} {
		if got := htmlText([]byte(in)); got != want {
			t.Errorf("text of %.60q is %q, want %q", in, got, want)
		}
	}
}
