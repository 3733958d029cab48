package mime

import (
	"io"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
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
// Levels with a single part are left out.
func (o *object) structure() (*part, error) {
	if p := o.secure(); p != nil {
		return p, nil
	}
	b := o.body()
	if o.e.opt.TextOnly {
		b = o.onlyText(b)
	}
	refs := references(b)
	var inline, ordinary []*part
	for i, a := range o.m.Attachments {
		if a == nil {
			continue
		}
		p, isInline := o.attachment(i, a, refs)
		switch {
		case p == nil:
		case isInline:
			inline = append(inline, p)
		default:
			ordinary = append(ordinary, p)
		}
	}
	inline = append(o.pictureParts(b), inline...)
	if o.e.opt.KeepRTF {
		ordinary = append(ordinary, o.rtfParts()...)
	}
	shown, kind := o.alternative(b)
	related := multipart("related", append([]*part{shown}, inline...), rfc5322.Param{Name: "type", Value: kind})
	return multipart("mixed", append([]*part{related}, ordinary...)), nil
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
	p.body = func() error { return o.e.out.base64(b.largeText) }
	return p
}

func (o *object) htmlPart(b body) *part {
	if b.largeHTML == nil {
		return o.bodyPart("html", b.html)
	}
	p := largeTextPart("html")
	p.body = func() error {
		if b.htmlPage == codepage.UTF8 {
			return o.e.out.base64(b.largeHTML)
		}
		r, err := b.largeHTML.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		return o.e.encode(codepage.NewReader(b.htmlPage, r))
	}
	return p
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
