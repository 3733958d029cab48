package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// maxReport bounds the fields of a report in bytes.
const maxReport = 1 << 20

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
// read. The parts stay what they are.
//
// SPEC: [MS-OXCMAIL] 2.2.3.7.1 replaces the recipients by those that the
// report is about. Here they stay the ones of the header, and the attachment
// says the rest.
func (b *builder) reportClass(kind messageKind) {
	if kind == deliveryReport {
		if p := findPart(b.root, "message/delivery-status", "message/global-delivery-status"); p != nil {
			b.deliveryStatus(p.groups())
		}
		return
	}
	if p := findPart(b.root, "message/disposition-notification"); p != nil {
		if g := p.groups(); len(g) > 0 {
			b.notification(g[0])
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
func (p *entity) groups() []rfc5322.Header {
	if p.size() > maxReport {
		return nil
	}
	var list []rfc5322.Header
	for rest := p.decoded(); len(rest) > 0 && len(list) < 1000; {
		var block []byte
		block, rest = rfc5322.Split(rest)
		if h, _ := rfc5322.ParseHeader(block); len(h) > 0 {
			list = append(list, h)
		}
	}
	return list
}

// deliveryStatus takes the class from the worst that happened to a recipient
// ([MS-OXCMAIL] 2.2.3.7.1.1).
func (b *builder) deliveryStatus(groups []rfc5322.Header) {
	worst := -1
	for _, g := range groups {
		action, _, _ := strings.Cut(strings.ToLower(g.Text("Action")), " ")
		for severity, a := range actions {
			if a.action == action {
				worst = max(worst, severity)
			}
		}
	}
	if worst < 0 {
		return
	}
	b.set(proptag.MessageClass, actions[worst].class)
	_, mta, _ := strings.Cut(groups[0].Text("Reporting-MTA"), ";")
	b.setText(proptag.ReportingMessageTransferAgent, strings.TrimSpace(mta))
	b.setReportTime()
}

// setReportTime sets PidTagReportTime to when the report was made.
func (b *builder) setReportTime() {
	if b.env.sent != 0 {
		b.set(proptag.ReportTime, b.env.sent)
	}
}

// notification makes a report of reading ([MS-OXCMAIL] 2.2.3.7.2).
func (b *builder) notification(g rfc5322.Header) {
	text := g.Text("Disposition")
	_, what, _ := strings.Cut(text, ";")
	what, _, _ = strings.Cut(what, "/")
	class := dispositions[strings.ToLower(strings.TrimSpace(what))]
	if class == "" {
		return
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
	if _, address, ok := strings.Cut(to, ";"); ok {
		b.setText(proptag.OriginalDisplayTo, strings.TrimSpace(address))
	}
	if key, ok := readHeader(&headerRule{kind: kindBase64}, g.Get("X-MSExch-Correlation-Key")); ok {
		b.set(proptag.ParentKey, key)
	}
	b.setReportTime()
	if b.env.sent != 0 {
		b.set(proptag.OriginalDeliveryTime, b.env.sent)
		b.set(proptag.ReceiptTime, b.env.sent)
	}
}
