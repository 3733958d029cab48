package mime

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// bounce is a delivery report about three recipients, with what it returns.
func bounce(returned string) string {
	return "From: mailer@example.org\nTo: Ada <ada@example.org>, also@example.org\nDate: Mon, 2 Jan 2006 15:04:05 +0000\n" +
		inParts("report; report-type=delivery-status", "r", asText("sorry"),
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"+
				"Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1.1 (unknown)\nRemote-MTA: dns; mail.example.net\nDiagnostic-Code: smtp; 550 no such user\n\n"+
				"Original-Recipient: rfc822;eve@example.net\nAction: FAILED\nStatus: 5.2.12\nX-Display-Name: Eve\nX-Supplementary-Info: <all of it>\n\n"+
				"Final-Recipient: rfc822; slow@example.net\nAction: delayed\nStatus: 4.4.1\n", returned)
}

// TestImportDeliveryReport holds the recipient table of a report to
// [MS-OXCMAIL] 2.2.3.7.1.
func TestImportDeliveryReport(t *testing.T) {
	t.Parallel()
	m, _ := importText(t, bounce("Content-Type: text/rfc822-headers\n\nFrom: Ada <ada@example.org>\nSubject: Hello\nTo: Bob <bob@example.net>, Eve <eve@example.net>\nCc: c@example.net\nDate: Mon, 2 Jan 2006 15:00:00 +0000\nMessage-ID: <1@example.org>\n"))
	var rows []string
	for _, r := range m.Recipients {
		number := func(tag mapi.Tag) int32 { n, _ := r.Int32(tag); return n }
		rows = append(rows, fmt.Sprint(number(proptag.Rowid), number(proptag.RecipientType), " ", r.String(proptag.DisplayName), " ", r.String(proptag.SmtpAddress), " ",
			number(proptag.NonDeliveryReportStatusCode), number(proptag.NonDeliveryReportDiagCode), number(proptag.NonDeliveryReportReasonCode), " ",
			r.String(proptag.RemoteMessageTransferAgent), " ", r.String(proptag.SupplementaryInfo), " ", r.String(proptag.ReportText), " ", r.Time(proptag.ReportTime)))
	}
	when := fmt.Sprint(m.Props.Time(proptag.ClientSubmitTime))
	want := []string{
		"0 1 bob@example.net bob@example.net 511 35 1 mail.example.net <mail.example.net #5.1.1 smtp; 550 no such user> 550 no such user " + when,
		"1 1 Eve eve@example.net 520 38 0  <all of it>  " + when,
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("rows are\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for tag, want := range map[mapi.Tag]string{
		proptag.MessageClass: "REPORT.IPM.Note.NDR", proptag.DisplayTo: "bob@example.net; Eve", proptag.DisplayCc: "",
		proptag.ReportingMessageTransferAgent: "mx.example.org",
		proptag.ReceivedBySmtpAddress:         "ada@example.org", proptag.ReceivedRepresentingName: "Ada",
		proptag.OriginalSubject: "Hello", proptag.OriginalDisplayTo: "Bob; Eve", proptag.OriginalDisplayCc: "c@example.net",
		proptag.OriginalSenderName: "Ada", proptag.OriginalAuthorName: "Ada", proptag.OriginalMessageId: "<1@example.org>", proptag.OriginalMessageClass: "IPM.Note",
	} {
		if got := m.Props.String(tag); got != want {
			t.Errorf("%v is %q, want %q", tag, got, want)
		}
	}
	if got := fmt.Sprint(m.Props.Time(proptag.OriginalSubmitTime)); got == when || got == "0" {
		t.Errorf("PidTagOriginalSubmitTime is %s", got)
	}
}

// TestReportGoesBackToWhomItCameTo holds that those who were not reached are not
// written to.
func TestReportGoesBackToWhomItCameTo(t *testing.T) {
	t.Parallel()
	for _, headers := range []bool{true, false} {
		m, _ := importText(t, bounce("Content-Type: message/rfc822\n\nSubject: Hello\n\nx"))
		want := "Ada <ada@example.org>, also@example.org"
		if !headers {
			m.Props.Delete(proptag.TransportMessageHeaders)
			want = "Ada <ada@example.org>"
		}
		file, _ := exportSaid(t, m, ExportOptions{})
		if got := field(file, "To"); len(got) != 1 || got[0] != want {
			t.Errorf("To is %q, want %q", got, want)
		}
	}
}

func TestImportReadReceipt(t *testing.T) {
	t.Parallel()
	m, _ := importText(t, "To: ada@example.org\nDate: Mon, 2 Jan 2006 15:04:05 +0000\n"+inParts("report; report-type=disposition-notification", "r", asText("read"),
		"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;bob@example.net\nX-Display-Name: Bob\nOriginal-Message-ID: <1@example.org>\n"+
			"Disposition: manual-action/MDN-sent-manually; displayed\nX-MSExch-Correlation-Key: AQI\n"))
	for tag, want := range map[mapi.Tag]string{
		proptag.MessageClass: "REPORT.IPM.Note.IPNRN", proptag.ReportText: "manual-action/MDN-sent-manually; displayed",
		proptag.OriginalDisplayTo: "bob@example.net", proptag.DisplayName: "Bob", proptag.InternetReferences: "<1@example.org>",
	} {
		if got := m.Props.String(tag); got != want {
			t.Errorf("%v is %q, want %q", tag, got, want)
		}
	}
	when := m.Props.Time(proptag.ClientSubmitTime)
	if len(m.Recipients) != 1 || m.Recipients[0].Time(proptag.ReportTime) != when || m.Recipients[0].String(proptag.SmtpAddress) != "ada@example.org" {
		t.Errorf("recipients are %v", m.Recipients)
	}
	if m.Props.Time(proptag.ReceiptTime) != when || m.Props.Time(proptag.OriginalDeliveryTime) != when {
		t.Error("the times are not those of the receipt")
	}
	if key := m.Props.Binary(proptag.ParentKey); string(key) != "\x01\x02" {
		t.Errorf("PidTagParentKey is %x", key)
	}
}

func TestStatusCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in                 string
		ok                 bool
		code, diag, reason int32
	}{
		{"5.1.1", true, 511, 35, 1},
		{"5.1.10", true, 510, 0, 0},
		{"4.4.7", true, 447, 5, 0},
		{"5.12.3", true, 503, -1, 0},
		{"2.0.0x", true, 200, -1, 0},
		{"5.6.5.9", true, 565, -1, 2},
		{"5.1", false, 0, 0, 0},
		{"55.1.1", false, 0, 0, 0},
		{"5..1", false, 0, 0, 0},
		{"-5.1.1", false, 0, 0, 0},
		{"", false, 0, 0, 0},
	}
	for _, tt := range tests {
		c, ok := parseStatus(tt.in)
		if ok != tt.ok {
			t.Errorf("%q: ok is %v", tt.in, ok)
		}
		if !ok {
			continue
		}
		if diag, reason := c.codes(); c.code() != tt.code || diag != tt.diag || reason != tt.reason {
			t.Errorf("%q is %d %d %d, want %d %d %d", tt.in, c.code(), diag, reason, tt.code, tt.diag, tt.reason)
		}
	}
}
