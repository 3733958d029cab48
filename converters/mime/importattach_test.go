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
