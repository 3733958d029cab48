package mime

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestImportSeriesOfDocuments(t *testing.T) {
	t.Parallel()
	const (
		image = "Content-Type: image/png; name=i.png\nContent-Disposition: inline\n\nPNG"
		known = "Content-Type: image/png; name=i.png\nContent-ID: <i@x>\n\nPNG"
		file  = "Content-Type: application/pdf; name=f.pdf\n\nPDF"
		one   = "<html><body>a</body></html>"
		two   = "<!DOCTYPE html><html><head><title>t</title><meta charset=x><style>p{}</style></head><body><p>b</p></body></html>"
	)
	tests := []struct{ name, in, want string }{
		{"around a file", inParts("mixed", "b", asHTML(one), file, asHTML(two)),
			`text="a\r\n\r\nb" html="<html><body>a<div><style>p{}</style><p>b</p></div></body></html>" f.pdf:"PDF"`},
		{"around an image", inParts("mixed", "b", asHTML("a"), known, asHTML("b")),
			`text="a\r\nb" html="a<img src=\"cid:i@x\"><div>b</div>" i.png:"PNG"!h`},
		{"around an image that is shown", inParts("mixed", "b", asHTML("<img src='cid:i@x'>"), known, asHTML("b")),
			`text="b" html="<img src='cid:i@x'><div>b</div>" i.png:"PNG"!h`},
		{"an image behind the last", inParts("mixed", "b", asHTML("a"), file, asHTML("b"), image),
			`text="a\r\nb" html="a<div>b</div>" f.pdf:"PDF" i.png:"PNG"`},
		{"in an alternative", inParts("alternative", "c", asText("x"), inParts("mixed", "b", asHTML("a"), file, asHTML("b"))),
			`text="x" html="a<div>b</div>" f.pdf:"PDF"`},
		{"added behind", inParts("mixed", "b", asHTML("a"), file, asHTML("b"), asHTML("footer")),
			`text="a\r\nb" html="a<div>b</div>" f.pdf:"PDF" ATT00002.htm:"footer"`},
		{"a file is no document", inParts("mixed", "b", asHTML("a"), file, "Content-Type: text/html; name=x.htm\n\nb"),
			`text="a" html="a" f.pdf:"PDF" x.htm:"b"`},
		{"of two character sets", inParts("mixed", "b", "Content-Type: text/html; charset=windows-1251\n\n<meta charset=windows-1251>\xcf", file, "Content-Type: text/html; charset=iso-8859-1\n\n\xe9"),
			`text="П\r\né" html="<meta charset=utf-8>П<div>é</div>" f.pdf:"PDF"`},
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
	m, _ := importText(t, inParts("mixed", "b", asHTML("a"), image, asHTML("b")))
	id := m.Attachments[0].Props.String(proptag.AttachContentId)
	if html := string(m.Props.Binary(proptag.Html)); id == "" || !strings.Contains(html, `<img src="cid:`+id+`">`) {
		t.Errorf("the image %q is not in %s", id, html)
	}
}

// uu encodes a file as uuencode does.
func uu(name, content string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "begin 644 %s\n", name)
	for len(content) > 0 {
		n := min(45, len(content))
		line := content[:n] + strings.Repeat("\x00", (3-n%3)%3)
		s.WriteByte(byte(' ' + n))
		for i := 0; i < len(line); i += 3 {
			v := uint(line[i])<<16 | uint(line[i+1])<<8 | uint(line[i+2])
			for shift := 18; shift >= 0; shift -= 6 {
				c := byte(' ' + v>>shift&63)
				if c == ' ' {
					c = '`'
				}
				s.WriteByte(c)
			}
		}
		s.WriteByte('\n')
		content = content[n:]
	}
	return s.String() + "`\nend\n"
}

func TestImportUUencoded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20)
	tests := []struct{ name, in, want string }{
		{"two files", "Subject: x\n\nHello\n" + uu("a.txt", "Cat") + "and\n" + uu("b c.bin", long) + "bye\n",
			fmt.Sprintf(`text=%q html="" a.txt:"Cat" b c.bin:%q`, canonicalLines("Hello\n"+uu("a.txt", "Cat")+"and\n"+uu("b c.bin", long)+"bye\n"), long)},
		{"a path", "Subject: x\n\n" + uu(`..\..\a.txt`, "Cat"), fmt.Sprintf(`text=%q html="" a.txt:"Cat"`, canonicalLines(uu(`..\..\a.txt`, "Cat")))},
		{"never ends", "Subject: x\n\nbegin 644 a\n#0V%T\n", `text="begin 644 a\r\n#0V%T\r\n" html=""`},
		{"prose", "Subject: x\n\nbegin 644 a\nthen go on\nend\n", `text="begin 644 a\r\nthen go on\r\nend\r\n" html=""`},
		{"no mode", "Subject: x\n\nbegin now a\nend\n", `text="begin now a\r\nend\r\n" html=""`},
		{"begins twice", "Subject: x\n\nbegin 644 a\n#0V%T\n" + uu("b", "Cat"), fmt.Sprintf(`text=%q html="" b:"Cat"`, canonicalLines("begin 644 a\n#0V%T\n"+uu("b", "Cat")))},
		{"in a MIME message", "MIME-Version: 1.0\nContent-Type: text/plain\n\nbegin 644 a\n#0V%T\n`\nend\n", "text=\"begin 644 a\\r\\n#0V%T\\r\\n`\\r\\nend\\r\\n\" html=\"\""},
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

func FuzzUUencoded(f *testing.F) {
	f.Add([]byte("a\n" + uu("a", "Cat") + uu("b", strings.Repeat("x", 100))))
	f.Fuzz(func(t *testing.T, text []byte) {
		at := 0
		for _, u := range findUUencoded(text, 100) {
			if u.from < at || u.to <= u.from || u.to > len(text) || u.name == "" {
				t.Fatalf("block %+v behind %d of %d", u, at, len(text))
			}
			at = u.to
			// A line of two bytes may stand for 63, all of them zero.
			if out := uudecode(text[u.from:u.to]); len(out) > 32*(u.to-u.from) {
				t.Errorf("%d bytes of %d", len(out), u.to-u.from)
			}
		}
	})
}

// appleFile is an AppleDouble header with a name and Finder information.
func appleFile(name string) string {
	entry := func(id, off, n byte) string { return string([]byte{0, 0, 0, id, 0, 0, 0, off, 0, 0, 0, n}) }
	n := byte(len(name))
	return "\x00\x05\x16\x07\x00\x02\x00\x00" + strings.Repeat("\x00", 16) + "\x00\x02" + entry(3, 50, n) + entry(9, 50+n, 32) + name + "TEXTR*ch" + strings.Repeat("\x00", 24)
}

func TestImportAppleDouble(t *testing.T) {
	t.Parallel()
	header := "Content-Type: application/applefile\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(appleFile("Caf\x8e")))
	m, _ := importText(t, inParts("mixed", "b", asText("a"), inParts("appledouble", "c", header, "Content-Type: text/plain\n\ndata")))
	if want := fmt.Sprintf(`text="a" html="" Café:"data" ._Café:%q`, appleFile("Caf\x8e")); bodyShape(t, m) != want {
		t.Errorf("got  %s\nwant %s", bodyShape(t, m), want)
	}
	if kind := m.Attachments[0].Props.Binary(proptag.AttachAdditionalInformation); string(kind) != ":R*ch:TEXT" {
		t.Errorf("creator and type are %q", kind)
	}
	m, _ = importText(t, inParts("appledouble", "c", header, "Content-Type: image/gif; name=a.gif\n\nGIF"))
	if want := fmt.Sprintf(`text="" html="" a.gif:"GIF" ._a.gif:%q`, appleFile("Caf\x8e")); bodyShape(t, m) != want {
		t.Errorf("got  %s\nwant %s", bodyShape(t, m), want)
	}
	m, _ = importText(t, inParts("appledouble", "c", "Content-Type: image/gif; name=a.gif\n\nGIF"))
	if want := `text="" html="" a.gif:"GIF"`; bodyShape(t, m) != want {
		t.Errorf("got  %s\nwant %s", bodyShape(t, m), want)
	}
}

func FuzzAppleDouble(f *testing.F) {
	f.Add([]byte(appleFile("x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if info := readAppleDouble(b); info.kind != "" && len(info.kind) != 10 {
			t.Errorf("%+v", info)
		}
	})
}

func TestImportExternalBody(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, params, want string }{
		{"ftp", `access-type=ANON-FTP; site="x.example"; directory="/pub/a"; name="b.ps"; mode=image`, "b.ps.url:\"[InternetShortcut]\\r\\nURL=ftp://x.example/pub/a/b.ps;type=i\\r\\n\""},
		{"url", `access-type=URL; url="http://x.example/a b/c"`, `ATT00001.txt.url:"[InternetShortcut]\r\nURL=http://x.example/ab/c\r\n"`},
		{"local file", `access-type=local-file; name="/u/a/b.ps"`, `b.ps:"Content-Type: text/plain\r\n\r\nx"`},
		{"no site", `access-type=ftp; name=a`, `a:"Content-Type: text/plain\r\n\r\nx"`},
		{"a line break", `access-type=ftp; name="a%0D%0Ab"; site="x=?utf-8?q?=0D=0A?=y"`, `a%0D%0Ab:"Content-Type: text/plain\r\n\r\nx"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, problems := importText(t, inParts("mixed", "b", "Content-Type: message/external-body; "+tt.params+"\n\nContent-Type: text/plain\n\nx"))
			if got := bodyShape(t, m); got != `text="" html="" `+tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if codes := problemCodes(problems); codes != "mime.part.external-body" {
				t.Errorf("problems are %s", codes)
			}
		})
	}
}

func TestImportEncapsulated(t *testing.T) {
	t.Parallel()
	const doc = "Content-Type: text/html; charset=windows-1251\r\n\r\n<p>\xcf\xf0 {x} <b>y</b></p>"
	m, _ := importBytes(t, doc, ImportOptions{EncapsulateHTML: true})
	packed := m.Props.Binary(proptag.RtfCompressed)
	raw, warn, err := lzfu.Decompress(packed, 1<<20)
	if err != nil || warn != 0 {
		t.Fatalf("Decompress: %v, %v", warn, err)
	}
	html, _, err := rtf.HTML(raw)
	if html != "<p>Пр {x} <b>y</b></p>" || err != nil || !m.Props.Bool(proptag.RtfInSync) {
		t.Errorf("HTML in RTF is %q, %v", html, err)
	}
	if native, _ := m.Props.Int32(proptag.NativeBody); native != nativeHTML || len(m.Props.Binary(proptag.Html)) == 0 {
		t.Errorf("native body is %d", native)
	}
	for _, in := range []string{doc, "X: y\r\n\r\ntext"} {
		m, _ := importBytes(t, in, ImportOptions{EncapsulateHTML: in != doc})
		if m.Props.Has(proptag.RtfCompressed) {
			t.Errorf("RTF of %q", in)
		}
	}
}

func TestImportGuessesCharacterSet(t *testing.T) {
	t.Parallel()
	russian, _ := codepage.Encode(1251, "Здравствуйте! Посылаю вам протокол нашей последней встречи.")
	german, _ := codepage.Encode(1252, "Schöne Grüße aus München")
	for _, tt := range []struct{ name, label, raw, want, codes string }{
		{"no label", "", string(russian), "Здравствуйте! Посылаю вам протокол нашей последней встречи.", "mime.charset"},
		{"us-ascii", "us-ascii", string(russian), "Здравствуйте! Посылаю вам протокол нашей последней встречи.", "mime.charset"},
		{"unknown", "x-what", string(russian), "Здравствуйте! Посылаю вам протокол нашей последней встречи.", "mime.charset"},
		{"utf-8 that is none", "utf-8", string(german), "Schöne Grüße aus München", "mime.charset"},
		{"utf-8 with a cut character", "utf-8", "Grüße\xc3", "Grüße\uFFFD", "mime.charset"},
		{"a label is believed", "iso-8859-1", string(russian[:5]), "Çäðàâ", ""},
		{"japanese without a label", "", "\x1b$B\x46\x7c\x4b\x5c\x1b(B", "日本", "mime.charset"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"plain", "html"} {
				m, problems := importText(t, "Content-Type: text/"+kind+"; charset="+tt.label+"\n\n"+tt.raw)
				if got, codes := m.Props.String(proptag.Body), problemCodes(problems); got != tt.want || codes != tt.codes && kind == "plain" {
					t.Errorf("text of text/%s is %q, want %q; problems %q", kind, got, tt.want, codes)
				}
			}
		})
	}
}

func TestImportLocations(t *testing.T) {
	t.Parallel()
	const image = "Content-Type: image/png; name=i.png\nContent-Location: http://x.example/a/i.png\n\nPNG"
	for _, tt := range []struct{ name, fields, html, want string }{
		{"whole", "", `<img src="http://x.example/a/i.png">`, "!h"},
		{"without quotes", "", `<img src=http://x.example/a/i.png>`, "!h"},
		{"seen from the document", "Content-Location: http://x.example/a/index.htm\n", `<img src="i.png">`, "!h"},
		{"seen from the base", "Content-Base: http://x.example/\n", `<img src="a/i.png">`, "!h"},
		{"of another place", "", `<img src="i.png">`, ""},
	} {
		m, _ := importText(t, inParts("related", "b", tt.fields+asHTML(tt.html), image))
		if got := bodyShape(t, m); !strings.HasSuffix(got, ` i.png:"PNG"`+tt.want) {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

func TestImportAppleMail(t *testing.T) {
	t.Parallel()
	const message = "Subject: x\n\nbody\n"
	plist := func(flags int) string {
		return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"+
			"<plist version=\"1.0\">\n<dict>\n\t<key>x</key>\n\t<dict>\n\t\t<key>flags</key>\n\t\t<integer>7</integer>\n\t</dict>\n\t<key>date-sent</key>\n\t<integer>1</integer>\n\t<key>flags</key>\n\t<integer>%d</integer>\n</dict>\n</plist>\n", flags)
	}
	for _, tt := range []struct {
		name, tail                 string
		flags, flagged, verb, icon int32
	}{
		{"read", plist(8590195713), 1, 0, 0, 0},
		{"not read", plist(8590195712), 0, 0, 0, 0},
		{"a draft", plist(0x41), 8, 0, 0, 0},
		{"flagged and answered", plist(0x15), 1, 2, 102, 261},
		{"no list", "", 1, 0, 0, 0},
		{"a broken list", "<plist><dict><key>flags</key><inte", 1, 0, 0, 0},
	} {
		m, _ := importBytes(t, fmt.Sprintf("%-10d\n%s%s", len(message), message, tt.tail), ImportOptions{})
		got := func(tag mapi.Tag) int32 { n, _ := m.Props.Int32(tag); return n }
		if m.Props.String(proptag.Body) != "body\r\n" || m.Props.String(proptag.Subject) != "x" {
			t.Errorf("%s: body is %q", tt.name, m.Props.String(proptag.Body))
		}
		if got(proptag.MessageFlags) != tt.flags || got(proptag.FlagStatus) != tt.flagged || got(proptag.LastVerbExecuted) != tt.verb || got(proptag.IconIndex) != tt.icon {
			t.Errorf("%s: flags %d, status %d, verb %d, icon %d", tt.name, got(proptag.MessageFlags), got(proptag.FlagStatus), got(proptag.LastVerbExecuted), got(proptag.IconIndex))
		}
	}
	for _, other := range []string{"12\n\nx", "5\nSubject: x\n\nbody", "99999\nSubject: x\n\nbody", "-5\nSubject: x\n"} {
		m, _ := importBytes(t, other, ImportOptions{})
		if !strings.HasPrefix(m.Props.String(proptag.Body), strings.SplitN(other, "\n", 2)[0]) && other != "5\nSubject: x\n\nbody" {
			t.Errorf("%q: body is %q", other, m.Props.String(proptag.Body))
		}
	}
}

func FuzzAppleMail(f *testing.F) {
	f.Add([]byte("<plist><dict><key>flags</key><integer>5</integer></dict></plist>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, ok := plistInteger(b, "flags"); !ok && n != 0 {
			t.Errorf("plistInteger(%q) = %d, false", b, n)
		}
	})
}
