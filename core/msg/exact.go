package msg

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// exact is a string whose bytes are others than those it would be written as: it
// has a mark of the prefix, zeros at its end, or what means nothing in its code
// page.
type exact struct {
	id     uint16
	page   int        // that the bytes are in
	value  mapi.Value // string or []string: what the bytes were read as
	stream *cfb.Stream
	elems  []element
}

// keep takes a string that would be written as other bytes.
func (r *reader) keep(e exact) {
	if r.afford(exactCost) {
		r.found.exact = append(room(r.found.exact), e)
	}
}

// exactly returns the bytes of a string that is as it was read, nil if they are
// what it would be written as in the page.
func (x *Extra) exactly(id uint16, page int, v mapi.Value) *exact {
	if x == nil {
		return nil
	}
	if page == 0 {
		page = codepage.UTF16LE
	}
	i, ok := slices.BinarySearchFunc(x.exact, id, func(e exact, id uint16) int { return cmp.Compare(e.id, id) })
	if !ok || x.exact[i].page != page || !sameText(x.exact[i].value, v) {
		return nil
	}
	return &x.exact[i]
}

// restore makes v the bytes that were read.
func (e *exact) restore(v *stored) error {
	if e.stream != nil {
		*v = stored{large: largeBytes{e.stream}, stream: true, coded: true}
		return nil
	}
	v.lossy = false
	for i, x := range e.elems {
		b, err := x.stream.Bytes(-1)
		if err != nil {
			return err
		}
		v.elems[i] = b
		binary.LittleEndian.PutUint32(v.data[4*i:], uint32(len(b)))
	}
	return nil
}

func sameText(a, b mapi.Value) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	}
	return false
}

// plain reports whether s, read from b in a code page, is sure to be written as b
// again. nul says that the bytes of a string end with a zero.
func plain(page int, b []byte, s string, nul bool) bool {
	unit := 1
	if page == codepage.UTF16LE {
		unit = 2
	}
	if len(b)%unit != 0 {
		return false
	}
	if nul {
		if len(b) < unit || len(trimText(string(b[len(b)-unit:]))) > 0 {
			return false
		}
		b = b[:len(b)-unit]
	}
	if unit == 2 {
		return (len(b) == 0 || b[len(b)-1] != 0 || b[len(b)-2] != 0) && !strings.Contains(s, "\uFFFD")
	}
	if len(s) == len(b) && isASCII(s) {
		return true
	}
	return false // cheaper than to find out
}

// isASCII reports whether s has no byte above 0x7F.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
