package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A letter prints messages for people.
type letter struct {
	screen
	links, embedded bool
	out             strings.Builder
}

// message prints a message, and those attached to it, if that was asked for. Trees
// come from readers that bound their depth.
func (l *letter) message(m *mapi.Message, depth int) error {
	for _, f := range look.Fields(m) {
		l.field(f.Name, f.Value)
	}
	enclosed := look.Enclosures(m)
	for i, e := range enclosed {
		name := ""
		if i == 0 {
			name = "Attached"
		}
		l.field(name, e.String())
	}
	reading, err := look.Read(m.Props, richText, l.links)
	l.text(reading)
	if !l.embedded {
		return err
	}
	for _, e := range enclosed {
		if e.Message == nil {
			continue
		}
		fmt.Fprintf(&l.out, "\n%s\n", l.in(bold, strings.Repeat("--", depth+1)+"> "+look.Line(e.Name)))
		err = errors.Join(err, l.message(e.Message, depth+1))
	}
	return err
}

// labelColumns is the room for the name of a field.
const labelColumns = 13

// field prints a line of the header; lines that go on are indented.
func (l *letter) field(name, value string) {
	label := ""
	if name != "" {
		label = name + ":"
	}
	width := 0
	if l.width > 0 {
		width = max(l.width-labelColumns, 20)
	}
	for i, line := range strings.Split(look.Wrap(look.Line(value), width), "\n") {
		if i > 0 {
			label = ""
		}
		pad := strings.Repeat(" ", max(1, labelColumns-len(label)))
		fmt.Fprintf(&l.out, "%s%s%s\n", l.in(cyan, label), pad, line)
	}
}

// text prints the body below an empty line.
func (l *letter) text(r look.Reading) {
	text := look.Squeeze(look.Text(r.Text))
	if text == "" {
		return
	}
	fmt.Fprintf(&l.out, "\n%s\n", look.Wrap(text, l.width))
	if r.Cut {
		fmt.Fprintln(&l.out, l.in(faint, "[the text is longer]"))
	}
	if len(r.Links) > 0 {
		fmt.Fprintln(&l.out)
	}
	for i, link := range r.Links {
		fmt.Fprintf(&l.out, "[%d] %s\n", i+1, look.Line(link))
	}
}
