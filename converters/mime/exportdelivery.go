package mime

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// delivery returns the groups of a message/delivery-status: one for the message
// and one for each recipient ([MS-OXCMAIL] 2.1.3.6.1, RFC 3464 2.1).
func (r *reportParts) delivery(o *object) [][]byte {
	mta := o.text(o.m.Props, proptag.ReportingMessageTransferAgent)
	if mta == "" {
		mta = "x-unknown; unknown"
	}
	var b bytes.Buffer
	b.Write(rfc5322.Raw("Reporting-MTA", typed("dns", mta)))
	if t, ok := o.m.Props.Time(proptag.OriginalSubmitTime).Time(); ok {
		b.Write(rfc5322.Date("Arrival-Date", t.Truncate(time.Second)))
	}
	groups := [][]byte{b.Bytes()}
	for i, row := range o.m.Recipients {
		groups = append(groups, r.recipient(o, row, fmt.Sprintf("recipient %d", i)))
	}
	return groups
}

// recipient returns the group of one recipient.
func (r *reportParts) recipient(o *object, row mapi.Props, where string) []byte {
	var b bytes.Buffer
	who, _ := o.address(row, recipientTags, where)
	b.Write(rfc5322.Raw("Final-Recipient", finalRecipient(who)))
	b.Write(rfc5322.Raw("Action", r.action))
	status, known := statusOf(row)
	if !known {
		status = r.status
	}
	b.Write(rfc5322.Raw("Status", status))
	if s := o.text(row, proptag.RemoteMessageTransferAgent); s != "" {
		b.Write(rfc5322.Raw("Remote-MTA", typed("dns", s)))
	}
	info := o.text(row, proptag.SupplementaryInfo)
	if s := diagnostic(row, info); s != "" {
		b.Write(rfc5322.Raw("Diagnostic-Code", s))
	}
	if t, ok := row.Time(proptag.ReportTime).Time(); ok {
		b.Write(rfc5322.Date("Last-Attempt-Date", t.Truncate(time.Second)))
	}
	if strings.TrimSpace(info) != "" {
		b.Write(rfc5322.Text("X-Supplementary-Info", info))
	}
	if who.Name != "" {
		b.Write(rfc5322.Text("X-Display-Name", who.Name))
	}
	return b.Bytes()
}

// typed returns a value with its type, which is known by default (RFC 3464
// 2.1.2).
func typed(kind, value string) string {
	if t, _, ok := strings.Cut(value, ";"); ok && isToken(strings.TrimSpace(t)) {
		return value
	}
	return kind + "; " + value
}

// isToken reports whether s is an atom as types are.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
}

// finalRecipient returns an address as reports have it (RFC 3464 2.3.2).
func finalRecipient(who rfc5322.Address) string {
	switch {
	case isInternetAddress(who.Addr):
		return "rfc822; " + who.Addr
	case who.Addr != "":
		return "x-unknown; " + who.Addr
	case who.Name != "":
		return "x-unknown; " + who.Name
	}
	return "x-unknown; unknown"
}

// diagnostic returns what a server said (RFC 3464 2.3.6): the reply of SMTP in
// PidTagSupplementaryInfo, else the codes of MAPI.
func diagnostic(row mapi.Props, info string) string {
	info = strings.Trim(oneLine(info), "#<> ")
	// Exchange puts the name of the server and the status before the reply.
	if i := strings.Index(strings.ToLower(info), "smtp;"); i >= 0 {
		info = strings.TrimSpace(info[i+len("smtp;"):])
	}
	if len(info) > 3 && strings.Trim(info[:3], "0123456789") == "" && (info[3] == ' ' || info[3] == '-') {
		return "smtp; " + info
	}
	reason, hasReason := row.Int32(proptag.NonDeliveryReportReasonCode)
	code, hasCode := row.Int32(proptag.NonDeliveryReportDiagCode)
	if !hasReason && !hasCode {
		return ""
	}
	return fmt.Sprintf("x-mapi; reason %d, diagnostic %d", reason, code)
}

// noDiagnostic is the PidTagNonDeliveryReportDiagCode that says nothing.
const noDiagnostic = -1

// statusOf returns the status of a recipient ([MS-OXCMAIL] 2.1.3.6.1.2), if its
// properties tell.
func statusOf(row mapi.Props) (status string, ok bool) {
	if n, ok := row.Int32(proptag.NonDeliveryReportStatusCode); ok && n >= 200 && n <= 599 {
		return fmt.Sprintf("%d.%d.%d", n/100, n/10%10, n%10), true
	}
	reason, hasReason := row.Int32(proptag.NonDeliveryReportReasonCode)
	code, hasCode := row.Int32(proptag.NonDeliveryReportDiagCode)
	switch {
	case hasCode && code >= 0 && int(code) < len(diagnosticStatus):
		return diagnosticStatus[code], true
	case hasCode && code != noDiagnostic:
		return "5.0.0", true
	case hasReason && reason >= 0 && int(reason) < len(reasonStatus):
		return reasonStatus[reason], true
	case hasReason:
		return "5.4.0", true
	}
	return "", false
}

// reasonStatus is the status by PidTagNonDeliveryReportReasonCode, where there
// is no diagnostic code ([MS-OXCMAIL] 2.1.3.6.1.2).
var reasonStatus = []string{"5.4.0", "5.1.0", "5.6.5", "5.6.5", "5.2.0", "5.3.0", "4.4.3"}

// diagnosticStatus is the status by PidTagNonDeliveryReportDiagCode
// ([MS-OXCMAIL] 2.1.3.6.1.2).
var diagnosticStatus = []string{
	"5.1.0", "5.1.4", "4.4.5", "4.4.6", "5.1.0", "4.4.7", "5.3.0", "5.6.0", "5.6.3", "5.6.2",
	"5.6.0", "5.5.4", "5.6.0", "5.3.4", "5.6.0", "5.6.1", "5.5.3", "5.5.5", "5.3.3", "5.6.2",
	"5.6.0", "5.6.0", "4.6.4", "4.6.4", "4.6.4", "4.6.4", "5.7.3", "4.4.6", "5.7.2", "5.7.1",
	"5.2.4", "5.6.1", "5.1.3", "5.1.0", "5.1.3", "5.1.1", "5.1.0", "5.3.0", "5.3.0", "5.1.0",
	"5.1.6", "5.1.0", "5.1.0", "5.1.6", "5.0.0", "5.0.0", "5.7.0", "5.0.0", "5.1.2",
}
