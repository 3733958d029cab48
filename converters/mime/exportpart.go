package mime

import (
	"encoding/hex"
	"hash/fnv"
	"io"
	"strconv"

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

// part writes p, and everything in it.
func (e *exporter) part(p *part) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	boundary := ""
	if p.subtype != "" {
		boundary = e.boundary()
		params := append([]rfc5322.Param{{Name: "boundary", Value: boundary}}, p.params...)
		p.field(rfc5322.Parameterized("Content-Type", "multipart/"+p.subtype, params))
	}
	for _, f := range p.fields {
		if _, err := e.out.Write(f); err != nil {
			return err
		}
	}
	if _, err := e.out.Write(crlf); err != nil {
		return err
	}
	if boundary == "" {
		if p.body == nil {
			return nil
		}
		return p.body()
	}
	return e.parts(p.children, boundary)
}

// parts writes the children of a multipart (RFC 2046 5.1.1).
func (e *exporter) parts(children []*part, boundary string) error {
	e.open = append(e.open, boundary)
	defer func() { e.open = e.open[:len(e.open)-1] }()
	for _, c := range children {
		if err := e.delimiter("--" + boundary + "\r\n"); err != nil {
			return err
		}
		if err := e.part(c); err != nil {
			return err
		}
	}
	err := e.delimiter("--" + boundary + "--\r\n")
	e.out.complete = true
	return err
}

// delimiter writes a boundary line. The line end before it belongs to it.
func (e *exporter) delimiter(line string) error {
	if !e.out.complete {
		line = "\r\n" + line
	}
	_, err := io.WriteString(e.out, line)
	e.out.complete = true // a header or an empty line follows
	return err
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
	dst transfer.Output
	// complete says that the last line end written is no content, so that a
	// boundary may follow at once.
	complete bool
	begun    bool // the last byte written is no line feed
}

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w.complete, w.begun = false, p[len(p)-1] != '\n'
	}
	return w.dst.Write(p)
}

// base64 places a value in base64. Its last line end is no content.
func (w *lineWriter) base64(v mapi.Large) error {
	err := w.dst.Ref(v, transfer.Base64)
	w.complete, w.begun = true, false
	return err
}

// endLine ends the last line of the file.
func (w *lineWriter) endLine() error {
	if !w.begun {
		return nil
	}
	_, err := w.Write(crlf)
	return err
}
