package mime

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// attach makes attachments of what is not body, in the order of the parts
// ([MS-OXCMAIL] 2.2.3.4).
func (b *builder) attach(root *entity) { b.attachParts(root, false) }

// attachParts attaches p and what is in it; related says that it stands in a
// multipart/related.
func (b *builder) attachParts(p *entity, related bool) {
	switch {
	case p.used:
	case p.message != nil:
		b.embed(p)
	case p.mediatype == "multipart/appledouble" && !p.fallback:
		b.appleDouble(p, related)
	case p.is("multipart") && !p.fallback:
		for _, q := range p.parts {
			b.attachParts(q, related || p.mediatype == "multipart/related")
		}
	default:
		b.file(p, related)
	}
}

// embed attaches a message ([MS-OXCMAIL] 2.2.3.4.3). Messages have no file
// name; their subject is their name.
func (b *builder) embed(p *entity) {
	a := &mapi.Attachment{}
	b.m.Attachments = append(b.m.Attachments, a)
	report := b.report
	if report != nil {
		report = report.Under(fmt.Sprintf("attachment %d/embedded", len(b.m.Attachments)-1))
	}
	a.Embedded = b.r.message(p.message, report)
	name := oneName(p.header.Text("Content-Description"))
	if name == "" {
		name = a.Embedded.Props.String(proptag.Subject)
	}
	a.Props = append(make(mapi.Props, 0, 16),
		mapi.Prop{Tag: proptag.AttachMethod, Value: mapi.AttachEmbeddedMessage},
		mapi.Prop{Tag: proptag.DisplayName, Value: name},
		mapi.Prop{Tag: proptag.AttachMimeTag, Value: "message/rfc822"},
	)
	b.common(a, p)
}

// common sets the properties that all attachments have ([MS-OXCMAIL]
// 2.2.3.4.1).
func (b *builder) common(a *mapi.Attachment, p *entity) {
	a.Props = append(a.Props,
		mapi.Prop{Tag: proptag.RenderingPosition, Value: int32(-1)},
		mapi.Prop{Tag: proptag.ObjectType, Value: objectAttachment},
		mapi.Prop{Tag: proptag.AttachEncoding, Value: []byte{}},
		mapi.Prop{Tag: proptag.AttachmentLinkId, Value: int32(0)},
		mapi.Prop{Tag: proptag.AttachmentFlags, Value: int32(0)},
		mapi.Prop{Tag: proptag.AttachmentContactPhoto, Value: false},
	)
	for _, f := range []struct {
		field string
		tag   mapi.Tag
	}{
		{"Content-Location", proptag.AttachContentLocation},
		{"Content-Base", proptag.AttachContentBase},
		{"X-Payload-Class", proptag.AttachPayloadClass},
	} {
		if s := rawText(p.header.Get(f.field)); s != "" {
			a.Props = append(a.Props, mapi.Prop{Tag: f.tag, Value: bounded(s)})
		}
	}
	if id := p.contentID(); id != "" {
		a.Props = append(a.Props, mapi.Prop{Tag: proptag.AttachContentId, Value: bounded(id)})
	}
	for _, d := range []struct {
		params []string
		tag    mapi.Tag
	}{
		{[]string{"creation-date", "create-date"}, proptag.CreationTime},
		{[]string{"modification-date"}, proptag.LastModificationTime},
	} {
		for _, name := range d.params {
			if date := p.dispParams[name]; date != "" {
				if t, ok := rfc5322.ParseDate(date); ok {
					a.Props.Set(d.tag, mapi.NewFiletime(t))
				}
			}
		}
	}
}

// file attaches the content of a part.
func (b *builder) file(p *entity, related bool) {
	switch p.mediatype {
	case "message/partial", "message/external-body":
		b.problem("mime.part."+strings.TrimPrefix(p.mediatype, "message/"), problem.Info, p.mediatype,
			"the part stands for content that is not in this message; it is kept as a file")
	}
	if p.mediatype == "message/external-body" {
		b.externalBody(p, related)
		return
	}
	b.fileNamed(p, b.nameOf(p), related)
}

// fileNamed attaches the content of a part under a name.
func (b *builder) fileNamed(p *entity, name string, related bool) *mapi.Attachment {
	a := &mapi.Attachment{}
	b.m.Attachments = append(b.m.Attachments, a)
	name = cleanName(name)
	display := oneName(p.header.Text("Content-Description"))
	if display == "" {
		display = name
	}
	mimetag := p.mediatype
	if p.fallback {
		mimetag = "application/octet-stream"
	}
	ext := extension(name)
	a.Props = append(make(mapi.Props, 0, 20),
		mapi.Prop{Tag: proptag.AttachMethod, Value: mapi.AttachByValue},
		mapi.Prop{Tag: proptag.AttachDataBinary, Value: p.value(b.r.opt.MaxBody)},
		mapi.Prop{Tag: proptag.AttachLongFilename, Value: name},
		mapi.Prop{Tag: proptag.AttachFilename, Value: shortName(name)},
		mapi.Prop{Tag: proptag.DisplayName, Value: display},
		mapi.Prop{Tag: proptag.AttachExtension, Value: ext},
		mapi.Prop{Tag: proptag.AttachMimeTag, Value: mimetag},
	)
	if p.is("text") && p.params["charset"] != "" {
		a.Props = append(a.Props, mapi.Prop{Tag: proptag.TextAttachmentCharset, Value: bounded(p.params["charset"])})
	}
	if kind := macKind(p.params); kind != "" {
		a.Props = append(a.Props, mapi.Prop{Tag: proptag.AttachAdditionalInformation, Value: []byte(kind)})
	}
	b.inline(a, p, related)
	b.common(a, p)
	return a
}

// inline marks a file that the body shows ([MS-OXCMAIL] 2.2.3.4.1.4.1). A
// reference in the HTML decides; without one, it is enough to be related to
// the body and to have an identifier.
func (b *builder) inline(a *mapi.Attachment, p *entity, related bool) {
	id, location := p.contentID(), rawText(p.header.Get("Content-Location"))
	if len(b.bodies.html) == 0 || id == "" && location == "" {
		return
	}
	shown := id != "" && b.references()[id]
	if location != "" && related {
		shown = shown || b.references()[location] || b.references()[resolve(rawText(p.header.Get("Content-Base")), location)]
	}
	if shown || related && id != "" && p.disposition != "attachment" {
		a.Props = append(a.Props, mapi.Prop{Tag: proptag.AttachFlags, Value: flagInline})
	}
	if shown {
		a.Props = append(a.Props, mapi.Prop{Tag: proptag.AttachmentHidden, Value: true})
	}
}
