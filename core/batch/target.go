package batch

import (
	"bytes"
	"cmp"
	"context"
	"path"
	"slices"
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

// Needs returns what a converter must be able to do for outputs in a format, made
// of inputs in another: from is Options.FromFormat. There is one at least.
func Needs(to, from string) []Need {
	if to == Same {
		return []Need{{session.Import, "eml"}, {session.Export, "eml"}}
	}
	t := targetOf(to, from)
	return []Need{{t.direction, t.format}}
}

// A target says what outputs are made from, and how.
type target struct {
	from      Kind
	what      string            // inputs of the run, in words
	direction session.Direction // 0: the format stays
	format    string            // of the side that is not .msg; of both when the format stays
	extension string            // of the output, without the dot
}

// readable are the formats that the contents of files tell, by the names that
// converters have for them.
var readable = map[string]target{
	"eml":  {from: KindEML, what: "an Internet message (.eml)", direction: session.Import, format: "eml"},
	"json": {from: KindJSON, what: "a message in JSON (.json)", direction: session.Import, format: "json"},
}

// targetOf returns the target of a run that is not one to Same. To "msg" is made
// by reading inputs in the format from, "" for mail; every other format is written
// from Outlook messages.
func targetOf(to, from string) target {
	if to != "msg" {
		return target{from: KindMSG, what: "an Outlook message (.msg)", direction: session.Export, format: to}
	}
	if t, ok := readable[cmp.Or(from, "eml")]; ok {
		return t
	}
	return target{what: "a file in the format " + from, direction: session.Import, format: from}
}

// target returns what becomes of an input of a kind with that name; ok is false
// when nothing does. Formats that contents do not tell go by the extension, and by
// what the user names.
func (o Options) target(kind Kind, rel string, named bool) (t target, ok bool) {
	if o.To == Same {
		return o.same(kind, rel)
	}
	t = targetOf(o.To, o.FromFormat)
	t.extension = o.extension()
	if t.from != KindOther {
		return t, kind == t.from
	}
	return t, named || hasExtension(rel, o.FromExtensions)
}

// same returns the target of an input whose format stays.
func (o Options) same(kind Kind, rel string) (t target, ok bool) {
	t = target{from: kind, what: "a message (.msg or .eml)"}
	switch kind {
	case KindEML:
		t.format, t.extension = "eml", cmp.Or(strings.TrimPrefix(o.Extension, "."), "eml")
	case KindMSG:
		t.format, t.extension = "msg", "msg"
		if strings.EqualFold(path.Ext(rel), ".oft") {
			t.extension = "oft" // a template stays one
		}
	}
	return t, t.format != ""
}

// knownTarget returns what becomes of an input that is known to be one of the run,
// and has that name in reports.
func (o Options) knownTarget(ctx context.Context, src *store.Source, name string) (target, error) {
	if o.To != Same {
		t := targetOf(o.To, o.FromFormat)
		if !o.Recogniser.asked(t) {
			return t, nil
		}
		format, err := o.Recogniser.format(ctx, src, extensionOf(name))
		t.format = cmp.Or(format, t.format)
		return t, err
	}
	kind, err := sniffSource(src)
	if kind != KindMSG {
		kind = KindEML // sniffNamed may have known by the name
	}
	t, _ := o.same(kind, "")
	return t, err
}

// readsMail reports whether Internet messages are inputs, and so mailboxes.
func (o Options) readsMail() bool {
	_, ok := o.target(KindEML, "", false)
	return ok && (o.Recogniser == nil || o.Recogniser.Mail)
}

// inputs returns the extensions of inputs, beside those of mail and of Outlook.
func (o Options) inputs() []string {
	if targetOf(o.To, o.FromFormat).from == KindJSON {
		return []string{".json"}
	}
	return o.FromExtensions
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
