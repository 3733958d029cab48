package mime

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// renderedInBody is a bit of PidTagAttachFlags ([MS-OXCMSG] 2.2.2.18).
const renderedInBody = 4

// attachment returns the part for an attachment, nil when it has nothing to
// write, and whether it belongs to the HTML ([MS-OXCMAIL] 2.1.3.4).
func (o *object) attachment(i int, a *mapi.Attachment, refs *htmlRefs) (p *part, inline bool) {
	at := *o
	at.report = o.report.Under(fmt.Sprintf("attachment %d", i))
	method, _ := a.Props.Int32(proptag.AttachMethod)
	if a.Embedded != nil {
		return at.embedded(a), false
	}
	data, tag := attachmentData(a)
	if data == nil {
		at.withoutData(a, method)
		return nil, false
	}
	if method == mapi.AttachStorage || tag == proptag.AttachDataObject {
		at.say("mime.attachment.ole", problem.Info, tag, "the OLE object is written as the compound file that it is")
	}
	inline = tag == proptag.AttachDataBinary && at.isInline(a, refs)
	return at.file(a, data, inline), inline
}

// attachmentData returns the contents of an attachment: a []byte or Large, nil
// if there are none.
func attachmentData(a *mapi.Attachment) (mapi.Value, mapi.Tag) {
	for _, tag := range []mapi.Tag{proptag.AttachDataBinary, proptag.AttachDataObject} {
		switch v, _ := a.Props.Get(tag.WithType(mapi.PtypUnspecified)); v := v.(type) {
		case []byte:
			return v, proptag.AttachDataBinary
		case mapi.Large:
			if !a.Props.Has(proptag.AttachDataBinary) {
				tag = proptag.AttachDataObject
			}
			return v, tag
		}
	}
	return nil, 0
}

// withoutData reports an attachment that has no contents.
func (o *object) withoutData(a *mapi.Attachment, method int32) {
	path := o.text(a.Props, proptag.AttachLongPathname)
	if path == "" {
		path = o.text(a.Props, proptag.AttachPathname)
	}
	if path != "" {
		o.say("mime.attachment.reference", problem.Loss, proptag.AttachLongPathname,
			"the attachment %q is a reference to %q, which is not followed", o.fileName(a), path)
		return
	}
	o.say("mime.attachment.empty", problem.Loss, proptag.AttachMethod, "the attachment %q has method %d and no contents", o.fileName(a), method)
}

// isInline follows [MS-OXCMAIL] 2.1.3.4.1.2.
//
// QUIRK: programs forget the flag in PidTagAttachFlags; being referred to is
// enough. What is flagged and not referred to stays visible as an attachment.
func (o *object) isInline(a *mapi.Attachment, refs *htmlRefs) bool {
	if refs == nil {
		return false
	}
	id, location := o.contentID(a), o.text(a.Props, proptag.AttachContentLocation)
	if refs.unknown {
		flags, _ := a.Props.Int32(proptag.AttachFlags)
		return flags&renderedInBody != 0 && (id != "" || location != "")
	}
	return refs.hasID(id) || refs.hasLocation(location)
}

// contentID returns the Content-ID without brackets, or "".
func (o *object) contentID(a *mapi.Attachment) string {
	if id := o.rtf.ids[a]; id != "" {
		return id
	}
	return strings.Trim(strings.TrimSpace(o.text(a.Props, proptag.AttachContentId)), "<>")
}

// fileName returns the name of an attachment ([MS-OXCMAIL] 2.1.3.4.2.1). It is
// written as it is: what a name does to a file system is up to who saves it.
func (o *object) fileName(a *mapi.Attachment) string {
	for _, tag := range []mapi.Tag{proptag.AttachLongFilename, proptag.AttachFilename, proptag.DisplayName} {
		if s := strings.TrimRight(o.text(a.Props, tag), "\x00"); strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// file returns the part of an ordinary or inline attachment
// ([MS-OXCMAIL] 2.1.3.4.2).
func (o *object) file(a *mapi.Attachment, data mapi.Value, inline bool) *part {
	p := new(part)
	name := o.fileName(a)
	params := o.typeParams(a)
	disposition := "attachment"
	if inline {
		disposition = "inline"
	}
	var named []rfc5322.Param
	if name != "" {
		params = append(params, rfc5322.Param{Name: "name", Value: name})
		named = append(named, rfc5322.Param{Name: "filename", Value: name})
	}
	p.field(o.e.parameterized("Content-Type", o.mediaType(a, name), params))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	p.field(o.e.parameterized("Content-Disposition", disposition, append(named, fileParams(a, data)...)))
	if id := o.contentID(a); id != "" {
		p.field(rfc5322.MessageIDs("Content-ID", "<"+id+">"))
	}
	if location := o.text(a.Props, proptag.AttachContentLocation); location != "" {
		p.field(rfc5322.Raw("Content-Location", location))
	}
	p.body = func() error { return o.e.place(data) }
	return p
}

// place writes the contents of an attachment in base64.
func (e *exporter) place(data mapi.Value) error {
	switch v := data.(type) {
	case mapi.Large:
		return e.out.base64(v)
	case []byte:
		return e.encode(strings.NewReader(string(v)))
	}
	return nil
}

// fileParams are the parameters of Content-Disposition that describe a file
// (RFC 2183 2).
func fileParams(a *mapi.Attachment, data mapi.Value) []rfc5322.Param {
	var list []rfc5322.Param
	size := int64(-1)
	switch v := data.(type) {
	case mapi.Large:
		size = v.Size()
	case []byte:
		size = int64(len(v))
	}
	if size >= 0 {
		list = append(list, rfc5322.Param{Name: "size", Value: strconv.FormatInt(size, 10)})
	}
	for _, d := range []struct {
		name string
		tag  mapi.Tag
	}{{"creation-date", proptag.CreationTime}, {"modification-date", proptag.LastModificationTime}} {
		if t, ok := a.Props.Time(d.tag).Time(); ok && t.Year() < 10_000 {
			list = append(list, rfc5322.Param{Name: d.name, Value: t.Truncate(time.Second).Format("Mon, 02 Jan 2006 15:04:05 -0700")})
		}
	}
	return list
}

// mediaType returns the type of an attachment ([MS-OXCMAIL] 2.1.3.4.2.2).
// Composite types are given up: the contents are bytes, not parts.
func (o *object) mediaType(a *mapi.Attachment, name string) string {
	mt, _, ok := rfc5322.ParseMediaType([]byte(o.text(a.Props, proptag.AttachMimeTag)))
	if !ok || mt == defaultType {
		mt = typeByName(name, o.text(a.Props, proptag.AttachExtension))
	}
	kind, _, _ := strings.Cut(mt, "/")
	switch {
	case kind == "message", kind == "multipart", mt == "application/applefile", mt == "application/mac-binhex40":
		return defaultType
	}
	return mt
}

// typeParams returns the parameters of Content-Type beside the name.
func (o *object) typeParams(a *mapi.Attachment) []rfc5322.Param {
	cs := o.text(a.Props, proptag.TextAttachmentCharset)
	if cs == "" {
		_, params, _ := rfc5322.ParseMediaType([]byte(o.text(a.Props, proptag.AttachMimeTag)))
		cs = params["charset"]
	}
	if cs == "" {
		return nil
	}
	return []rfc5322.Param{{Name: "charset", Value: cs}}
}

// embedded returns the part of an embedded message ([MS-OXCMAIL] 2.1.3.4.5).
func (o *object) embedded(a *mapi.Attachment) *part {
	if o.depth >= o.e.opt.MaxDepth {
		o.say("mime.limit.depth", problem.Loss, proptag.AttachDataObject, "messages are embedded more than %d deep; this one was left out", o.e.opt.MaxDepth)
		return nil
	}
	p := new(part)
	mediaType, global := o.e.messageType(a.Embedded, o.depth+1)
	p.field(rfc5322.Raw("Content-Type", mediaType))
	if p.eightBit = global; global {
		p.field(rfc5322.Raw("Content-Transfer-Encoding", "8bit"))
	}
	var params []rfc5322.Param
	name := o.fileName(a)
	if name == "" {
		name = o.text(a.Embedded.Props, proptag.Subject)
	}
	if name != "" {
		params = append(params, rfc5322.Param{Name: "filename", Value: strings.TrimSuffix(name, ".msg") + ".eml"})
	}
	p.field(o.e.parameterized("Content-Disposition", "attachment", params))
	report := o.report.Under("embedded")
	p.body = func() error { return o.e.message(a.Embedded, o.depth+1, report) }
	return p
}
