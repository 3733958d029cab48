package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/audit"
	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

type auditOptions struct {
	deep bool
	json bool
	run  runOptions
	jobs int
}

func newAuditCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts auditOptions
	cmd := &cobra.Command{
		Use:   "audit RUN",
		Short: "Check inputs and outputs of a run against its ledger",
		Long: `Audit hashes every input and output of a run again and compares with the ledger.
RUN is the folder of the outputs, or of a run in its .oxbridge.

With --deep, every input is also converted once more, which must give the same
bytes and the same problems; and every output is read back and compared with its
input, property by property. The problems on record that are confirmed are
listed; a difference that no problem accounts for is a fault. That takes the plugin
of the run: name with --plugin one that is neither built in nor installed.

Exit status: 0 nothing is wrong, 2 there is no such run or the plugin is another,
3 there are faults, 4 the audit came to no end.`,
		Args: cobra.ExactArgs(1),
		RunE: action(func(ctx context.Context, args []string) error {
			return runAudit(ctx, opts, args[0], stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&opts.deep, "deep", false, "convert again, read outputs back and compare")
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each finding, and a summary")
	opts.run.addPluginFlags(f)
	addTransformFlag(f, &opts.run.transforms)
	f.IntVarP(&opts.jobs, "jobs", "j", 0, "look at up to `n` messages at once (0: 4)")
	return cmd
}

func runAudit(ctx context.Context, opts auditOptions, arg string, stdout, stderr io.Writer) error {
	folder, l, _, err := openRun(ctx, arg, stderr)
	if err != nil {
		return err
	}
	defer l.Close()
	run, err := l.Run(ctx)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	var id batch.Identity
	if err := json.Unmarshal([]byte(run.Identity), &id); err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	if err := setLimits(id.Limits); err != nil {
		return err
	}
	aopt := audit.Options{
		In: store.Dir{Folder: id.Folder}, Out: store.Dir{Root: folder.outDir()}, Jobs: opts.jobs,
		Run: batch.Options{To: id.To, FromFormat: id.From, Settings: id.Settings, MessagesAsFiles: id.MessagesAsFiles},
	}
	if aopt.Run.Prepare, err = prepareAgain(id.Prepared); err != nil {
		return err
	}
	var werr error
	aopt.Found = func(f audit.Finding) {
		if err := printFinding(f, opts.json, stdout); err != nil && werr == nil {
			werr = err
		}
	}
	watch, err := (&logOptions{}).start(stderr)
	if err != nil {
		return err
	}
	sum, err := doAudit(ctx, opts, id, l, aopt, watch)
	if known := (*exitError)(nil); errors.As(err, &known) {
		return known
	}
	if err = errors.Join(err, werr); err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	return endAudit(sum, opts.json, stdout, stderr)
}

// endAudit prints what was found in all, and returns the exit status.
func endAudit(sum audit.Summary, asJSON bool, stdout, stderr io.Writer) error {
	if asJSON {
		if err := lineEncoder(stdout).Encode(struct {
			Type      string `json:"type"`
			Inputs    int    `json:"inputs"`
			Faults    int    `json:"faults"`
			Confirmed int    `json:"problems_confirmed"`
		}{"summary", sum.Inputs, sum.Faults, sum.Confirmed}); err != nil {
			return err
		}
	}
	fmt.Fprintf(stderr, "oxbridge: %d inputs, %d faults, %d problems confirmed\n", sum.Inputs, sum.Faults, sum.Confirmed)
	if sum.Faults > 0 {
		return &exitError{code: exitPartial}
	}
	return nil
}

// doAudit runs the audit, with a plugin when it is a deep one.
func doAudit(ctx context.Context, opts auditOptions, id batch.Identity, l *ledger.Ledger, aopt audit.Options, watch *watcher) (audit.Summary, error) {
	if !opts.deep {
		return audit.Run(ctx, l, aopt)
	}
	run := opts.run
	run.to, run.from, run.plugin = id.To, id.From, plannedPlugin(opts.run.plugin, id.Plugin)
	pool, err := run.start(ctx, watch)
	if err != nil {
		return audit.Summary{}, err
	}
	if err := samePlugin(pool.Description(), id.Plugin); err != nil {
		return audit.Summary{}, errors.Join(err, pool.Close())
	}
	ts, err := run.startTransformersAgain(ctx, id.Transforms, watch)
	if err != nil {
		return audit.Summary{}, errors.Join(err, pool.Close())
	}
	aopt.Run.Transforms = ts.transforms()
	aopt.Converter, aopt.Run.Recogniser = pool, recogniser(pool, id.To, id.From)
	// What a transform has changed is no difference to be accounted for.
	aopt.WriteOnly = len(ts) > 0
	for _, n := range batch.Needs(id.To, id.From) {
		aopt.WriteOnly = aopt.WriteOnly || n.Direction == session.Export && !pool.Description().Can(session.Import, n.Format)
	}
	sum, err := audit.Run(ctx, l, aopt)
	return sum, errors.Join(err, ts.close(), pool.Close())
}

// samePlugin is a usage error for an audit by another plugin than that of the run,
// which has the key. Another version of it may well find the same.
func samePlugin(d hostsvc.Description, key string) error {
	name, _, _ := strings.Cut(key, " ")
	if name == "" || d.Name == name {
		return nil
	}
	return &exitError{code: exitUsage, err: fmt.Errorf("the run was made by plugin %s, and this is %s", name, d.Name),
		hint: "name the plugin of the run with --plugin; a program by its path"}
}

func printFinding(f audit.Finding, asJSON bool, w io.Writer) error {
	if !asJSON {
		_, err := fmt.Fprintf(w, "%s: %s: %s\n", printable(f.Input), f.Kind, printable(f.Detail))
		return err
	}
	e := struct {
		Type   string `json:"type"`
		Input  string `json:"input"`
		Kind   string `json:"kind"`
		Fault  bool   `json:"fault"`
		Detail string `json:"detail"`
		Code   string `json:"code,omitempty"`
	}{"finding", f.Input, string(f.Kind), f.Fault(), f.Detail, ""}
	if f.Problem != nil {
		e.Code = f.Problem.Code
	}
	return lineEncoder(w).Encode(e)
}
