package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// dryRun prints what a run would do, and why. It changes nothing.
func dryRun(ctx context.Context, opts convertOptions, roots []batch.Root, opt batch.Options, stdout, stderr io.Writer) error {
	folder := newRunFolder(opt.OutDir, opt.Identity(roots))
	forget, err := folder.remember(ctx, &opt)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	defer forget()
	dir, err := os.MkdirTemp("", "oxbridge-plan-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	convert, leave := 0, 0
	var werr error
	opt.Found = func(it batch.Item) {
		if it.State == "" {
			convert++
		} else {
			leave++
		}
		if err := printItem(it, opt.OutDir, opts.work.json, stdout); err != nil && werr == nil {
			werr = err
		}
	}
	plan, err := batch.MakePlan(ctx, filepath.Join(dir, "plan"), roots, opt)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	if werr != nil {
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", werr)}
	}
	fmt.Fprintf(stderr, "oxbridge: would convert %d, leave out %d; %d done before and unchanged; %d shards\n", convert, leave, plan.Done, len(plan.Shards))
	return nil
}

// printItem prints one line of a dry run.
func printItem(it batch.Item, outDir string, asJSON bool, w io.Writer) error {
	out := filepath.Join(outDir, filepath.FromSlash(it.Out))
	if asJSON {
		e := struct {
			Type   string       `json:"type"`
			Input  string       `json:"input"`
			Output string       `json:"output,omitempty"`
			Bytes  int64        `json:"bytes"`
			State  report.State `json:"state,omitempty"`
			Why    string       `json:"why"`
		}{"item", it.Name(), out, it.Size, it.State, it.Why}
		if it.State != "" {
			e.Output, e.Why = "", it.Reason
		}
		return lineEncoder(w).Encode(e)
	}
	var err error
	if it.State != "" {
		_, err = fmt.Fprintf(w, "%s: would be %s: %s\n", printable(it.Name()), it.State, it.Reason)
	} else {
		_, err = fmt.Fprintf(w, "%s -> %s: %s\n", printable(it.Name()), printable(out), it.Why)
	}
	return err
}
