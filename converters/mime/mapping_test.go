package mime

import (
	"bytes"
	multiparts "mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// everything is a message with a value for each property of headerRules and
// for those of the other fields.
func everything(m *mapi.Message) {
	values := map[headerKind]mapi.Value{
		kindText: "täxt", kindRaw: "raw", kindIDs: "a@b", kindTime: mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)),
		kindNumber: int32(3), kindTrue: true, kindBase64: []byte{1, 2}, kindFlags: int32(3), kindList: []string{"a", "b"}, kindLanguage: int32(0x407),
	}
	for _, r := range headerRules {
		v := values[r.kind]
		for _, w := range r.words {
			if r.kind == kindWord && w.text != "" {
				v = w.value
				break
			}
		}
		if r.tag != 0 {
			m.Props.Set(r.tag, v)
		} else {
			m.Props.SetNamed(r.name, typeOf(v), v)
		}
	}
	for _, who := range []person{senderTags, receivedForTags, receiptTags} {
		m.Props.Set(who.name, "Grace")
		m.Props.Set(who.email, "grace@example.org")
	}
	m.Props.Set(proptag.OriginatorDeliveryReportRequested, true)
	m.Props.Set(proptag.ReadReceiptRequested, true)
	m.Props.Set(proptag.MessageFlags, int32(8))
	m.Props.Set(proptag.BodyContentId, "body@example.org")
	m.Props.Set(proptag.BodyContentLocation, "http://example.org/")
	m.Props.Set(proptag.ReplyRecipientEntries, entryid.Join([][]byte{entryid.NewOneOff(entryid.Person{Name: "Kay", Type: "SMTP", Email: "kay@example.org"})}))
	for kind := mapi.RecipientTo; kind <= mapi.RecipientBcc; kind++ {
		m.Recipients = append(m.Recipients, somePerson(kind, "Bea", "bea@example.org"))
	}
	m.Attachments = append(m.Attachments, attached("a.txt", []byte("x"), func(a *mapi.Attachment) {
		a.Props.Set(proptag.AttachContentId, "a@b")
		a.Props.Set(proptag.AttachContentLocation, "http://example.org/a")
		a.Props.Set(proptag.AttachContentBase, "http://example.org/")
		a.Props.Set(proptag.AttachPayloadClass, "x")
	}))
}

// fieldsIn returns the names of all header fields of an entity and what is in
// it.
func fieldsIn(entity []byte, names map[string]bool) {
	block, body := rfc5322.Split(entity)
	h, _ := rfc5322.ParseHeader(block)
	for _, f := range h {
		names[f.Name] = true
	}
	mt, params, _ := rfc5322.ParseMediaType(h.Get("Content-Type"))
	switch {
	case mt == "message/rfc822" || mt == "message/global":
		fieldsIn(body, names)
	case strings.HasPrefix(mt, "multipart/"):
		parts := multiparts.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			var inner bytes.Buffer
			for name := range p.Header {
				names[name] = true
			}
			inner.WriteString("Content-Type: " + p.Header.Get("Content-Type") + "\r\n\r\n")
			_, _ = inner.ReadFrom(p)
			fieldsIn(inner.Bytes(), names)
		}
	}
}

// TestMappings: every field that is written or read is a row of the table, and a
// message with all properties has every row that is a field of a message.
func TestMappings(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, r := range Mappings() {
		rows[strings.ToLower(r.Field)] = true
		if r.Rule == "" || r.Property == "" && r.Field != "MIME-Version" && r.Field != "Content-Transfer-Encoding" {
			t.Errorf("the row %+v says too little", r)
		}
	}
	for lower := range fieldRules {
		if !rows[lower] {
			t.Errorf("the field %s is read and in no row", lower)
		}
	}
	names := map[string]bool{}
	for _, class := range []string{"IPM.Note", "IPM.Note.Microsoft.Fax", "REPORT.IPM.Note.NDR", "IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned", "IPM.Appointment"} {
		for _, opt := range []ExportOptions{{}, {International: true, Draft: true}, {KeepRTF: true, Names: NamesBoth}} {
			m := note(func(m *mapi.Message) {
				everything(m)
				m.Props.Set(proptag.MessageClass, class)
				m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: note(everything)})
			})
			fieldsIn([]byte(exportWith(t, m, opt)), names)
		}
	}
	written := map[string]bool{}
	for name := range names {
		if written[strings.ToLower(name)] = true; !rows[strings.ToLower(name)] {
			t.Errorf("the field %s is in no row", name)
		}
	}
	for _, r := range append(headerRules, headerRule{field: "X-Unsent"}) {
		if !written[strings.ToLower(r.field)] {
			t.Errorf("the field %s was not written", r.field)
		}
	}
	for _, r := range ownRules {
		if !written[strings.ToLower(r.Field)] {
			t.Errorf("the field %s was not written", r.Field)
		}
	}
}

func TestExportMoreFields(t *testing.T) {
	t.Parallel()
	class := func(class string) func(*mapi.Message) {
		return func(m *mapi.Message) { m.Props.Set(proptag.MessageClass, class) }
	}
	named := func(name mapi.Name, v mapi.Value) func(*mapi.Message) {
		return func(m *mapi.Message) { m.Props.SetNamed(name, typeOf(v), v) }
	}
	tests := []struct {
		name  string
		set   func(*mapi.Message)
		field string
		want  string
	}{
		{"normal importance is not said in any field", func(m *mapi.Message) { m.Props.Set(proptag.Importance, int32(1)) }, "X-Priority", ""},
		{"low importance", func(m *mapi.Message) { m.Props.Set(proptag.Importance, int32(0)) }, "X-MSMail-Priority", "Low"},
		{"a fax", class("IPM.Note.Microsoft.Fax.CA"), "Content-Class", "fax-ca"},
		{"voice mail", class("IPM.Note.Microsoft.Voicemail.UM.CA.X"), "Content-Class", "voice-ca"},
		{"a custom class", class("IPM.Note.Custom.Order"), "Content-Class", "urn:content-class:custom.Order"},
		{"a form", class("IPM.InfoPathForm.abc"), "Content-Class", "InfoPathForm.abc"},
		{"the class is kept by name", named(propname.NameContentClass, "urn:content-classes:message"), "Content-Class", "urn:content-classes:message"},
		{"an answer by a rule", class("IPM.Note.Rules.OofTemplate.Microsoft"), "Auto-Submitted", "auto-replied"},
		{"a message that says so itself", func(m *mapi.Message) {
			class("IPM.Note.Rules.OofTemplate.Microsoft")(m)
			named(propname.InternetHeader("auto-submitted"), "auto-generated")(m)
		}, "Auto-Submitted", "auto-generated"},
		{"files", func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{attached("a", []byte{1}, nil)} }, "X-MS-Has-Attach", "yes"},
		{"no files that are shown", func(m *mapi.Message) {
			m.Attachments = []*mapi.Attachment{attached("a", []byte{1}, func(a *mapi.Attachment) { a.Props.Set(proptag.AttachmentHidden, true) })}
		}, "X-MS-Has-Attach", ""},
		{"Accept-Language by its other name", named(propname.InternetHeader("acceptlanguage"), "de"), "Accept-Language", "de"},
		{"and not by that name too", named(propname.InternetHeader("acceptlanguage"), "de"), "Acceptlanguage", ""},
		{"a classification", func(m *mapi.Message) {
			named(propname.LidClassified, true)(m)
			named(propname.LidClassification, "Secret")(m)
		}, "X-Microsoft-Classification", "Secret"},
		{"a classification that is off", func(m *mapi.Message) {
			named(propname.LidClassified, false)(m)
			named(propname.LidClassification, "Secret")(m)
		}, "X-Microsoft-Classification", ""},
		{"a telephone number kept by name", named(propname.NameXSenderTelephoneNumber, "+1 555"), "X-CallingTelephoneNumber", "+1 555"},
		{"pages of a fax kept by name", named(propname.NameXFaxNumberOfPages, int16(7)), "X-FaxNumberOfPages", "7"},
		{"an unknown locale leaves the field of the transport headers", func(m *mapi.Message) {
			m.Props.Set(proptag.MessageLocaleId, int32(0x7F))
			m.Props.Set(proptag.TransportMessageHeaders, "Content-Language: tlh\r\n")
		}, "Content-Language", "tlh"},
		{"a sent message is no draft for its transport headers", func(m *mapi.Message) {
			m.Props.Set(proptag.MessageFlags, int32(1))
			m.Props.Set(proptag.TransportMessageHeaders, "X-Unsent: 1\r\n")
		}, "X-Unsent", ""},
		{"From of the transport headers where the message has no address", func(m *mapi.Message) {
			m.Props.Set(proptag.SentRepresentingName, "A.")
			m.Props.Set(proptag.SentRepresentingAddressType, "EX")
			m.Props.Set(proptag.SentRepresentingEmailAddress, "/o=x/cn=a")
			m.Props.Set(proptag.TransportMessageHeaders, "From: Ada L. <ada@example.net>\r\n")
		}, "From", `"A." <ada@example.net>`},
		{"an unknown kind of address", func(m *mapi.Message) {
			m.Props.Set(proptag.SentRepresentingName, "Unknown")
			m.Props.Set(proptag.SentRepresentingAddressType, "UNKNOWN")
			m.Props.Set(proptag.SentRepresentingEmailAddress, "Unknown")
		}, "From", "Unknown <IMCEAUNKNOWN-Unknown@oxbridge.invalid>"},
		{"a kind that is none", func(m *mapi.Message) {
			m.Props.Set(proptag.SentRepresentingName, "A")
			m.Props.Set(proptag.SentRepresentingAddressType, "\x01?")
			m.Props.Set(proptag.SentRepresentingEmailAddress, "b")
		}, "From", `"A (b)":;`},
		{"a sender who is the author by another address", func(m *mapi.Message) {
			for _, who := range []person{senderTags, representingTags} {
				m.Props.Set(who.name, "A")
				m.Props.Set(who.addrType, "EX")
				m.Props.Set(who.email, "/o=x/cn=a")
			}
		}, "Sender", ""},
		{"a delegate", func(m *mapi.Message) {
			m.Props.Set(proptag.SenderName, "Grace")
			m.Props.Set(proptag.SenderEmailAddress, "grace@example.org")
		}, "Sender", "Grace <grace@example.org>"},
		{"a body with an identifier", func(m *mapi.Message) { m.Props.Set(proptag.BodyContentId, "<b@x>") }, "Content-ID", "<b@x>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(field(exportWith(t, note(tt.set), ExportOptions{}), tt.field), "|"); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

// TestExportSaysWhichLocaleIsLost: a locale that no language tag stands for is
// reported, one that says nothing is not.
func TestExportSaysWhichLocaleIsLost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		lcid        int32
		field, code string
	}{
		{0x0407, "de-DE", ""},
		{0, "", ""},
		{0x0C00, "", "mime.language"},
		{0x2000, "", "mime.language"},
	} {
		file, said := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.MessageLocaleId, tt.lcid) }))
		if got := strings.Join(field(file, "Content-Language"), "|"); got != tt.field {
			t.Errorf("%#x: Content-Language: %q, want %q", tt.lcid, got, tt.field)
		}
		if got := problemCodes(said); got != tt.code {
			t.Errorf("%#x: problems %q, want %q", tt.lcid, got, tt.code)
		}
	}
}

// TestExportDeliveryReport: a delivery report went to who received it, not to
// those whom it is about ([MS-OXCMAIL] 2.1.3.1.1).
func TestExportReportGoesToTheSender(t *testing.T) {
	t.Parallel()
	report := func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "REPORT.IPM.Note.NDR")
		m.Props.Set(proptag.ReceivedRepresentingName, "Grace")
		m.Props.Set(proptag.ReceivedRepresentingEmailAddress, "grace@example.org")
		m.Recipients = []mapi.Props{somePerson(mapi.RecipientTo, "Bea", "bea@example.org")}
	}
	file := exportWith(t, note(func(m *mapi.Message) { m.Attachments = []*mapi.Attachment{{Embedded: note(report)}} }), ExportOptions{})
	if !strings.Contains(file, "\r\nTo: Grace <grace@example.org>\r\n") || strings.Contains(file, "\r\nTo: Bea") {
		t.Errorf("the report goes to somebody else:\n%s", file)
	}
}

// TestExportSeveralAuthors: properties name one author, the transport headers
// the others.
func TestExportSeveralAuthors(t *testing.T) {
	t.Parallel()
	file := exportWith(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.TransportMessageHeaders, "From: A <ADA@example.org>, Bea <bea@example.org>\r\n")
	}), ExportOptions{})
	if got := strings.Join(field(file, "From"), "|"); got != "Ada <ada@example.org>, Bea <bea@example.org>" {
		t.Errorf("From: %s", got)
	}
}
