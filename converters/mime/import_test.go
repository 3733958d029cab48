package mime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// importText imports a message given with LF line ends, which become CRLF.
func importText(t testing.TB, text string) (*mapi.Message, problem.List) {
	t.Helper()
	return importBytes(t, strings.ReplaceAll(text, "\n", "\r\n"), ImportOptions{})
}

func importBytes(t testing.TB, raw string, opt ImportOptions) (*mapi.Message, problem.List) {
	t.Helper()
	var problems problem.List
	m, err := Import(context.Background(), transfer.NewBytesInput([]byte(raw)), opt, problems.Add)
	if err != nil {
		t.Fatalf("Import: %v", err)
	}
	return m, problems
}

// problemCodes returns the distinct codes of problems, sorted.
func problemCodes(list problem.List) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Code)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// fileContent reads the data of an attachment.
func fileContent(t testing.TB, a *mapi.Attachment) string {
	t.Helper()
	b, err := a.Props.Bytes(proptag.AttachDataBinary, 1<<30)
	if err != nil {
		t.Fatalf("content: %v", err)
	}
	return string(b)
}

func TestImportHeaderFields(t *testing.T) {
	t.Parallel()
	header := func(name string) mapi.Name { return mapi.Name{Set: mapi.PSInternetHeaders, Text: name} }
	tests := []struct {
		name   string
		fields string
		tag    mapi.Tag
		named  mapi.Name
		want   string // of the value, printed
	}{
		{name: "subject", fields: "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", tag: proptag.Subject, want: "Grüße"},
		{name: "no subject", fields: "X: y", tag: proptag.Subject, want: ""},
		{name: "prefix", fields: "Subject: AW:  Re: x", tag: proptag.SubjectPrefix, want: "AW:  "},
		{name: "subject without prefix", fields: "Subject: AW:  Re: x", tag: proptag.NormalizedSubject, want: "Re: x"},
		{name: "prefix needs a blank", fields: "Subject: RE:x", tag: proptag.SubjectPrefix, want: ""},
		{name: "prefix of three letters at most", fields: "Subject: Fwds: x", tag: proptag.NormalizedSubject, want: "Fwds: x"},
		{name: "prefix without digits", fields: "Subject: R2: x", tag: proptag.SubjectPrefix, want: ""},
		{name: "topic of the subject", fields: "Subject: RE: x", tag: proptag.ConversationTopic, want: "x"},
		{name: "topic of its own", fields: "Subject: RE: x\nThread-Topic: y", tag: proptag.ConversationTopic, want: "y"},
		{name: "conversation index", fields: "Thread-Index: AQEC\n AwQ=", tag: proptag.ConversationIndex, want: "[1 1 2 3 4]"},
		{name: "broken conversation index", fields: "Thread-Index: ***", tag: proptag.ConversationIndex, want: "<nil>"},
		{name: "message id", fields: "Message-ID: <a@b>", tag: proptag.InternetMessageId, want: "<a@b>"},
		{name: "references", fields: "References: <a@b>\n\t<c@d>", tag: proptag.InternetReferences, want: "<a@b> <c@d>"},
		{name: "first of two counts", fields: "In-Reply-To: <a@b>\nIn-Reply-To: <c@d>", tag: proptag.InReplyToId, want: "<a@b>"},
		{name: "importance", fields: "Importance: High", tag: proptag.Importance, want: "2"},
		{name: "importance is normal", fields: "X: y", tag: proptag.Importance, want: "1"},
		{name: "importance over x-priority", fields: "Importance: low\nX-Priority: 1", tag: proptag.Importance, want: "0"},
		{name: "importance over x-priority before it", fields: "X-Priority: 1\nImportance: low", tag: proptag.Importance, want: "0"},
		{name: "x-priority", fields: "X-Priority: 2 (High)", tag: proptag.Importance, want: "2"},
		{name: "x-priority 4", fields: "X-Priority: 4", tag: proptag.Importance, want: "0"},
		{name: "x-priority 3", fields: "X-Priority: 3", tag: proptag.Importance, want: "1"},
		{name: "x-msmail-priority", fields: "X-MSMail-Priority: Low", tag: proptag.Importance, want: "0"},
		{name: "priority", fields: "Priority: urgent", tag: proptag.Priority, want: "1"},
		{name: "importance by priority", fields: "Priority: urgent", tag: proptag.Importance, want: "2"},
		{name: "x-priority over priority", fields: "Priority: urgent\nX-Priority: 5", tag: proptag.Importance, want: "0"},
		{name: "index without padding", fields: "Thread-Index: AQECAw", tag: proptag.ConversationIndex, want: "[1 1 2 3]"},
		{name: "identifier with a comment", fields: "In-Reply-To: <a@b> (Ada's message of \"Monday\")", tag: proptag.InReplyToId, want: "<a@b>"},
		{name: "identifiers in a list with commas", fields: "References: <a@b>, <c@d>", tag: proptag.InternetReferences, want: "<a@b> <c@d>"},
		{name: "identifier without brackets", fields: "Message-ID: 12223", tag: proptag.InternetMessageId, want: "12223"},
		{name: "sensitivity", fields: "Sensitivity: company-confidential", tag: proptag.Sensitivity, want: "3"},
		{name: "sensitivity normal", fields: "Sensitivity: Normal", tag: proptag.Sensitivity, want: "0"},
		{name: "keywords", fields: "Keywords: a, =?utf-8?q?=C3=BC?=;c\nKeywords: d", named: propname.NameKeywords, want: "[a ü c d]"},
		{name: "language", fields: "Content-Language: x-none, de-CH;q=1", tag: proptag.MessageLocaleId, want: "2055"},
		{name: "language alone", fields: "Content-Language: zh", tag: proptag.MessageLocaleId, want: "2052"},
		{name: "no language", fields: "Content-Language: tlh", tag: proptag.MessageLocaleId, want: "<nil>"},
		{name: "accept language", fields: "X-Accept-Language: de", named: propname.NameAcceptLanguage, want: "de"},
		{name: "accept language proper", fields: "X-Accept-Language: de\nAccept-Language: fr", named: propname.NameAcceptLanguage, want: "fr"},
		{name: "suppress", fields: "X-Auto-Response-Suppress: DR, OOF", tag: proptag.AutoResponseSuppress, want: "17"},
		{name: "suppress all", fields: "X-Auto-Response-Suppress: All", tag: proptag.AutoResponseSuppress, want: "-1"},
		{name: "flag", fields: "X-Message-Flag: Call", named: propname.LidFlagRequest, want: "Call"},
		{name: "flag status", fields: "X-Message-Flag: Call", tag: proptag.FlagStatus, want: "2"},
		{name: "read receipt", fields: "Disposition-Notification-To: a@b", tag: proptag.ReadReceiptRequested, want: "true"},
		{name: "read receipt to", fields: "Disposition-Notification-To: a@b", tag: proptag.ReadReceiptSmtpAddress, want: "a@b"},
		{name: "delivery receipt", fields: "Return-Receipt-To: a@b", tag: proptag.OriginatorDeliveryReportRequested, want: "true"},
		{name: "received flags", fields: "X: y", tag: proptag.MessageFlags, want: "1"},
		{name: "unsent", fields: "X-Unsent: 1", tag: proptag.MessageFlags, want: "8"},
		{name: "fax", fields: "Content-Class: Fax", tag: proptag.MessageClass, want: "IPM.Note.Microsoft.Fax"},
		{name: "custom class", fields: "Content-Class: urn:content-class:custom.Thing", tag: proptag.MessageClass, want: "IPM.Note.Custom.Thing"},
		{name: "form class", fields: "Content-Class: InfoPathForm.Thing", tag: proptag.MessageClass, want: "IPM.InfoPathForm.Thing"},
		{name: "form name", fields: "Content-Class: InfoPathForm.Thing", named: propname.LidInfoPathFormName, want: "InfoPathForm.Thing"},
		{name: "classification", fields: "X-Microsoft-Classification: Secret\nX-Microsoft-Classified: true", named: propname.LidClassification, want: "Secret"},
		{name: "classification that nobody claims", fields: "X-Microsoft-Classification: Secret", named: propname.LidClassification, want: "<nil>"},
		{name: "and is a field like others", fields: "X-Microsoft-Classification: Secret", named: header("x-microsoft-classification"), want: "Secret"},
		{name: "content base", fields: "Content-Base: http://example.org/", named: header("content-base"), want: "http://example.org/"},
		{name: "size", fields: "X: y", tag: proptag.MessageSize, want: "14"},
		{name: "spam level", fields: "X-MS-Exchange-Organization-SCL: -1", tag: proptag.ContentFilterSpamConfidenceLevel, want: "-1"},
		{name: "list", fields: "List-Help: <mailto:a@b>", tag: proptag.ListHelp, want: "<mailto:a@b>"},
		{name: "other field", fields: "X-Mailer: =?utf-8?q?=C3=BC?= 1", named: header("x-mailer"), want: "ü 1"},
		{name: "other fields", fields: "X-A: 1\nX-a: 2\nX-A: 3", named: header("X-A"), want: "[1 2 3]"},
		{name: "structure is no field", fields: "MIME-Version: 1.0", named: header("mime-version"), want: "<nil>"},
		{name: "trace is no field", fields: "Return-Path: <a@b>", named: header("return-path"), want: "<nil>"},
		{name: "transport headers", fields: "A: b\n c\nX-MS-Exchange-Organization-SCL: 1\n 2\nD: e", tag: proptag.TransportMessageHeaders, want: "A: b\r\n c\r\nD: e\r\n"},
		{name: "header in 8 bits", fields: "Subject: Gr\xfc\xdfe", tag: proptag.Subject, want: "Grüße"},
		{name: "header in UTF-8", fields: "Subject: Grüße", tag: proptag.Subject, want: "Grüße"},
		{name: "header in UTF-8 cut off", fields: "Subject: Привет\xd0", tag: proptag.Subject, want: "Привет\uFFFD"},
		{name: "header in 1252 with a body in latin 1", fields: "Subject: a\x85\nContent-Type: text/plain; charset=iso-8859-1", tag: proptag.Subject, want: "a…"},
		{name: "header in UTF-8 with half a character", fields: "Subject: \u7ba1\xe7\x90", tag: proptag.Subject, want: "\u7ba1\uFFFD"},
		{name: "header in the character set of the body", fields: "Subject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251", tag: proptag.Subject, want: "Привет"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.fields+"\n\nbody\n")
			got, _ := m.Props.Get(tt.tag)
			if !tt.named.IsZero() {
				got = nil
				if p := m.Props.Named(tt.named); p != nil {
					got = p.Value
				}
			}
			if s := fmt.Sprint(got); s != tt.want {
				t.Errorf("%s gives %q, want %q", tt.fields, s, tt.want)
			}
		})
	}
}

func TestImportDates(t *testing.T) {
	t.Parallel()
	const received = "Received: from a by b; Tue, 3 Jan 2023 10:00:00 +0000\nReceived: from c by a; Mon, 2 Jan 2023 09:00:00 +0000\n"
	tests := []struct{ name, fields, sent, arrived string }{
		{"both", received + "Date: Mon, 2 Jan 2023 08:00:00 +0100\n", "2023-01-02 07:00", "2023-01-03 10:00"},
		{"no trace", "Date: Mon, 2 Jan 2023 08:00:00 +0100\n", "2023-01-02 07:00", "2023-01-02 07:00"},
		{"no date", received, "2023-01-03 10:00", "2023-01-03 10:00"},
		{"bad date", received + "Date: yesterday\n", "2023-01-03 10:00", "2023-01-03 10:00"},
		{"trace without date", "Received: from a by b\n" + received, "2023-01-03 10:00", "2023-01-03 10:00"},
		{"draft", "X-Unsent: 1\nDate: Mon, 2 Jan 2023 08:00:00 +0100\n", "2023-01-02 07:00", ""},
		{"nothing", "X: y\n", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.fields+"\n")
			for tag, want := range map[mapi.Tag]string{proptag.ClientSubmitTime: tt.sent, proptag.MessageDeliveryTime: tt.arrived} {
				got := ""
				if when, ok := m.Props.Time(tag).Time(); ok {
					got = when.UTC().Format("2006-01-02 15:04")
				}
				if got != want {
					t.Errorf("%v is %q, want %q", tag, got, want)
				}
			}
		})
	}
}

func TestImportPeople(t *testing.T) {
	t.Parallel()
	const fields = "From: =?utf-8?q?J=C3=BCrgen?= <J@Example.org>, second@example.org\n" +
		"To: b@x, \"Doe, John\" <j@x>, undisclosed-recipients:;\nCc: Friends: c@x, d@x;\nBcc: e@x\nTo: Nobody\n" +
		"Reply-To: f@x, \"a;b\" <g@x>\nSubject: s\n\n"
	m, _ := importText(t, fields)
	var rows []string
	for i, r := range m.Recipients {
		kind, _ := r.Int32(proptag.RecipientType)
		row, _ := r.Int32(proptag.Rowid)
		if int(row) != i {
			t.Errorf("recipient %d has row id %d", i, row)
		}
		rows = append(rows, fmt.Sprintf("%d %s <%s> %q", kind, r.String(proptag.DisplayName), r.String(proptag.SmtpAddress), r.Binary(proptag.SearchKey)))
	}
	want := []string{
		`1 b@x <b@x> "SMTP:B@X\x00"`, `1 Doe, John <j@x> "SMTP:J@X\x00"`, `1 Nobody <> "SMTP:NOBODY\x00"`,
		`2 c@x <c@x> "SMTP:C@X\x00"`, `2 d@x <d@x> "SMTP:D@X\x00"`, `3 e@x <e@x> "SMTP:E@X\x00"`,
	}
	if !slices.Equal(rows, want) {
		t.Errorf("recipients are\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	for tag, want := range map[mapi.Tag]string{
		proptag.DisplayTo: "b@x; Doe, John; Nobody", proptag.DisplayCc: "c@x; d@x", proptag.DisplayBcc: "e@x",
		proptag.SentRepresentingName: "Jürgen", proptag.SentRepresentingEmailAddress: "J@Example.org",
		proptag.SenderName: "Jürgen", proptag.SenderSmtpAddress: "J@Example.org", proptag.SenderAddressType: "SMTP",
		proptag.ReplyRecipientNames: "f@x;a,b",
	} {
		if got := m.Props.String(tag); got != want {
			t.Errorf("%v is %q, want %q", tag, got, want)
		}
	}
	if got := m.Props.Binary(proptag.SenderSearchKey); string(got) != "SMTP:J@EXAMPLE.ORG\x00" {
		t.Errorf("search key of the sender is %q", got)
	}
	checkReplyTo(t, m.Props.Binary(proptag.ReplyRecipientEntries))
}

// checkReplyTo reads the entries back.
func checkReplyTo(t *testing.T, list []byte) {
	t.Helper()
	var got []string
	for _, id := range entryid.List(list) {
		o, ok := entryid.ParsePerson(id)
		got = append(got, fmt.Sprint(o, ok))
	}
	if want := []string{"{f@x SMTP f@x} true", "{a;b SMTP g@x} true"}; !slices.Equal(got, want) {
		t.Errorf("Reply-To entries are %q, want %q", got, want)
	}
}

func TestImportSenderStandsIn(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, fields, from, sender string }{
		{"both", "From: a@x\nSender: b@x\n", "a@x", "b@x"},
		{"from alone", "From: a@x\n", "a@x", "a@x"},
		{"sender alone", "Sender: b@x\n", "b@x", "b@x"},
		{"first of two", "From: a@x\nFrom: b@x\n", "a@x", "a@x"},
		{"a group", "From: G: a@x, b@x;\n", "a@x", "a@x"},
		{"none", "X: y\n", "", ""},
		{"encapsulated", "From: IMCEAEX-_o=Org_cn=x+20y@" + imceaDomain + "\n", "/o=Org/cn=x y", "/o=Org/cn=x y"},
		{"encapsulated elsewhere", "From: IMCEAEX-_o=Org@example.org\n", "IMCEAEX-_o=Org@example.org", "IMCEAEX-_o=Org@example.org"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.fields+"\n")
			if got := m.Props.String(proptag.SentRepresentingEmailAddress); got != tt.from {
				t.Errorf("from is %q, want %q", got, tt.from)
			}
			if got := m.Props.String(proptag.SenderEmailAddress); got != tt.sender {
				t.Errorf("sender is %q, want %q", got, tt.sender)
			}
		})
	}
}

// failing is an input that cannot be read.
type failing struct{ transfer.Input }

func (failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestImportErrors(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"nothing": "", "blank": " \r\n\r\n", "binary": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00", "a mark": "\xEF\xBB\xBF",
	} {
		m, err := Import(context.Background(), transfer.NewBytesInput([]byte(raw)), ImportOptions{}, nil)
		if m != nil || !errors.Is(err, ErrInput) {
			t.Errorf("%s: got %v, %v, want ErrInput", name, m, err)
		}
	}
	mail := transfer.NewBytesInput([]byte("A: b\r\n\r\n"))
	if _, err := Import(context.Background(), failing{mail}, ImportOptions{}, nil); !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, ErrInput) {
		t.Errorf("an input that cannot be read gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Import(ctx, mail, ImportOptions{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}
