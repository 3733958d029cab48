package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
)

type catOptions struct {
	html, links, embedded bool
	width                 int
	colour                colourFlag
}

func newCatCommand(stdout, stderr io.Writer) *cobra.Command {
	opts := catOptions{width: -1}
	cmd := &cobra.Command{
		Use:   "cat FILE...",
		Short: "Print messages for people to read",
		Long: `Cat prints whom a message is from and to, its date and subject, its attachments
and its text, for .msg and .eml files alike. A message without a text body is
shown by the text of its HTML or RTF. Times are in UTC.

On a terminal, lines are wrapped to its width; in a pipe they stay as long as
they are. Control characters and characters that turn the direction of text are
shown as escapes and never reach the terminal.

Exit status: 0 all messages were printed, 2 wrong usage, 3 some could not be
read, 70 a fault of oxbridge.`,
		Example: `  oxbridge cat offer.msg
  oxbridge cat --links newsletter.eml
  oxbridge cat --html newsletter.msg > newsletter.html`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeMessages(0),
		RunE: action(func(ctx context.Context, args []string) error {
			return runCat(ctx, opts, args, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&opts.html, "html", false, "print the HTML body alone, as it stands when that is to a pipe")
	f.BoolVar(&opts.links, "links", false, "read the HTML rather than the text, number its links and list where they lead")
	f.BoolVar(&opts.embedded, "embedded", false, "print the messages that are attached, too")
	f.IntVar(&opts.width, "width", -1, "wrap lines after `n` columns, 0 for never (-1: the width of the terminal)")
	opts.colour.addTo(f)
	return cmd
}

func runCat(ctx context.Context, opts catOptions, paths []string, stdout, stderr io.Writer) error {
	if opts.width < -1 {
		return &exitError{code: exitUsage, err: fmt.Errorf("--width must be at least -1, got %d", opts.width)}
	}
	r, err := newReader()
	if err != nil {
		return err
	}
	defer r.close()
	s := newScreen(stdout, opts.colour)
	if opts.width >= 0 {
		s.width = opts.width
	}
	failed := false
	for i, path := range paths {
		err := catFile(ctx, opts, r, s, path, stderr, i, len(paths))
		var exit *exitError
		switch {
		case errors.As(err, &exit) && exit.code == exitAborted || ctx.Err() != nil:
			return err
		case err != nil:
			fmt.Fprintln(stderr, "oxbridge:", err)
			failed = true
		}
	}
	if failed {
		return &exitError{code: exitPartial}
	}
	return nil
}

// catFile prints one of n files.
func catFile(ctx context.Context, opts catOptions, r *reader, s screen, path string, stderr io.Writer, i, n int) error {
	m, err := r.open(ctx, path)
	if err != nil {
		return err
	}
	defer m.release()
	m.warn(stderr, path)
	if opts.html {
		return catHTML(s, m, path)
	}
	if n > 1 {
		if i > 0 {
			fmt.Fprintln(s)
		}
		fmt.Fprintln(s, s.in(bold, "==> "+look.Line(path)+" <=="))
	}
	l := &letter{screen: s, links: opts.links, embedded: opts.embedded}
	err = l.message(m.Message, 0)
	if _, werr := io.WriteString(s, l.out.String()); werr != nil {
		return written(werr)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// catHTML prints the HTML body: raw for other programs, harmless for a terminal.
func catHTML(s screen, m *looked, path string) error {
	b := look.BodiesOf(m.Props, richText)
	if !b.HTML.Exists() {
		return fmt.Errorf("%s: the message has no HTML", path)
	}
	r, err := b.HTML.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if s.terminal {
		html, err := io.ReadAll(io.LimitReader(r, 16<<20))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s, look.Text(string(html)))
		return written(err)
	}
	_, err = io.Copy(s, r)
	return written(err)
}
