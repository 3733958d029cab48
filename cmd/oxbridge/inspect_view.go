package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// objectView is an object as inspect shows it.
type objectView struct {
	Kind        string        `json:"kind"`
	Properties  []propView    `json:"properties"`
	Recipients  []*objectView `json:"recipients,omitempty"`
	Attachments []*objectView `json:"attachments,omitempty"`
	Embedded    *objectView   `json:"embedded,omitempty"`

	title string // what the object is about, for people
}

type propView struct {
	Tag     string `json:"tag"`
	Name    string `json:"name,omitempty"`
	Type    string `json:"type"`
	Value   any    `json:"value"`
	Meaning string `json:"meaning,omitempty"` // what the value stands for
	Size    int64  `json:"size,omitempty"`    // bytes, of values that are not shown whole; -1 when it is not known
}

func messageView(m *mapi.Message) *objectView {
	v := &objectView{Kind: "message", Properties: propViews(m.Props), title: look.Subject(m.Props)}
	for _, r := range m.Recipients {
		v.Recipients = append(v.Recipients, &objectView{Kind: "recipient", Properties: propViews(r), title: look.Addressee.Of(r).String()})
	}
	for _, a := range m.Attachments {
		if a == nil {
			continue
		}
		av := &objectView{Kind: "attachment", Properties: propViews(a.Props), title: look.AttachmentName(a)}
		if a.Embedded != nil {
			av.Embedded = messageView(a.Embedded)
		}
		v.Attachments = append(v.Attachments, av)
	}
	return v
}

func propViews(ps mapi.Props) []propView {
	out := make([]propView, 0, len(ps))
	for _, p := range ps {
		s := look.Value(p)
		out = append(out, propView{
			Tag: p.Tag.String(), Name: look.PropName(p), Type: p.Tag.Type().String(),
			Value: s.Value, Meaning: s.Meaning, Size: s.Size,
		})
	}
	return out
}

// shownText is how much of a value the text form shows in a pipe, in bytes.
const shownText = 200

// printTree writes the text form: an object a heading, a property a line. On a
// terminal a line is as long as that is wide.
func printTree(s screen, v *objectView) error {
	var b strings.Builder
	printObject(&b, s, v, v.Kind, "")
	_, err := io.WriteString(s, b.String())
	return err
}

func printObject(b *strings.Builder, s screen, v *objectView, kind, indent string) {
	title := ""
	if v.title != "" && s.width > 0 {
		title = "  " + look.CutWidth(look.Line(v.title), max(s.width-len(indent)-len(kind)-2, 8))
	}
	fmt.Fprintf(b, "%s%s%s\n", indent, s.in(bold, kind), s.in(faint, title))
	inner := indent + "  "
	column := maxNameColumn
	if s.width > 0 {
		column = nameColumn(v.Properties)
	}
	for _, p := range v.Properties {
		printProperty(b, s, p, inner, column)
	}
	for i, r := range v.Recipients {
		printObject(b, s, r, fmt.Sprintf("recipient %d", i), inner)
	}
	for i, a := range v.Attachments {
		printObject(b, s, a, fmt.Sprintf("attachment %d", i), inner)
	}
	if v.Embedded != nil {
		printObject(b, s, v.Embedded, "embedded message", inner)
	}
}

const (
	maxNameColumn = 40  // most names fit
	typeColumn    = 12  // and so do most types
	roomForTypes  = 100 // columns of a terminal from which on types are shown
)

// nameColumn is how wide the column of names is.
func nameColumn(ps []propView) int {
	n := 0
	for _, p := range ps {
		n = max(n, look.Width(look.Line(p.Name)))
	}
	return min(n, maxNameColumn)
}

func printProperty(b *strings.Builder, s screen, p propView, indent string, column int) {
	name := look.Line(p.Name)
	if name == "" {
		name = "-"
	}
	tag := p.Tag
	if strings.HasPrefix(tag, "0x0000") { // a named property outside of a file has no id
		tag = "0x----" + tag[len("0x0000"):]
	}
	line := indent + s.in(faint, tag) + " " + s.in(cyan, name) + strings.Repeat(" ", max(0, column-look.Width(name))) + " "
	used := len(indent) + len(tag) + max(column, look.Width(name)) + 2
	if s.width == 0 || s.width >= roomForTypes {
		line += s.in(faint, fmt.Sprintf("%-*s", typeColumn, shortType(p.Type))) + " "
		used += typeColumn + 1
	}
	room := 0
	if s.width > 0 {
		room = max(s.width-used, 8)
	}
	fmt.Fprintln(b, strings.TrimRight(line+shown(p, room), " "))
}

// shortType is the name of a type without what all have in common.
func shortType(t string) string {
	t = strings.TrimPrefix(t, "Ptyp")
	if rest, ok := strings.CutPrefix(t, "Multiple"); ok {
		return rest + "[]"
	}
	return t
}

// shown is a value on one line of so many columns, harmless on a terminal; 0 is
// for a pipe.
func shown(p propView, columns int) string {
	whole := look.Plain(p.Value)
	if cut, short := look.Cut(whole, shownText); short {
		whole = cut + "…"
	}
	whole = look.Line(whole)
	note := ""
	switch {
	case p.Size > 0:
		note = " (" + look.Size(p.Size) + ")"
	case p.Size < 0:
		note = " (large)"
	}
	if p.Meaning != "" {
		note = " = " + look.Line(p.Meaning) + note
		if p.Type == mapi.PtypBinary.String() { // what it means says more than its bytes
			whole = ""
			note = strings.TrimPrefix(note, " ")
		}
	}
	if columns == 0 {
		return whole + note
	}
	if room := columns - look.Width(note); room >= 8 || whole == "" {
		return look.CutWidth(look.CutWidth(whole, max(room, 1))+note, columns)
	}
	return look.CutWidth(whole+note, columns)
}
