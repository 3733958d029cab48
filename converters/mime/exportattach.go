package mime

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"path"
	"slices"
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

// at returns o for attachment i: problems say so.
func (o *object) at(i int) *object {
	at := *o
	at.report = o.report.Under(fmt.Sprintf("attachment %d", i))
	return &at
}

// attachment returns the part for an attachment, nil when it has nothing to
// write, and whether it belongs to the HTML ([MS-OXCMAIL] 2.1.3.4). o is that of
// the attachment.
func (o *object) attachment(a *mapi.Attachment, refs *htmlRefs) (p *part, inline bool) {
	method, _ := a.Props.Int32(proptag.AttachMethod)
	if a.Embedded != nil {
		return o.embedded(a), false
	}
	data, tag := attachmentData(a)
	if data == nil {
		return o.withoutData(a, method), false
	}
	if method == mapi.AttachEmbeddedMessage && tag == proptag.AttachDataObject {
		return o.messageFile(a, data), false
	}
	if method == mapi.AttachStorage || tag == proptag.AttachDataObject {
		o.say("mime.attachment.ole", problem.Info, tag, "the OLE object is written as the compound file that it is")
	}
	if tag != proptag.AttachDataBinary {
		return o.file(a, data, false), false
	}
	inline = o.isInline(a, refs)
	if p := o.appleDouble(a, data, inline); p != nil {
		return p, inline
	}
	return o.file(a, data, inline), inline
}

// messageFile returns the part of a message that its reader has kept as a file,
// as one that is embedded too deep.
func (o *object) messageFile(a *mapi.Attachment, data mapi.Value) *part {
	b := &mapi.Attachment{Props: slices.Clone(a.Props)}
	b.Props.Set(proptag.AttachMimeTag, typesByExtension["msg"])
	if name := o.fileName(a); !strings.EqualFold(path.Ext(name), ".msg") {
		b.Props.Set(proptag.AttachLongFilename, cmp.Or(name, "message")+".msg")
	}
	return o.file(b, data, false)
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

// withoutData reports an attachment that has no contents, and returns what
// stands for it, nil when there is nothing.
func (o *object) withoutData(a *mapi.Attachment, method int32) *part {
	path := o.text(a.Props, proptag.AttachLongPathname)
	if path == "" {
		path = o.text(a.Props, proptag.AttachPathname)
	}
	if path != "" {
		o.say("mime.attachment.reference", problem.Loss, proptag.AttachLongPathname,
			"the attachment %q is a reference to %q, which is written as a reference and not followed", o.fileName(a), path)
		return o.reference(a, path)
	}
	o.say("mime.attachment.empty", problem.Loss, proptag.AttachMethod, "the attachment %q has method %d and no contents", o.fileName(a), method)
	return nil
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
	shown := refs.hasID(id) || refs.hasLocation(location) ||
		location != "" && refs.hasLocation(o.text(a.Props, proptag.AttachContentBase)+location)
	if !shown || !refs.claim(id, location) {
		return false
	}
	if made := o.partID(a); made != id {
		refs.rename(id, made)
	}
	return true
}

// contentID returns PidTagAttachContentId without brackets, or "".
func (o *object) contentID(a *mapi.Attachment) string {
	if id := o.rtf.ids[a]; id != "" {
		return id
	}
	return strings.Trim(strings.TrimSpace(o.text(a.Props, proptag.AttachContentId)), "<>")
}

// partID returns the Content-ID of the part, without brackets: that of the
// attachment, or one in its place when it holds what an identifier must not
// (RFC 5322 3.6.4).
func (o *object) partID(a *mapi.Attachment) string {
	id := o.contentID(a)
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7F || strings.IndexByte(`<>()[]\",;`, c) >= 0 {
			return madeID([]byte(id))
		}
	}
	return id
}

// madeID returns an identifier that depends on what it is made of alone.
func madeID(from ...[]byte) string {
	h := fnv.New64a()
	for _, b := range from {
		_, _ = h.Write(b)
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)) + "@" + imceaDomain
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
	mt := o.mediaType(a, name)
	if mt == rightsManaged {
		o.say("mime.rpmsg.protected", problem.Info, proptag.AttachDataBinary,
			"the message is protected by rights management; what it says is in %q, which is carried as it is", name)
	}
	p.field(o.e.parameterized("Content-Type", mt, params))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	p.field(o.e.parameterized("Content-Disposition", disposition, append(named, fileParams(a, data)...)))
	o.describe(p, a, name)
	p.body = func() error { return o.place(data) }
	return p
}

// describe adds the fields that the parts of attachments have in common.
func (o *object) describe(p *part, a *mapi.Attachment, name string) {
	if id := o.partID(a); id != "" {
		p.field(rfc5322.MessageIDs("Content-ID", "<"+id+">"))
	}
	if s := o.text(a.Props, proptag.DisplayName); s != name && s != o.text(a.Props, proptag.AttachFilename) && strings.TrimSpace(s) != "" {
		p.field(rfc5322.Text("Content-Description", s))
	}
	for _, f := range attachmentFields {
		if s := strings.TrimRight(o.text(a.Props, f.tag), "\x00"); s != "" {
			p.field(rfc5322.Raw(f.field, s))
		}
	}
}

// attachmentFields are the fields of a part with one property each
// ([MS-OXCMAIL] 2.1.3.4.2).
var attachmentFields = []struct {
	field string
	tag   mapi.Tag
}{
	{"Content-Location", proptag.AttachContentLocation},
	{"Content-Base", proptag.AttachContentBase},
	{"X-Payload-Class", proptag.AttachPayloadClass},
	{"X-Payload-Provider-Guid", proptag.AttachPayloadProviderGuidString},
}

// place writes the contents of an attachment in base64. Damage costs what is
// missing of them and nothing else.
func (o *object) place(data mapi.Value) error {
	switch v := data.(type) {
	case mapi.Large:
		return o.placed(proptag.AttachDataBinary, o.e.out.base64(v))
	case []byte:
		return o.e.encode(bytes.NewReader(v))
	}
	return nil
}

// placed handles what came of writing the value of a property: that it is
// damaged is a problem of its own, and no error.
func (o *object) placed(tag mapi.Tag, err error) error {
	if !errors.Is(err, mapi.ErrCorruptData) {
		return err
	}
	o.say("mime.value.damaged", problem.Loss, tag, "the value cannot be read to its end; what comes before was written: %v", err)
	return nil
}

// fileParams are the parameters of Content-Disposition that describe a file
// (RFC 2183 2).
func fileParams(a *mapi.Attachment, data mapi.Value) []rfc5322.Param {
	list := sizeParam(data)
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

// sizeParam is the parameter with the length of the contents in bytes, if it is
// known.
func sizeParam(data mapi.Value) []rfc5322.Param {
	if n := sizeOf(data); n >= 0 {
		return []rfc5322.Param{{Name: "size", Value: strconv.FormatInt(n, 10)}}
	}
	return nil
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
	var list []rfc5322.Param
	if cs != "" {
		list = append(list, rfc5322.Param{Name: "charset", Value: cs})
	}
	return append(list, macParams(a)...)
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
