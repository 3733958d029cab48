package mime

import (
	"context"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// ExportOptions say how a message is written. The zero value is ready for use.
type ExportOptions struct {
	// MaxDepth is how deep messages may be embedded in messages, the outermost
	// not counted; deeper ones are left out. 0 means 100.
	MaxDepth int
	// MaxText is the longest body, in bytes, that is held in memory to find the
	// best encoding for it and what it refers to; longer ones are passed
	// through. 0 means 8 MiB.
	MaxText int64
	// KeepRTF attaches the RTF body itself, uncompressed, as body.rtf
	// (application/rtf), beside what was made of it.
	KeepRTF bool
}

const (
	defaultDepth = 100
	defaultText  = 8 << 20
	// maxString bounds what is used of one string property, in bytes.
	maxString = 1 << 20
)

// Export writes m to dst as an Internet message ([MS-OXCMAIL] 2.1): 7-bit, its
// lines ended by CRLF. What the form cannot carry is reported; report may be
// nil. The bytes depend on m and opt alone.
//
// The codes of the problems, which are losses unless a line says otherwise:
//
//	address.unresolved         somebody has no Internet address
//	mime.attachment.empty      an attachment has no contents
//	mime.attachment.ole        an OLE object is written as a compound file (info)
//	mime.attachment.reference  an attachment is a reference, which is not followed
//	mime.body.unreadable       a body cannot be used
//	mime.class                 a calendar item, contact or the like, written as mail
//	mime.date.substitute       the date is that of creation or modification (info)
//	mime.header.type           a header field kept by name is no string
//	mime.html.codepage         the HTML is not in the code page that the message names
//	mime.limit.depth           messages are embedded too deep
//	mime.message.unsent        written as a draft, as there is no sender or date (info)
//	mime.property.unreadable   a string property cannot be used
//	mime.rtf.damaged           the RTF body has defects
//	mime.rtf.metafile          pictures inside RTF are of a type that few programs show (info)
//	mime.rtf.page              headers, footers and comments of an RTF body are left out
//	mime.rtf.picture           pictures and objects inside RTF are left out
//	mime.smime.structure       a secure message without its one attachment
//
// Attachments are placed by dst.Ref and never read here, except for signed
// entities. Errors are those of dst, of ctx and of reading a mapi.Large. m must
// be a tree.
func Export(ctx context.Context, m *mapi.Message, dst transfer.Output, opt ExportOptions, report problem.Reporter) error {
	if opt.MaxDepth <= 0 {
		opt.MaxDepth = defaultDepth
	}
	if opt.MaxText <= 0 {
		opt.MaxText = defaultText
	}
	e := &exporter{ctx: ctx, out: &lineWriter{dst: dst}, opt: opt, seed: seedOf(m)}
	if err := e.message(m, 0, report); err != nil {
		return err
	}
	return e.out.endLine()
}

// exporter writes one file.
type exporter struct {
	ctx  context.Context
	out  *lineWriter
	opt  ExportOptions
	seed string // part of every boundary
	made int    // boundaries made
	ids  int    // Content-IDs made
	open int    // multiparts being written
}

// object is a message on its way out.
type object struct {
	e      *exporter
	m      *mapi.Message
	depth  int // embedded messages around it
	report problem.Reporter
	trace  *transport
	rtf    rtfBody
}

// message writes m, header and body.
func (e *exporter) message(m *mapi.Message, depth int, report problem.Reporter) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	o := &object{e: e, m: m, depth: depth, report: report}
	o.trace = parseTransport(o.text(m.Props, transportHeaders))
	if class := o.text(m.Props, proptag.MessageClass); class != "" && !isClass(class, "IPM.Note") {
		o.say("mime.class", problem.Loss, proptag.MessageClass, "a message of class %s is written as mail; what only its class has is left out", class)
	}
	root, err := o.structure()
	if err != nil {
		return err
	}
	root.fields = append(o.header(), root.fields...)
	return e.root(root)
}

// say reports a problem of the message.
func (o *object) say(code string, severity problem.Severity, tag mapi.Tag, format string, args ...any) {
	o.report.Report(problem.Problem{Code: code, Severity: severity, Tag: tag, Detail: fmt.Sprintf(format, args...)})
}

// text returns a string property, cut to maxString with a problem.
func (o *object) text(ps mapi.Props, tag mapi.Tag) string {
	if s, ok := stringOf(ps, tag); ok {
		return s
	}
	s, err := ps.Text(tag, maxString)
	if err != nil && !errors.Is(err, mapi.ErrNotFound) {
		o.say("mime.property.unreadable", problem.Loss, tag, "the property cannot be used: %v", err)
		return ""
	}
	return s
}

// stringOf returns a string property that is held in memory, or none at all.
func stringOf(ps mapi.Props, tag mapi.Tag) (string, bool) {
	v, ok := ps.Get(tag)
	if !ok {
		return "", true
	}
	s, ok := v.(string)
	return s, ok && len(s) <= maxString
}
