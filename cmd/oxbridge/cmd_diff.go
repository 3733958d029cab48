package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/diff"
)

type diffOptions struct {
	json, all bool
	colour    colourFlag
}

func newDiffCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts diffOptions
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what differs in meaning between two messages of any format",
		Long: `Diff compares two messages, each a .msg or an .eml file, by what they mean:
people, times, subject, identifiers, flags, categories, bodies, attachments by
name, type and contents, messages attached to them, and every other property.

Bodies are compared as text: line ends, blanks at the ends of lines and the way
HTML is written do not count. HTML inside RTF counts as HTML.

Most properties of a .msg file have no place in an .eml file. When one of the two
is an .eml file, differences in those are counted and not listed; --all lists
them, and lets them decide the exit status.

Exit status: 0 nothing differs, 1 something does, 2 wrong usage or no such file,
3 a file is no message, 70 a fault of oxbridge.`,
		Example: `  oxbridge diff offer.msg offer.eml
  oxbridge diff --all --json before.msg after.msg | jq -r .what`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeMessages(2),
		RunE: action(func(ctx context.Context, args []string) error {
			return runDiff(ctx, opts, args, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each difference, and a summary")
	f.BoolVar(&opts.all, "all", false, "list also what one of the formats cannot carry, and let it count")
	opts.colour.addTo(f)
	return cmd
}

func runDiff(ctx context.Context, opts diffOptions, paths []string, stdout, stderr io.Writer) error {
	r, err := newReader()
	if err != nil {
		return err
	}
	defer r.close()
	var messages [2]*looked
	for i, path := range paths {
		if messages[i], err = r.open(ctx, path); err != nil {
			return err
		}
		messages[i].warn(stderr, path)
	}
	result, err := diff.Compare(ctx, messages[0].Message, messages[1].Message, diff.Options{
		Formats: [2]string{messages[0].format, messages[1].format}, Rich: richText,
	})
	if err != nil {
		return &exitError{code: exitPartial, err: err}
	}
	counts := tally(result, opts.all)
	if opts.json {
		err = printDiffJSON(stdout, result, counts, opts.all)
	} else {
		err = printDiff(newScreen(stdout, opts.colour), paths, result, counts, opts.all)
	}
	switch {
	case err != nil:
		return &exitError{code: exitAborted, err: fmt.Errorf("write differences: %w", err)}
	case counts.Differences > 0:
		return &exitError{code: exitDiffer}
	}
	return nil
}

// diffCounts is the summary of a comparison.
type diffCounts struct {
	Type        string `json:"type"`
	Equal       bool   `json:"equal"`
	Differences int    `json:"differences"` // that are listed, and those beyond the limit
	NotCarried  int    `json:"notCarried"`  // that one of the formats cannot carry
}

// tally counts; with all, everything is a difference.
func tally(r diff.Result, all bool) diffCounts {
	c := diffCounts{Type: "summary", Differences: r.Carried()}
	c.NotCarried = len(r.Differences) + r.More - c.Differences
	if all {
		c.Differences += c.NotCarried
	}
	c.Equal = c.Differences == 0
	return c
}

func printDiffJSON(w io.Writer, r diff.Result, c diffCounts, all bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var errs []error
	for _, d := range r.Differences {
		if d.Carried || all {
			errs = append(errs, enc.Encode(struct {
				Type string `json:"type"`
				diff.Difference
			}{"difference", d}))
		}
	}
	return errors.Join(append(errs, enc.Encode(c))...)
}
