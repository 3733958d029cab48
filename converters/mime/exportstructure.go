package mime

import (
	"io"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// structure returns the tree of parts of the message ([MS-OXCMAIL] 2.1.3.3,
// 2.1.3.4):
//
//	mixed
//	  related
//	    alternative
//	      text/plain
//	      text/html
//	    inline attachment …
//	  attachment …
//
// Levels with a single part are left out. In a report, multipart/report with its
// three parts stands in the place of related.
func (o *object) structure() (*part, error) {
	if p := o.secure(); p != nil {
		return p, nil
	}
	b := o.body()
	r := o.reportOf()
	if r != nil && b.empty() {
		b.text = r.words(o)
	}
	if o.e.opt.TextOnly {
		b = o.onlyText(b)
	}
	inline, ordinary := o.attachments(&b, r)
	inline = append(o.pictureParts(b), inline...)
	if o.e.opt.KeepRTF {
		ordinary = append(ordinary, o.rtfParts()...)
	}
	shown, kind := o.alternative(b)
	first := multipart("related", append([]*part{shown}, inline...), rfc5322.Param{Name: "type", Value: kind})
	if r != nil {
		first = r.part(o, first)
	}
	return multipart("mixed", append([]*part{first}, ordinary...)), nil
}

// empty reports whether there is no body in any form.
func (b body) empty() bool {
	return len(b.text) == 0 && b.largeText == nil && !b.hasHTML()
}

// attachments returns the parts of the attachments that r does not take: those
// that the HTML of the body shows, and the others. The body is changed where it
// has to show them.
func (o *object) attachments(b *body, r *reportParts) (inline, ordinary []*part) {
	refs := references(*b)
	add := func(p *part, isInline bool) {
		switch {
		case p == nil:
		case isInline:
			inline = append(inline, p)
		default:
			ordinary = append(ordinary, p)
		}
	}
	for i, a := range o.m.Attachments {
		if a != nil && !r.takes(i) {
			at := o.at(i)
			add(at.picture(a, refs))
			add(at.attachment(a, refs))
		}
	}
	if refs != nil && len(refs.renamed) > 0 {
		b.html = refs.rewritten()
	}
	return inline, ordinary
}

// alternative returns the part with the body in each of its forms, the plainest
// first (RFC 2046 5.1.4), and its media type.
func (o *object) alternative(b body) (p *part, kind string) {
	var forms []*part
	if len(b.text) > 0 || b.largeText != nil || !b.hasHTML() {
		forms = append(forms, o.plainPart(b))
		kind = "text/plain"
	}
	if b.hasHTML() {
		forms = append(forms, o.htmlPart(b))
		kind = "text/html"
	}
	o.identify(forms[len(forms)-1])
	if len(forms) > 1 {
		kind = "multipart/alternative"
	}
	return multipart("alternative", forms), kind
}

func (o *object) plainPart(b body) *part {
	if b.largeText == nil {
		return o.bodyPart("plain", b.text)
	}
	p := largeTextPart("plain")
	p.body = func() error { return o.placed(proptag.Body, o.e.out.base64(b.largeText)) }
	return p
}

func (o *object) htmlPart(b body) *part {
	if b.largeHTML == nil {
		return o.bodyPart("html", b.html)
	}
	p := largeTextPart("html")
	p.body = func() error {
		html := b.largeHTML
		if b.htmlPage != codepage.UTF8 {
			html = pagedText{html, b.htmlPage}
		}
		return o.placed(proptag.Html, o.e.out.base64(html))
	}
	return p
}

// pagedText is text in a code page, read as UTF-8.
type pagedText struct {
	mapi.Large
	page int
}

// Size implements mapi.Large.
func (t pagedText) Size() int64 { return -1 }

// Open implements mapi.Large.
func (t pagedText) Open() (io.ReadCloser, error) {
	r, err := t.Large.Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{codepage.NewReader(t.page, r), r}, nil
}

// largeTextPart returns a part for text in UTF-8 that is not looked at, which
// goes through base64.
func largeTextPart(subtype string) *part {
	p := new(part)
	p.field(rfc5322.Parameterized("Content-Type", "text/"+subtype, []rfc5322.Param{{Name: "charset", Value: "utf-8"}}))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	return p
}

// encode writes r in base64.
func (e *exporter) encode(r io.Reader) error {
	_, err := transfer.Copy(e.out, r, transfer.Base64)
	return err
}
