package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

type reportOptions struct {
	format string
	output string
	schema bool
}

// reportFormats are the values of --format.
var reportFormats = []string{"text", "json", "csv", "html"}

func newReportCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts reportOptions
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Show what became of every message of a run",
		Long: `Report shows the ledger of a run: totals, problems by code with examples,
failures, the slowest messages, and what to do next. RUN is the folder of the
outputs, which means the run that was used last, or the folder of a run in its
.oxbridge, or of a plan. Reports of shards are brought into the ledger first.

The formats are text; json, one object for each message; csv; and html, one page
that needs nothing else, with a table of all messages to sort and search. The
ledger itself is a SQLite file; --schema prints what its tables mean.

Exit status: 0, 2 there is no such run, 3 messages failed or are not done.`,
		Example: `  oxbridge report mail
  oxbridge report mail --format html --output report.html
  oxbridge report mail --format json | jq -r 'select(.state=="failed") | .input'`,
		Args: cobra.MaximumNArgs(1),
		RunE: action(func(ctx context.Context, args []string) error {
			if opts.schema {
				_, err := io.WriteString(stdout, ledger.Schema())
				return err
			}
			if len(args) != 1 {
				return &exitError{code: exitUsage, err: errors.New("which run?"), hint: "name the folder of its outputs"}
			}
			return runReport(ctx, opts, args[0], stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&opts.format, "format", "", "text, json, csv or html (default text, or what the name of the output says)")
	f.StringVarP(&opts.output, "output", "o", "", "write to `file` instead of standard output")
	f.BoolVar(&opts.schema, "schema", false, "print the schema of ledgers")
	return cmd
}

func runReport(ctx context.Context, opts reportOptions, arg string, stdout, stderr io.Writer) error {
	if opts.format == "" {
		opts.format = "text"
		if ext := strings.TrimPrefix(filepath.Ext(opts.output), "."); slices.Contains(reportFormats, ext) {
			opts.format = ext
		}
	}
	if !slices.Contains(reportFormats, opts.format) {
		return &exitError{code: exitUsage, err: fmt.Errorf("--format %s: must be one of %s", opts.format, strings.Join(reportFormats, ", "))}
	}
	folder, l, missing, err := openRun(ctx, arg, stderr)
	if err != nil {
		return err
	}
	defer l.Close()
	about, err := aboutRun(ctx, folder, l, missing)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	if err := writeTo(opts.output, stdout, func(w io.Writer) error {
		switch opts.format {
		case "json":
			return report.Lines(ctx, w, l)
		case "csv":
			return report.CSV(ctx, w, l)
		case "html":
			return report.HTML(ctx, w, about, l)
		}
		return report.Text(ctx, w, about, l)
	}); err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	s, err := l.Summary(ctx)
	if err == nil && (s.Failed > 0 || len(missing) > 0) {
		return &exitError{code: exitPartial}
	}
	return err
}

// writeTo writes to a file, which appears whole, or to w when the name is "".
func writeTo(path string, w io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(w)
	}
	t, err := store.Create(path, true)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := write(t); err != nil {
		return err
	}
	return t.Commit()
}

// aboutRun says what a run is about and what is to be done.
func aboutRun(ctx context.Context, folder runFolder, l *ledger.Ledger, missing []string) (report.About, error) {
	about := report.About{OutDir: folder.outDir(), Next: missing}
	run, err := l.Run(ctx)
	if err != nil {
		return about, err
	}
	about.ID = run.ID
	var id batch.Identity
	if err := json.Unmarshal([]byte(run.Identity), &id); err != nil {
		return about, err
	}
	var paths []string
	for _, r := range id.Roots {
		paths = append(paths, r.Path)
	}
	if len(paths) == 0 {
		paths = []string{"a list of files"}
	}
	about.Facts = [][2]string{{"from", strings.Join(paths, ", ")}, {"to", id.To}, {"plugin", id.Plugin}, {"oxbridge", id.Program}}
	if len(id.Transforms) > 0 {
		about.Facts = append(about.Facts, [2]string{"transformed by", pluginList(id.Transforms)})
	}
	calls, err := l.Invocations(ctx)
	if err != nil {
		return about, err
	}
	for _, c := range calls {
		about.Calls = append(about.Calls, report.Call{Started: c.Started, Ended: c.Ended, State: callState(c), Reason: c.Reason, Program: c.Program, Planned: c.Items, Done: c.Done})
	}
	s, err := l.Summary(ctx)
	if err != nil {
		return about, err
	}
	about.Next = append(about.Next, nextSteps(s, calls, folder, len(missing))...)
	return about, nil
}

// nextSteps says what the state of a run asks for.
func nextSteps(s report.Summary, calls []ledger.Invocation, folder runFolder, missing int) (next []string) {
	out := quoteArg(folder.outDir())
	if n := len(calls); n > 0 && callState(calls[n-1]) != ledger.Finished && callState(calls[n-1]) != ledger.Running {
		next = append(next, "The run did not come to its end: give the same command again, it goes on from there.")
	}
	if s.Failed > 0 {
		next = append(next, fmt.Sprintf("%d failed: look at the reasons; the same command tries them again, and --quarantine DIR collects them.", s.Failed))
	}
	if s.WithLoss > 0 {
		next = append(next, fmt.Sprintf("%d were converted with losses: keep their originals; oxbridge explain CODE says what a loss means.", s.WithLoss))
	}
	if s.Failed == 0 && s.WithLoss == 0 && len(next) == 0 && missing == 0 {
		next = append(next, "Nothing is missing.")
	}
	return append(next, "oxbridge audit "+out+" checks inputs and outputs against the ledger.")
}

// callState returns the state of an invocation; one whose process is gone without
// an end was killed.
func callState(c ledger.Invocation) string {
	host, _ := os.Hostname()
	if c.State == ledger.Running && (c.Host == host && !store.ProcessAlive(c.PID) || time.Since(c.Seen) > 24*time.Hour) {
		return "killed"
	}
	return c.State
}
