package msg

import (
	"sort"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// place is where the value of a property of variable size stands.
type place struct {
	tag     mapi.Tag
	stream  *cfb.Stream
	storage *cfb.Storage
	elems   []element
	taken   bool // an entry names it
}

// element is one value of a multi-valued property.
type element struct {
	index  uint32
	stream *cfb.Stream
}

// places lists where values stand in the storage of an object, in directory
// order. That makes three parts, each sorted by tag: places with a stream, then
// others with streams for elements alone, then those with a storage alone.
type places struct {
	list        []place
	elems, objs int  // where the second and the third part start
	odd         bool // there are streams of values of unknown types
	hint        int  // where find should look first: entries often have the order of the directory
}

// reset empties p.
func (p *places) reset() {
	clear(p.list)
	p.list, p.hint, p.odd = p.list[:0], 0, false
}

// read lists the values in st. p is empty.
func (p *places) read(st *cfb.Storage) {
	streams := st.Streams()
	from := len(streams) // streams of elements start here: their names are longer
	for i, s := range streams {
		tag, _, elem, ok := parseValueName(s.Name())
		if elem {
			from = i
			break
		}
		if ok {
			p.list = append(p.list, place{tag: tag, stream: s})
			p.odd = p.odd || !tag.Type().Known()
		}
	}
	p.elems, p.objs = len(p.list), len(p.list)
	for _, s := range streams[from:] {
		tag, index, elem, ok := parseValueName(s.Name())
		p.odd = p.odd || ok && !tag.Type().Known()
		if ok && elem && multipleVariable(tag.Type()) {
			at := p.at(tag)
			at.elems = append(at.elems, element{index, s})
			p.objs = len(p.list)
		}
	}
	for _, s := range st.Storages() {
		if tag, _, elem, ok := parseValueName(s.Name()); ok && !elem && tag.Type() == mapi.PtypObject {
			p.at(tag).storage = s
		}
	}
}

// at returns the place of a tag, a new one if there is none.
func (p *places) at(tag mapi.Tag) *place {
	if at := p.find(tag); at != nil {
		return at
	}
	p.list = append(p.list, place{tag: tag})
	return &p.list[len(p.list)-1]
}

// find returns the place of a tag, or nil.
func (p *places) find(tag mapi.Tag) *place {
	if p.hint < len(p.list) && p.list[p.hint].tag == tag {
		p.hint++
		return &p.list[p.hint-1]
	}
	for _, part := range [...][]place{p.list[:p.elems], p.list[p.elems:p.objs], p.list[p.objs:]} {
		i := sort.Search(len(part), func(i int) bool { return part[i].tag >= tag })
		if i < len(part) && part[i].tag == tag {
			return &part[i]
		}
	}
	return nil
}

// multipleVariable reports whether each value of the type has a stream of its
// own ([MS-OXMSG] 2.1.4.2).
func multipleVariable(t mapi.Type) bool {
	return t == mapi.PtypMultipleString || t == mapi.PtypMultipleString8 || t == mapi.PtypMultipleBinary
}

// parseValueName reads __substg1.0_PPPPTTTT or, with elem true,
// __substg1.0_PPPPTTTT-IIIIIIII ([MS-OXMSG] 2.1.3, 2.1.4.2.2). Lower case is
// accepted.
func parseValueName(name string) (tag mapi.Tag, index uint32, elem, ok bool) {
	hex, ok := cutPrefixFold(name, valuePrefix)
	if !ok || (len(hex) != 8 && (len(hex) != 17 || hex[8] != '-')) {
		return 0, 0, false, false
	}
	n, ok := parseHex(hex[:8])
	if !ok {
		return 0, 0, false, false
	}
	if len(hex) == 17 {
		index, ok = parseHex(hex[9:])
		return mapi.Tag(n), index, true, ok
	}
	return mapi.Tag(n), 0, false, true
}

// parseHex reads up to eight hexadecimal digits.
func parseHex(s string) (n uint32, ok bool) {
	if len(s) == 0 || len(s) > 8 {
		return 0, false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		default:
			return 0, false
		}
		n = n<<4 | uint32(c)
	}
	return n, true
}

// cutPrefixFold is strings.CutPrefix without regard to case.
func cutPrefixFold(s, prefix string) (string, bool) {
	if strings.HasPrefix(s, prefix) {
		return s[len(prefix):], true
	}
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
