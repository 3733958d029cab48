package mime

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// macBinary is the value of PidTagAttachEncoding for contents in MacBinary
// ([MS-OXCMSG] 2.2.2.20).
var macBinary = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0B, 0x01}

// appleDouble returns a file of the Macintosh as its two forks, nil when the
// attachment is none ([MS-OXCMAIL] 2.1.3.4.3, RFC 1740). Without a resource fork
// it is the data alone.
func (o *object) appleDouble(a *mapi.Attachment, data mapi.Value, inline bool) *part {
	if p := a.Props.Named(propname.NameAttachmentMacInfo); p != nil {
		if info, ok := p.Value.([]byte); ok && len(info) > 0 {
			return o.forks(a, info, data, inline)
		}
	}
	if !bytes.Equal(a.Props.Binary(proptag.AttachEncoding), macBinary) {
		return nil
	}
	f, ok := parseMacBinary(data)
	if !ok {
		return nil
	}
	content := section{v: data, off: f.dataAt, n: f.data}
	if f.resource == 0 {
		return o.file(a, content, inline)
	}
	return o.forks(a, section{head: f.appleDouble(), v: data, off: f.resourceAt, n: f.resource}, content, inline)
}

// forks returns a multipart/appledouble: what only the Macintosh knows of the
// file, then its data.
func (o *object) forks(a *mapi.Attachment, info, data mapi.Value, inline bool) *part {
	p := new(part)
	var params []rfc5322.Param
	if name := o.fileName(a); name != "" {
		params = []rfc5322.Param{{Name: "name", Value: name}}
	}
	p.field(o.e.parameterized("Content-Type", "application/applefile", params))
	p.field(rfc5322.Raw("Content-Transfer-Encoding", "base64"))
	p.body = func() error { return o.place(info) }
	b := &mapi.Attachment{Props: append(mapi.Props(nil), a.Props...)}
	if q := a.Props.Named(propname.NameAttachmentMacContentType); q != nil {
		if t, ok := q.Value.(string); ok {
			b.Props.Set(proptag.AttachMimeTag, t)
		}
	}
	return multipart("appledouble", []*part{p, o.file(b, data, inline)})
}

// macParams are the parameters with creator and type of a file of the Macintosh
// that has no other place for them. PidTagAttachAdditionalInformation has them
// as ":CREA:TYPE" ([MS-OXCMSG] 2.2.2.21).
func macParams(a *mapi.Attachment) []rfc5322.Param {
	b := a.Props.Binary(proptag.AttachAdditionalInformation)
	if len(b) < 10 || b[0] != ':' || b[5] != ':' || len(bytes.Trim(b[10:], "\x00")) > 0 {
		return nil
	}
	return []rfc5322.Param{
		{Name: "x-mac-creator", Value: strings.ToUpper(hex.EncodeToString(b[1:5]))},
		{Name: "x-mac-type", Value: strings.ToUpper(hex.EncodeToString(b[6:10]))},
	}
}

// A macFile is what the header of a file in MacBinary says, and where its forks
// stand.
type macFile struct {
	name                 []byte
	finder               [32]byte
	data, dataAt         int64
	resource, resourceAt int64
}

const macHeader = 128 // bytes before the forks, each of which is padded to as many

// parseMacBinary reads the header of a file in MacBinary I, II or III.
func parseMacBinary(data mapi.Value) (f macFile, ok bool) {
	var h [macHeader]byte
	r, err := openValue(data)
	if err != nil {
		return f, false
	}
	defer r.Close()
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return f, false
	}
	n := int(h[1])
	if h[0] != 0 || h[74] != 0 || h[82] != 0 || n < 1 || n > 63 {
		return f, false
	}
	pad := func(n int64) int64 { return (n + macHeader - 1) / macHeader * macHeader }
	f.name = h[2 : 2+n]
	copy(f.finder[:], h[65:81]) // type, creator, flags, place and folder
	f.finder[9] = h[101]        // the second byte of the flags
	f.data = int64(binary.BigEndian.Uint32(h[83:]))
	f.resource = int64(binary.BigEndian.Uint32(h[87:]))
	f.dataAt = macHeader + pad(int64(binary.BigEndian.Uint16(h[120:])))
	f.resourceAt = f.dataAt + pad(f.data)
	size := sizeOf(data)
	return f, size < 0 || f.dataAt+f.data <= size && (f.resource == 0 || f.resourceAt+f.resource <= size)
}

// Entries of an AppleDouble file (RFC 1740 appendix A).
const (
	doubleResource = 2
	doubleName     = 3
	doubleFinder   = 9
)

// appleDouble returns the header of an AppleDouble file for f. The resource fork
// follows it.
func (f macFile) appleDouble() []byte {
	const fixed, entry, entries = 26, 12, 3
	b := binary.BigEndian.AppendUint32(nil, 0x00051607)
	b = binary.BigEndian.AppendUint32(b, 0x00020000)
	b = append(b, make([]byte, 16)...)
	b = binary.BigEndian.AppendUint16(b, entries)
	at := uint32(fixed + entries*entry)
	for _, e := range []struct{ id, size uint32 }{
		{doubleName, uint32(len(f.name))}, {doubleFinder, uint32(len(f.finder))}, {doubleResource, uint32(f.resource)},
	} {
		b = binary.BigEndian.AppendUint32(b, e.id)
		b = binary.BigEndian.AppendUint32(b, at)
		b = binary.BigEndian.AppendUint32(b, e.size)
		at += e.size
	}
	return append(append(b, f.name...), f.finder[:]...)
}

// A section is head, then n bytes of a value from an offset on.
type section struct {
	head   []byte
	v      mapi.Value
	off, n int64
}

var _ mapi.Large = section{}

// Size implements mapi.Large.
func (s section) Size() int64 { return int64(len(s.head)) + s.n }

// Open implements mapi.Large.
func (s section) Open() (io.ReadCloser, error) {
	r, err := openValue(s.v)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, r, s.off); err != nil {
		_ = r.Close()
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: the value ends before byte %d", mapi.ErrCorruptData, s.off)
		}
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(s.head), io.LimitReader(r, s.n)), r}, nil
}

// sizeOf returns the length of the contents of an attachment in bytes, -1 when
// it is not known.
func sizeOf(v mapi.Value) int64 {
	switch v := v.(type) {
	case mapi.Large:
		return v.Size()
	case []byte:
		return int64(len(v))
	}
	return -1
}
