package mime

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// note returns a message that was sent by Ada, with what set adds.
func note(set func(m *mapi.Message)) *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, "Subject")
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)))
	m.Props.Set(proptag.SentRepresentingName, "Ada")
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Props.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	if set != nil {
		set(m)
	}
	return m
}

// export returns the file for m, held to what every file has to be, and what
// was reported.
func export(t *testing.T, m *mapi.Message) (string, problem.List) {
	t.Helper()
	var out bytes.Buffer
	var said problem.List
	if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{}, said.Add); err != nil {
		t.Fatal(err)
	}
	checkFile(t, out.Bytes())
	return out.String(), said
}

// checkFile fails when file is not in 7 bits, has a bare CR or LF or a line too
// long, does not end with a line end, or has no readable header.
func checkFile(t *testing.T, file []byte) {
	t.Helper()
	if !bytes.HasSuffix(file, crlf) {
		t.Errorf("the last line is not ended: %q", file[max(0, len(file)-40):])
	}
	for i, line := range bytes.Split(file, crlf) {
		if len(line) > maxLine || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("line %d of %d bytes: %q", i, len(line), line[:min(len(line), 200)])
		}
		for _, c := range line {
			if c >= 0x80 {
				t.Fatalf("line %d is not in 7 bits: %q", i, line)
			}
		}
	}
	if _, err := mail.ReadMessage(bytes.NewReader(file)); err != nil {
		t.Errorf("net/mail: %v", err)
	}
}

// headerOf returns the fields of a file, unfolded.
func headerOf(file string) []string {
	head, _, _ := strings.Cut(file, "\r\n\r\n")
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(head, "\r\n ", " "), "\r\n\t", " "), "\r\n")
}

// field returns the bodies of the fields of that name.
func field(file, name string) []string {
	var list []string
	for _, f := range headerOf(file) {
		if k, v, _ := strings.Cut(f, ":"); strings.EqualFold(k, name) {
			list = append(list, strings.TrimSpace(v))
		}
	}
	return list
}

func TestExportWholeFile(t *testing.T) {
	t.Parallel()
	got, said := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.Body, "Grüße\r\n")
	}))
	want := "From: Ada <ada@example.org>\r\n" +
		"Subject: Subject\r\n" +
		"Date: Thu, 29 Feb 2024 13:37:42 +0000\r\n" +
		"MIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n" +
		"Content-Transfer-Encoding: base64\r\n" +
		"\r\n" +
		"R3LDvMOfZQ0K\r\n"
	if diff := cmp.Diff(want, got); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
}

func TestExportHeaderFields(t *testing.T) {
	t.Parallel()
	set := func(tag mapi.Tag, v mapi.Value) func(*mapi.Message) {
		return func(m *mapi.Message) { m.Props.Set(tag, v) }
	}
	tests := []struct {
		name  string
		set   func(*mapi.Message)
		field string
		want  []string
	}{
		{"a subject with a prefix mark", set(proptag.Subject, "\x01\x05RE: x"), "Subject", []string{"RE: x"}},
		{"a line break in the subject adds no field", set(proptag.Subject, "a\r\nBcc: evil@example.org"), "Bcc", nil},
		{"an empty subject is there", set(proptag.Subject, ""), "Subject", []string{""}},
		{"prefix and normalised subject without a subject", func(m *mapi.Message) {
			m.Props.Delete(proptag.Subject)
			m.Props.Set(proptag.SubjectPrefix, "RE: ")
			m.Props.Set(proptag.NormalizedSubject, "x")
		}, "Subject", []string{"RE: x"}},
		{"an identifier without brackets", set(proptag.InternetMessageId, "a@b"), "Message-ID", []string{"<a@b>"}},
		{"references", set(proptag.InternetReferences, "<a@b> <c@d>"), "References", []string{"<a@b> <c@d>"}},
		{"high importance", set(proptag.Importance, int32(2)), "Importance", []string{"High"}},
		{"high importance for other programs", set(proptag.Importance, int32(2)), "X-Priority", []string{"1"}},
		{"normal importance", set(proptag.Importance, int32(1)), "Importance", nil},
		{"sensitivity", set(proptag.Sensitivity, int32(3)), "Sensitivity", []string{"Company-Confidential"}},
		{"categories", func(m *mapi.Message) {
			m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"a", "b c"})
		}, "Keywords", []string{"a, b c"}},
		{"conversation index", set(proptag.ConversationIndex, []byte{1, 2, 3}), "Thread-Index", []string{"AQID"}},
		{"suppressed responses", set(proptag.AutoResponseSuppress, int32(0x22)), "X-Auto-Response-Suppress", []string{"NDR, AutoReply"}},
		{"all responses suppressed", set(proptag.AutoResponseSuppress, int32(-1)), "X-Auto-Response-Suppress", []string{"All"}},
		{"language", set(proptag.MessageLocaleId, int32(0x407)), "Content-Language", []string{"de-DE"}},
		{"a draft", set(proptag.MessageFlags, int32(8)), "X-Unsent", []string{"1"}},
		{"an unknown field kept by name", func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("x-mailer"), mapi.PtypString, "Mailer 1")
		}, "X-Mailer", []string{"Mailer 1"}},
		{"a field kept by name is repeated", func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("x-loop"), mapi.PtypMultipleString, []string{"a", "b"})
		}, "X-Loop", []string{"a", "b"}},
		{"a name that is no field name", func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("x bad\r\nEvil"), mapi.PtypString, "v")
		}, "Evil", nil},
		{"structure is not taken from a name", func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("content-type"), mapi.PtypString, "text/evil")
		}, "Content-Type", []string{"text/plain; charset=us-ascii"}},
		{"what concerns an organisation stays inside", func(m *mapi.Message) {
			m.Props.SetNamed(propname.InternetHeader("x-ms-exchange-organization-authas"), mapi.PtypString, "Internal")
		}, "X-MS-Exchange-Organization-AuthAs", nil},
		{"a read receipt goes to the sender", set(proptag.ReadReceiptRequested, true), "Disposition-Notification-To", []string{"Ada <ada@example.org>"}},
		{"no date but one of creation", func(m *mapi.Message) {
			m.Props.Delete(proptag.ClientSubmitTime)
			m.Props.Set(proptag.CreationTime, mapi.NewFiletime(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)))
		}, "Date", []string{"Thu, 02 Jan 2020 03:04:05 +0000"}},
		{"no date at all was never sent", func(m *mapi.Message) { m.Props.Delete(proptag.ClientSubmitTime) }, "X-Unsent", []string{"1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, _ := export(t, note(tt.set))
			if diff := cmp.Diff(tt.want, field(file, tt.field)); diff != "" {
				t.Errorf("%s: -want +got:\n%s", tt.field, diff)
			}
		})
	}
}

const block = "Received: from b by c; Thu, 29 Feb 2024 14:37:50 +0100\r\n" +
	"Received: from a by b;\r\n Thu, 29 Feb 2024 14:37:44 +0100\r\n" +
	"DKIM-Signature: v=1; d=example.org\r\n" +
	"Subject: another\r\nFrom: Other <other@example.org>\r\nTo: \"Grace Hopper\" <grace@example.com>\r\n" +
	"Date: Thu, 29 Feb 2024 14:37:42 +0100\r\nMessage-ID: <t@example.org>\r\nX-Odd: 1\r\n" +
	"Content-Type: multipart/mixed; boundary=x\r\nMIME-Version: 1.0\r\n"

func TestExportTransportHeaders(t *testing.T) {
	t.Parallel()
	file, _ := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.TransportMessageHeaders, block)
		var r mapi.Props
		r.Set(proptag.RecipientType, mapi.RecipientTo)
		r.Set(proptag.DisplayName, "Grace Hopper")
		r.Set(proptag.AddressType, "EX")
		r.Set(proptag.EmailAddress, "/o=Org/cn=grace")
		m.Recipients = append(m.Recipients, r)
	}))
	want := []string{
		"Received: from b by c; Thu, 29 Feb 2024 14:37:50 +0100",
		"Received: from a by b; Thu, 29 Feb 2024 14:37:44 +0100",
		"DKIM-Signature: v=1; d=example.org",
		"Message-ID: <t@example.org>",
		"X-Odd: 1",
		"From: Ada <ada@example.org>",
		"To: Grace Hopper <grace@example.com>",
		"Subject: Subject",
		"Date: Thu, 29 Feb 2024 14:37:42 +0100",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"Content-Transfer-Encoding: 7bit",
	}
	if diff := cmp.Diff(want, headerOf(file)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestExportAddresses(t *testing.T) {
	t.Parallel()
	oneOff := append(append([]byte{0, 0, 0, 0}, entryid.OneOffUID[:]...), "\x00\x00\x00\x00Kay\x00SMTP\x00kay@example.org\x00"...)
	tests := []struct {
		name                    string
		display, kind, addr, sm string
		entry                   []byte
		want                    string
		code                    string
	}{
		{name: "plain", display: "Grace", kind: "SMTP", addr: "g@example.com", want: "Grace <g@example.com>"},
		{name: "the name is the address", display: "G@example.com", kind: "SMTP", addr: "g@example.com", want: "g@example.com"},
		{name: "the name is the address in quotes", display: "'g@example.com'", kind: "SMTP", addr: "g@example.com", want: "g@example.com"},
		{name: "specials in the name", display: `Doe, "J" (x)`, addr: "d@example.com", want: `"Doe, \"J\" (x)" <d@example.com>`},
		{name: "another script", display: "Ершов", addr: "e@example.com", want: "=?utf-8?B?0JXRgNGI0L7Qsg==?= <e@example.com>"},
		{name: "SMTP address beside an Exchange one", display: "G", kind: "EX", addr: "/o=x/cn=g", sm: "g@example.com", want: "G <g@example.com>"},
		{name: "address in the entry id alone", entry: oneOff, want: "Kay <kay@example.org>"},
		{name: "Exchange address alone", display: "G", kind: "EX", addr: "/o=x y/cn=g", want: "G <IMCEAEX-_o=x+20y_cn=g@oxbridge.invalid>", code: "address.unresolved"},
		{name: "only a name", display: "Somebody", want: "Somebody:;", code: "address.unresolved"},
		{name: "address in the name", display: "g@example.com", want: "g@example.com"},
		{name: "name and address in one", kind: "SMTP", addr: "Grace <g@example.com>", want: "g@example.com"},
		{name: "no address but words", display: "G", kind: "SMTP", addr: "nowhere", want: `"G (nowhere)":;`, code: "address.unresolved"},
		{name: "a local part that is not ASCII", display: "G", kind: "SMTP", addr: "gé@example.com", want: "=?utf-8?Q?G_=28g=C3=A9=40example=2Ecom=29?= :;", code: "address.international"},
		{name: "a domain that is not ASCII", display: "G", kind: "SMTP", addr: "g@exämple.com", want: "G <g@xn--exmple-cua.com>"},
		{name: "injection", display: "G\r\nBcc: x@y.z", addr: "g@example.com", want: `"G Bcc: x@y.z" <g@example.com>`},
		{name: "fax machine", display: "G", kind: "FAX", addr: "G@+1 (555) 123", want: "G <IMCEAFAX-G+40+2B1+20+28555+29+20123@oxbridge.invalid>", code: "address.unresolved"},
		{name: "two words", display: "G", kind: "SMTP", addr: "a b@example.com", want: `G <"a b"@example.com>`, code: "address.unresolved"},
		{name: "a quoted local part", display: "G", kind: "SMTP", addr: `"a@"@example.com`, want: `G <"a@"@example.com>`},
		{name: "an address in quotes", display: "G", kind: "SMTP", addr: `"g@example.com"`, want: `G <g@example.com>`},
		{name: "nobody", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r mapi.Props
			r.Set(proptag.RecipientType, mapi.RecipientCc)
			for tag, s := range map[mapi.Tag]string{proptag.DisplayName: tt.display, proptag.AddressType: tt.kind, proptag.EmailAddress: tt.addr, proptag.SmtpAddress: tt.sm} {
				if s != "" {
					r.Set(tag, s)
				}
			}
			if tt.entry != nil {
				r.Set(proptag.EntryId, tt.entry)
			}
			file, said := export(t, note(func(m *mapi.Message) { m.Recipients = append(m.Recipients, r) }))
			if got := strings.Join(field(file, "Cc"), "|"); got != tt.want {
				t.Errorf("Cc: %s, want %s", got, tt.want)
			}
			if (len(said) > 0) != (tt.code != "") || (tt.code != "" && (said[0].Code != tt.code || said[0].Object != "recipient 0")) {
				t.Errorf("problems: %v", said)
			}
		})
	}
}

func TestExportReplyTo(t *testing.T) {
	t.Parallel()
	entry := func(name string) []byte {
		return append(append([]byte{0, 0, 0, 0}, entryid.OneOffUID[:]...), "\x00\x00\x00\x00"+name+"\x00SMTP\x00"+name+"@example.org\x00"...)
	}
	a, b := entry("al"), entry("bea")
	list := []byte{2, 0, 0, 0, 0, 0, 0, 0, byte(len(a)), 0, 0, 0}
	list = append(list, a...)
	list = append(list, make([]byte, (4-len(a)%4)%4)...)
	list = append(append(list, byte(len(b)), 0, 0, 0), b...)
	file, _ := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.ReplyRecipientEntries, list) }))
	if diff := cmp.Diff([]string{"al <al@example.org>, bea <bea@example.org>"}, field(file, "Reply-To")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// shape returns the Content-Type fields of a file without parameters, in order.
func shape(file string) []string {
	var list []string
	for line := range strings.SplitSeq(file, "\r\n") {
		if v, ok := strings.CutPrefix(line, "Content-Type: "); ok {
			v, _, _ = strings.Cut(v, ";")
			list = append(list, v)
		}
	}
	return list
}

func attached(name string, data mapi.Value, set func(*mapi.Attachment)) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, name)
	if data != nil {
		a.Props.Set(proptag.AttachDataBinary, data)
	}
	if set != nil {
		set(a)
	}
	return a
}

func withID(id string) func(*mapi.Attachment) {
	return func(a *mapi.Attachment) { a.Props.Set(proptag.AttachContentId, id) }
}

func TestExportStructure(t *testing.T) {
	t.Parallel()
	html := func(m *mapi.Message) {
		m.Props.Set(proptag.Html, []byte(`<img src="CID:pic%40example.org"><img src='sub/x.png'>`))
		m.Props.Set(proptag.InternetCodepage, int32(65001))
	}
	add := func(list ...*mapi.Attachment) func(*mapi.Message) {
		return func(m *mapi.Message) { m.Attachments = append(m.Attachments, list...) }
	}
	body := func(m *mapi.Message) { m.Props.Set(proptag.Body, "x") }
	inner := &mapi.Attachment{Embedded: note(body)}
	tests := []struct {
		name string
		set  []func(*mapi.Message)
		want []string
		code string
	}{
		{"nothing", nil, []string{"text/plain"}, ""},
		{"text", []func(*mapi.Message){body}, []string{"text/plain"}, ""},
		{"HTML", []func(*mapi.Message){html}, []string{"text/html"}, ""},
		{"both", []func(*mapi.Message){body, html}, []string{"multipart/alternative", "text/plain", "text/html"}, ""},
		{"a picture that the HTML shows", []func(*mapi.Message){body, html, add(attached("p.png", []byte{1}, withID("pic@example.org")))},
			[]string{"multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"}, ""},
		{"a picture by its location", []func(*mapi.Message){html, add(attached("p.png", []byte{1}, func(a *mapi.Attachment) {
			a.Props.Set(proptag.AttachContentLocation, "sub/x.png")
		}))}, []string{"multipart/related", "text/html", "image/png"}, ""},
		{"a picture that nothing shows", []func(*mapi.Message){html, add(attached("p.png", []byte{1}, withID("other@example.org")))},
			[]string{"multipart/mixed", "text/html", "image/png"}, ""},
		{"a picture with text alone", []func(*mapi.Message){body, add(attached("p.png", []byte{1}, withID("pic@example.org")))},
			[]string{"multipart/mixed", "text/plain", "image/png"}, ""},
		{"an embedded message", []func(*mapi.Message){add(inner)}, []string{"multipart/mixed", "text/plain", "message/rfc822", "text/plain"}, ""},
		{"a composite type is not believed", []func(*mapi.Message){add(attached("m", []byte("x"), func(a *mapi.Attachment) {
			a.Props.Set(proptag.AttachMimeTag, "message/rfc822")
		}))}, []string{"multipart/mixed", "text/plain", "application/octet-stream"}, ""},
		{"a reference is not followed", []func(*mapi.Message){add(attached("m", nil, func(a *mapi.Attachment) {
			a.Props.Set(proptag.AttachLongPathname, `\\server\share\m`)
		}))}, []string{"multipart/mixed", "text/plain", "message/external-body", "application/octet-stream"}, "mime.attachment.reference"},
		{"an attachment without contents", []func(*mapi.Message){add(attached("m", nil, nil))}, []string{"text/plain"}, "mime.attachment.empty"},
		{"nil attachments", []func(*mapi.Message){add(nil)}, []string{"text/plain"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, note(func(m *mapi.Message) {
				for _, set := range tt.set {
					set(m)
				}
			}))
			if diff := cmp.Diff(tt.want, shape(file)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			code := ""
			if len(said) > 0 {
				code = said[0].Code
			}
			if code != tt.code {
				t.Errorf("problems: %v, want %q", said, tt.code)
			}
		})
	}
}

func TestExportBodies(t *testing.T) {
	t.Parallel()
	rtfHTML := `{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag <p>}Caf\'e9{\*\htmltag </p>}}`
	rtfText := `{\rtf1\ansi\fromtext caf\'e9\par}`
	tests := []struct {
		name string
		set  func(*mapi.Message)
		want string // in the decoded file
		code string
	}{
		{"HTML in its code page", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(1251))
			m.Props.Set(proptag.Html, []byte("<meta charset=windows-1251><p>\xcf\xf0\xe8"))
		}, "<meta charset=windows-1251><p>При", ""},
		{"HTML whose code page is wrong", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(65001))
			m.Props.Set(proptag.Html, []byte("<meta charset=windows-1251><p>\xcf\xf0\xe8"))
		}, "<meta charset=utf-8><p>При", "mime.html.codepage"},
		{"HTML in UTF-16", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(codepage.UTF16LE))
			m.Props.Set(proptag.Html, codepage.EncodeUTF16("<p>При"))
		}, "<p>При", ""},
		{"HTML in UTF-16 that lost the end of its last character", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(codepage.UTF16LE))
			html := codepage.EncodeUTF16("<p>При</p>")
			m.Props.Set(proptag.Html, html[:len(html)-1])
		}, "<p>При</p>", ""},
		{"HTML in UTF-16 that is called something else", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(1252))
			m.Props.Set(proptag.Html, codepage.EncodeUTF16("\uFEFF<p>При\x00"))
		}, "<p>При", "mime.html.codepage"},
		{"HTML in UTF-8 with a mark that is called something else", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(1252))
			m.Props.Set(proptag.Html, []byte("\uFEFF<p>При"))
		}, "<p>При", "mime.html.codepage"},
		{"8-bit HTML that is called UTF-16", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(codepage.UTF16LE))
			m.Props.Set(proptag.MessageCodepage, int32(1251))
			m.Props.Set(proptag.Html, []byte("<p>\xcf\xf0\xe8 "))
		}, "<p>При", ""},
		{"UTF-8 that only the locale puts elsewhere", func(m *mapi.Message) {
			m.Props.Set(proptag.MessageLocaleId, int32(0x0419))
			m.Props.Set(proptag.Html, []byte("<p>Grüße 日本"))
		}, "<p>Grüße 日本", "mime.html.codepage"},
		{"HTML in the code page of the strings", func(m *mapi.Message) {
			m.Props.Set(proptag.InternetCodepage, int32(65001))
			m.Props.Set(proptag.MessageCodepage, int32(1251))
			m.Props.Set(proptag.Html, []byte("<p>\xcf\xf0\xe8"))
		}, "<p>При", "mime.html.codepage"},
		{"HTML as text", func(m *mapi.Message) { m.Props.Set(proptag.BodyHtml, "<p>При") }, "<p>При", ""},
		{"HTML in RTF", func(m *mapi.Message) { m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(rtfHTML))) }, "<p>Café</p>", ""},
		{"text in RTF", func(m *mapi.Message) { m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(rtfText))) }, "café", ""},
		{"RTF that is none", func(m *mapi.Message) { m.Props.Set(proptag.RtfCompressed, []byte("rubbish and more of it")) }, "", "mime.body.unreadable"},
		{"NUL at the end", func(m *mapi.Message) { m.Props.Set(proptag.Body, "end\x00\x00") }, "end", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, note(tt.set))
			head, content, _ := strings.Cut(file, "\r\n\r\n")
			way := transfer.Raw
			if strings.Contains(head, "base64") {
				way = transfer.Unbase64
			} else if strings.Contains(head, "quoted-printable") {
				way = transfer.Unquote
			}
			r, err := transfer.NewReader(strings.NewReader(content), way)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			_, params, _ := rfc5322.ParseMediaType([]byte(strings.Join(field(file, "Content-Type"), "")))
			text, _, ok := charset.Decode(params["charset"], b)
			if err != nil || !ok || !strings.Contains(text, tt.want) {
				t.Errorf("%q is not in %q in %s (%v)", tt.want, b, params["charset"], err)
			}
			if (tt.code == "") != (len(said) == 0) || (tt.code != "" && said[0].Code != tt.code) {
				t.Errorf("problems: %v", said)
			}
		})
	}
}

// opened is a Large of given contents.
type opened string

func (o opened) Size() int64                  { return -1 }
func (o opened) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(o))), nil }

// TestExportLargeBodies passes bodies above the limit through.
func TestExportLargeBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("größer ", 1000)
	m := note(func(m *mapi.Message) {
		m.Props.Set(proptag.Body, opened(long))
		m.Props.Set(proptag.Html, opened("<p>"+strings.Repeat("gr\xf6\xdfer ", 1000)))
		m.Attachments = append(m.Attachments, attached("p.png", []byte{1}, func(a *mapi.Attachment) {
			a.Props.Set(proptag.AttachContentId, "x")
			a.Props.Set(proptag.AttachFlags, int32(4))
		}))
	})
	var out bytes.Buffer
	if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{MaxText: 100}, nil); err != nil {
		t.Fatal(err)
	}
	checkFile(t, out.Bytes())
	if diff := cmp.Diff([]string{"multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"}, shape(out.String())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, want := range []string{long, "<p>" + long} {
		var b64 bytes.Buffer
		_, _ = transfer.Copy(&b64, strings.NewReader(want), transfer.Base64)
		if !strings.Contains(out.String(), strings.TrimSpace(b64.String())) {
			t.Errorf("%.20q… is not in the file", want)
		}
	}
}

func TestExportSigned(t *testing.T) {
	t.Parallel()
	entity := "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\n\tmicalg=SHA1; boundary=\"sig\"\nMIME-Version: 1.0\n\n" +
		"preamble\n--sig\nContent-Type: text/plain\n\nsigned  \n--sig\nContent-Type: application/pkcs7-signature\n\nAAAA\n--sig--\n"
	signed := func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
		m.Attachments = []*mapi.Attachment{attached("smime.p7m", []byte(entity), nil)}
	}
	_, body, _ := strings.Cut(entity, "\n\n")
	want := strings.ReplaceAll(body, "\n", "\r\n")
	file, said := export(t, note(signed))
	if _, got, _ := strings.Cut(file, "\r\n\r\n"); got != want || len(said) > 0 {
		t.Errorf("entity %q, want %q, problems %v", got, want, said)
	}
	if got := field(file, "Content-Type"); len(got) != 1 || !strings.HasPrefix(got[0], "multipart/signed; protocol=") {
		t.Errorf("Content-Type: %q", got)
	}
	outer, _ := export(t, note(func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{{Embedded: note(signed)}} }))
	if !strings.Contains(outer, "\r\n\r\n"+want) {
		t.Errorf("the embedded entity has changed:\n%s", outer)
	}
	plain, said := export(t, note(func(m *mapi.Message) {
		signed(m)
		m.Attachments = append(m.Attachments, attached("more", []byte{1}, nil))
	}))
	if diff := cmp.Diff([]string{"multipart/mixed", "text/plain", "application/pkcs7-mime", "application/octet-stream"}, shape(plain)); diff != "" || len(said) != 1 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
}

func TestExportEncrypted(t *testing.T) {
	t.Parallel()
	der := append([]byte{0x30, 0x80}, smimeTypes[0].oid...)
	file, said := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME")
		m.Attachments = []*mapi.Attachment{attached("smime.p7m", der, nil)}
	}))
	want := []string{"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"}
	if diff := cmp.Diff(want, field(file, "Content-Type")); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
}

// TestExportEntityWithOurBoundary: a signed entity that guesses the boundaries
// around it cannot break out of them.
func TestExportEntityWithOurBoundary(t *testing.T) {
	t.Parallel()
	outer := note(nil)
	entity := "Content-Type: multipart/signed; boundary=s\r\n\r\n--" + boundaryMark + seedOf(outer) + "_1=--\r\n"
	outer.Attachments = []*mapi.Attachment{{Embedded: note(func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
		m.Attachments = []*mapi.Attachment{attached("smime.p7m", []byte(entity), nil)}
	})}}
	file, said := export(t, outer)
	if n := strings.Count(file, "--"+boundaryMark+seedOf(outer)+"_1=--"); n != 1 || len(said) == 0 {
		t.Errorf("the closing boundary is there %d times, problems %v", n, said)
	}
}

func TestExportDepth(t *testing.T) {
	t.Parallel()
	m := note(nil)
	for range 5 {
		outer := note(nil)
		outer.Attachments = []*mapi.Attachment{{Embedded: m}}
		m = outer
	}
	var out bytes.Buffer
	var said problem.List
	if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{MaxDepth: 3}, said.Add); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "message/rfc822"); n != 3 || len(said) != 1 || said[0].Code != "mime.limit.depth" {
		t.Errorf("%d embedded messages, problems %v", n, said)
	}
	if want := "attachment 0/embedded/attachment 0/embedded/attachment 0/embedded/attachment 0"; said[0].Object != want {
		t.Errorf("object %q, want %q", said[0].Object, want)
	}
}

func TestExportErrors(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Export(ctx, note(nil), transfer.NewOutput(io.Discard), ExportOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	full := errors.New("full")
	m := note(func(m *mapi.Message) {
		m.Attachments = []*mapi.Attachment{attached("a", opened(strings.Repeat("x", 1000)), nil)}
	})
	for room := range 40 {
		if err := Export(context.Background(), m, transfer.NewOutput(&short{room * 20, full}), ExportOptions{}, nil); !errors.Is(err, full) {
			t.Errorf("room for %d bytes: %v", room*20, err)
		}
	}
}

// short is a writer with room for left bytes.
type short struct {
	left int
	err  error
}

func (s *short) Write(p []byte) (int, error) {
	if len(p) > s.left {
		return 0, s.err
	}
	s.left -= len(p)
	return len(p), nil
}

func TestExportSaysWhenMailIsNotAll(t *testing.T) {
	t.Parallel()
	for class, want := range map[string]int{"IPM.Note": 0, "ipm.note.custom": 0, "IPM.Appointment": 1, "IPM.Notebook": 1, "": 0} {
		_, said := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.MessageClass, class) }))
		if len(said) != want || (want > 0 && said[0].Code != "mime.class") {
			t.Errorf("%q: problems %v", class, said)
		}
	}
}

// TestExportUnusableValues wants values that no field can have to be reported.
func TestExportUnusableValues(t *testing.T) {
	t.Parallel()
	at := func(year int) mapi.Filetime { return mapi.NewFiletime(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)) }
	tests := []struct {
		name        string
		set         func(*mapi.Message)
		field, want string
		codes       string
	}{
		{"a time too late", func(m *mapi.Message) { m.Props.Set(proptag.ClientSubmitTime, at(10000)) },
			"Date", "", "mime.property.unreadable mime.message.unsent"},
		{"a time too early, and another one", func(m *mapi.Message) {
			m.Props.Set(proptag.ClientSubmitTime, at(1700))
			m.Props.Set(proptag.MessageDeliveryTime, at(2020))
		}, "Date", "Wed, 01 Jan 2020 00:00:00 +0000", "mime.property.unreadable"},
		{"an importance that there is not", func(m *mapi.Message) { m.Props.Set(proptag.Importance, int32(7)) },
			"Importance", "", "mime.property.unreadable"},
		{"a sensitivity that there is not", func(m *mapi.Message) { m.Props.Set(proptag.Sensitivity, int32(4)) },
			"Sensitivity", "", "mime.property.unreadable"},
		{"normal importance", func(m *mapi.Message) { m.Props.Set(proptag.Importance, int32(1)) }, "Importance", "", ""},
		{"normal importance beside a low priority", func(m *mapi.Message) {
			m.Props.Set(proptag.Importance, int32(1))
			m.Props.Set(proptag.Priority, int32(-1))
		}, "Importance", "Normal", ""},
		{"a receipt for nobody", func(m *mapi.Message) {
			m.Props.Set(proptag.ReadReceiptRequested, true)
			m.Props.Delete(proptag.SentRepresentingEmailAddress)
			m.Props.Delete(proptag.SentRepresentingName)
		}, "Disposition-Notification-To", "", "mime.message.unsent address.unresolved"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, note(tt.set))
			if got := strings.Join(field(file, tt.field), "|"); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.field, got, tt.want)
			}
			var codes []string
			for _, p := range said {
				codes = append(codes, p.Code)
			}
			if got := strings.Join(codes, " "); got != tt.codes {
				t.Errorf("problems %q, want %q: %v", got, tt.codes, said)
			}
		})
	}
}

// TestExportBodyBesideEncrypted wants a body that an encrypted one replaces to be
// reported.
func TestExportBodyBesideEncrypted(t *testing.T) {
	t.Parallel()
	for oid, severity := range map[byte]problem.Severity{3: problem.Loss, 2: problem.Info} {
		_, said := export(t, note(func(m *mapi.Message) {
			m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME")
			m.Props.Set(proptag.Body, "text")
			a := new(mapi.Attachment)
			a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
			a.Props.Set(proptag.AttachDataBinary, []byte{0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, oid})
			m.Attachments = append(m.Attachments, a)
		}))
		if len(said) != 1 || said[0].Code != "mime.smime.body" || said[0].Severity != severity || said[0].Tag != proptag.Body {
			t.Errorf("problems: %v", said)
		}
	}
}
