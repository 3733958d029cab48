package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

type repairOptions struct {
	out       string
	overwrite bool
}

func newRepairCommand(stdout io.Writer) *cobra.Command {
	var opts repairOptions
	cmd := &cobra.Command{
		Use:   "repair FILE -o OUT",
		Short: "Write a right .msg file out of what can be salvaged of another",
		Long: `Repair reads a .msg file as far as it can be read, writes what it got to a new
file that has no fault, and lists the faults of the old one and what was lost.
The new file appears whole or not at all. 8-bit strings become Unicode.

Exit status: 0 nothing was lost, 2 wrong usage, 3 something was lost or nothing
could be salvaged.`,
		Example: `  oxbridge repair broken.msg -o repaired.msg`,
		Args:    cobra.ExactArgs(1),
		RunE: action(func(_ context.Context, args []string) error {
			return runRepair(opts, args[0], stdout)
		}),
	}
	cmd.Flags().StringVarP(&opts.out, "output", "o", "", "write the new file to `path` (required)")
	cmd.Flags().BoolVar(&opts.overwrite, "overwrite", false, "replace the output file if it exists")
	_ = cmd.MarkFlagRequired("output")
	return cmd
}

func runRepair(opts repairOptions, path string, stdout io.Writer) error {
	src, err := store.OpenSource(path)
	if err != nil {
		return &exitError{code: exitUsage, err: err}
	}
	defer src.Close()
	dst, err := store.Create(opts.out, opts.overwrite)
	if err != nil {
		return outputError(err)
	}
	defer dst.Close()
	faults, problems, err := repair(src, dst)
	var internal *exitError
	switch {
	case errors.As(err, &internal):
		return err
	case err != nil:
		return &exitError{code: exitPartial, err: fmt.Errorf("%s: %w", path, err)}
	}
	if err := dst.Commit(); err != nil {
		return outputError(err)
	}
	if err := printRepair(stdout, path, opts.out, faults, problems); err != nil {
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", err)}
	}
	if problems.Worst() >= problem.Loss {
		return &exitError{code: exitPartial}
	}
	return nil
}

// outputError gives an error of the output its exit code.
func outputError(err error) error {
	var pe *fs.PathError
	switch {
	case errors.Is(err, store.ErrExists):
		return &exitError{code: exitUsage, err: err, hint: "--overwrite replaces it"}
	case errors.As(err, &pe):
		return &exitError{code: exitUsage, err: err}
	}
	return &exitError{code: exitAborted, err: err}
}

// repair writes what can be read of src to dst, without committing it, and
// returns the faults of src and the problems met. What it wrote has no fault.
func repair(src *store.Source, dst *store.Target) (faults []cfb.Fault, problems problem.List, err error) {
	if faults, err = msg.Verify(src, src.Size()); err != nil {
		return nil, nil, err
	}
	f, err := msg.Open(src, src.Size(), msg.ReadOptions{})
	if err != nil {
		return nil, nil, err
	}
	m, err := f.Message(problems.Add)
	if err != nil {
		return nil, nil, err
	}
	w, err := dst.Rewrite()
	if err != nil {
		return nil, nil, err
	}
	if err := msg.Write(w, m, msg.WriteOptions{Template: f.Template()}, problems.Add); err != nil {
		return nil, nil, fmt.Errorf("write: %w", err)
	}
	return faults, problems, verifyWritten(w)
}

// verifyWritten checks the file that was written to w, which is a file as a
// Target gives it.
func verifyWritten(w io.WriteSeeker) error {
	size, err := w.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	r, ok := w.(io.ReaderAt)
	if !ok {
		return &exitError{code: exitInternal, err: errors.New("output cannot be read back")}
	}
	faults, err := msg.Verify(r, size)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return &exitError{code: exitInternal, err: fmt.Errorf("output has %d faults, the first: %v", len(faults), faults[0])}
	}
	return nil
}

// printRepair lists what was wrong and what became of it.
func printRepair(w io.Writer, path, out string, faults []cfb.Fault, problems problem.List) error {
	lost := 0
	for _, f := range faults {
		if _, err := fmt.Fprintf(w, "%s: repaired: %s\n", path, printable(f.String())); err != nil {
			return err
		}
	}
	for _, p := range problems {
		if p.Severity >= problem.Loss {
			lost++
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n", path, printable(p.String())); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s: written; %d faults repaired, %d losses\n", out, len(faults), lost)
	return err
}
