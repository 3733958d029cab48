package mime

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// check returns an error for options that cannot be followed.
func (opt ExportOptions) check() error {
	if opt.Charset != "" && bodyPageNamed(opt.Charset) == nil {
		return fmt.Errorf("mime: bodies are not written in the character set %.80q", opt.Charset)
	}
	return nil
}

// style is the form of header fields.
func (opt ExportOptions) style() rfc5322.Style {
	return rfc5322.Style{UTF8: opt.EightBitHeaders || opt.International, UTF8Addresses: opt.International}
}

// parameterized writes a field of a part, the names of files in the form that
// the options ask for: in Content-Type they are for old programs.
func (e *exporter) parameterized(field, value string, params []rfc5322.Param) []byte {
	form := e.form
	form.WordParams = e.opt.Names == Names2047 || (e.opt.Names == NamesBoth && strings.EqualFold(field, "Content-Type"))
	return form.Parameterized(field, value, params)
}

// messageType returns the type of a part with an embedded message: one whose
// header fields hold UTF-8 is message/global (RFC 6532 3.7). global says which.
func (e *exporter) messageType(m *mapi.Message, depth int) (mediaType string, global bool) {
	if !e.form.UTF8 {
		return "message/rfc822", false
	}
	global, known := e.global[m]
	if !known {
		global = e.hasUTF8(m, depth)
		if e.global == nil {
			e.global = map[*mapi.Message]bool{}
		}
		e.global[m] = global
	}
	if global {
		return "message/global", true
	}
	return "message/rfc822", false
}

// hasUTF8 reports whether a header field of m, of its parts or of what is
// embedded in it is written in UTF-8.
func (e *exporter) hasUTF8(m *mapi.Message, depth int) bool {
	o := &object{e: e, m: m, depth: depth, trace: parseTransport("")}
	o.trace = parseTransport(o.text(m.Props, transportHeaders))
	root, err := o.structure()
	if err != nil {
		return false // the same error ends the writing of it
	}
	root.fields = append(o.header(), root.fields...)
	return root.eightBitHeader() || root.eightBitBody()
}

// identify names the body as the message does ([MS-OXCMAIL] 2.1.3.2.29,
// 2.1.3.2.30).
func (o *object) identify(p *part) {
	if id := strings.Trim(strings.TrimSpace(o.text(o.m.Props, proptag.BodyContentId)), "<>"); id != "" {
		p.field(o.ids(o.e.form, "Content-ID", proptag.BodyContentId, "<"+id+">"))
	}
	if location := strings.TrimSpace(o.text(o.m.Props, proptag.BodyContentLocation)); location != "" {
		p.field(o.e.form.Raw("Content-Location", location))
	}
}

// onlyText returns the body without HTML. Where there is no text, it is made of
// the HTML.
func (o *object) onlyText(b body) body {
	if len(b.text) == 0 && b.largeText == nil {
		html := b.html
		if b.largeHTML != nil {
			html = o.beginning(b)
		}
		b.text = []byte(htmlText(html))
	}
	b.html, b.largeHTML = nil, nil
	return b
}

// beginning returns as much of long HTML as text is made of, in UTF-8.
func (o *object) beginning(b body) []byte {
	r, err := b.largeHTML.Open()
	if err != nil {
		o.unreadable(proptag.Html, err)
		return nil
	}
	defer r.Close()
	html := make([]byte, limits.MIMEHTMLText.Int())
	n, err := io.ReadFull(codepage.NewReader(b.htmlPage, r), html)
	switch {
	case err == nil:
		o.say("mime.limit.text", problem.Loss, proptag.Html, "text was made of the first %d bytes of the HTML", limits.MIMEHTMLText.Int())
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		o.unreadable(proptag.Html, err)
	}
	return html[:n]
}
