package mime

import (
	"bytes"
	"fmt"
	"net/mail"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// FuzzExport: whatever properties hold and whatever is asked for, lines are
// ended and not too long, there are 8-bit bytes only where they were asked for,
// no property adds a field, and a second time gives the same bytes.
func FuzzExport(f *testing.F) {
	f.Add("Subject", "Ada", "ada@example.org", "text", "<img src=cid:x>", "a.png", "x", "X-A: b\r\nReceived: c", []byte{0x81, 0x2B}, uint16(0))
	f.Add("\x01\x05RE: a\r\nBcc: x", "a\"b\\,<", "/o=x/cn=y", "From a\r\n.\r\n=_oxbridge_", "<meta charset=x>", "a\r\nb\"/..", "a b", "\x00 \r\n\t\n:", []byte{}, uint16(0xFFFF))
	f.Add("Grüße", "Zoë\u0085", "zoë@bücher.example", "größer > von hier\r\n", "<meta charset=latin1><p>é", "Übersicht.txt", "é@x", "X-Ü: ü\r\nX-A: ü\r\n", []byte{0xE9}, uint16(0x2AB))
	f.Fuzz(func(t *testing.T, subject, name, addr, text, html, file, id, headers string, raw []byte, bits uint16) {
		m := fuzzed(subject, name, addr, text, html, file, id, headers, raw)
		m.Props.Set(proptag.InternetCodepage, int32(bodyPages[int(bits)%len(bodyPages)].cp))
		opt := optionsOf(bits)
		first, second := exportWith(t, m, opt), exportWith(t, m, opt)
		if first != second {
			t.Fatalf("not the same again with %+v", opt)
		}
		checkStrict(t, []byte(first), opt)
	})
}

// optionsOf makes options of bits, so that every combination has a number.
func optionsOf(bits uint16) ExportOptions {
	opt := ExportOptions{
		OmitBcc: bits&1 != 0, OmitMessageID: bits&2 != 0, EightBitHeaders: bits&4 != 0, International: bits&8 != 0,
		TextOnly: bits&16 != 0, Draft: bits&32 != 0, KeepRTF: bits&64 != 0,
		Encoding: Encoding((bits >> 7 & 7) % 5), Names: NameForm((bits >> 10 & 3) % 3), Wrap: int(bits>>12&1) * 20,
	}
	if bits&(1<<13) != 0 {
		names := BodyCharsets()
		opt.Charset = names[int(bits)%len(names)]
	}
	return opt
}

// fuzzed returns a message with the strings wherever a property goes to a
// header field or a body.
func fuzzed(subject, name, addr, text, html, file, id, headers string, raw []byte) *mapi.Message {
	m := new(mapi.Message)
	for _, p := range []struct {
		tag mapi.Tag
		s   string
	}{
		{proptag.Subject, subject}, {proptag.SentRepresentingName, name}, {proptag.SentRepresentingEmailAddress, addr},
		{proptag.SentRepresentingAddressType, id}, {proptag.SenderName, subject}, {proptag.SenderEmailAddress, file},
		{proptag.Body, text}, {proptag.InternetMessageId, id}, {proptag.InternetReferences, headers},
		{proptag.TransportMessageHeaders, headers}, {proptag.DisplayTo, name}, {proptag.ListUnsubscribe, file},
		{proptag.ConversationTopic, html}, {proptag.BodyContentId, id}, {proptag.BodyContentLocation, file},
		{proptag.MessageClass, subject}, {proptag.ReplyRecipientNames, name},
	} {
		m.Props.Set(p.tag, p.s)
	}
	m.Props.Set(proptag.Html, []byte(html))
	m.Props.Set(proptag.ReplyRecipientEntries, raw)
	m.Props.Set(proptag.ConversationIndex, raw)
	m.Props.Set(proptag.ReadReceiptRequested, true)
	m.Props.SetNamed(propname.InternetHeader(id), mapi.PtypString, headers)
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{name, file})
	m.Recipients = []mapi.Props{
		{{Tag: proptag.DisplayName, Value: name}, {Tag: proptag.EntryId, Value: raw}},
		{{Tag: proptag.RecipientType, Value: mapi.RecipientBcc}, {Tag: proptag.DisplayName, Value: file}, {Tag: proptag.EmailAddress, Value: addr}},
	}
	inner := new(mapi.Message)
	inner.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
	inner.Attachments = []*mapi.Attachment{attached(file, []byte("Content-Type: multipart/signed; boundary=a\r\n\r\n"+text), nil)}
	second := new(mapi.Message)
	second.Props.Set(proptag.Subject, name)
	second.Props.Set(proptag.Body, html)
	m.Attachments = []*mapi.Attachment{attached(file, raw, withID(id)), {Embedded: inner}, {Embedded: second}}
	return m
}

// checkStrict fails when the header of file is not what it has to be with the
// options.
func checkStrict(t *testing.T, file []byte, opt ExportOptions) {
	t.Helper()
	head, _, _ := bytes.Cut(file, []byte("\r\n\r\n"))
	for _, line := range bytes.Split(head, crlf) {
		if len(line) > maxLine || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("header line %q", line)
		}
		if hasHigh(line) && !opt.EightBitHeaders && !opt.International {
			t.Fatalf("header line %q is not in 7 bits", line)
		}
	}
	for _, line := range bytes.Split(file, crlf) {
		if opt.Encoding != Encoding8Bit && !opt.EightBitHeaders && !opt.International && bytes.HasPrefix(line, []byte("Content-")) && hasHigh(line) {
			t.Fatalf("header line %q of a part is not in 7 bits", line)
		}
	}
	if hasHigh(head) {
		return // the standard library's reader wants US-ASCII
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("%v in\n%s", err, head)
	}
	for _, single := range []string{"From", "Subject", "To", "Bcc", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "Date", "Message-Id", "X-Unsent"} {
		if n := len(parsed.Header[single]); n > 1 {
			t.Errorf("%d fields %s in\n%s", n, single, head)
		}
	}
	for field, omitted := range map[string]bool{"Bcc": opt.OmitBcc, "Message-Id": opt.OmitMessageID} {
		if omitted && parsed.Header.Get(field) != "" {
			t.Errorf("there is a field %s in\n%s", field, head)
		}
	}
}

// TestExportIsDeterministic: the same message and options give the same bytes,
// whatever was exported in between.
func TestExportIsDeterministic(t *testing.T) {
	t.Parallel()
	messages := []*mapi.Message{letter(), note(everything), fuzzed("\x01\x05RE: ü", "Zoë, \"x\"", "zoë@é.example", "From a\r\n.", "<p>é", "ü.png", "é", "X-B: 1\r\nX-A: ü", []byte{1, 2, 3})}
	all := func() map[string]string {
		files := map[string]string{}
		for i, m := range messages {
			for bits := 0; bits < 1<<14; bits += 331 {
				opt := optionsOf(uint16(bits))
				files[fmt.Sprint(i, bits)] = exportWith(t, m, opt)
			}
		}
		return files
	}
	first, second := all(), all()
	for key, file := range first {
		if second[key] != file {
			t.Errorf("%s: not the same again", key)
		}
	}
}
