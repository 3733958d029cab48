package mime

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

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
	if s := o.text(a.Props, proptag.DisplayName); strings.TrimSpace(s) != "" && s != o.text(a.Embedded.Props, proptag.Subject) {
		p.field(rfc5322.Text("Content-Description", s)) // [MS-OXCMAIL] 2.2.3.4.3: where there is none, the subject is the name
	}
	report := o.report.Under("embedded")
	p.body = func() error { return o.e.message(a.Embedded, o.depth+1, report) }
	return p
}
