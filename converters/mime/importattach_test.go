package mime

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestImportFileNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 300)
	tests := []struct{ name, fields, long, short, ext string }{
		{"disposition", "Content-Disposition: attachment; filename=a.txt", "a.txt", "a.txt", ".txt"},
		{"type", "Content-Type: image/png; name=\"a b.png\"", "a b.png", "AB~1.PNG", ".png"},
		{"disposition over type", "Content-Type: image/png; name=b.png\nContent-Disposition: attachment; filename=a.png", "a.png", "a.png", ".png"},
		{"RFC 2231", "Content-Disposition: attachment; filename*0*=utf-8''%C3%BC; filename*1=bung.txt", "übung.txt", "BUNG~1.TXT", ".txt"},
		{"RFC 2047 in quotes", "Content-Disposition: attachment; filename=\"=?utf-8?q?=C3=BC.txt?=\"", "ü.txt", "FILE~1.TXT", ".txt"},
		{"raw UTF-8", "Content-Disposition: attachment; filename=\"ü.txt\"", "ü.txt", "FILE~1.TXT", ".txt"},
		{"none", "Content-Type: image/gif", "ATT00001.gif", "ATT00001.gif", ".gif"},
		{"none, unknown type", "Content-Type: x/y", "ATT00001.dat", "ATT00001.dat", ".dat"},
		{"a path", "Content-Disposition: attachment; filename=\"C:\\temp\\a.txt\"", "a.txt", "a.txt", ".txt"},
		{"a path upwards", "Content-Disposition: attachment; filename=\"../../a.txt\"", "a.txt", "a.txt", ".txt"},
		{"a slash", "Content-Disposition: attachment; filename=\"1/2.txt\"", "1_2.txt", "1_2.txt", ".txt"},
		{"what Windows does not take", "Content-Disposition: attachment; filename=\"a:b|c<d>.txt\"", "a:b|c<d>.txt", "ABCD~1.TXT", ".txt"},
		{"too long", "Content-Disposition: attachment; filename=\"" + long + ".txt\"", strings.Repeat("ü", 251) + ".txt", "FILE~1.TXT", ".txt"},
		{"no extension", "Content-Disposition: attachment; filename=README", "README", "README", ""},
		{"a long extension", "Content-Disposition: attachment; filename=a.abcdefghijklmnopqrs", "a.abcdefghijklmnopqrs", "AABCDE~1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := tt.fields
			if !strings.Contains(in, "Content-Type") {
				in = "Content-Type: application/x-thing\n" + in
			}
			m, _ := importText(t, inParts("mixed", "b", in+"\n\nx"))
			if len(m.Attachments) != 1 {
				t.Fatalf("%d attachments, want 1", len(m.Attachments))
			}
			p := m.Attachments[0].Props
			for tag, want := range map[mapi.Tag]string{
				proptag.AttachLongFilename: tt.long, proptag.AttachFilename: tt.short, proptag.AttachExtension: tt.ext, proptag.DisplayName: tt.long,
			} {
				if got := p.String(tag); got != want {
					t.Errorf("%v is %q, want %q", tag, got, want)
				}
			}
		})
	}
}

func TestImportWildFileNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, fields, want string }{
		{"continuations out of order", `Content-Disposition: attachment; filename*1="b.txt"; filename*0="a"`, "ab.txt"},
		{"continuations of both kinds", `Content-Disposition: attachment; filename*0*=utf-8'en'%C3%BC%20; filename*1="x%20y"; filename*2*=%C3%BC.txt`, "ü x%20yü.txt"},
		{"a character cut by a continuation", `Content-Disposition: attachment; filename*0*=utf-8''%C3; filename*1*=%BC.txt`, "ü.txt"},
		{"extended and plain", `Content-Disposition: attachment; filename="u.txt"; filename*=utf-8''%C3%BC.txt`, "ü.txt"},
		{"extended without a character set", `Content-Disposition: attachment; filename*=''%C3%BC.txt`, "ü.txt"},
		{"extended without quotes", `Content-Disposition: attachment; filename*=%C3%BC.txt`, "ü.txt"},
		{"extended in quotes", `Content-Disposition: attachment; filename*="utf-8''%C3%BC.txt"`, "ü.txt"},
		{"extended, unknown character set", `Content-Disposition: attachment; filename*=x-what''%FC.txt`, "ü.txt"},
		{"extended, with a blank", `Content-Disposition: attachment; filename*=utf-8''a b.txt`, "a b.txt"},
		{"percent in a plain name", `Content-Disposition: attachment; filename="100%25.txt"`, "100%25.txt"},
		{"words in quotes, folded", "Content-Disposition: attachment; filename=\"=?utf-8?b?w7w=?=\n =?utf-8?b?w7wudHh0?=\"", "üü.txt"},
		{"a character cut between words", "Content-Disposition: attachment; filename=\"=?utf-8?q?=C3?=\n =?utf-8?q?=BC.txt?=\"", "ü.txt"},
		{"a word without quotes", "Content-Disposition: attachment; filename==?utf-8?q?=C3=BC.txt?=", "ü.txt"},
		{"a word and text", `Content-Disposition: attachment; filename="a =?utf-8?q?=C3=BC?= b.txt"`, "a ü b.txt"},
		{"words in continuations", `Content-Disposition: attachment; filename*0="=?utf-8?b?w7wu"; filename*1="dHh0?="`, "ü.txt"},
		{"a word in an extended name", `Content-Disposition: attachment; filename*==?utf-8?b?w7wudHh0?=`, "ü.txt"},
		{"raw 1252", "Content-Disposition: attachment; filename=\"\xfc.txt\"", "ü.txt"},
		{"raw text in the character set of the part", "Content-Type: text/plain; charset=windows-1251\nContent-Disposition: attachment; filename=\"\xcf\xf0\xe8.txt\"", "При.txt"},
		{"no quotes, with blanks", "Content-Disposition: attachment; filename=a b c.txt", "a b c.txt"},
		{"no quotes, with parentheses", "Content-Disposition: attachment; filename=a (1).txt", "a (1).txt"},
		{"a quote that never ends", `Content-Disposition: attachment; filename="a.txt`, "a.txt"},
		{"single quotes", "Content-Disposition: attachment; filename='a.txt'", "'a.txt'"},
		{"escaped quotes", `Content-Disposition: attachment; filename="a\"b.txt"`, `a"b.txt`},
		{"a semicolon in quotes", `Content-Disposition: attachment; filename="a;b.txt"`, "a;b.txt"},
		{"capitals", "Content-Disposition: ATTACHMENT; FileName=a.txt", "a.txt"},
		{"no disposition", "Content-Disposition: filename=a.txt", "a.txt"},
		{"empty, the type has one", "Content-Disposition: attachment; filename=\"\"\nContent-Type: x/y; name=a.txt", "a.txt"},
		{"name in the disposition", "Content-Disposition: attachment; name=a.txt", "a.txt"},
		{"filename in the type", "Content-Type: x/y; filename=a.txt", "a.txt"},
		{"description", "Content-Description: A table", "A table.dat"},
		{"description with an extension", "Content-Type: image/png\nContent-Description: table.png", "table.png"},
		{"tnef", "Content-Type: application/ms-tnef", "winmail.dat"},
		{"dots and blanks", "Content-Disposition: attachment; filename=\" a.txt \"", "a.txt"},
		{"only dots", "Content-Disposition: attachment; filename=\"..\"", "_"},
		{"line breaks", "Content-Disposition: attachment; filename*=utf-8''a%0D%0Ab.txt", "a b.txt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := tt.fields
			if !strings.Contains(in, "Content-Type") {
				in = "Content-Type: application/x-thing\n" + in
			}
			m, _ := importText(t, inParts("mixed", "b", in+"\n\nx"))
			if len(m.Attachments) != 1 {
				t.Fatalf("%d attachments, want 1", len(m.Attachments))
			}
			if got := m.Attachments[0].Props.String(proptag.AttachLongFilename); got != tt.want {
				t.Errorf("the name is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestImportAttachmentProperties(t *testing.T) {
	t.Parallel()
	m, _ := importText(t, inParts("mixed", "b", "Content-Type: text/csv; charset=utf-8; name=a.csv\nContent-ID: <c@x>\nContent-Location: http://x/a\n"+
		"Content-Description: A table\nContent-Disposition: attachment; creation-date=\"Mon, 2 Jan 2023 10:00:00 +0000\"\n"+
		"Content-Transfer-Encoding: quoted-printable\n\na=3Db"))
	a := m.Attachments[0]
	for tag, want := range map[mapi.Tag]string{
		proptag.AttachMimeTag: "text/csv", proptag.AttachContentId: "c@x", proptag.AttachContentLocation: "http://x/a",
		proptag.DisplayName: "A table", proptag.TextAttachmentCharset: "utf-8",
	} {
		if got := a.Props.String(tag); got != want {
			t.Errorf("%v is %q, want %q", tag, got, want)
		}
	}
	if when, _ := a.Props.Time(proptag.CreationTime).Time(); when.Year() != 2023 {
		t.Errorf("created %v", when)
	}
	if method, _ := a.Props.Int32(proptag.AttachMethod); method != mapi.AttachByValue {
		t.Errorf("method is %d", method)
	}
	if pos, _ := a.Props.Int32(proptag.RenderingPosition); pos != -1 {
		t.Errorf("rendering position is %d", pos)
	}
	if got := fileContent(t, a); got != "a=b" {
		t.Errorf("content is %q", got)
	}
}

func TestImportEmbeddedMessage(t *testing.T) {
	t.Parallel()
	m, problems := importText(t, inParts("mixed", "b", "Content-Type: message/rfc822; name=x.eml\n\nSubject: inner\nDate: never\n\nhello"))
	a := m.Attachments[0]
	if a.Embedded == nil || a.Embedded.Props.String(proptag.Body) != "hello" || a.Props.String(proptag.DisplayName) != "inner" {
		t.Fatalf("embedded message is %+v", a)
	}
	if a.Props.Has(proptag.AttachLongFilename) {
		t.Error("an embedded message has a file name")
	}
	if len(problems) != 1 || problems[0].Object != "attachment 0/embedded" {
		t.Errorf("problems are %v, want one in the embedded message", problems)
	}
}
