package mime

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// builder makes one message of an entity.
type builder struct {
	r      *importer
	root   *entity
	m      *mapi.Message
	report problem.Reporter

	env    envelope
	bodies bodies
	refs   map[string]bool // what the HTML body refers to; nil until asked for
}

// message makes a message of the entity root.
func (r *importer) message(root *entity, report problem.Reporter) *mapi.Message {
	b := &builder{r: r, root: root, report: report, m: &mapi.Message{Props: make(mapi.Props, 0, 64)}}
	b.set(proptag.MessageClass, "IPM.Note")
	if len(root.header) == 0 {
		b.problem("mime.header.missing", problem.Info, "header", "there is no header field; all there is was taken for the body")
	}
	b.header()
	b.content()
	b.derive()
	b.reportNotes(root, b.keepsAll())
	b.lostFields()
	return b.m
}

func (b *builder) set(tag mapi.Tag, v mapi.Value) { b.m.Props.Set(tag, v) }

// problem reports one that concerns the field or part named.
func (b *builder) problem(code string, severity problem.Severity, part, format string, args ...any) {
	if b.report != nil {
		b.report.Report(problem.Problem{Code: code, Severity: severity, Part: part, Detail: fmt.Sprintf(format, args...)})
	}
}

// content makes body and attachments of the message ([MS-OXCMAIL] 2.2.3.3,
// 2.2.3.4), the way its type asks for.
func (b *builder) content() {
	switch kind := kindOf(b.root); kind {
	case clearSigned:
		b.clearSigned()
	case opaqueSigned:
		b.opaqueSigned()
	default:
		b.body(b.root)
		if !b.root.used {
			b.attach(b.root)
		}
		if kind == deliveryReport || kind == receiptReport {
			b.reportClass(kind)
		}
	}
}

// reportNotes reports what was found in reading the parts of this message; kept
// says that it keeps all bytes.
func (b *builder) reportNotes(p *entity, kept bool) {
	if b.report == nil {
		return
	}
	for _, d := range p.defects {
		b.problem("mime.header.damaged", problem.Info, "header", "%s, at byte %d", d.Detail, p.start+int64(d.Offset))
	}
	for _, n := range p.notes {
		if kept && keptAside[n.Code] {
			continue
		}
		n.Part = p.mediatype
		b.report.Report(n)
	}
	for _, q := range p.parts {
		b.reportNotes(q, kept)
	}
}
