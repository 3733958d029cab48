package main

import (
	"context"
	"encoding/json"
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
		Long: `Mbox writes the messages that a run made into one file, in the order of their
inputs. RUN is the folder of the outputs, or of a run in its .oxbridge; it is one
to eml or to mbox, or one to same that made no .msg files. The format is mboxrd:
nothing in a message is lost, and most mail programs read it.

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
	folder, l, _, err := openRun(ctx, arg, stderr)
	if err != nil {
		return err
	}
	defer l.Close()
	add, err := adderOf(ctx, l)
	if err != nil {
		return err
	}
	t, err := store.Create(output, overwrite)
	if err == nil {
		defer t.Close()
		var n int
		if n, err = writeMbox(ctx, t, l, store.Dir{Root: folder.outDir()}, add); err == nil {
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

// An adder puts an output into a mailbox.
type adder func(box *batch.MboxWriter, src *store.Source) error

// adderOf returns how the outputs of a run go into a mailbox.
func adderOf(ctx context.Context, l *ledger.Ledger) (adder, error) {
	run, err := l.Run(ctx)
	if err != nil {
		return nil, &exitError{code: exitAborted, err: err}
	}
	var id batch.Identity
	if err := json.Unmarshal([]byte(run.Identity), &id); err != nil {
		return nil, &exitError{code: exitAborted, err: err}
	}
	switch id.To {
	case "eml":
		return (*batch.MboxWriter).Add, nil
	case "mbox":
		return (*batch.MboxWriter).Append, nil
	case batch.Same:
		return addMail, nil
	}
	return nil, &exitError{code: exitUsage, err: fmt.Errorf("the run is one to %s, and mailboxes hold mail", id.To), hint: "convert --to eml or --to mbox"}
}

// addMail is an adder for outputs in more than one format.
func addMail(box *batch.MboxWriter, src *store.Source) error {
	head := make([]byte, min(src.Size(), 16))
	if n, err := src.ReadAt(head, 0); n < len(head) {
		return err
	}
	if batch.Sniff(head) == batch.KindMSG {
		return errNoMail
	}
	return box.Add(src)
}

var errNoMail = errors.New("it is an Outlook message, and mailboxes hold mail")

// writeMbox writes the outputs of a run, each held to what the ledger says of it.
func writeMbox(ctx context.Context, w io.Writer, l *ledger.Ledger, out store.Storage, add adder) (n int, err error) {
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
		if err := add(box, src); err != nil {
			return fmt.Errorf("%s: %w", r.OutputName, err)
		}
		return nil
	})
	if err == nil {
		err = box.Flush()
	}
	return n, err
}
