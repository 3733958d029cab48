package mime

import (
	"encoding/hex"
	"hash/fnv"
	"io"
	"slices"
	"strconv"

	"github.com/emersion/go-message/textproto"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A part is an entity of the file (RFC 2045 2.4): a leaf with a body, or a
// multipart.
type part struct {
	fields   [][]byte     // header fields, each ended by CRLF
	body     func() error // of a leaf; nil for an empty one
	eightBit bool         // the body of a leaf is not in 7 bits
	subtype  string       // of a multipart, else ""
	params   []rfc5322.Param
	children []*part
}

// field adds a header field; nil adds nothing.
func (p *part) field(f []byte) {
	if f != nil {
		p.fields = append(p.fields, f)
	}
}

// multipart returns a part of the children, or the child itself when it is the
// only one.
func multipart(subtype string, children []*part, params ...rfc5322.Param) *part {
	if len(children) == 1 {
		return children[0]
	}
	return &part{subtype: subtype, params: params, children: children}
}

// head returns the fields as a header.
func (p *part) head() textproto.Header {
	var h textproto.Header
	for _, f := range slices.Backward(p.fields) { // AddRaw adds at the top
		h.AddRaw(f)
	}
	return h
}

// root writes p, and everything in it, as the root of a message.
func (e *exporter) root(p *part) error {
	boundary := e.prepare(p)
	if err := textproto.WriteHeader(e.out, p.head()); err != nil {
		return err
	}
	return e.content(p, boundary)
}

// prepare completes the header of a multipart and returns its boundary.
func (e *exporter) prepare(p *part) string {
	if p.subtype == "" {
		return ""
	}
	boundary := e.boundary()
	params := append([]rfc5322.Param{{Name: "boundary", Value: boundary}}, p.params...)
	p.field(rfc5322.Parameterized("Content-Type", "multipart/"+p.subtype, params))
	if p.eightBitBody() { // RFC 2045 6.4
		p.field(rfc5322.Raw("Content-Transfer-Encoding", "8bit"))
	}
	return boundary
}

// eightBitBody reports whether something in the body of p is not in 7 bits.
func (p *part) eightBitBody() bool {
	if p.subtype == "" {
		return p.eightBit
	}
	return slices.ContainsFunc(p.children, func(c *part) bool { return c.eightBitHeader() || c.eightBitBody() })
}

// eightBitHeader reports whether a header field of p is not in 7 bits.
func (p *part) eightBitHeader() bool { return slices.ContainsFunc(p.fields, hasHigh) }

// content writes what follows the header of p (RFC 2046 5.1.1).
func (e *exporter) content(p *part, boundary string) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if boundary == "" {
		if p.body == nil {
			return nil
		}
		return p.body()
	}
	w := textproto.NewMultipartWriter(e.out)
	if err := w.SetBoundary(boundary); err != nil {
		return err
	}
	e.open++
	defer func() { e.open-- }()
	for _, c := range p.children {
		inner := e.prepare(c)
		if _, err := w.CreatePart(c.head()); err != nil {
			return err
		}
		if err := e.content(c, inner); err != nil {
			return err
		}
	}
	return w.Close()
}

// boundary returns the next boundary. It holds "=_", which neither base64 nor
// quoted-printable can produce, and no boundary is the beginning of another.
func (e *exporter) boundary() string {
	e.made++
	return boundaryMark + e.seed + "_" + strconv.Itoa(e.made) + "="
}

const boundaryMark = "=_oxbridge_"

var crlf = []byte("\r\n")

// seedOf returns a word that differs between messages, so that one that quotes
// another does not hold the other's boundaries.
func seedOf(m *mapi.Message) string {
	h := fnv.New64a()
	for _, tag := range []mapi.Tag{proptag.InternetMessageId, proptag.Subject, proptag.SearchKey, proptag.ClientSubmitTime} {
		switch v, _ := m.Props.Get(tag); v := v.(type) {
		case string:
			_, _ = io.WriteString(h, v)
		case []byte:
			_, _ = h.Write(v)
		case mapi.Filetime:
			_, _ = io.WriteString(h, strconv.FormatUint(uint64(v), 16))
		}
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A lineWriter is the output, and knows whether a line has been begun.
type lineWriter struct {
	dst   transfer.Output
	begun bool // the last byte written is no line feed
}

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w.begun = p[len(p)-1] != '\n'
	}
	return w.dst.Write(p)
}

// base64 places a value in base64.
func (w *lineWriter) base64(v mapi.Large) error {
	w.begun = false
	return w.dst.Ref(v, transfer.Base64)
}

// endLine ends the last line of the file.
func (w *lineWriter) endLine() error {
	if !w.begun {
		return nil
	}
	_, err := w.Write(crlf)
	return err
}
