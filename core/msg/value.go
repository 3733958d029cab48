package msg

import (
	"fmt"
	"math"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// html8 and html16 are HTML stored as a string.
const (
	html8  = mapi.Tag(0x1013001E)
	html16 = proptag.BodyHtml
)

// load reads the values of an object, whose storage is st.
func (r *reader) load(st *cfb.Storage, c *contents, sc scope) (mapi.Props, error) {
	props := make(mapi.Props, 0, len(c.list))
	var seen map[uint16]bool // ids with twins
	for i := range c.list {
		p := &c.list[i]
		var name mapi.Name
		if p.tag.ID() >= firstNamed {
			name = r.f.name(p.tag.ID())
		}
		if twin, more := r.f.twins[p.tag.ID()]; more {
			if seen[twin] {
				if r.tell.next("msg.property.duplicate", problem.Loss) {
					sc.report.Report(problem.Problem{Code: "msg.property.duplicate", Severity: problem.Loss, Tag: p.tag,
						Detail: "the object has another property named " + name.String() + ", which was kept"})
				}
				continue
			}
			if seen == nil {
				seen = make(map[uint16]bool)
			}
			seen[twin] = true
		} else if p.tag.ID() >= firstNamed && name.IsZero() {
			if r.afford(unnamedCost) {
				r.found.unnamed = append(room(r.found.unnamed), p.tag.ID())
			}
			r.tell.say("msg.property.unnamed", problem.Info, p.tag, "the named property map has no name for the property")
		}
		tag, v, err := r.value(p, sc)
		switch {
		case err == nil:
			props = props[:len(props)+1]
			to := &props[len(props)-1]
			to.Tag, to.Value = tag, v
			if p.tag.ID() >= firstNamed {
				to.Name = name
			}
		case Damaged(err):
			r.tell.say("msg.property.damaged", problem.Loss, p.tag, "%v; the property was left out", err)
		default:
			return nil, err
		}
	}
	r.tell.done()
	r.extra = r.extras(st)
	return props, nil
}

// bad returns the error for a value that cannot be read.
func (p *found) bad(spec, format string, args ...any) error {
	path := p.tag.String()
	if p.stream != nil {
		path = p.stream.Path()
	}
	return &FormatError{Path: path, Spec: spec, Detail: fmt.Sprintf(format, args...), Err: errDamaged}
}

// value reads the value of p and returns it with the tag it goes under.
func (r *reader) value(p *found, sc scope) (mapi.Tag, mapi.Value, error) {
	t := p.tag.Type()
	tag := p.tag.WithType(t.Unicode())
	switch {
	case t == mapi.PtypNull:
		return tag, nil, nil
	case fixed(t):
		return tag, fixedValue(t, p.raw[:]), nil
	case p.tag == html8:
		// QUIRK: the string is HTML in the code page it names itself.
		r.found.html8 = true
		v, err := r.bytes(p)
		return proptag.Html, v, err
	case multipleVariable(t):
		v, err := r.multiple(p, sc)
		return tag, v, err
	case t.Multiple():
		b, err := r.whole(p, p.stream)
		return tag, multipleValue(t, b), err
	case t == mapi.PtypGuid:
		b, err := r.whole(p, p.stream)
		if err == nil && len(b) < 16 {
			err = p.bad("[MS-OXCDATA] 2.11.1", "a GUID of %d bytes", len(b))
		}
		if err != nil {
			return tag, nil, err
		}
		return tag, mapi.GUID(b[:16]), nil
	case t == mapi.PtypObject && p.storage != nil:
		return tag, &largeStorage{storage: p.storage, dir: r.f.opt.TempDir}, nil
	case t == mapi.PtypObject: // QUIRK: the bytes themselves instead of a storage.
		v, err := r.bytes(p)
		return p.tag.WithType(mapi.PtypBinary), v, err
	case t == mapi.PtypString || t == mapi.PtypString8:
		v, err := r.text(p, sc)
		return tag, v, err
	}
	v, err := r.bytes(p)
	return tag, v, err
}

// inline reports whether n more bytes may be read at once, and counts them.
func (r *reader) inline(n, limit int64) bool {
	if n > limit || n > r.f.opt.MaxMemory-r.memory || n*textCost+valueCost > r.left() {
		return false
	}
	r.memory += n
	r.spent += n*textCost + valueCost
	return true
}

// What a byte of a value, as stored, takes in memory at most, and a value beside
// its bytes.
const (
	textCost  = 3
	valueCost = 24
)

// whole reads a stream that cannot become a Large.
func (r *reader) whole(p *found, s *cfb.Stream) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	if !r.inline(s.Size(), math.MaxInt64) {
		return nil, p.bad("[MS-OXMSG] 2.1.4", "the values of the message take too much memory")
	}
	return s.Bytes(-1)
}

// bytes reads the value of a stream as it is.
func (r *reader) bytes(p *found) (mapi.Value, error) {
	limit := r.f.opt.Inline
	if p.tag == proptag.AttachDataBinary {
		limit = min(limit, limits.MsgInlineData.Get())
	}
	if !r.inline(p.stream.Size(), limit) {
		return largeBytes{p.stream}, nil
	}
	b, err := p.stream.Bytes(-1)
	return b, err
}
