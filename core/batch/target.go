package batch

import (
	"bytes"
	"cmp"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// Same is the format of a run whose outputs are in the formats of their inputs:
// each message is read, and written anew.
const Same = "same"

// A Need is something that a converter must be able to do.
type Need struct {
	Direction session.Direction
	Format    string
}

// Needs returns what a converter must be able to do for outputs in a format.
func Needs(to string) []Need {
	switch to {
	case "msg":
		return []Need{{session.Import, "eml"}}
	case Same:
		return []Need{{session.Import, "eml"}, {session.Export, "eml"}}
	}
	return []Need{{session.Export, to}}
}

// A target says how an input becomes an output.
type target struct {
	direction session.Direction // 0: the format stays
	format    string            // of the side that is not .msg; of both when the format stays
	extension string            // of the output, without the dot
}

// target returns what becomes of an input of a kind with that name; ok is false
// when nothing does.
func (o Options) target(kind Kind, name string) (t target, ok bool) {
	switch {
	case o.To == "msg" && kind == KindEML:
		return target{session.Import, "eml", o.extension()}, true
	case o.To == Same && kind == KindEML:
		return target{0, "eml", cmp.Or(strings.TrimPrefix(o.Extension, "."), "eml")}, true
	case o.To == Same && kind == KindMSG:
		if strings.EqualFold(path.Ext(name), ".oft") {
			return target{0, "msg", "oft"}, true // a template stays one
		}
		return target{0, "msg", "msg"}, true
	case o.To != "msg" && kind == KindMSG:
		return target{session.Export, o.To, o.extension()}, true
	}
	return target{}, false
}

// targetOf returns what becomes of an input that is known to be one of the run.
func (o Options) targetOf(src *store.Source, name string) (target, error) {
	if o.To != Same {
		n := Needs(o.To)[0]
		return target{direction: n.Direction, format: n.Format}, nil
	}
	kind, err := sniffSource(src)
	if err != nil {
		return target{}, err
	}
	if kind != KindMSG {
		kind = KindEML // sniffNamed may have known by the name
	}
	t, _ := o.target(kind, name)
	return t, nil
}

// otherFormat is that of the files of a run that are not .msg.
func (o Options) otherFormat() string { return Needs(o.To)[0].Format }

// source returns what outputs in a format are made of, in words.
func source(to string) string {
	switch to {
	case "msg":
		return "an Internet message (.eml)"
	case Same:
		return "a message (.msg or .eml)"
	}
	return "an Outlook message (.msg)"
}

// sniffSource looks at the beginning of a file, and further when that is a
// header without an end.
func sniffSource(src *store.Source) (Kind, error) {
	head := make([]byte, min(sniffLen, src.Size()))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return KindOther, err
	}
	kind := Sniff(head)
	if kind != KindOther || len(head) < sniffLen || !beginsWithField(head) {
		return kind, nil
	}
	head = make([]byte, min(sniffMore, src.Size()))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return KindOther, err
	}
	return Sniff(head), nil
}

// sniffNamed looks at a file and at its name: text without a header is a message
// if it is called one.
func sniffNamed(src *store.Source, name string) (Kind, error) {
	kind, err := sniffSource(src)
	if err != nil || kind != KindOther || !strings.EqualFold(path.Ext(name), ".eml") || src.Size() == 0 {
		return kind, err
	}
	head := make([]byte, min(sniffLen, src.Size()))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return kind, err
	}
	if bytes.IndexByte(head, 0) < 0 {
		return KindEML, nil
	}
	return kind, nil
}
