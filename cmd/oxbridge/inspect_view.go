package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// objectView is an object as inspect shows it.
type objectView struct {
	Kind        string        `json:"kind"`
	Properties  []propView    `json:"properties"`
	Recipients  []*objectView `json:"recipients,omitempty"`
	Attachments []*objectView `json:"attachments,omitempty"`
	Embedded    *objectView   `json:"embedded,omitempty"`
}

type propView struct {
	Tag   string `json:"tag"`
	Name  string `json:"name,omitempty"`
	Type  string `json:"type"`
	Value any    `json:"value"`
	Size  int64  `json:"size,omitempty"` // bytes, of values that are not shown whole
}

func messageView(m *mapi.Message) *objectView {
	v := &objectView{Kind: "message", Properties: propViews(m.Props)}
	for _, r := range m.Recipients {
		v.Recipients = append(v.Recipients, &objectView{Kind: "recipient", Properties: propViews(r)})
	}
	for _, a := range m.Attachments {
		av := &objectView{Kind: "attachment", Properties: propViews(a.Props)}
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
		v := propView{Tag: p.Tag.String(), Name: propName(p), Type: p.Tag.Type().String()}
		v.Value, v.Size = valueView(p.Value)
		out = append(out, v)
	}
	return out
}

// propName is the name that the specification gives the property, else the
// named property's own name, else "".
func propName(p mapi.Prop) string {
	if p.Name.IsZero() {
		return proptag.Name(p.Tag)
	}
	if n := propname.Name(p.Name); n != "" {
		return n
	}
	return p.Name.String()
}

// shownBytes is how much of a binary value inspect shows.
const shownBytes = 64

// valueView returns a value that encoding/json and %v show well, and its size
// in bytes when not all of it is shown.
func valueView(v mapi.Value) (any, int64) {
	switch v := v.(type) {
	case []byte:
		if len(v) > shownBytes {
			return hex.EncodeToString(v[:shownBytes]) + "…", int64(len(v))
		}
		return hex.EncodeToString(v), 0
	case [][]byte:
		out := make([]string, len(v))
		for i, b := range v {
			out[i] = hex.EncodeToString(b)
		}
		return out, 0
	case mapi.Filetime:
		return timeView(v), 0
	case []mapi.Filetime:
		out := make([]string, len(v))
		for i, t := range v {
			out[i] = timeView(t)
		}
		return out, 0
	case mapi.GUID:
		return v.String(), 0
	case []mapi.GUID:
		out := make([]string, len(v))
		for i, g := range v {
			out[i] = g.String()
		}
		return out, 0
	case mapi.Code:
		return v.String(), 0
	case mapi.Large:
		return "(large)", v.Size()
	}
	return v, 0
}

func timeView(t mapi.Filetime) string {
	if u, ok := t.Time(); ok {
		return u.Format(time.RFC3339Nano)
	}
	return "none"
}

// shownText is how much of a string the text form shows, in bytes.
const shownText = 200

// printTree writes the text form: an object a heading, a property a line.
func printTree(w io.Writer, v *objectView) error {
	var b strings.Builder
	printObject(&b, v, v.Kind, "")
	_, err := io.WriteString(w, b.String())
	return err
}

func printObject(b *strings.Builder, v *objectView, title, indent string) {
	fmt.Fprintf(b, "%s%s\n", indent, title)
	inner := indent + "  "
	for _, p := range v.Properties {
		name := p.Name
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(b, "%s%s %-44s %-16s %s\n", inner, p.Tag, name, strings.TrimPrefix(p.Type, "Ptyp"), shown(p))
	}
	for i, r := range v.Recipients {
		printObject(b, r, fmt.Sprintf("recipient %d", i), inner)
	}
	for i, a := range v.Attachments {
		printObject(b, a, fmt.Sprintf("attachment %d", i), inner)
	}
	if v.Embedded != nil {
		printObject(b, v.Embedded, "embedded message", inner)
	}
}

// shown is a value on one line, harmless on a terminal.
func shown(p propView) string {
	text := fmt.Sprint(p.Value)
	if s, ok := p.Value.(string); ok && p.Type == mapi.PtypString.String() {
		text = s
	}
	more := len(text) > shownText && p.Size == 0
	if more {
		text = strings.ToValidUTF8(text[:shownText], "") + "…"
	}
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	if p.Size != 0 {
		text += fmt.Sprintf(" (%d bytes)", p.Size)
	}
	return text
}
