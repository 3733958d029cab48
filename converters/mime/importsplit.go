package mime

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const (
	// limits.MIMEBlock bounds the headers of all parts of a file, in bytes, and
	// limits.MIMEAllFields their fields. A part has minHeaderBlock and minFields
	// whatever the others have.
	minHeaderBlock = 1 << 10
	minFields      = 20
	// maxBoundary bounds a boundary in bytes; RFC 2046 5.1.1 allows 70.
	maxBoundary = 1000
)

// A level says where an entity stands.
type level struct {
	nesting int  // entities around it
	depth   int  // messages around its message
	digest  bool // the one around it is a multipart/digest
}

// in returns the level of what stands directly in p.
func (l level) in(p *entity) level {
	return level{l.nesting + 1, l.depth, p.mediatype == "multipart/digest"}
}

// read reads the entity in [start, end) and everything in it.
func (r *importer) read(s *source, start, end int64, at level) *entity {
	r.parts++
	p := &entity{src: s, start: start, body: end, end: end}
	r.readHeader(p)
	p.describe(at.digest)
	p.setEncoding()
	if r.stop(s) {
		return p
	}
	switch {
	case p.is("multipart"):
		r.multipart(p, at)
	case p.mediatype == "message/rfc822" || p.mediatype == "message/global":
		r.nested(p, at)
	}
	return p
}

// stop reports whether reading is over because of an error, and keeps it.
func (r *importer) stop(s *source) bool {
	if r.err == nil {
		r.err = s.err
	}
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	return r.err != nil
}

// note records a problem of the part, to be reported with the message that it
// belongs to.
func (p *entity) note(code string, severity problem.Severity, format string, args ...any) {
	p.notes = append(p.notes, problem.Problem{Code: code, Severity: severity, Detail: fmt.Sprintf(format, args...)})
}

// nested reads the message in a message/rfc822 ([MS-OXCMAIL] 2.2.3.4.3).
//
// QUIRK: RFC 2046 5.2.1 forbids to encode it; it is done all the same.
func (r *importer) nested(p *entity, at level) {
	if at.depth >= r.opt.MaxDepth || at.nesting >= r.opt.MaxNesting {
		p.note("mime.limit.depth", problem.Info, "messages are attached more than %d deep; this one is kept as a file", at.depth)
		return
	}
	in := level{at.nesting + 1, at.depth + 1, false}
	if p.encoding == transfer.Raw {
		p.message = r.read(p.src, p.body, p.end, in)
		return
	}
	if p.size() > r.opt.MaxBody {
		p.note("mime.limit.size", problem.Info, "the encoded message of %d bytes is kept as a file", p.size())
		return
	}
	inner := memory(p.decoded())
	start := inner.skipJunk()
	if head := inner.view(start, headerBytes); !isFieldLine(head) && !isFromLine(head) {
		p.note("mime.encoding.message", problem.Info, "what is encoded as an attached message is none; it is kept as a file")
		return
	}
	p.note("mime.encoding.message", problem.Info, "an attached message must not be encoded; it was decoded")
	p.message = r.read(inner, start, inner.size, in)
}

// memory returns a source of b.
func memory(b []byte) *source {
	return &source{in: transfer.NewBytesInput(b), size: int64(len(b)), whole: true, win: b}
}

// multipart takes a multipart apart (RFC 2046 5.1).
func (r *importer) multipart(p *entity, at level) {
	boundary := strings.TrimRight(p.params["boundary"], " \t")
	_, declared := p.params["boundary"]
	switch {
	case at.nesting >= r.opt.MaxNesting:
		p.note("mime.limit.depth", problem.Info, "parts are nested more than %d deep; this one is kept as a file", at.nesting)
	case !declared || len(boundary) > maxBoundary:
		p.note("mime.boundary.missing", problem.Info, "%s without a usable boundary; its content is one part", p.mediatype)
	case r.split(p, delimiter{p.src, []byte("--" + boundary)}, at.in(p)) || r.encoded(p, boundary, at):
		return
	default:
		p.note("mime.boundary.missing", problem.Info, "the boundary %.80q of %s is nowhere; its content is one part", boundary, p.mediatype)
	}
	p.fallback = true
}

// encoded takes a multipart apart that is encoded as a whole.
//
// QUIRK: RFC 2045 6.4 forbids it.
func (r *importer) encoded(p *entity, boundary string, at level) bool {
	if p.encoding == transfer.Raw || p.size() > r.opt.MaxBody {
		return false
	}
	inner := memory(p.decoded())
	q := &entity{src: inner, mediatype: p.mediatype, end: inner.size}
	if !r.split(q, delimiter{inner, []byte("--" + boundary)}, at.in(p)) {
		return false
	}
	p.note("mime.encoding.multipart", problem.Info, "a multipart must not be encoded; it was decoded")
	p.parts, p.notes = q.parts, append(p.notes, q.notes...)
	return true
}

// split cuts p at the delimiters; false when there is none that begins a part.
func (r *importer) split(p *entity, d delimiter, in level) bool {
	line, found := d.next(p.body, p.end)
	switch {
	case !found:
		return false
	case line.closing:
		if line.start > p.body { // what stands before it is all there is
			p.end = d.src.trimEOL(p.body, line.start)
		}
		return false
	}
	p.aside("mime.preamble", "before the first part", p.body, line.start)
	for !line.closing && !r.stop(p.src) {
		start, end := line.next, p.end
		line, found = d.next(start, p.end)
		if found {
			end = d.src.trimEOL(start, line.start)
		}
		if r.parts >= r.opt.MaxParts {
			p.note("mime.limit.parts", problem.Info, "more than %d parts; the rest is one file", r.opt.MaxParts)
			p.parts = append(p.parts, &entity{src: p.src, start: start, body: start, blockEnd: start, end: p.end,
				mediatype: "application/octet-stream"})
			return true
		}
		if start < end || found && start < line.start {
			p.parts = append(p.parts, r.read(p.src, start, end, in))
		}
		if !found {
			p.note("mime.boundary.open", problem.Info, "%s ends without its last boundary", p.mediatype)
			return true
		}
	}
	p.aside("mime.epilogue", "after the last part", line.next, p.end)
	return true
}
