package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

func newMboxCommand(stderr io.Writer) *cobra.Command {
	var output string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "mbox RUN -o FILE",
		Short: "Put the outputs of a run into one mbox file",
		Long: `Mbox writes the .eml files that a run made into one file, in the order of their
inputs. RUN is the folder of the outputs, or of a run in its .oxbridge. The format
is mboxrd: nothing in a message is lost, and most mail programs read it.

Exit status: 0, 2 wrong usage or no such run, 4 the file was not written.`,
		Example: `  oxbridge convert --to eml --out mail archive/
  oxbridge mbox mail -o archive.mbox`,
		Args: cobra.ExactArgs(1),
		RunE: action(func(ctx context.Context, args []string) error {
			return runMbox(ctx, args[0], output, overwrite, stderr)
		}),
	}
	f := cmd.Flags()
	f.StringVarP(&output, "output", "o", "", "write `file` (required)")
	f.BoolVar(&overwrite, "overwrite", false, "replace a file that exists")
	_ = cmd.MarkFlagRequired("output")
	return cmd
}

func runMbox(ctx context.Context, arg, output string, overwrite bool, stderr io.Writer) error {
	folder, err := findRun(arg)
	if err != nil {
		return err
	}
	if _, err := mergeShards(ctx, &folder, stderr); err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	l, err := ledger.Read(ctx, folder.ledgerPath())
	if err != nil {
		return &exitError{code: exitUsage, err: err}
	}
	defer l.Close()
	t, err := store.Create(output, overwrite)
	if err == nil {
		defer t.Close()
		var n int
		if n, err = writeMbox(ctx, t, l, store.Dir{Root: folder.outDir()}); err == nil {
			err = t.Commit()
		}
		if err == nil {
			fmt.Fprintf(stderr, "oxbridge: %d messages in %s\n", n, output)
		}
	}
	switch {
	case errors.Is(err, store.ErrExists):
		return &exitError{code: exitUsage, err: err, hint: "use --overwrite to replace it"}
	case err != nil:
		return &exitError{code: exitAborted, err: err}
	}
	return nil
}

// writeMbox writes the outputs of a run, each held to what the ledger says of it.
func writeMbox(ctx context.Context, w io.Writer, l *ledger.Ledger, out store.Storage) (n int, err error) {
	box := batch.NewMboxWriter(w)
	err = l.Results(ctx, func(r report.Result) error {
		if r.OutputName == "" {
			return nil
		}
		src, err := out.Open(ctx, r.OutputName)
		if err != nil {
			return err
		}
		defer src.Close()
		if d, err := store.DigestOf(src, src.Size()); err != nil || d.SHA256 != r.OutputSHA256 {
			return errors.Join(err, fmt.Errorf("%s is not what the run made; oxbridge audit says more", r.OutputName))
		}
		n++
		return box.Add(src)
	})
	if err == nil {
		err = box.Flush()
	}
	return n, err
}
