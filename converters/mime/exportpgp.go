package mime

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

const (
	typePGP    = "application/pgp-encrypted"
	pgpArmor   = "-----BEGIN PGP MESSAGE-----"
	maxVersion = 1 << 10 // bytes of the part that says that PGP follows
)

// pgpEncrypted returns the root of a message encrypted with PGP/MIME, nil if it
// is none (RFC 3156 4). A server that takes such a message apart leaves the two
// parts as attachments and no body.
func (o *object) pgpEncrypted() *part {
	if len(o.m.Attachments) != 2 || o.m.Attachments[0] == nil || o.m.Attachments[1] == nil {
		return nil
	}
	first, second := o.m.Attachments[0], o.m.Attachments[1]
	mt, _, _ := rfc5322.ParseMediaType([]byte(o.text(first.Props, proptag.AttachMimeTag)))
	if mt != typePGP || o.hasBody() {
		return nil
	}
	version, isText := o.plainContent(first)
	data, tag := attachmentData(second)
	if !isText || len(version) > maxVersion || !bytes.Contains(version, []byte("Version:")) || tag != proptag.AttachDataBinary || !o.e.armored(data) {
		return nil
	}
	intro := o.asciiPart(typePGP, []byte(strings.TrimSpace(canonicalLines(string(version)))+"\r\n"))
	return multipart("encrypted", []*part{intro, o.at(1).armor(second, data)}, rfc5322.Param{Name: "protocol", Value: typePGP})
}

// hasBody reports whether the message has a body that shows anything.
func (o *object) hasBody() bool {
	if o.m.Props.Has(proptag.Html) || o.m.Props.Has(proptag.BodyHtml) {
		return true
	}
	v, ok := o.m.Props.Get(proptag.Body)
	if !ok {
		return o.m.Props.Has(proptag.RtfCompressed)
	}
	s, isText := v.(string)
	return !isText || strings.Trim(s, " \t\r\n\x00") != ""
}

// armored reports whether a value is a PGP message in lines that travel as they
// are, which is how programs want to find it.
func (e *exporter) armored(data mapi.Value) bool {
	r, err := openValue(data)
	if err != nil {
		return false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limits.MIMESigned.Get()+1))
	if err != nil || len(b) > limits.MIMESigned.Int() || !bytes.HasPrefix(bytes.TrimSpace(b), []byte(pgpArmor)) {
		return false
	}
	t := measure(canonicalLines(b))
	return bytes.Count(b, []byte("\r")) == bytes.Count(b, crlf) && t.high == 0 && t.longest <= maxLine && !bytes.Contains(b, []byte(boundaryMark)) && bytes.IndexByte(b, 0) < 0
}

// armor returns the part with the encrypted message.
func (o *object) armor(a *mapi.Attachment, data mapi.Value) *part {
	p := new(part)
	name := o.fileName(a)
	if name == "" {
		name = "encrypted.asc"
	}
	p.field(o.e.parameterized("Content-Type", defaultType, []rfc5322.Param{{Name: "name", Value: name}}))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "7bit"))
	p.field(o.e.parameterized("Content-Disposition", "inline", []rfc5322.Param{{Name: "filename", Value: name}}))
	o.describe(p, a, name)
	p.body = func() error {
		r, err := openValue(data)
		if err != nil {
			return err
		}
		defer r.Close()
		return o.placed(proptag.AttachDataBinary, o.e.copyLines(bufio.NewReader(r)))
	}
	return p
}
