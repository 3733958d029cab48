package msg

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
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

// foldName returns the form of a name under which it is looked up.
func foldName(n mapi.Name) mapi.Name {
	if n.Text != "" {
		n.ID = 0
	}
	if n.Set == mapi.PSInternetHeaders {
		n.Text = lowerASCII(n.Text)
	}
	return n
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
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

// text reads the value of a single string.
func (r *reader) text(p *found, sc scope) (mapi.Value, error) {
	page := sc.page
	if p.tag.Type() == mapi.PtypString {
		page = codepage.UTF16LE
	}
	if !r.inline(p.stream.Size(), r.f.opt.Inline) {
		return largeText{p.stream, page}, nil
	}
	r.coded = grow(r.coded, int(p.stream.Size()))
	b := r.coded
	if _, err := p.stream.ReadAt(b, 0); err != nil && len(b) > 0 {
		return nil, err
	}
	s := decodeText(p.tag, page, b, &r.tell)
	marked := len(s)
	if p.tag.ID() == proptag.Subject.ID() {
		s = cutPrefixMark(s)
	}
	if len(s) < marked || !plain(page, b, s, false) {
		r.keep(exact{id: p.tag.ID(), page: page, value: s, stream: p.stream})
	}
	return s, nil
}

// cutPrefixMark removes the mark of the prefix from a subject. What comes after it
// and looks like another one would be taken for it when the file is written again, so
// it goes as well.
// QUIRK: Outlook can put U+0001 and a character that counts the prefix first.
func cutPrefixMark(s string) string {
	for strings.HasPrefix(s, "\x01") {
		_, size := utf8.DecodeRuneInString(s[1:])
		s = s[1+size:]
	}
	return s
}

// decodeText decodes a string in a code page and removes terminating zeros,
// which [MS-OXMSG] 2.1.3 does not want but some writers add.
func decodeText(tag mapi.Tag, page int, b []byte, tell *teller) string {
	if page == codepage.UTF16LE {
		return trimText(codepage.DecodeUTF16(b))
	}
	s, ok := codepage.Decode(page, b)
	if !ok {
		tell.say("msg.string.codepage", problem.Loss, tag, "the string has bytes that mean nothing in code page %d", page)
	}
	return trimText(s)
}

func trimText(s string) string { return strings.TrimRight(s, "\x00") }

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

// fixedValue reads a value of fixed size from its 8 bytes ([MS-OXMSG]
// 2.4.2.1.1).
func fixedValue(t mapi.Type, b []byte) mapi.Value {
	le := binary.LittleEndian
	switch t {
	case mapi.PtypInteger16:
		return int16At(b)
	case mapi.PtypInteger32:
		return int32At(b)
	case mapi.PtypFloating32:
		return float32At(b)
	case mapi.PtypFloating64:
		return float64At(b)
	case mapi.PtypCurrency:
		return currencyAt(b)
	case mapi.PtypFloatingTime:
		return floatingTimeAt(b)
	case mapi.PtypErrorCode:
		return mapi.Code(le.Uint32(b))
	case mapi.PtypBoolean:
		return le.Uint16(b) != 0
	case mapi.PtypInteger64:
		return int64At(b)
	case mapi.PtypTime:
		return timeAt(b)
	}
	return nil
}

func int16At(b []byte) int16     { return int16(binary.LittleEndian.Uint16(b)) }
func int32At(b []byte) int32     { return int32(binary.LittleEndian.Uint32(b)) }
func int64At(b []byte) int64     { return int64(binary.LittleEndian.Uint64(b)) }
func float32At(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
func currencyAt(b []byte) mapi.Currency {
	return mapi.Currency(int64At(b))
}
func floatingTimeAt(b []byte) mapi.FloatingTime { return mapi.FloatingTime(float64At(b)) }
func timeAt(b []byte) mapi.Filetime             { return mapi.Filetime(binary.LittleEndian.Uint64(b)) }
func guidAt(b []byte) mapi.GUID                 { return mapi.GUID(b[:16]) }

// multipleValue reads values of fixed size that stand back to back
// ([MS-OXMSG] 2.1.4.1). A part of a value at the end is ignored.
func multipleValue(t mapi.Type, b []byte) mapi.Value {
	switch t {
	case mapi.PtypMultipleInteger16:
		return each(b, 2, int16At)
	case mapi.PtypMultipleInteger32:
		return each(b, 4, int32At)
	case mapi.PtypMultipleFloating32:
		return each(b, 4, float32At)
	case mapi.PtypMultipleFloating64:
		return each(b, 8, float64At)
	case mapi.PtypMultipleCurrency:
		return each(b, 8, currencyAt)
	case mapi.PtypMultipleFloatingTime:
		return each(b, 8, floatingTimeAt)
	case mapi.PtypMultipleInteger64:
		return each(b, 8, int64At)
	case mapi.PtypMultipleTime:
		return each(b, 8, timeAt)
	case mapi.PtypMultipleGuid:
		return each(b, 16, guidAt)
	}
	return nil
}

func each[T any](b []byte, size int, at func([]byte) T) []T {
	list := make([]T, len(b)/size)
	for i := range list {
		list[i] = at(b[i*size:])
	}
	return list
}
