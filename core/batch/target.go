package batch

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// Needs returns what a converter must be able to do for outputs in a format, made
// of inputs in another: from is Options.FromFormat.
func Needs(to, from string) (dir session.Direction, format string) {
	t := targetOf(to, from)
	return t.direction, t.format
}

// A target says what outputs in a format are made from, and how.
type target struct {
	from      Kind
	what      string // from, in words
	direction session.Direction
	format    string // of the side that is not .msg
	// extensions say which files are inputs, where from does not.
	extensions []string
}

// readable are the formats that the contents of files tell, by the names that
// converters have for them.
var readable = map[string]target{
	"eml":  {from: KindEML, what: "an Internet message (.eml)", direction: session.Import, format: "eml"},
	"json": {from: KindJSON, what: "a message in JSON (.json)", direction: session.Import, format: "json"},
}

// targetOf returns the target of a run. To "msg" is made by reading inputs in the
// format from, "" for mail; every other format is written from Outlook messages.
func targetOf(to, from string) target {
	if to != "msg" {
		return target{from: KindMSG, what: "an Outlook message (.msg)", direction: session.Export, format: to}
	}
	if t, ok := readable[cmp.Or(from, "eml")]; ok {
		return t
	}
	return target{what: "a file in the format " + from, direction: session.Import, format: from}
}

// target returns that of the run.
func (o Options) target() target {
	t := targetOf(o.To, o.FromFormat)
	t.extensions = o.FromExtensions
	return t
}

// takes reports whether a file is an input. Formats that contents do not tell go
// by the extension, and by what the user names.
func (t target) takes(kind Kind, rel string, named bool) bool {
	if t.from != KindOther {
		return kind == t.from
	}
	return named || hasExtension(rel, t.extensions)
}

// inputs returns the extensions of inputs in the format, beside those of mail and
// of Outlook.
func (t target) inputs() []string {
	if t.from == KindJSON {
		return []string{".json"}
	}
	return t.extensions
}

// hasExtension reports whether a name has one of the extensions, which have a
// dot.
func hasExtension(name string, extensions []string) bool {
	return slices.ContainsFunc(extensions, func(e string) bool { return strings.EqualFold(e, path.Ext(name)) })
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
