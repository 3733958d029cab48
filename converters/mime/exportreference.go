package mime

import (
	"strconv"
	"strings"

	"github.com/emersion/go-message/textproto"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
)

// reference returns a part that stands for contents that are somewhere else: a
// file on some computer, or something on the web (RFC 2046 5.2.3, RFC 2017).
// Nobody here goes there.
func (o *object) reference(a *mapi.Attachment, path string) *part {
	p := new(part)
	params := []rfc5322.Param{{Name: "access-type", Value: "local-file"}, {Name: "name", Value: path}}
	if isURL(path) {
		params = []rfc5322.Param{{Name: "access-type", Value: "URL"}, {Name: "URL", Value: path}}
	}
	p.field(o.e.parameterized("Content-Type", "message/external-body", params))
	inner := o.phantom(a, path)
	p.body = func() error { return textproto.WriteHeader(o.e.out, inner.head()) }
	return p
}

// phantom returns a part with the header of the contents that are not there. It
// must have a Content-ID (RFC 2046 5.2.3).
func (o *object) phantom(a *mapi.Attachment, path string) *part {
	p := new(part)
	name := o.fileName(a)
	var named, disposition []rfc5322.Param
	if name != "" {
		named = []rfc5322.Param{{Name: "name", Value: name}}
		disposition = []rfc5322.Param{{Name: "filename", Value: name}}
	}
	p.field(o.e.parameterized("Content-Type", o.mediaType(a, name), named))
	p.field(o.e.parameterized("Content-Disposition", "attachment", append(disposition, fileParams(a, nil)...)))
	if o.contentID(a) == "" {
		p.field(rfc5322.MessageIDs("Content-ID", "<"+madeID([]byte(o.e.seed), []byte(name), []byte(path))+">"))
	}
	o.describe(p, a, name)
	for _, f := range webFields {
		q := a.Props.Named(f.name)
		if q == nil {
			continue
		}
		switch v := q.Value.(type) {
		case string:
			p.field(rfc5322.Text(f.field, v))
		case int32:
			p.field(rfc5322.Raw(f.field, strconv.Itoa(int(v))))
		}
	}
	return p
}

// webFields are the fields for what is known of an attachment on the web
// ([MS-OXCMSG] 2.2.2.26 to 2.2.2.28).
var webFields = []struct {
	field string
	name  mapi.Name
}{
	{"X-Attachment-Provider-Type", propname.NameAttachmentProviderType},
	{"X-Attachment-Permission-Type", propname.NameAttachmentPermissionType},
}

// isURL reports whether a path begins with a scheme (RFC 3986 3.1). A single
// letter is a drive.
func isURL(path string) bool {
	scheme, _, ok := strings.Cut(path, ":")
	if !ok || len(scheme) < 2 {
		return false
	}
	for i, c := range []byte(strings.ToLower(scheme)) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return true
}
