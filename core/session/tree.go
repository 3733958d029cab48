package session

import (
	"reflect"

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
	each(m, func(p *mapi.Prop) { n += weighProp(p) })
	return n
}

// weighProp estimates the memory that a property takes, in bytes. Large values
// count nothing.
func weighProp(p *mapi.Prop) int64 {
	n := int64(propOverhead)
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
	default:
		if p.Tag.Type().Multiple() && fits(p.Tag.Type(), v) {
			n += int64(reflect.ValueOf(v).Len() * p.Tag.Type().Size())
		}
	}
	return n
}

// weighProps is weighProp for a bag, with what its spools hold in memory.
func weighProps(ps mapi.Props) int64 {
	var n int64
	for i := range ps {
		n += weighProp(&ps[i]) + weighSpool(ps[i].Value)
	}
	return n
}

// weighSpool returns what a value holds in memory as a spool.
func weighSpool(v mapi.Value) int64 {
	if g, ok := v.(*guarded); ok {
		v = g.v
	}
	if sp, ok := v.(*Spool); ok {
		if n := sp.Size(); n <= spoolMemory {
			return n
		}
	}
	return 0
}
