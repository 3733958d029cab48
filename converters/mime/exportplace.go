package mime

import (
	"cmp"
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// noPosition is PidTagRenderingPosition of an attachment that does not stand in
// the text ([MS-OXCMSG] 2.2.2.16).
const noPosition = -1

// shownTypes are the types of pictures that mail programs show in the text.
var shownTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/bmp": true, "image/webp": true,
}

// placeAttachments puts what stands for an attachment at each place of text
// that RTF keeps for one (\objattph): the picture that it is, or its name. The
// k-th place is that of the k-th attachment by PidTagRenderingPosition.
func (o *object) placeAttachments(text string, places []int) string {
	if len(places) == 0 {
		return text
	}
	list := o.placedAttachments()
	var out strings.Builder
	from := 0
	for k, at := range places {
		if k >= len(list) {
			break
		}
		out.WriteString(text[from:at])
		out.WriteString(o.placeholder(list[k]))
		from = at
	}
	out.WriteString(text[from:])
	return out.String()
}

// placedAttachments returns the attachments that stand in the text, in its
// order. Where no attachment has a position, all do.
func (o *object) placedAttachments() []*mapi.Attachment {
	type placed struct {
		a   *mapi.Attachment
		pos int32
	}
	var list, rest []placed
	for _, a := range o.m.Attachments {
		if a == nil || a.Props.Bool(proptag.AttachmentHidden) {
			continue
		}
		pos, ok := a.Props.Int32(proptag.RenderingPosition)
		switch {
		case !ok:
			rest = append(rest, placed{a, 0})
		case pos != noPosition:
			list = append(list, placed{a, pos})
		}
	}
	if len(list) == 0 {
		list = rest
	}
	slices.SortStableFunc(list, func(a, b placed) int { // a position is an unsigned number
		return cmp.Compare(uint32(a.pos), uint32(b.pos))
	})
	out := make([]*mapi.Attachment, len(list))
	for i, p := range list {
		out[i] = p.a
	}
	return out
}

// placeholder returns what stands for an attachment in HTML.
func (o *object) placeholder(a *mapi.Attachment) string {
	if id := o.pictureID(a); id != "" {
		return `<img src="cid:` + id + `" alt="">`
	}
	name := o.fileName(a)
	if a.Embedded != nil && name == "" {
		name = o.text(a.Embedded.Props, proptag.Subject)
	}
	data, tag := attachmentData(a)
	if a.Embedded != nil || data == nil || tag != proptag.AttachDataBinary || !shownTypes[o.mediaType(a, name)] {
		if name == "" {
			return ""
		}
		return html.EscapeString(" <<" + name + ">> ")
	}
	id := o.contentID(a)
	if !plainID(id) {
		if o.rtf.ids == nil {
			o.rtf.ids = make(map[*mapi.Attachment]string)
		}
		id = o.e.newContentID()
		o.rtf.ids[a] = id
	}
	return `<img src="cid:` + html.EscapeString(url.PathEscape(id)) + `" alt="` + html.EscapeString(name) + `">`
}

// plainID reports whether a Content-ID can be written and referred to as it is.
func plainID(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7F || strings.IndexByte(`<>()"\,;:[]`, c) >= 0 {
			return false
		}
	}
	return id != ""
}
