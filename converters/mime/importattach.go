package mime

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	// maxFileName bounds the name of a file in characters.
	maxFileName = 255
	// flagInline is the bit of PidTagAttachFlags that says that a document
	// refers to the file, attRenderedInBody ([MS-OXCMSG] 2.2.2.18).
	flagInline int32 = 4
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

// nameOf returns the name of the file that a part becomes ([MS-OXCMAIL]
// 2.2.3.4.1.1): its own, else its description, else one that is made up.
func (b *builder) nameOf(p *entity) string {
	if name := p.fileName(); name != "" {
		return name
	}
	if name := oneName(p.header.Text("Content-Description")); name != "" {
		if ext := b.extensionFor(p); extension(name) == "" {
			name += ext
		}
		return name
	}
	return b.madeUpName(p)
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

// extensions are those of the types that come without a file name.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".htm", "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"text/directory": ".vcf", "text/rfc822-headers": ".txt", "text/enriched": ".txt", "text/xml": ".xml", "text/csv": ".csv",
	"text/css": ".css", "text/richtext": ".rtx", "text/rtf": ".rtf",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/gif": ".gif", "image/png": ".png", "image/x-png": ".png",
	"image/bmp": ".bmp", "image/tiff": ".tif", "image/svg+xml": ".svg", "image/webp": ".webp",
	"application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json", "application/xml": ".xml",
	"application/rtf": ".rtf", "application/msword": ".doc", "application/ms-tnef": ".dat", "application/pgp-signature": ".asc",
	"application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
	"audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/basic": ".au", "video/mp4": ".mp4", "video/mpeg": ".mpg",
	"message/rfc822": ".eml", "message/global": ".eml", "message/partial": ".eml", "message/delivery-status": ".txt",
	"message/disposition-notification": ".txt", "message/external-body": ".txt", "message/rfc822-headers": ".txt",
}

// madeUpName returns the name of a file without one ([MS-OXCMAIL]
// 2.2.3.4.1.1).
func (b *builder) madeUpName(p *entity) string {
	if p.mediatype == "application/ms-tnef" {
		return "winmail.dat"
	}
	return fmt.Sprintf("ATT%05d%s", len(b.m.Attachments)+1, b.extensionFor(p))
}

// extensionFor returns the extension for the type of a part.
func (b *builder) extensionFor(p *entity) string {
	if ext := extensions[p.mediatype]; ext != "" {
		return ext
	}
	return ".dat"
}

// cleanName returns a file name without a path, without what could lead out of
// a folder and without controls.
//
// SPEC: [MS-OXCMAIL] 2.2.3.4.1.1 also replaces what Windows does not take in
// names. That is left to whoever saves the file: the short name has none of it.
func cleanName(name string) string {
	if isPath(name) {
		name = name[strings.LastIndexAny(name, `/\`)+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	if name != "" && strings.Trim(name, ". ") == "" {
		return "_"
	}
	for utf8.RuneCountInString(name) > maxFileName { // the extension stays
		ext := extension(name)
		stem := []rune(strings.TrimSuffix(name, ext))
		name = string(stem[:maxFileName-len([]rune(ext))]) + ext
	}
	return name
}

// isPath reports whether a file name is a whole path.
func isPath(name string) bool {
	switch {
	case strings.HasSuffix(name, "/"), strings.HasSuffix(name, `\`):
		return false
	case len(name) > 3 && name[1] == ':':
		return name[2] == '\\' || name[2] == '/'
	}
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\\`) || strings.HasPrefix(name, "../") || strings.HasPrefix(name, `..\`)
}

// oneName returns text as a display name.
func oneName(text string) string { return cleanName(strings.TrimSpace(text)) }

// extension returns the extension of a file name with its dot, "" if it has
// none.
func extension(name string) string {
	ext := path.Ext(name)
	if len(ext) < 2 || len(ext) > 16 || strings.ContainsAny(ext, " ") {
		return ""
	}
	return ext
}

// shortName returns the 8.3 form of a file name ([MS-OXCMSG] 2.2.2.11).
func shortName(name string) string {
	ext := extension(name)
	stem := strings.TrimSuffix(name, ext)
	s, e := shortText(stem), shortText(strings.TrimPrefix(ext, "."))
	if s == stem && len(s) <= 8 && len(e) <= 3 && "."+e == ext || s == stem && ext == "" && len(s) <= 8 && s != "" {
		return name
	}
	if s == "" {
		s = "file"
	}
	s = strings.ToUpper(s[:min(len(s), 6)]) + "~1"
	if e == "" {
		return s
	}
	return s + "." + strings.ToUpper(e[:min(len(e), 3)])
}

// shortText keeps what an 8.3 name may hold.
func shortText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_-!#$%&'()@^`{}~", r):
			return r
		}
		return -1
	}, s)
}
