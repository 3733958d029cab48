package main

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/diff"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
)

// printDiff writes differences as a unified diff does: what A has after "-", what
// B has after "+". Nothing is written when nothing differs, as by other programs
// of the kind, but a line says what was not compared.
func printDiff(s screen, paths []string, r diff.Result, c diffCounts, all bool) error {
	var b strings.Builder
	if c.Differences > 0 {
		fmt.Fprintln(&b, s.in(bold, "--- "+look.Line(paths[0])))
		fmt.Fprintln(&b, s.in(bold, "+++ "+look.Line(paths[1])))
	}
	object := ""
	for _, d := range r.Differences {
		if !d.Carried && !all {
			continue
		}
		if d.Object != object {
			object = d.Object
			fmt.Fprintln(&b, s.in(bold, objectTitle(object)))
		}
		printDifference(&b, s, d)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "and %d more differences\n", r.More)
	}
	if c.NotCarried > 0 && !all {
		fmt.Fprintln(&b, s.in(faint, notCarried(c.NotCarried)))
	}
	_, err := fmt.Fprint(s, b.String())
	return err
}

func objectTitle(object string) string {
	if object == "" {
		return "message"
	}
	return object
}

func notCarried(n int) string {
	things := "properties differ that an .eml file has"
	if n == 1 {
		things = "property differs that an .eml file has"
	}
	return fmt.Sprintf("%d %s no place for; --all lists them", n, things)
}

func printDifference(b *strings.Builder, s screen, d diff.Difference) {
	note := ""
	if !d.Carried {
		note = s.in(faint, " (no place in .eml)")
	}
	fmt.Fprintf(b, "%s%s\n", s.in(cyan, "@@ "+look.Line(d.What)+" @@"), note)
	if d.Lines != "" {
		printLines(b, s, d.Lines)
		return
	}
	if d.A != nil {
		fmt.Fprintln(b, s.in(red, "-"+look.Line(*d.A)))
	}
	if d.B != nil {
		fmt.Fprintln(b, s.in(green, "+"+look.Line(*d.B)))
	}
}

// printLines writes the lines of a body that differ.
func printLines(b *strings.Builder, s screen, lines string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(lines, "\n"), "\n") {
		text := look.Line(line)
		switch {
		case strings.HasPrefix(line, "-"):
			text = s.in(red, text)
		case strings.HasPrefix(line, "+"):
			text = s.in(green, text)
		case strings.HasPrefix(line, "@@"):
			text = s.in(faint, text)
		}
		fmt.Fprintln(b, text)
	}
}
