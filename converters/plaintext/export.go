package plaintext

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// Options say what the text is like. The zero value is what most want.
type Options struct {
	NoHeader bool // leave the header out, and the list of attachments with it
	NoList   bool // leave the list of attachments out
	// Links numbers the links of HTML and lists their addresses below the text. The
	// HTML comes before the text body then.
	Links bool
	// Wrap breaks lines that take more columns; 0 leaves them.
	Wrap int
	// Charset is a name that converters/charset knows; "" is UTF-8.
	Charset string
}

// ErrCharset means that Options.Charset is unknown.
var ErrCharset = errors.New("unknown character set")

// Export writes m to dst. m must be a tree.
//
// Errors are ErrCharset, and those of dst, of ctx and of reading a mapi.Large.
func Export(ctx context.Context, m *mapi.Message, dst transfer.Output, opt Options, report problem.Reporter) error {
	w := &writer{ctx: ctx, opt: opt, report: report, page: codepage.UTF8, dst: bufio.NewWriterSize(dst, 64<<10)}
	if opt.Charset != "" {
		page, ok := charset.CodePage(opt.Charset)
		if !ok || !codepage.Known(page) {
			return fmt.Errorf("%w %.40q", ErrCharset, opt.Charset)
		}
		w.page = page
	}
	if err := w.message(m, "", 0); err != nil {
		return err
	}
	if w.lacking {
		w.say("text.charset", problem.Loss, "", 0, "characters that %s lacks are written as ?", opt.Charset)
	}
	return w.dst.Flush()
}

// A writer writes one file. What goes wrong in writing shows in its last Flush.
type writer struct {
	ctx     context.Context
	opt     Options
	report  problem.Reporter
	page    int
	dst     *bufio.Writer
	lacking bool // the character set lacks a character
}

func (w *writer) say(code string, severity problem.Severity, at string, tag mapi.Tag, format string, args ...any) {
	w.report.Report(problem.Problem{Code: code, Severity: severity, Object: at, Tag: tag, Detail: fmt.Sprintf(format, args...)})
}

// put writes text in the character set.
func (w *writer) put(s string) {
	if w.page == codepage.UTF8 {
		_, _ = w.dst.WriteString(s)
		return
	}
	b, ok := codepage.Encode(w.page, s)
	w.lacking = w.lacking || !ok
	_, _ = w.dst.Write(b)
}

// message writes a message whose path is at, below depth others.
func (w *writer) message(m *mapi.Message, at string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if class := m.Props.String(proptag.MessageClass); !isMail(class) {
		w.say("text.class", problem.Loss, at, proptag.MessageClass, "a message of class %.80s: what only its class has, such as times and places, is left out", class)
	}
	w.header(m)
	if err := w.body(m.Props, at); err != nil {
		return err
	}
	for i, a := range m.Attachments {
		here := step(at, i)
		if a == nil {
			continue
		}
		if a.Embedded == nil {
			w.missing(a, here)
			continue
		}
		w.put("\n" + strings.Repeat("--", min(depth+1, maxArrow)) + "> " + look.Line(look.AttachmentName(a)) + "\n")
		if err := w.message(a.Embedded, here+"/embedded", depth+1); err != nil {
			return err
		}
	}
	return nil
}

// maxArrow bounds the arrow before an attached message, in its own units.
const maxArrow = 16

// step is the path of attachment i of the message at at.
func step(at string, i int) string {
	if at != "" {
		at += "/"
	}
	return fmt.Sprintf("%sattachment %d", at, i)
}

// mailClasses are the message classes that hold nothing but mail, in lower case;
// what stands behind a dot changes nothing about it.
var mailClasses = []string{"", "ipm", "ipm.note", "ipm.post", "report"}

// isMail reports whether a message class is one of mail.
func isMail(class string) bool {
	class = strings.ToLower(class)
	for _, c := range mailClasses {
		if class == c || strings.HasPrefix(class, c+".") && c != "" && c != "ipm" {
			return true
		}
	}
	return false
}

// header writes the header and the list of attachments.
func (w *writer) header(m *mapi.Message) {
	if w.opt.NoHeader {
		return
	}
	for _, f := range look.Fields(m) {
		w.field(f.Name, f.Value)
	}
	if w.opt.NoList {
		return
	}
	name := "Attached"
	for _, e := range look.Enclosures(m) {
		w.field(name, e.String())
		name = ""
	}
}

// labelColumns is the room for the name of a field.
const labelColumns = 13

// field writes a line of the header; lines that go on are indented.
func (w *writer) field(name, value string) {
	label := ""
	if name != "" {
		label = name + ":"
	}
	width := 0
	if w.opt.Wrap > 0 {
		width = max(w.opt.Wrap-labelColumns, 20)
	}
	for line := range strings.SplitSeq(look.Wrap(look.Line(value), width), "\n") {
		w.put(fmt.Sprintf("%-*s%s\n", labelColumns, label, line))
		label = ""
	}
}

// missing reports what is left out of an attachment.
func (w *writer) missing(a *mapi.Attachment, at string) {
	name := look.AttachmentName(a)
	switch {
	case a.Props.Bool(proptag.AttachmentHidden):
		w.say("text.picture", problem.Info, at, proptag.AttachDataBinary, "%.200q, which the HTML shows, is left out", name)
	case look.Reference(a) != "" && !w.opt.NoHeader && !w.opt.NoList:
		return // the list says all there is
	default:
		w.say("text.attachment", problem.Loss, at, proptag.AttachDataBinary, "the contents of %.200q are left out", name)
	}
}

// body writes the body below an empty line.
func (w *writer) body(ps mapi.Props, at string) error {
	b := look.BodiesOf(ps, rtf.Rich)
	if b.HTML.Exists() {
		w.say("text.formatting", problem.Info, at, 0, "formatting is left out")
	}
	err := w.bodyOf(b, at)
	switch {
	case err == nil:
	case errors.Is(err, mapi.ErrCorruptData) || errors.Is(err, look.ErrUnreadable):
		w.say("text.body.unreadable", problem.Loss, at, 0, "the body cannot be read to its end: %v", err)
		err = nil
	}
	return err
}
