package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/extract"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
)

type inspectOptions struct {
	json    bool
	extract string
	colour  colourFlag
}

func newInspectCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Print what a message holds, property by property",
		Long: `Inspect prints every property of a message, its recipients and attachments and
the messages attached to it: tag, the name that Microsoft's documents give it,
type and value. Values are decoded where those documents say how: flags by name,
entry identifiers, conversation indexes, times.

An .eml file is shown as the message that a conversion makes of it.

Of long values the beginning is shown. With --extract, bodies, attachments and
the header are written to files as they are: attachments under their names, made
harmless, messages attached as folders. Nothing is overwritten: a name that is
taken gets a number.

Exit status: 0 all was read, 2 wrong usage or no such file, 3 the file is no
message or not all could be extracted, 70 a fault of oxbridge.`,
		Example: `  oxbridge inspect mail.msg
  oxbridge inspect --json mail.eml
  oxbridge inspect --extract parts mail.msg`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeMessages(1),
		RunE: action(func(ctx context.Context, args []string) error {
			return runInspect(ctx, opts, args[0], stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&opts.json, "json", false, "print JSON")
	f.StringVar(&opts.extract, "extract", "", "write bodies and attachments to files in `dir` instead of printing")
	opts.colour.addTo(f)
	_ = cmd.MarkFlagDirname("extract")
	return cmd
}

func runInspect(ctx context.Context, opts inspectOptions, path string, stdout, stderr io.Writer) error {
	r, err := newReader()
	if err != nil {
		return err
	}
	defer r.close()
	m, err := r.open(ctx, path)
	if err != nil {
		return err
	}
	m.warn(stderr, path)
	switch {
	case opts.extract != "":
		return runExtract(m, opts, path, stdout)
	case opts.json:
		enc := json.NewEncoder(stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return written(enc.Encode(messageView(m.Message)))
	}
	return written(printTree(newScreen(stdout, opts.colour), messageView(m.Message)))
}

// written marks an error of writing.
func written(err error) error {
	if err != nil {
		return &exitError{code: exitAborted, err: fmt.Errorf("write: %w", err)}
	}
	return nil
}

// runExtract writes the parts of a message and lists them.
func runExtract(m *looked, opts inspectOptions, path string, stdout io.Writer) error {
	if err := os.MkdirAll(opts.extract, 0o755); err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--extract: %w", err)}
	}
	root, err := os.OpenRoot(opts.extract)
	if err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--extract: %w", err)}
	}
	defer func() { _ = root.Close() }() // nothing is written through the folder itself
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	var lost error
	x := &extract.Extractor{Root: root, Rich: richText, Wrote: func(name string, size int64) {
		err := error(nil)
		if opts.json {
			err = enc.Encode(extracted{"file", name, size})
		} else {
			_, err = fmt.Fprintf(stdout, "%s (%s)\n", look.Line(name), look.Size(size))
		}
		if lost == nil {
			lost = err
		}
	}}
	if err := x.Message(".", m.Message); err != nil {
		return &exitError{code: exitPartial, err: fmt.Errorf("%s: %w", path, err)}
	}
	return written(lost)
}

// extracted is a file that was written, in JSON.
type extracted struct {
	Type string `json:"type"`
	Path string `json:"path"`
	Size int64  `json:"size"`
}
