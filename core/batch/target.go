package batch

import (
	"bytes"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// Needs returns what a converter must be able to do for outputs in a format.
func Needs(to string) (dir session.Direction, format string) {
	t := targetOf(to)
	return t.direction, t.format
}

// A target says what outputs in a format are made from, and how.
type target struct {
	from      Kind
	what      string // from, in words
	direction session.Direction
	format    string // of the side that is not .msg
}

// toMSG is the target that is made by reading; every other format is written from
// Outlook messages.
var toMSG = target{KindEML, "an Internet message (.eml)", session.Import, "eml"}

func targetOf(to string) target {
	if to == "msg" {
		return toMSG
	}
	return target{KindMSG, "an Outlook message (.msg)", session.Export, to}
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
