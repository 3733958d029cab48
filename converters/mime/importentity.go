package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// An entity is a message or a body part (RFC 2045 2.4), with its place in
// the source.
type entity struct {
	src             *source
	start, blockEnd int64 // of the header block, in src
	body, end       int64
	header          rfc5322.Header
	defects         []rfc5322.Defect
	notes           []problem.Problem // not yet reported

	mediatype   string            // lower case; the default where the field says none
	params      map[string]string // of Content-Type
	disposition string            // lower case; "" without the field
	dispParams  map[string]string
	encoding    transfer.Transform
	uuencoded   bool

	parts    []*entity // of a multipart that was taken apart
	message  *entity   // of a message/rfc822 that was read
	fallback bool      // a multipart that could not be taken apart
	used     bool      // its content is the body, or part of it
	madeUpID string    // what the body refers to it by, if it has no Content-ID
}

// describe reads the fields that say what the part is (RFC 2045 5, RFC 2183).
func (p *entity) describe(digest bool) {
	p.mediatype = "text/plain"
	if digest {
		p.mediatype = "message/rfc822" // RFC 2046 5.1.5
	}
	if raw := p.header.Get("Content-Type"); len(raw) > 0 {
		p.setType(raw)
	}
	if raw := p.header.Get("Content-Disposition"); len(raw) > 0 {
		p.disposition, p.dispParams, _ = rfc5322.ParseDisposition(raw)
	}
}

// setType reads Content-Type.
//
// QUIRK: a type without a subtype means what its only common subtype is, and
// what is no type at all is text, as a part without the field
// (RFC 2045 5.2).
func (p *entity) setType(raw []byte) {
	mediatype, params, ok := rfc5322.ParseMediaType(raw)
	p.params = params
	switch {
	case ok:
		p.mediatype = mediatype
	case mediatype == "multipart" || strings.HasPrefix(mediatype, "multipart/"):
		p.mediatype = "multipart/mixed"
	case mediatype == "html":
		p.mediatype = "text/html"
	}
}

// is reports whether the part has the major type.
func (p *entity) is(major string) bool {
	return strings.HasPrefix(p.mediatype, major) && len(p.mediatype) > len(major) && p.mediatype[len(major)] == '/'
}

// fileName returns the name that the part gives to its content, "" if it gives
// none ([MS-OXCMAIL] 2.2.3.4.1.1).
//
// QUIRK: each of the two fields may call it what the other one should.
func (p *entity) fileName() string {
	for _, name := range []string{p.dispParams["filename"], p.params["name"], p.dispParams["name"], p.params["filename"]} {
		if name = strings.TrimSpace(name); name != "" {
			return name
		}
	}
	return ""
}

// contentID returns the Content-ID without its brackets.
func (p *entity) contentID() string {
	if p.madeUpID != "" {
		return p.madeUpID
	}
	return strings.Trim(strings.TrimSpace(p.header.Text("Content-ID")), "<>")
}
