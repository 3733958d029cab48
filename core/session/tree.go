package session

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// each calls f for every property of a tree. Trees come from core/msg or the
// wire, which bound their depth.
func each(m *mapi.Message, f func(*mapi.Prop)) {
	eachIn(m.Props, f)
	for _, r := range m.Recipients {
		eachIn(r, f)
	}
	for _, a := range m.Attachments {
		eachIn(a.Props, f)
		if a.Embedded != nil {
			each(a.Embedded, f)
		}
	}
}

func eachIn(ps mapi.Props, f func(*mapi.Prop)) {
	for i := range ps {
		f(&ps[i])
	}
}

// propOverhead is about what a property takes in memory beside its bytes.
const propOverhead = 64

// weigh estimates the memory that a tree takes, in bytes.
func weigh(m *mapi.Message) int64 {
	var n int64
	each(m, func(p *mapi.Prop) {
		n += propOverhead
		switch v := p.Value.(type) {
		case string:
			n += int64(len(v))
		case []byte:
			n += int64(len(v))
		case []string:
			for _, s := range v {
				n += int64(len(s)) + 16
			}
		case [][]byte:
			for _, b := range v {
				n += int64(len(b)) + 24
			}
		}
	})
	return n
}
