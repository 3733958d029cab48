package msg

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// multiple reads the values of a property with a stream for each
// ([MS-OXMSG] 2.1.4.2). The length stream gives their number alone: lengths
// come from the directory.
func (r *reader) multiple(p *found, sc scope) (mapi.Value, error) {
	n, err := r.count(p)
	if err != nil {
		return nil, err
	}
	p.noteMissing(n, &r.tell)
	if !r.take(&r.props, n, r.f.opt.MaxProps, "properties", sc.report) {
		return nil, p.bad("[MS-OXMSG] 2.1.4.2", "%d values are too many", n)
	}
	if len(p.elems) < n {
		r.tell.say("msg.property.damaged", problem.Info, p.tag, "the property has %d values but %d streams; the others are empty", n, len(p.elems))
	}
	if !r.afford(int64(n) * elementCost) {
		return nil, p.bad("[MS-OXMSG] 2.1.4.2", "the %d values take too much memory", n)
	}
	raw := make([][]byte, n)
	for _, e := range p.elems {
		if int64(e.index) >= int64(n) {
			break
		}
		if raw[e.index], err = r.whole(p, e.stream); err != nil {
			return nil, err
		}
	}
	if p.tag.Type() == mapi.PtypMultipleBinary {
		return raw, nil
	}
	page := sc.page
	if p.tag.Type() == mapi.PtypMultipleString {
		page = codepage.UTF16LE
	}
	texts, same := make([]string, n), true
	for i, b := range raw {
		texts[i] = decodeText(p.tag, page, b, &r.tell)
		same = same && plain(page, b, texts[i], true)
	}
	if !same && len(p.elems) == n && int(p.elems[n-1].index) == n-1 {
		r.keep(exact{id: p.tag.ID(), page: page, value: texts, elems: p.elems})
	}
	return texts, nil
}

// elementCost is what an element of a list takes in memory beside its bytes.
const elementCost = 24 + 16

// count returns how many values p has, never more than its last stream says.
func (r *reader) count(p *found) (int, error) {
	var last int64
	if k := len(p.elems); k > 0 {
		last = int64(p.elems[k-1].index) + 1
	}
	n := min(last, int64(len(p.elems)))
	if p.stream != nil {
		step := int64(4)
		if p.tag.Type() == mapi.PtypMultipleBinary {
			step = 8
		}
		n = min(p.stream.Size()/step, last)
	}
	if n > int64(r.f.opt.MaxProps) {
		return 0, p.bad("[MS-OXMSG] 2.1.4.2", "%d values are too many", n)
	}
	return int(n), nil
}
