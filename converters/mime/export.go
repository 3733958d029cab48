package mime

import (
	"context"
	"errors"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// ExportOptions say how a message is written. The zero value is ready for use.
type ExportOptions struct {
	// MaxDepth is how deep messages may be embedded in messages, the outermost
	// not counted; deeper ones are left out. 0 means [limits.MIMEEmbedded].
	MaxDepth int
	// MaxText is the longest body, in bytes, that is held in memory to find the
	// best encoding for it and what it refers to; longer ones are passed
	// through. 0 means [limits.MIMEHeld].
	MaxText int64
	// OmitBcc leaves the Bcc field out, as in a message on its way, of embedded
	// messages too.
	OmitBcc bool
	// OmitMessageID leaves the Message-ID field of the outermost message out, for
	// a server to set one.
	OmitMessageID bool
	// EightBitHeaders writes header text as it is, in UTF-8 (RFC 6532), where a
	// field may hold text; addresses stay 7-bit.
	EightBitHeaders bool
	// International writes an internationalised message (RFC 6530 to 6532):
	// UTF-8 in header fields and in addresses. Embedded messages that need it are
	// message/global, here and with EightBitHeaders.
	International bool
	// TextOnly writes the text body alone, without HTML; it is made of the HTML
	// where there is none.
	TextOnly bool
	// Encoding is how the bodies of the outermost message are encoded; the zero
	// value chooses by the content.
	Encoding Encoding
	// Wrap is the column after which lines of a text body are wrapped at a
	// space, in characters; quoted lines and long words stay whole. 0 leaves lines
	// as they are.
	Wrap int
	// Charset is the character set of bodies, one of BodyCharsets by any name that
	// MIME knows, where it can carry the text; "" keeps that of the message where
	// it can, and UTF-8 is the last resort.
	Charset string
	// Draft marks the outermost message as one to be sent yet (X-Unsent: 1).
	Draft bool
	// KeepRTF attaches the RTF body itself, uncompressed, as body.rtf
	// (application/rtf), beside what was made of it.
	KeepRTF bool
	// Names is how names of files that are not plain ASCII are written.
	Names NameForm
	// Resolve returns the Internet address of a legacyExchangeDN, or "". It is
	// asked when the message itself does not tell, and must give the same answer
	// each time. nil knows none.
	Resolve func(dn string) string
}

// An Encoding is a choice of Content-Transfer-Encoding (RFC 2045 6).
type Encoding uint8

// The encodings. A body that a choice cannot carry, such as 8-bit text in
// Encoding7Bit, is encoded by its content.
const (
	EncodingAuto Encoding = iota
	EncodingBase64
	EncodingQuotedPrintable
	Encoding7Bit
	Encoding8Bit
)

// A NameForm is a way to write a parameter that is not plain ASCII.
type NameForm uint8

// The forms. RFC 2231 is the standard; some old programs know only encoded words
// in parameters.
const (
	Names2231 NameForm = iota
	Names2047
	NamesBoth // both, in name (encoded words) and filename (RFC 2231)
)

// Export writes m to dst as an Internet message ([MS-OXCMAIL] 2.1): in 7 bits
// unless an option asks for more, its lines ended by CRLF. What the form cannot carry is reported; report may be
// nil. The bytes depend on m and opt alone.
//
// The codes of the problems, which are losses unless a line says otherwise:
//
//	address.unresolved         somebody has no Internet address
//	mime.attachment.empty      an attachment has no contents
//	mime.attachment.ole        an OLE object is written as a compound file (info)
//	mime.attachment.reference  an attachment is a reference, which is written as one and not followed
//	mime.body.unreadable       a body cannot be used
//	mime.class                 a calendar item, contact or the like, written as mail (info when nothing is lost)
//	mime.date.substitute       the date is that of creation or modification (info)
//	mime.header.identifier     an identifier of a message is changed or left out
//	mime.header.type           a header field kept by name is no string
//	mime.html.codepage         the HTML is not in the code page that the message names
//	mime.language              a locale that no language tag stands for (info)
//	mime.limit.depth           messages are embedded too deep
//	mime.limit.text            text was made of the beginning of long HTML
//	mime.message.unsent        written as a draft, as there is no sender or date (info)
//	mime.property.unreadable   a string, a number or a time cannot be used
//	mime.rpmsg.protected       the contents are protected, and carried as they are (info)
//	mime.rtf.damaged           the RTF body has defects
//	mime.rtf.metafile          pictures inside RTF are of a type that few programs show (info)
//	mime.rtf.page              headers, footers and comments of an RTF body are left out
//	mime.rtf.picture           pictures and objects inside RTF are left out
//	mime.smime.body            a body beside an encrypted one, left out (info beside one that is only signed)
//	mime.smime.structure       a secure message without its one attachment
//	mime.value.damaged         a value cannot be read to its end
//	mime.source.options        the file that the message keeps is not what the options ask for (info)
//	mime.source.stale          the message was changed since it was read from the file that it keeps (info)
//
// A message that keeps the file that it was read from ([ImportOptions]) is
// written as that file, whatever form that has, unless it was changed since or
// an option asks for another form.
//
// Attachments are placed by dst.Ref and not read here, except for what the form
// depends on: signed entities and the beginnings of some others. Errors are those
// of dst, of ctx and of reading a mapi.Large, but for MAPI_E_CORRUPT_DATA: a
// value that is damaged costs itself alone; and one for a Charset that bodies are
// not written in. m must be a tree.
func Export(ctx context.Context, m *mapi.Message, dst transfer.Output, opt ExportOptions, report problem.Reporter) error {
	opt.MaxDepth = limits.MIMEEmbedded.Or(opt.MaxDepth)
	opt.MaxText = limits.MIMEHeld.Or64(opt.MaxText)
	if err := opt.check(); err != nil {
		return err
	}
	e := &exporter{ctx: ctx, out: &lineWriter{dst: dst}, opt: opt, seed: seedOf(m), form: opt.style(), top: m}
	if done, err := (&object{e: e, m: m, report: report}).source(dst); done || err != nil {
		return err
	}
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
	form rfc5322.Style
	top  *mapi.Message // the outermost one
	seed string        // part of every boundary
	made int           // boundaries made
	ids  int           // Content-IDs made
	open int           // multiparts being written

	known  map[string]string      // legacyExchangeDN in lower case to Internet address; nil until asked
	global map[*mapi.Message]bool // embedded messages, and whether their headers need UTF-8
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
	o.sayClass()
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
	s, err := ps.Text(tag, limits.MIMEString.Get())
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
	return s, ok && len(s) <= limits.MIMEString.Int()
}
