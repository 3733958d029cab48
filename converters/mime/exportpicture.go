package mime

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// pictureTypes are the beginnings of pictures, and where they stand.
var pictureTypes = []struct {
	at     int
	magic  string
	kind   string
	suffix string
}{
	{0, "\x89PNG\r\n\x1a\n", "image/png", ".png"},
	{0, "\xFF\xD8\xFF", "image/jpeg", ".jpg"},
	{0, "GIF8", "image/gif", ".gif"},
	{0, "BM", "image/bmp", ".bmp"},
	{40, " EMF", "image/emf", ".emf"},
	{0, "\xD7\xCD\xC6\x9A", "image/wmf", ".wmf"},
	{0, "\x01\x00\x09\x00", "image/wmf", ".wmf"},
	{0, "\x02\x00\x09\x00", "image/wmf", ".wmf"},
}

// pictureType returns the media type of a picture and the extension of its
// files, "" when it is none that is known.
func pictureType(v mapi.Value) (kind, suffix string) {
	const enough = 44
	head := mapi.Head(v, enough) // what is shorter is no picture
	for _, t := range pictureTypes {
		if t.at+len(t.magic) <= len(head) && bytes.HasPrefix(head[t.at:], []byte(t.magic)) {
			return t.kind, t.suffix
		}
	}
	return "", ""
}

// pictureID returns the Content-ID of the picture of an OLE object, "" when there
// is none. A body that refers to it shows the picture.
func (o *object) pictureID(a *mapi.Attachment) string {
	if method, _ := a.Props.Int32(proptag.AttachMethod); method != mapi.AttachStorage {
		return ""
	}
	v, ok := a.Props.Get(proptag.AttachRendering)
	if !ok {
		return ""
	}
	if kind, _ := pictureType(v); kind == "" {
		return ""
	}
	return madeID([]byte(o.e.seed), fmt.Append(nil, "picture ", o.depth, slices.Index(o.m.Attachments, a)))
}

// picture returns the part with what an OLE object looks like, which is
// PidTagAttachRendering of its attachment, nil when nobody knows; and whether the
// HTML shows it ([MS-OXCMAIL] 2.1.3.4.4).
func (o *object) picture(a *mapi.Attachment, refs *htmlRefs) (p *part, inline bool) {
	id := o.pictureID(a)
	if id == "" {
		return nil, false
	}
	v, _ := a.Props.Get(proptag.AttachRendering)
	kind, suffix := pictureType(v)
	name := strings.TrimSpace(o.fileName(a))
	if name == "" {
		name = "picture"
	}
	name += suffix
	p = new(part)
	p.field(o.e.parameterized("Content-Type", kind, []rfc5322.Param{{Name: "name", Value: name}}))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	p.field(o.e.parameterized("Content-Disposition", "inline", append([]rfc5322.Param{{Name: "filename", Value: name}}, sizeParam(v)...)))
	p.field(rfc5322.MessageIDs("Content-ID", "<"+id+">"))
	p.body = func() error { return o.place(v) }
	return p, refs != nil && !refs.unknown && refs.hasID(id)
}
