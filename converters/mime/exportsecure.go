package mime

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	classSigned = "IPM.Note.SMIME.MultipartSigned"
	classSecure = "IPM.Note.SMIME"
	// QUIRK: Outlook has messages of its own of this class, which look the same.
	classOutlook = "IPM.Note.Secure"
	// rightsManaged is the type of the file in which a message protected by
	// rights management has its contents.
	rightsManaged = "application/x-microsoft-rpmsg-message"
	// maxEntityHeader bounds the header of a signed entity, maxEntity an entity
	// that is embedded and has to be searched for boundaries first, in bytes.
	maxEntityHeader = 64 << 10
)

// secure returns the root of a signed or encrypted message, which is what its
// one attachment holds ([MS-OXOSMIME] 2.1.3), or nil when the message is none
// or does not have that form.
func (o *object) secure() *part {
	class := o.text(o.m.Props, proptag.MessageClass)
	signed, outlook := isClass(class, classSigned), isClass(class, classOutlook)
	if !isClass(class, classSecure) && !outlook {
		return o.pgpEncrypted()
	}
	var data mapi.Value
	if len(o.m.Attachments) == 1 && o.m.Attachments[0] != nil {
		data, _ = attachmentData(o.m.Attachments[0])
	}
	var p *part
	if data != nil {
		// The class does not always tell which of the two it is.
		p = o.signedEntity(data)
		if p == nil && !signed && (!outlook || smimeTypeOf(data) != "") {
			p = o.envelope(o.m.Attachments[0], data)
			o.sayBodyBeside(data)
		}
	}
	if p == nil && !outlook {
		o.say("mime.smime.structure", problem.Loss, proptag.MessageClass,
			"a message of class %s must have one attachment with the whole entity; it is written as ordinary mail", class)
	}
	return p
}

// sayBodyBeside reports a body beside an encrypted or signed one, which takes its
// place. One beside what is only signed is a copy, as programs make for searching.
func (o *object) sayBodyBeside(data mapi.Value) {
	for _, tag := range []mapi.Tag{proptag.Body, proptag.Html.WithType(mapi.PtypUnspecified), proptag.RtfCompressed} {
		v, ok := o.m.Props.Get(tag)
		if !ok || emptyBody(v) {
			continue
		}
		severity := problem.Loss
		if smimeTypeOf(data) == "signed-data" {
			severity = problem.Info
		}
		o.say("mime.smime.body", severity, tag, "the message has a body beside what is encrypted or signed; it is left out")
		return
	}
}

// emptyBody reports whether nothing is in a body.
func emptyBody(v mapi.Value) bool {
	b, err := mapi.ReadValue(v, 64)
	return err == nil && len(bytes.TrimSpace(trimNUL(b))) == 0
}

// isClass reports whether a message class is base or below it.
func isClass(class, base string) bool {
	if len(class) < len(base) || !strings.EqualFold(class[:len(base)], base) {
		return false
	}
	return len(class) == len(base) || class[len(base)] == '.'
}

// envelope returns an application/pkcs7-mime part ([MS-OXOSMIME] 2.1.3.2).
func (o *object) envelope(a *mapi.Attachment, data mapi.Value) *part {
	kind := o.smimeType(a, data)
	name := o.fileName(a)
	if name == "" {
		name = "smime.p7m"
		if suffix := smimeSuffixes[kind]; suffix != "" {
			name = "smime" + suffix
		}
	}
	params := []rfc5322.Param{{Name: "name", Value: name}}
	if kind != "" {
		params = append([]rfc5322.Param{{Name: "smime-type", Value: kind}}, params...)
	}
	p := new(part)
	p.field(o.e.parameterized("Content-Type", "application/pkcs7-mime", params))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	p.field(o.e.parameterized("Content-Disposition", "attachment", []rfc5322.Param{{Name: "filename", Value: name}}))
	at := o.at(0)
	p.body = func() error { return at.place(data) }
	return p
}

// smimeTypes are the object identifiers of CMS contents as they stand in DER,
// and the smime-type of each (RFC 8551 3.2.2).
var smimeTypes = []struct {
	oid  []byte
	name string
}{
	{[]byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03}, "enveloped-data"},
	{[]byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02}, "signed-data"},
	{[]byte{0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x09}, "compressed-data"},
	{[]byte{0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17}, "authEnveloped-data"},
}

// smimeSuffixes are the extensions of files by smime-type, where it is not .p7m
// (RFC 8551 3.2.1).
var smimeSuffixes = map[string]string{"certs-only": ".p7c", "compressed-data": ".p7z"}

// smimeType returns the smime-type of the contents: the one in
// PidTagAttachMimeTag or in the Content-Type that the message came with, else
// what the first bytes say; "" when nothing does.
func (o *object) smimeType(a *mapi.Attachment, data mapi.Value) string {
	sources := []string{o.text(a.Props, proptag.AttachMimeTag)}
	if p := o.m.Props.Named(propname.NameContentType); p != nil {
		s, _ := p.Value.(string)
		sources = append(sources, s)
	}
	for _, s := range sources {
		if _, params, _ := rfc5322.ParseMediaType([]byte(s)); isToken(params["smime-type"]) {
			return params["smime-type"]
		}
	}
	if kind := smimeTypeOf(data); kind != "signed-data" || !strings.EqualFold(path.Ext(o.fileName(a)), ".p7c") {
		return kind
	}
	return "certs-only"
}

// smimeTypeOf returns the smime-type by the first bytes of the contents, "" when
// they are none of CMS.
func smimeTypeOf(data mapi.Value) string {
	const look = 32 // the identifier follows a sequence header
	head := mapi.Head(data, look)
	for _, t := range smimeTypes {
		if bytes.Contains(head, t.oid) {
			return t.name
		}
	}
	return ""
}

// openValue reads the contents of an attachment.
func openValue(v mapi.Value) (io.ReadCloser, error) {
	if large, ok := v.(mapi.Large); ok {
		return large.Open()
	}
	b, _ := v.([]byte)
	return io.NopCloser(bytes.NewReader(b)), nil
}

// signedEntity returns the multipart/signed entity byte for byte, but for line
// ends, which become CRLF ([MS-OXOSMIME] 2.1.3.1). It returns nil when the
// contents are no such entity.
func (o *object) signedEntity(data mapi.Value) *part {
	r, err := openValue(data)
	if err != nil {
		return nil
	}
	defer r.Close()
	head := make([]byte, maxEntityHeader)
	n, _ := io.ReadFull(r, head)
	block, _ := rfc5322.Split(head[:n])
	fields, _ := rfc5322.ParseHeader(block)
	if mt, params, ok := rfc5322.ParseMediaType(fields.Get("Content-Type")); !ok || mt != "multipart/signed" || params["boundary"] == "" {
		return nil
	}
	if !o.e.fits(data) {
		return nil
	}
	p := new(part)
	for _, f := range fields {
		if strings.HasPrefix(strings.ToLower(f.Name), "content-") {
			p.field(rfc5322.Raw(f.Name, string(f.Raw)))
		}
	}
	at := o.at(0)
	p.body = func() error { return at.placed(proptag.AttachDataBinary, o.e.entityBody(data, len(block))) }
	return p
}

// fits reports whether an entity that is written as it is holds none of the
// boundaries around it.
func (e *exporter) fits(data mapi.Value) bool {
	if e.open == 0 {
		return true
	}
	r, err := openValue(data)
	if err != nil {
		return false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limits.MIMESigned.Get()+1))
	return err == nil && len(b) <= limits.MIMESigned.Int() && !bytes.Contains(b, []byte(boundaryMark+e.seed))
}

// entityBody writes what follows a header block of skip bytes and an empty
// line.
func (e *exporter) entityBody(data mapi.Value, skip int) error {
	r, err := openValue(data)
	if err != nil {
		return err
	}
	defer r.Close()
	br := bufio.NewReader(r)
	if _, err := br.Discard(skip); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if next, _ := br.Peek(2); bytes.Equal(next, crlf) {
		_, _ = br.Discard(2)
	} else if len(next) > 0 && (next[0] == '\n' || next[0] == '\r') {
		_, _ = br.Discard(1)
	}
	return e.copyLines(br)
}

// copyLines copies r with CRLF line ends.
func (e *exporter) copyLines(r *bufio.Reader) error {
	for {
		piece, err := r.ReadSlice('\n')
		if len(piece) > 0 {
			if n := len(piece); piece[n-1] == '\n' && (n < 2 || piece[n-2] != '\r') {
				piece = append(bytes.Clone(piece[:n-1]), crlf...)
			}
			if _, werr := e.out.Write(piece); werr != nil {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
