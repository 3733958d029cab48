package look

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// oneOff is a one-off entry identifier.
func oneOff(name, kind, address string) []byte {
	b, _ := hex.DecodeString("00000000812b1fa4bea310199d6e00dd010f540200000180")
	for _, s := range []string{name, kind, address} {
		b = append(append(b, codepage.EncodeUTF16(s)...), 0, 0)
	}
	return b
}

func TestGroupOf(t *testing.T) {
	t.Parallel()
	const exchange = "/O=ORG/CN=ADA"
	tests := []struct {
		name string
		in   mapi.Props
		want Person
	}{
		{"nobody", bag(), Person{}},
		{"Internet", bag(proptag.SenderName, "Ada", proptag.SenderAddressType, "SMTP", proptag.SenderEmailAddress, "ada@example.org"),
			Person{"Ada", "SMTP", "ada@example.org"}},
		{"a fax machine", bag(proptag.SenderName, "Ada", proptag.SenderAddressType, "FAX", proptag.SenderEmailAddress, "Ada@+15550123"),
			Person{"Ada", "FAX", "Ada@+15550123"}},
		{"a quoted local part", bag(proptag.SenderName, "Ada", proptag.SenderAddressType, "SMTP", proptag.SenderEmailAddress, `"a@"@example.org`),
			Person{"Ada", "SMTP", `"a@"@example.org`}},
		{"named by the address", bag(proptag.SenderName, "Ada@example.org", proptag.SenderEmailAddress, "ada@example.org"),
			Person{"", "SMTP", "ada@example.org"}},
		{"Exchange", bag(proptag.SenderName, "Ada", proptag.SenderAddressType, "EX", proptag.SenderEmailAddress, exchange),
			Person{"Ada", "EX", exchange}},
		{"Exchange with an Internet address", bag(proptag.SenderName, "Ada", proptag.SenderAddressType, "EX", proptag.SenderEmailAddress, exchange,
			proptag.SenderSmtpAddress, "ada@example.org"), Person{"Ada", "SMTP", "ada@example.org"}},
		{"entry identifier alone", bag(proptag.SenderEntryId, oneOff("Ada", "SMTP", "ada@example.org")), Person{"Ada", "SMTP", "ada@example.org"}},
		{"address with what is around it", bag(proptag.SenderName, "'Ada'", proptag.SenderEmailAddress, "Ada <mailto:ada@example.org>"),
			Person{"Ada", "SMTP", "ada@example.org"}},
		{"address only as the name", bag(proptag.SenderName, "ada@example.org"), Person{"", "SMTP", "ada@example.org"}},
		{"no address", bag(proptag.SenderName, "Ada"), Person{"Ada", "", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Sender.Of(tt.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	id := oneOff("", "SMTP", "desk@example.org")
	entries := binary.LittleEndian.AppendUint32(nil, 1)
	entries = binary.LittleEndian.AppendUint32(entries, uint32(4+len(id)))
	entries = append(binary.LittleEndian.AppendUint32(entries, uint32(len(id))), id...)
	m := &mapi.Message{Props: bag(
		proptag.SentRepresentingName, "Lovelace, Ada", proptag.SentRepresentingEmailAddress, "ada@example.org",
		proptag.SenderName, "Grace", proptag.SenderEmailAddress, "grace@example.org",
		proptag.ReplyRecipientEntries, entries, proptag.ReplyRecipientNames, "The desk",
		proptag.Subject, "\x01\x05RE: x", proptag.Importance, int32(2), proptag.Sensitivity, int32(0),
		proptag.MessageFlags, int32(8), proptag.MessageDeliveryTime, mapi.Filetime(133536874620000000),
	)}
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"a", "b"})
	m.Recipients = []mapi.Props{
		bag(proptag.RecipientType, int32(2), proptag.DisplayName, "C", proptag.EmailAddress, "c@example.org"),
		bag(proptag.DisplayName, "T", proptag.EmailAddress, "t@example.org"),
	}
	want := []Field{
		{"From", `"Lovelace, Ada" <ada@example.org>`}, {"Sender", "Grace <grace@example.org>"}, {"Reply-To", "The desk <desk@example.org>"},
		{"To", "T <t@example.org>"}, {"Cc", "C <c@example.org>"}, {"Date", "Thu, 29 Feb 2024 13:37:42 UTC"}, {"Subject", "RE: x"},
		{"Importance", "high"}, {"Categories", "a, b"}, {"Status", "draft"},
	}
	if diff := cmp.Diff(want, Fields(m)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	shown := &mapi.Message{Props: bag(proptag.DisplayTo, "Ada; grace@example.org")}
	if got := Fields(shown); len(got) != 1 || got[0].Value != "Ada, grace@example.org" {
		t.Errorf("a message without recipients: %v", got)
	}
}

func TestEnclosures(t *testing.T) {
	t.Parallel()
	inner := &mapi.Message{Props: bag(proptag.Subject, "Inside")}
	m := &mapi.Message{Attachments: []*mapi.Attachment{
		{Props: bag(proptag.AttachLongFilename, "a.txt", proptag.AttachMimeTag, "Text/Plain; x=y", proptag.AttachDataBinary, []byte("abc"))},
		{Props: bag(proptag.AttachFilename, "b.bin", proptag.AttachDataBinary, large("hello"))},
		{Embedded: inner},
		{Props: bag(proptag.AttachLongPathname, `\\server\x.doc`, proptag.AttachLongFilename, "x.doc")},
		{Props: bag(proptag.AttachmentHidden, true)},
		nil,
	}}
	want := []Enclosure{
		{Name: "a.txt", Type: "text/plain", Size: 3}, {Name: "b.bin", Size: 5}, {Name: "Inside", Message: inner},
		{Name: "x.doc", Reference: `\\server\x.doc`},
	}
	if diff := cmp.Diff(want, Enclosures(m)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
