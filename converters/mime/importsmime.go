package mime

import (
	"bytes"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// messageKind is how the root of a message asks to be read.
type messageKind uint8

const (
	ordinary       messageKind = iota
	clearSigned                // multipart/signed with an S/MIME signature
	opaqueSigned               // or encrypted: one CMS object
	deliveryReport             // multipart/report of delivery
	receiptReport              // multipart/report of reading
)

// kindOf returns the kind of the message with the given root ([MS-OXOSMIME]
// 2.1, [MS-OXCMAIL] 2.2.3.7).
func kindOf(p *entity) messageKind {
	switch p.mediatype {
	case "multipart/signed":
		protocol := strings.ToLower(p.params["protocol"])
		if (protocol == "application/pkcs7-signature" || protocol == "application/x-pkcs7-signature") && !p.fallback && len(p.parts) > 0 {
			return clearSigned
		}
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		if !p.certificates() {
			return opaqueSigned
		}
	case "application/octet-stream":
		if strings.HasSuffix(strings.ToLower(p.fileName()), ".p7m") {
			return opaqueSigned
		}
	case "multipart/report":
		switch strings.ToLower(p.params["report-type"]) {
		case "delivery-status":
			return deliveryReport
		case "disposition-notification":
			return receiptReport
		}
	case "message/disposition-notification":
		return receiptReport
	}
	return ordinary
}

// certificates reports whether a CMS object holds certificates and nothing that
// anybody signed (RFC 8551 3.8).
func (p *entity) certificates() bool {
	smimeType := strings.ToLower(p.params["smime-type"])
	return smimeType == "certs-only" || smimeType == "" && strings.HasSuffix(strings.ToLower(p.fileName()), ".p7c")
}

// maxSigned is the size in bytes up to which a clear-signed entity is held in
// memory.
const maxSigned = 1 << 20

// clearSigned makes a message of the class IPM.Note.SMIME.MultipartSigned. Its
// one attachment is the whole entity, Content-Type included, byte for byte:
// the signature holds for nothing else ([MS-OXOSMIME] 2.1.3). The body is
// promoted for those who only read.
func (b *builder) clearSigned() {
	p := b.root
	b.set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
	b.body(p)
	b.set(proptag.NativeBody, nativeSigned)
	a := smimeFile("multipart/signed")
	head := append([]byte("Content-Type: "), p.fieldSource("Content-Type")...)
	head = append(bytes.TrimRight(head, "\r\n"), "\r\n\r\n"...)
	a.Props.Set(proptag.AttachDataBinary, p.signedEntity(head))
	b.m.Attachments = []*mapi.Attachment{a}
}

// opaqueSigned makes a message of the class IPM.Note.SMIME: a CMS object and
// no body ([MS-OXOSMIME] 2.1.1).
func (b *builder) opaqueSigned() {
	p := b.root
	b.set(proptag.MessageClass, "IPM.Note.SMIME")
	if raw := p.header.Get("Content-Type"); len(raw) > 0 {
		b.m.Props.SetNamed(propname.NameContentType, mapi.PtypString, bounded(rawText(raw)))
	}
	a := smimeFile(p.mediatype)
	if name := p.fileName(); name != "" {
		name = cleanName(name)
		a.Props.Set(proptag.AttachLongFilename, name)
		a.Props.Set(proptag.DisplayName, name)
	}
	a.Props.Set(proptag.AttachDataBinary, p.value(b.r.opt.MaxBody))
	if id := p.contentID(); id != "" {
		a.Props.Set(proptag.AttachContentId, bounded(id))
	}
	b.m.Attachments = []*mapi.Attachment{a}
}

// smimeFile returns an attachment for a signed or encrypted entity
// ([MS-OXOSMIME] 2.1.2).
func smimeFile(mimetag string) *mapi.Attachment {
	return &mapi.Attachment{Props: mapi.Props{
		{Tag: proptag.AttachMethod, Value: mapi.AttachByValue},
		{Tag: proptag.AttachLongFilename, Value: "smime.p7m"},
		{Tag: proptag.AttachFilename, Value: "SMIME.P7M"},
		{Tag: proptag.DisplayName, Value: "smime.p7m"},
		{Tag: proptag.AttachExtension, Value: ".p7m"},
		{Tag: proptag.AttachMimeTag, Value: mimetag},
		{Tag: proptag.RenderingPosition, Value: int32(-1)},
		{Tag: proptag.ObjectType, Value: objectAttachment},
	}}
}

// fieldSource returns the body of the first field of that name as it stands in
// the source, line breaks included.
func (p *entity) fieldSource(name string) []byte {
	block := p.src.load(p.start, p.blockEnd-p.start)
	start := -1
	for pos := 0; pos < len(block); {
		line, next := textLine(block, pos)
		folded := len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
		if start >= 0 && !folded {
			return bytes.TrimLeft(block[start:pos], " \t")
		}
		if field, _, ok := bytes.Cut(line, []byte(":")); ok && start < 0 && !folded && strings.EqualFold(string(bytes.TrimRight(field, " \t")), name) {
			start = pos + len(field) + 1
		}
		pos = next
	}
	if start < 0 {
		return nil
	}
	return bytes.TrimLeft(block[start:], " \t")
}

// signedEntity returns the entity that a signature is about: head and the body
// of p.
//
// QUIRK: a file whose lines end in LF has lost the line ends that were signed
// (RFC 8551 3.1.1); they are made CRLF again.
func (p *entity) signedEntity(head []byte) mapi.Value {
	e := signedValue{head: head, in: p.src.in, off: p.body, n: p.size(), lf: p.src.endsInLF(p.start)}
	if e.lf {
		e.head = toCRLF(head)
	}
	if e.n > maxSigned {
		return e
	}
	body := p.src.view(p.body, p.size())
	if e.lf {
		body = toCRLF(body)
	}
	return append(bytes.Clone(e.head), body...)
}

// A signedValue is one that is too long to be held in memory.
type signedValue struct {
	head   []byte
	in     transfer.Input
	off, n int64
	lf     bool
}

// Size implements mapi.Large.
func (e signedValue) Size() int64 {
	if e.lf {
		return -1
	}
	return int64(len(e.head)) + e.n
}

// Open implements mapi.Large.
func (e signedValue) Open() (io.ReadCloser, error) {
	var body io.Reader = io.NewSectionReader(e.in, e.off, e.n)
	if e.lf {
		body = &crlfReader{r: body}
	}
	return io.NopCloser(io.MultiReader(bytes.NewReader(e.head), body)), nil
}

// toCRLF returns b with every line end made CRLF.
func toCRLF(b []byte) []byte {
	return appendCRLF(make([]byte, 0, len(b)+len(b)/32), b, 0)
}

// appendCRLF appends b to dst with a CR before every LF that has none; last is
// the byte before b.
func appendCRLF(dst, b []byte, last byte) []byte {
	for _, c := range b {
		if c == '\n' && last != '\r' {
			dst = append(dst, '\r')
		}
		dst = append(dst, c)
		last = c
	}
	return dst
}

// crlfReader makes every line end CRLF.
type crlfReader struct {
	r    io.Reader
	raw  [16 << 10]byte
	out  []byte
	rest []byte // of out
	last byte
}

func (c *crlfReader) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		n, err := c.r.Read(c.raw[:])
		if n == 0 && err != nil {
			return 0, err
		}
		if n > 0 {
			c.out = appendCRLF(c.out[:0], c.raw[:n], c.last)
			c.rest, c.last = c.out, c.raw[n-1]
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
