package mime

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// partAfter returns the body of the first part of a type.
func partAfter(t *testing.T, file, mediatype string) string {
	t.Helper()
	_, rest, ok := strings.Cut(file, "\r\nContent-Type: "+mediatype)
	if !ok {
		t.Fatalf("no %s in\n%s", mediatype, file)
	}
	_, body, _ := strings.Cut(rest, "\r\n\r\n")
	body, _, _ = strings.Cut(body, "\r\n--")
	return body
}

// report returns a report of the class that came to Ada.
func report(class string, set func(m *mapi.Message)) *mapi.Message {
	return note(func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, class)
		m.Props.Set(proptag.SentRepresentingName, "Mail Delivery")
		m.Props.Set(proptag.SentRepresentingEmailAddress, "postmaster@example.org")
		m.Props.Set(proptag.ReceivedByName, "Ada")
		m.Props.Set(proptag.ReceivedByAddressType, "SMTP")
		m.Props.Set(proptag.ReceivedByEmailAddress, "ada@example.org")
		m.Props.Set(proptag.OriginalSubject, "Hello")
		m.Props.Set(proptag.OriginalMessageId, "<hello@example.org>")
		m.Props.Set(proptag.OriginalSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)))
		if set != nil {
			set(m)
		}
	})
}

func row(name, addr string, props ...mapi.Prop) mapi.Props {
	return append(mapi.Props{
		{Tag: proptag.RecipientType, Value: mapi.RecipientTo},
		{Tag: proptag.DisplayName, Value: name},
		{Tag: proptag.AddressType, Value: "SMTP"},
		{Tag: proptag.EmailAddress, Value: addr},
	}, props...)
}

func TestExportDeliveryReport(t *testing.T) {
	t.Parallel()
	file, said := export(t, report("REPORT.IPM.Note.NDR", func(m *mapi.Message) {
		m.Props.Set(proptag.ReportingMessageTransferAgent, "mx.example.org")
		m.Recipients = []mapi.Props{
			row("Grace", "grace@example.com", mapi.Prop{Tag: proptag.NonDeliveryReportReasonCode, Value: int32(1)},
				mapi.Prop{Tag: proptag.NonDeliveryReportDiagCode, Value: int32(35)},
				mapi.Prop{Tag: proptag.SupplementaryInfo, Value: "#550 5.1.1 no such user ##"},
				mapi.Prop{Tag: proptag.RemoteMessageTransferAgent, Value: "mx.example.com"}),
			row("grace2@example.com", "grace2@example.com", mapi.Prop{Tag: proptag.NonDeliveryReportStatusCode, Value: int32(522)}),
		}
	}))
	want := []string{"multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers"}
	if diff := cmp.Diff(want, shape(file)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
	if got := field(file, "Content-Type"); len(got) != 1 || !strings.Contains(got[0], "report-type=delivery-status") {
		t.Errorf("Content-Type: %q", got)
	}
	if diff := cmp.Diff([]string{"Ada <ada@example.org>"}, field(file, "To")); diff != "" {
		t.Errorf("To: -want +got:\n%s", diff)
	}
	status := "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Thu, 29 Feb 2024 12:00:00 +0000\r\n\r\n" +
		"Final-Recipient: rfc822; grace@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.com\r\n" +
		"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\nX-Supplementary-Info: #550 5.1.1 no such user ##\r\nX-Display-Name: Grace\r\n\r\n" +
		"Final-Recipient: rfc822; grace2@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n"
	if diff := cmp.Diff(status, partAfter(t, file, "message/delivery-status")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if text := partAfter(t, file, "text/plain"); !strings.Contains(text, "could not be delivered") || !strings.Contains(text, "no such user") {
		t.Errorf("text %q", text)
	}
	head := "Subject: Hello\r\nDate: Thu, 29 Feb 2024 12:00:00 +0000\r\nMessage-ID: <hello@example.org>\r\n"
	if diff := cmp.Diff(head, partAfter(t, file, "text/rfc822-headers")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestExportReportKinds(t *testing.T) {
	t.Parallel()
	tests := []struct{ class, field, want string }{
		{"REPORT.IPM.Note.DR", "Action", "delivered"},
		{"report.ipm.note.ndr", "Action", "failed"},
		{"REPORT.IPM.Note.Delayed.DR", "Action", "delayed"},
		{"REPORT.IPM.Note.Expanded.DR", "Action", "expanded"},
		{"REPORT.IPM.Note.Relayed.DR", "Action", "relayed"},
		{"REPORT.IPM.Schedule.Meeting.Request.NDR", "Action", "failed"},
		{"REPORT.IPM.Note.Delayed.DR", "Status", "4.0.0"},
		{"REPORT.IPM.Note.IPNRN", "Disposition", "manual-action/MDN-sent-automatically; displayed"},
		{"REPORT.IPM.Note.IPNNRN", "Disposition", "manual-action/MDN-sent-automatically; deleted"},
		{"REPORT.IPM.Note.IPNRN", "Original-Message-ID", "<hello@example.org>"},
		{"REPORT.IPM.Note.IPNRN", "Final-Recipient", "rfc822; postmaster@example.org"},
		{"REPORT.IPM.Note.IPNRN", "X-MSExch-Correlation-Key", "AQI="},
	}
	for _, tt := range tests {
		t.Run(tt.class+" "+tt.field, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, report(tt.class, func(m *mapi.Message) {
				m.Recipients = []mapi.Props{row("Grace", "grace@example.com")}
				m.Props.Set(proptag.ParentKey, []byte{1, 2})
			}))
			if !strings.Contains(file, "\r\n"+tt.field+": "+tt.want+"\r\n") || len(said) > 0 {
				t.Errorf("no %s: %s in\n%s%v", tt.field, tt.want, file, said)
			}
		})
	}
}

// TestExportReportOfParts: a report that came with its parts gets them back, and
// an attachment that is no part of it stays one.
func TestExportReportOfParts(t *testing.T) {
	t.Parallel()
	mimed := func(tag string) func(*mapi.Attachment) {
		return func(a *mapi.Attachment) { a.Props.Set(proptag.AttachMimeTag, tag) }
	}
	status := "Reporting-MTA: x; y\n\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.0.0\n"
	file, said := export(t, report("REPORT.IPM.Note.NDR", func(m *mapi.Message) {
		m.Props.Set(proptag.Body, "Sorry")
		m.Recipients = []mapi.Props{row("Ada", "ada@example.org")}
		m.Attachments = []*mapi.Attachment{
			attached("log.bin", []byte{1}, nil),
			attached("ATT1.txt", []byte(status), mimed("message/delivery-status")),
			{Embedded: note(nil)},
		}
	}))
	want := []string{"multipart/mixed", "multipart/report", "text/plain", "message/delivery-status", "message/rfc822", "text/plain", defaultType}
	if diff := cmp.Diff(want, shape(file)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
	if got := partAfter(t, file, "message/delivery-status"); got != strings.TrimSuffix(strings.ReplaceAll(status, "\n", "\r\n"), "\r\n") && got != strings.ReplaceAll(status, "\n", "\r\n") {
		t.Errorf("status %q", got)
	}
	m, err := Import(context.Background(), transfer.NewBytesInput([]byte(file)), ImportOptions{}, nil)
	if err != nil || len(m.Attachments) != 3 {
		t.Errorf("read again: %v, %d attachments", err, len(m.Attachments))
	}
}

func TestExportDiagnostic(t *testing.T) {
	t.Parallel()
	codes := row("a", "a@b.c", mapi.Prop{Tag: proptag.NonDeliveryReportReasonCode, Value: int32(1)})
	tests := []struct {
		name, info string
		row        mapi.Props
		want       string
	}{
		{"a reply", "550 5.1.1 no such user", nil, "smtp; 550 5.1.1 no such user"},
		{"as Exchange writes it", "<mx.example.com #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found>", nil,
			"smtp; 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"},
		{"words", "The mailbox is full", nil, ""},
		{"codes", "The mailbox is full", codes, "x-mapi; reason 1, diagnostic 0"},
	}
	for _, tt := range tests {
		if got := diagnostic(tt.row, tt.info); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestExportReportStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		reason, code int32
		want         string
	}{
		{"a diagnostic code", 0, 1, "5.1.4"},
		{"the last code", 0, 48, "5.1.2"},
		{"a code that nobody knows", 0, 49, "5.0.0"},
		{"a reason alone", 6, noDiagnostic, "4.4.3"},
		{"a reason that nobody knows", 7, noDiagnostic, "5.4.0"},
	}
	for _, tt := range tests {
		r := row("a", "a@b.c", mapi.Prop{Tag: proptag.NonDeliveryReportReasonCode, Value: tt.reason}, mapi.Prop{Tag: proptag.NonDeliveryReportDiagCode, Value: tt.code})
		if got, ok := statusOf(r); got != tt.want || !ok {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestExportKeepsTheClass(t *testing.T) {
	t.Parallel()
	tests := []struct{ class, want string }{
		{"IPM.Note", ""}, {"IPM.Note.SMIME", ""}, {"REPORT.IPM.Note.NDR", ""}, {"", ""},
		{"IPM.Task", "IPM.Task"}, {"IPM.Note.Custom", "IPM.Note.Custom"}, {"IPM.x\r\nEvil: 1", "IPM.x Evil: 1"},
	}
	for _, tt := range tests {
		file, _ := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.MessageClass, tt.class) }))
		if got := strings.Join(field(file, classField), "|"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.class, got, tt.want)
		}
	}
	_, said := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Task")
		m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDTask, ID: 0x8101}, mapi.PtypInteger32, int32(1))
	}))
	if len(said) != 1 || said[0].Severity.String() != "loss" || !strings.Contains(said[0].Detail, "1 properties") {
		t.Errorf("problems %v", said)
	}
}

// verbs returns a PidLidVerbStream with an answer and voting buttons.
func verbs(options ...string) []byte {
	var b, extra []byte
	str := func(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }
	wide := func(b []byte, s string) []byte {
		b = append(b, byte(len(s)))
		for _, c := range []byte(s) {
			b = append(b, c, 0)
		}
		return b
	}
	b = append(b, 2, 1, byte(len(options)+1), 0, 0, 0)
	for i, s := range append([]string{"Reply"}, options...) {
		kind := byte(0)
		if i > 0 {
			kind = verbVote
		}
		b = append(b, kind, 0, 0, 0)
		for _, field := range []string{s, "IPM.Note", "", s} {
			b = str(b, field)
		}
		b = append(b, make([]byte, 29)...)
		extra = wide(wide(extra, s), s)
	}
	return append(append(b, 4, 1), extra...)
}

func TestExportVoting(t *testing.T) {
	t.Parallel()
	voting := func(stream []byte) string {
		file, _ := export(t, note(func(m *mapi.Message) {
			m.Props.SetNamed(propname.LidVerbStream, mapi.PtypBinary, stream)
			m.Props.SetNamed(propname.LidVerbResponse, mapi.PtypString, "Yes")
		}))
		if got := field(file, responseField); len(got) != 1 || got[0] != "Yes" {
			t.Errorf("%s: %q", responseField, got)
		}
		return strings.Join(field(file, optionsField), "|")
	}
	if got := voting(verbs("Yes", "No")); got != "Yes; No" {
		t.Errorf("options %q", got)
	}
	if got := voting(verbs()); got != "" {
		t.Errorf("options without buttons %q", got)
	}
	whole := verbs("Yes")
	for n := range whole {
		votingOptions(whole[:n])
	}
}

func FuzzVotingOptions(f *testing.F) {
	f.Add(verbs("Yes", "No"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		if n := len(votingOptions(stream)); n > maxVerbs {
			t.Errorf("%d options", n)
		}
	})
}

// FuzzExportReport: whatever a report holds, its parts for machines are lines in
// 7 bits that no value can add to.
func FuzzExportReport(f *testing.F) {
	f.Add("REPORT.IPM.Note.NDR", "Grace\r\nAction: x", "#550 x\r\n\r\n", "mx;y", int32(1), []byte{1})
	f.Fuzz(func(t *testing.T, class, name, info, mta string, code int32, key []byte) {
		m := report("REPORT.IPM.Note.NDR", func(m *mapi.Message) {
			m.Props.Set(proptag.MessageClass, class)
			m.Props.Set(proptag.ReportText, info)
			m.Props.Set(proptag.ReportDisposition, name)
			m.Props.Set(proptag.ReportDispositionMode, mta)
			m.Props.Set(proptag.OriginalDisplayTo, name)
			m.Props.Set(proptag.ReportingMessageTransferAgent, mta)
			m.Props.Set(proptag.ParentKey, key)
			m.Recipients = []mapi.Props{row(name, info, mapi.Prop{Tag: proptag.SupplementaryInfo, Value: info},
				mapi.Prop{Tag: proptag.NonDeliveryReportDiagCode, Value: code}, mapi.Prop{Tag: proptag.RemoteMessageTransferAgent, Value: mta})}
		})
		var out bytes.Buffer
		if err := Export(context.Background(), m, transfer.NewOutput(&out), ExportOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		checkFile(t, out.Bytes())
		if n := strings.Count(out.String(), "\r\nAction: "); n > 1 {
			t.Errorf("%d fields Action in\n%s", n, out.String())
		}
	})
}
