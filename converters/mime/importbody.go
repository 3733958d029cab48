package mime

import (
	"bytes"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
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
	base         string // what its references are relative to; "" if it does not say
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
	parent  *entity   // the multipart that it stands in; nil for the root
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
	b.candidates(root, nil, nil)
	b.chosen()
	if root.fallback || root.fileName() != "" {
		root.used = false
	}
}

// chosen sets the bodies of the candidates.
func (b *builder) chosen() {
	texts, htmls := b.bodies.texts, lastForms(b.bodies.htmls)
	if len(htmls) > 0 {
		b.htmlBody(htmls[0].entity)
		b.joinSeries(htmls)
		b.encapsulate()
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

// lastForms puts in front of the candidates the one that counts: of several forms
// of a multipart/alternative that are of one type, the last one ([MS-OXCMAIL]
// 2.2.3.3.2, RFC 2046 5.1.4).
func lastForms(list []candidate) []candidate {
	best := 0
	for i, c := range list {
		if i > 0 && c.parent != nil && c.parent == list[0].parent && c.parent.mediatype == "multipart/alternative" {
			best = i
		}
	}
	if best == 0 {
		return list
	}
	return append([]candidate{list[best]}, slices.Delete(slices.Clone(list), best, best+1)...)
}

// isBlank reports whether s has no visible character.
func isBlank(s string) bool { return strings.TrimSpace(strings.ReplaceAll(s, "\u00A0", " ")) == "" }

// candidates collects the parts that may be the body ([MS-OXCMAIL]
// 2.2.3.3.2): texts without a name that are not marked as attachments. The
// root may have a name, and it is text where it could not be taken apart
// ([MS-OXCMAIL] 2.2.3.9.1). The two halves of a Macintosh file are a file.
func (b *builder) candidates(p, parent *entity, choices []*entity) {
	switch p.mediatype {
	case "multipart/appledouble":
		return
	case "multipart/alternative":
		choices = append(choices[:len(choices):len(choices)], p)
	}
	for _, q := range p.rootFirst() {
		b.candidates(q, p, choices)
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
		*list = append(*list, candidate{p, parent, choices})
	}
}

// rootFirst returns the parts, the one that a multipart/related begins with
// first (RFC 2387 3.2).
func (p *entity) rootFirst() []*entity {
	start := strings.Trim(strings.TrimSpace(p.params["start"]), "<>")
	if p.mediatype != "multipart/related" || start == "" {
		return p.parts
	}
	root := slices.IndexFunc(p.parts, func(q *entity) bool { return q.contentID() == start })
	if root <= 0 {
		return p.parts
	}
	return append([]*entity{p.parts[root]}, slices.Delete(slices.Clone(p.parts), root, root+1)...)
}

// textBody sets PidTagBody to the texts, one after the other.
func (b *builder) textBody(texts []candidate) {
	var all strings.Builder
	for i, c := range texts {
		if int64(all.Len())+c.size() > b.r.opt.MaxBody {
			break // the rest stays as files
		}
		c.used = true
		raw := c.text()
		if c.entity == b.root {
			b.attachUUencoded(raw)
		}
		text, used := b.decode(c.entity, c.params["charset"], raw)
		if i == 0 && !b.m.Props.Has(proptag.InternetCodepage) {
			b.set(proptag.InternetCodepage, int32(mailPage(used)))
		}
		if i == 0 && len(b.bodies.html) == 0 {
			b.identified(c.entity)
		}
		if strings.EqualFold(c.params["format"], "flowed") && !strings.EqualFold(c.params["delsp"], "yes") {
			text = unflowed(text)
		}
		if text = crlfText(text); len(texts) == 1 {
			b.set(proptag.Body, text)
			return
		}
		if all.Len() > 0 && text != "" {
			all.WriteString("\r\n")
		}
		all.WriteString(text)
	}
	b.set(proptag.Body, all.String())
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
	if cp == codepage.ASCII && isPlainASCII(raw) {
		cp = b.pageOfASCII(raw)
	}
	if !known || cp == codepage.ASCII || mailPage(cp) != cp || guessPage(label, raw) != 0 {
		text, used := b.decode(p, label, raw)
		if cp = codepage.UTF8; used != cp {
			raw = []byte(text)
		}
	}
	b.setHTML(raw, cp)
	b.identified(p)
	b.bodies.base = rawText(p.header.Get("Content-Base"))
	if b.bodies.base == "" {
		b.bodies.base = rawText(p.header.Get("Content-Location"))
	}
}

// identified sets what the body part is called ([MS-OXCMAIL] 2.2.3.2), which
// counts before what the message is called as a whole.
func (b *builder) identified(p *entity) {
	b.setText(proptag.BodyContentId, p.contentID())
	b.setText(proptag.BodyContentLocation, rawText(p.header.Get("Content-Location")))
}

// pageOfASCII returns the code page of an HTML body of US-ASCII alone, which is
// the same in all of them: what the document says, or the text beside it, so that
// the message keeps its character set; else UTF-8.
func (b *builder) pageOfASCII(doc []byte) int {
	labels := []string{charset.FromHTML(doc)}
	if len(b.bodies.texts) > 0 {
		labels = append(labels, b.bodies.texts[0].params["charset"])
	}
	for _, label := range labels {
		if p := bodyPageNamed(label); p != nil && p.cp != codepage.ASCII {
			return p.cp
		}
	}
	return codepage.UTF8
}

// setHTML sets the HTML body, in code page cp.
func (b *builder) setHTML(doc []byte, cp int) {
	b.bodies.html, b.bodies.page = doc, cp
	b.set(proptag.Html, doc)
	b.set(proptag.InternetCodepage, int32(cp))
	b.set(proptag.NativeBody, nativeHTML)
}

// encapsulate also stores the HTML body as RTF, if that is asked for
// ([MS-OXRTFEX] 2.1.3, [MS-OXCMSG] 2.2.1.58).
func (b *builder) encapsulate() {
	if !b.r.opt.EncapsulateHTML {
		return
	}
	b.set(proptag.RtfCompressed, lzfu.Compress(rtf.Encapsulate(b.bodies.text())))
	b.set(proptag.RtfInSync, true)
}

// crlfText returns s with every line end made CRLF and without NUL.
func crlfText(s string) string { return canonicalLines(strings.ReplaceAll(s, "\x00", "")) }
