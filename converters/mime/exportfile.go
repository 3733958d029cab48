package mime

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

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
