package mime

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// reportKinds are the endings of the class of a report, and what becomes of it
// ([MS-OXCMAIL] 2.1.3.6). The longer of two comes first.
var reportKinds = []struct {
	suffix string
	kind   reportKind
	action string // RFC 3464 2.3.3, or the disposition of RFC 8098 3.2.6
	status string // when the properties of a recipient do not tell
}{
	{".Delayed.DR", deliveryKind, "delayed", "4.0.0"},
	{".Expanded.DR", deliveryKind, "expanded", "2.0.0"},
	{".Relayed.DR", deliveryKind, "relayed", "2.0.0"},
	{".DR", deliveryKind, "delivered", "2.0.0"},
	{".NDR", deliveryKind, "failed", "5.0.0"},
	{".IPNRN", dispositionKind, "displayed", ""},
	{".IPNNRN", dispositionKind, "deleted", ""},
}

// A reportKind is the report-type of a multipart/report (RFC 6522 3).
type reportKind string

const (
	deliveryKind    reportKind = "delivery-status"
	dispositionKind reportKind = "disposition-notification"
)

// reportParts is what a report is made of: of attachments where it came with
// its parts, else of properties. A nil reportParts is that of a message that is
// no report.
type reportParts struct {
	kind           reportKind
	action, status string
	machine        int // attachment with the part for machines, -1 for none
	original       int // attachment with the message that the report is about, -1 for none
}

// reportOf returns how the message is written as a report, nil if it is none.
func (o *object) reportOf() *reportParts {
	class := strings.ToLower(o.text(o.m.Props, proptag.MessageClass))
	if !isClass(class, "REPORT") {
		return nil
	}
	for _, k := range reportKinds {
		if strings.HasSuffix(class, strings.ToLower(k.suffix)) {
			r := &reportParts{kind: k.kind, action: k.action, status: k.status, machine: -1, original: -1}
			r.find(o)
			return r
		}
	}
	return nil
}

// find looks for the parts of the report among the attachments.
func (r *reportParts) find(o *object) {
	for i, a := range o.m.Attachments {
		if a == nil {
			continue
		}
		mt, _, _ := rfc5322.ParseMediaType([]byte(o.text(a.Props, proptag.AttachMimeTag)))
		_, isText := o.plainContent(a)
		switch {
		case r.original < 0 && (a.Embedded != nil || mt == "text/rfc822-headers" && isText):
			r.original = i
		case r.machine < 0 && mt == "message/"+string(r.kind) && isText:
			r.machine = i
		}
	}
}

// takes reports whether attachment i is a part of the report.
func (r *reportParts) takes(i int) bool {
	return r != nil && (i == r.machine || i == r.original)
}

// part returns the multipart/report: the part for people, that for machines, and
// what the report is about if that is known (RFC 6522 3).
func (r *reportParts) part(o *object, people *part) *part {
	children := []*part{people, r.machinePart(o)}
	if original := r.originalPart(o); original != nil {
		children = append(children, original)
	}
	return multipart("report", children, rfc5322.Param{Name: "report-type", Value: string(r.kind)})
}

// machinePart returns the part for machines: the one that came with the message,
// else one made of properties.
func (r *reportParts) machinePart(o *object) *part {
	if r.machine >= 0 {
		text, _ := o.plainContent(o.m.Attachments[r.machine])
		return o.asciiPart("message/"+string(r.kind), text)
	}
	groups := r.disposition(o)
	if r.kind == deliveryKind {
		groups = r.delivery(o)
	}
	return o.asciiPart("message/"+string(r.kind), bytes.Join(groups, crlf))
}

// originalPart returns what the report is about: the message, its header, or
// what properties say of it; nil when nobody knows.
func (r *reportParts) originalPart(o *object) *part {
	if r.original < 0 {
		if r.machine >= 0 {
			return nil // the message came with its parts, and without this one
		}
		if fields := o.originalFields(); len(fields) > 0 {
			return o.asciiPart("text/rfc822-headers", fields)
		}
		return nil
	}
	a := o.m.Attachments[r.original]
	if a.Embedded != nil {
		return o.at(r.original).embedded(a)
	}
	text, _ := o.plainContent(a)
	return o.asciiPart("text/rfc822-headers", text)
}

// plainContent returns the contents of a part of a report: lines that travel as
// they are (RFC 3464 2.1, RFC 6522 3).
func (o *object) plainContent(a *mapi.Attachment) (text []byte, ok bool) {
	data, tag := attachmentData(a)
	if data == nil || tag != proptag.AttachDataBinary {
		return nil, false
	}
	b, err := mapi.ReadValue(data, limits.MIMEReport.Get())
	if err != nil {
		return nil, false
	}
	text = canonicalLines(b)
	t := measure(text)
	return text, t.high == 0 && t.longest <= maxLine && !bytes.Contains(text, []byte(boundaryMark)) && bytes.IndexByte(text, 0) < 0
}

// asciiPart returns a part of text that travels as it is.
func (o *object) asciiPart(mediatype string, text []byte) *part {
	p := new(part)
	p.field(rfc5322.Raw("Content-Type", mediatype))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "7bit"))
	p.body = func() error {
		_, err := o.e.out.Write(text)
		return err
	}
	return p
}

// originalFields returns what properties say of the message that the report is
// about, as the header that it had.
func (o *object) originalFields() []byte {
	var b bytes.Buffer
	ps := o.m.Props
	for _, tag := range []mapi.Tag{proptag.OriginalSentRepresentingName, proptag.OriginalSenderName, proptag.OriginalAuthorName} {
		if name := o.text(ps, tag); name != "" {
			b.Write(rfc5322.AddressList("From", displayed(name)))
			break
		}
	}
	for _, f := range []struct {
		name string
		tag  mapi.Tag
	}{{"To", proptag.OriginalDisplayTo}, {"Cc", proptag.OriginalDisplayCc}, {"Bcc", proptag.OriginalDisplayBcc}} {
		b.Write(rfc5322.AddressList(f.name, displayed(o.text(ps, f.tag))))
	}
	if s := o.text(ps, proptag.OriginalSubject); s != "" {
		b.Write(rfc5322.Text("Subject", s))
	}
	if t, ok := ps.Time(proptag.OriginalSubmitTime).Time(); ok {
		b.Write(rfc5322.Date("Date", t))
	}
	if b.Len() == 0 {
		return nil // an identifier alone is in the part for machines
	}
	if id := o.text(ps, proptag.OriginalMessageId); id != "" {
		b.Write(o.ids(rfc5322.Style{}, "Message-ID", proptag.OriginalMessageId, id))
	}
	return b.Bytes()
}
