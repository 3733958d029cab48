package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
)

func newRunsCommand(stdout, stderr io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "runs [DIR...]",
		Short: "List the runs with outputs in a folder, and their states",
		Long: `Runs lists the runs that wrote into the folders, each with its state: finished,
running, interrupted, aborted, killed, or planned. Without a folder it looks into
the one at hand.

Exit status: 0, 2 a folder has no runs.`,
		RunE: action(func(ctx context.Context, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return runRuns(ctx, args, asJSON, stdout, stderr)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each run")
	return cmd
}

// A runLine is what runs says about a run.
type runLine struct {
	Type      string    `json:"type"`
	ID        string    `json:"id"`
	Dir       string    `json:"dir"` // of the outputs
	State     string    `json:"state"`
	Started   time.Time `json:"started,omitzero"` // for the last time
	Seen      time.Time `json:"seen,omitzero"`
	Converted int       `json:"converted"`
	WithLoss  int       `json:"with_loss"`
	Failed    int       `json:"failed"`
	Skipped   int       `json:"skipped"`
}

func runRuns(ctx context.Context, dirs []string, asJSON bool, stdout, stderr io.Writer) error {
	table := tabwriter.NewWriter(stdout, 0, 8, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "RUN\tSTATE\tSTARTED\tCONVERTED\tFAILED\tSKIPPED\tOUTPUTS")
	}
	for _, dir := range dirs {
		runs, err := runsIn(dir)
		if err != nil || len(runs) == 0 {
			return &exitError{code: exitUsage, err: fmt.Errorf("%s: there are no runs", dir), hint: "name a folder that oxbridge convert wrote into"}
		}
		for _, run := range runs {
			line, err := describeRun(ctx, run)
			if err != nil {
				fmt.Fprintf(stderr, "oxbridge: %s: %v\n", run.dir, err)
				continue
			}
			if asJSON {
				if err := lineEncoder(stdout).Encode(line); err != nil {
					return err
				}
				continue
			}
			started := ""
			if !line.Started.IsZero() {
				started = line.Started.Format("2006-01-02 15:04")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", line.ID, line.State, started, line.Converted, line.Failed, line.Skipped, line.Dir)
		}
	}
	if asJSON {
		return nil
	}
	return table.Flush()
}

func describeRun(ctx context.Context, run runFolder) (runLine, error) {
	line := runLine{Type: "run", ID: filepath.Base(run.dir), Dir: run.outDir(), State: "planned"}
	l, err := ledger.Read(ctx, run.ledgerPath())
	if errors.Is(err, fs.ErrNotExist) {
		plans, err := run.plans()
		if err != nil || len(plans) == 0 {
			line.State = "empty"
			return line, err
		}
		_, err = batch.OpenPlan(plans[len(plans)-1])
		return line, err
	}
	if err != nil {
		return line, err
	}
	defer l.Close()
	s, err := l.Summary(ctx)
	if err != nil {
		return line, err
	}
	line.Converted, line.WithLoss, line.Failed, line.Skipped = s.Converted, s.WithLoss, s.Failed, s.Skipped
	calls, err := l.Invocations(ctx)
	if err != nil || len(calls) == 0 {
		line.State = "sharded"
		return line, err
	}
	last := calls[len(calls)-1]
	line.State, line.Started, line.Seen = callState(last), last.Started, last.Seen
	return line, nil
}
