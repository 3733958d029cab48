package mime

import (
	"bytes"
	"context"
	"net/mail"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// FuzzExport: whatever properties hold, the file is in 7 bits, its lines are
// ended and not too long, and no property adds a field.
func FuzzExport(f *testing.F) {
	f.Add("Subject", "Ada", "ada@example.org", "text", "<img src=cid:x>", "a.png", "x", "X-A: b\r\nReceived: c", []byte{0x81, 0x2B})
	f.Add("\x01\x05RE: a\r\nBcc: x", "a\"b\\,<", "/o=x/cn=y", "From a\r\n.\r\n=_oxbridge_", "<meta charset=x>", "a\r\nb\"/..", "a b", "\x00 \r\n\t\n:", []byte{})
	f.Fuzz(func(t *testing.T, subject, name, addr, text, html, file, id, headers string, raw []byte) {
		m := new(mapi.Message)
		for _, p := range []struct {
			tag mapi.Tag
			s   string
		}{
			{proptag.Subject, subject}, {proptag.SentRepresentingName, name}, {proptag.SentRepresentingEmailAddress, addr},
			{proptag.SenderName, subject}, {proptag.SenderEmailAddress, file}, {proptag.Body, text}, {proptag.InternetMessageId, id},
			{proptag.InternetReferences, headers}, {proptag.TransportMessageHeaders, headers}, {proptag.DisplayTo, name},
			{proptag.ListUnsubscribe, file}, {proptag.ConversationTopic, html},
		} {
			m.Props.Set(p.tag, p.s)
		}
		m.Props.Set(proptag.Html, []byte(html))
		m.Props.Set(proptag.ReplyRecipientEntries, raw)
		m.Props.Set(proptag.ConversationIndex, raw)
		m.Props.SetNamed(propname.InternetHeader(id), mapi.PtypString, headers)
		m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{name, file})
		m.Recipients = []mapi.Props{{{Tag: proptag.DisplayName, Value: name}, {Tag: proptag.EntryId, Value: raw}}}
		inner := new(mapi.Message)
		inner.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
		inner.Attachments = []*mapi.Attachment{attached(file, []byte("Content-Type: multipart/signed; boundary=a\r\n\r\n"+text), nil)}
		m.Attachments = []*mapi.Attachment{attached(file, raw, withID(id)), {Embedded: inner}}
		var out bytes.Buffer
		if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(out.Bytes(), []byte("\r\n\r\n"))
		for _, line := range bytes.Split(head, crlf) {
			if len(line) > maxLine || bytes.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("header line %q", line)
			}
		}
		parsed, err := mail.ReadMessage(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, head)
		}
		for _, single := range []string{"From", "Subject", "To", "Bcc", "Mime-Version", "Content-Type", "Date", "Message-Id"} {
			if n := len(parsed.Header[single]); n > 1 {
				t.Errorf("%d fields %s in\n%s", n, single, head)
			}
		}
	})
}
