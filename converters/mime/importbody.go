package mime

import (
	"bytes"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Values of PidTagNativeBody ([MS-OXRTFEX] 2.2.1.1, [MS-OXCMSG] 2.2.1.58.2).
const (
	nativeText   int32 = 1
	nativeHTML   int32 = 3
	nativeSigned int32 = 4
)

// bodies are the parts of a message that may be its body, in their order.
type bodies struct {
	texts, htmls []candidate
	html         []byte // the HTML body
	page         int    // its code page
}

// text returns the HTML body in UTF-8.
func (bs *bodies) text() []byte {
	if bs.page == codepage.UTF8 {
		return bytes.ToValidUTF8(bs.html, []byte("\uFFFD"))
	}
	text, _ := codepage.Decode(bs.page, bs.html)
	return []byte(text)
}

// A candidate is a part that may be the body.
type candidate struct {
	*entity
	choices []*entity // the multipart/alternatives around it
}

// alternativeTo reports whether a and c are two forms of the same content.
func (c candidate) alternativeTo(a candidate) bool {
	for _, x := range c.choices {
		for _, y := range a.choices {
			if x == y {
				return true
			}
		}
	}
	return false
}

// body chooses the body of the message and sets its properties ([MS-OXCMAIL]
// 2.2.3.3). The first text and the first HTML document are it, whether they
// stand in a multipart/alternative or not; without HTML all texts are, one
// after the other ([MS-OXCMAIL] 2.2.3.3.2.2). What is left becomes files.
//
// A root that has the name of a file, or that should have been taken apart, is
// kept as a file as well.
func (b *builder) body(root *entity) {
	b.candidates(root, nil)
	b.chosen()
	if root.fallback || root.fileName() != "" {
		root.used = false
	}
}

// chosen sets the bodies of the candidates.
func (b *builder) chosen() {
	texts, htmls := b.bodies.texts, b.bodies.htmls
	if len(htmls) > 0 {
		b.htmlBody(htmls[0].entity)
		if len(texts) > 0 {
			b.textBody(texts[:1])
			if text := texts[0]; !text.alternativeTo(htmls[0]) && !isBlank(b.m.Props.String(proptag.Body)) {
				// Readers show the HTML alone.
				text.used = false
			}
		} else {
			b.set(proptag.Body, htmlText(b.bodies.text()))
		}
		return
	}
	if len(texts) > 0 {
		b.textBody(texts)
		b.set(proptag.NativeBody, nativeText)
	}
}

// isBlank reports whether s has no visible character.
func isBlank(s string) bool { return strings.TrimSpace(strings.ReplaceAll(s, "\u00A0", " ")) == "" }

// candidates collects the parts that may be the body ([MS-OXCMAIL]
// 2.2.3.3.2): texts without a name that are not marked as attachments. The
// root may have a name, and it is text where it could not be taken apart
// ([MS-OXCMAIL] 2.2.3.9.1).
func (b *builder) candidates(p *entity, choices []*entity) {
	if p.mediatype == "multipart/alternative" {
		choices = append(choices[:len(choices):len(choices)], p)
	}
	for _, q := range p.parts {
		b.candidates(q, choices)
	}
	list := &b.bodies.texts
	switch {
	case p.mediatype == "text/html":
		list = &b.bodies.htmls
	case p.mediatype != "text/plain" && (!p.fallback || p != b.root):
		return
	}
	switch {
	case p.disposition == "attachment", p != b.root && p.fileName() != "":
	case p.size() > b.r.opt.MaxBody:
		b.problem("mime.limit.size", problem.Info, p.mediatype, "a text of %d bytes is kept as a file", p.size())
	default:
		*list = append(*list, candidate{p, choices})
	}
}

// textBody sets PidTagBody to the texts, one after the other.
func (b *builder) textBody(texts []candidate) {
	var all strings.Builder
	for i, c := range texts {
		if int64(all.Len())+c.size() > b.r.opt.MaxBody {
			break // the rest stays as files
		}
		c.used = true
		text, used := b.decode(c.entity, c.params["charset"], c.text())
		if i == 0 && !b.m.Props.Has(proptag.InternetCodepage) {
			b.set(proptag.InternetCodepage, int32(mailPage(used)))
		}
		if all.Len() > 0 && text != "" {
			all.WriteString("\r\n")
		}
		all.WriteString(crlfText(text))
	}
	b.set(proptag.Body, all.String())
}

// decode converts the text of a part to UTF-8 and says which code page it was
// in.
func (b *builder) decode(p *entity, label string, raw []byte) (text string, page int) {
	text, page, ok := charset.Decode(label, raw)
	if !ok {
		severity := problem.Info
		if _, known := charset.CodePage(label); known {
			severity = problem.Loss
		}
		b.problem("mime.charset", severity, p.mediatype, "text of the character set %.40q was read as code page %d", label, page)
	}
	return text, page
}

// mailPage returns the code page that a body of code page cp is sent in: UTF-8
// instead of those that mail cannot carry.
func mailPage(cp int) int {
	switch cp {
	case codepage.UTF16LE, codepage.UTF16BE, codepage.UTF7, 12000, 12001:
		return codepage.UTF8
	}
	return cp
}

// htmlBody sets PidTagHtml to the bytes of the document, and
// PidTagInternetCodepage to their code page. The document is converted to
// UTF-8 where it has none that mail may use.
//
// QUIRK: where the part says no character set the document itself is asked.
func (b *builder) htmlBody(p *entity) {
	p.used = true
	raw := p.text()
	label := p.params["charset"]
	if label == "" {
		label = charset.FromHTML(raw)
	}
	cp, known := charset.CodePage(label)
	if !known || cp == codepage.ASCII || mailPage(cp) != cp {
		text, used := b.decode(p, label, raw)
		if cp = codepage.UTF8; used != cp {
			raw = []byte(text)
		}
	}
	b.bodies.html, b.bodies.page = raw, cp
	b.set(proptag.Html, raw)
	b.set(proptag.InternetCodepage, int32(cp))
	b.set(proptag.NativeBody, nativeHTML)
}

// crlfText returns s with every line end made CRLF and without NUL.
func crlfText(s string) string { return canonicalLines(strings.ReplaceAll(s, "\x00", "")) }
