package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// actions are the values of the Action field by severity, with the message
// class of a report the worst of which they are ([MS-OXCMAIL] 2.2.3.7.1.1).
var actions = []struct{ action, class string }{
	{"delivered", "REPORT.IPM.Note.DR"},
	{"expanded", "REPORT.IPM.Note.Expanded.DR"},
	{"relayed", "REPORT.IPM.Note.Relayed.DR"},
	{"delayed", "REPORT.IPM.Note.Delayed.DR"},
	{"failed", "REPORT.IPM.Note.NDR"},
}

// dispositions are the message classes of the Disposition field
// ([MS-OXCMAIL] 2.2.3.7.2).
var dispositions = map[string]string{
	"displayed": "REPORT.IPM.Note.IPNRN", "dispatched": "REPORT.IPM.Note.IPNRN", "processed": "REPORT.IPM.Note.IPNRN",
	"deleted": "REPORT.IPM.Note.IPNNRN", "denied": "REPORT.IPM.Note.IPNNRN", "failed": "REPORT.IPM.Note.IPNNRN",
}

// reportClass makes a report of the message if the part for machines can be
// read; else it is mail. Its parts stay what they are.
func (b *builder) reportClass(kind messageKind) {
	if kind == deliveryReport {
		if p := findPart(b.root, "message/delivery-status", "message/global-delivery-status"); p != nil && b.deliveryStatus(b.groups(p)) {
			b.original()
		}
	} else if p := findPart(b.root, "message/disposition-notification", "message/global-disposition-notification"); p != nil {
		if g := b.groups(p); len(g) > 0 && b.notification(g[0]) {
			b.original()
		}
	}
}

// findPart returns the first part of one of the types.
func findPart(p *entity, types ...string) *entity {
	for _, t := range types {
		if p.mediatype == t {
			return p
		}
	}
	for _, q := range p.parts {
		if found := findPart(q, types...); found != nil {
			return found
		}
	}
	return nil
}

// groups reads the content of a report: groups of fields, parted by empty lines
// (RFC 3464 2.1).
func (b *builder) groups(p *entity) []rfc5322.Header {
	if p.size() > limits.MIMEReport.Get() {
		b.problem("mime.limit.report", problem.Info, p.mediatype, "a report of %d bytes is kept as a file only", p.size())
		return nil
	}
	var list []rfc5322.Header
	rest := p.decoded()
	for len(rest) > 0 && len(list) <= limits.MIMEReported.Int() {
		var block []byte
		block, rest = rfc5322.Split(rest)
		if h, _ := rfc5322.ParseHeader(block); len(h) > 0 {
			list = append(list, h)
		}
	}
	if len(rest) > 0 {
		b.problem("mime.limit.report", problem.Info, p.mediatype, "what the report says beyond %d recipients is in the attached file only", limits.MIMEReported.Int())
	}
	return list
}

// deliveryStatus takes the class from the worst that happened to a recipient,
// and makes rows of those to whom it did ([MS-OXCMAIL] 2.2.3.7.1). It returns
// false when it did not happen to anybody.
func (b *builder) deliveryStatus(groups []rfc5322.Header) bool {
	worst := -1
	for _, g := range groups {
		worst = max(worst, severityOf(g))
	}
	if worst < 0 {
		return false
	}
	b.set(proptag.MessageClass, actions[worst].class)
	_, mta, _ := strings.Cut(groups[0].Text("Reporting-MTA"), ";")
	b.setText(proptag.ReportingMessageTransferAgent, strings.TrimSpace(mta))
	b.setReportTime()
	for _, g := range groups {
		if severityOf(g) == worst {
			b.env.reported = append(b.env.reported, b.reported(g))
		}
	}
	return true
}

// severityOf returns the index in actions of what happened to a recipient, -1
// for a group of fields about something else.
func severityOf(g rfc5322.Header) int {
	action, _, _ := strings.Cut(strings.ToLower(g.Text("Action")), " ")
	for severity, a := range actions {
		if a.action == action {
			return severity
		}
	}
	return -1
}

// A reportedRecipient is one that a delivery report is about.
type reportedRecipient struct {
	mailbox
	status mapi.Props // beside the address
}

// reported reads the fields about a recipient ([MS-OXCMAIL] 2.2.3.7.1.2,
// 2.2.3.7.1.3).
func (b *builder) reported(g rfc5322.Header) reportedRecipient {
	r := reportedRecipient{mailbox: reportedMailbox(g)}
	text := func(tag mapi.Tag, s string) {
		if s != "" {
			r.status.Set(tag, bounded(s))
		}
	}
	mta := afterType(g.Text("Remote-MTA"))
	text(proptag.RemoteMessageTransferAgent, mta)
	status, _, _ := strings.Cut(strings.TrimSpace(g.Text("Status")), " ")
	diagnostic := g.Text("Diagnostic-Code")
	text(proptag.ReportText, afterType(diagnostic))
	info := g.Text("X-Supplementary-Info")
	if info == "" && status+mta+diagnostic != "" {
		info = "<" + strings.TrimRight(mta+" #"+status+" "+diagnostic, " ") + ">"
	}
	text(proptag.SupplementaryInfo, info)
	if s, ok := parseStatus(status); ok {
		diag, reason := s.codes()
		r.status.Set(proptag.NonDeliveryReportStatusCode, s.code())
		r.status.Set(proptag.NonDeliveryReportDiagCode, diag)
		r.status.Set(proptag.NonDeliveryReportReasonCode, reason)
	}
	if t := b.reportTime(); t != 0 {
		r.status.Set(proptag.ReportTime, t)
	}
	return r
}

// reportedMailbox returns whom a group of fields is about.
func reportedMailbox(g rfc5322.Header) mailbox {
	field := g.Text("Final-Recipient")
	if field == "" {
		field = g.Text("Original-Recipient")
	}
	address := afterType(field)
	p, ok := firstMailbox([]byte(address))
	if !ok {
		p = newMailbox(rfc5322.Address{Addr: address})
	}
	if name := bounded(g.Text("X-Display-Name")); name != "" {
		p.name = name
	}
	return p
}

// afterType returns the value of a field without the type before it, such as
// "rfc822;" (RFC 3464 2.1.2).
func afterType(s string) string {
	if kind, value, ok := strings.Cut(s, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " \t") {
		s = value
	}
	return strings.TrimSpace(s)
}

// reportTime is when the report was made, 0 if nothing says it.
func (b *builder) reportTime() mapi.Filetime {
	if b.env.sent != 0 {
		return b.env.sent
	}
	return b.env.arrived
}

// setReportTime sets PidTagReportTime.
func (b *builder) setReportTime() {
	if t := b.reportTime(); t != 0 {
		b.set(proptag.ReportTime, t)
	}
}

// notification makes a report of reading ([MS-OXCMAIL] 2.2.3.7.2). It returns
// false when the disposition is none that anybody knows.
func (b *builder) notification(g rfc5322.Header) bool {
	text := g.Text("Disposition")
	_, what, _ := strings.Cut(text, ";")
	what, _, _ = strings.Cut(what, "/")
	class := dispositions[strings.ToLower(strings.TrimSpace(what))]
	if class == "" {
		return false
	}
	b.set(proptag.MessageClass, class)
	b.setText(proptag.ReportText, text)
	b.setText(proptag.OriginalMessageId, g.Text("Original-Message-ID"))
	if !b.m.Props.Has(proptag.InternetReferences) {
		b.setText(proptag.InternetReferences, g.Text("Original-Message-ID"))
	}
	to := g.Text("Original-Recipient")
	if to == "" {
		to = g.Text("Final-Recipient")
	}
	b.setText(proptag.OriginalDisplayTo, afterType(to))
	b.setText(proptag.DisplayName, g.Text("X-Display-Name"))
	if key, ok := readHeader(&headerRule{kind: kindBase64}, g.Get("X-MSExch-Correlation-Key")); ok {
		b.set(proptag.ParentKey, key)
	}
	b.setReportTime()
	if t := b.reportTime(); t != 0 {
		b.env.readAt = t
		b.set(proptag.OriginalDeliveryTime, t)
		b.set(proptag.ReceiptTime, t)
	}
	return true
}
