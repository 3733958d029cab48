package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

type runShardOptions struct {
	work       workOptions
	run        runOptions
	overwrite  bool
	quarantine string
}

// shardVariables hold the number of the shard, where a scheduler starts the same
// command many times: Kubernetes (an Indexed Job) and Slurm (an array).
var shardVariables = []string{"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID"}

func newRunShardCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts runShardOptions
	cmd := &cobra.Command{
		Use:   "run-shard PLAN [N]",
		Short: "Do one shard of a plan",
		Long: `Run-shard does shard N, counted from 0, of a plan that "oxbridge plan" made.
Without N, the number comes from the environment: JOB_COMPLETION_INDEX as in
Kubernetes, or SLURM_ARRAY_TASK_ID as in Slurm.

It may be called any number of times, by anyone, at the same time: outputs come
into being once, and a shard that is done is not done again. A message that
fails is a result in the shard's report, not a failure of the shard.

Exit status: 0 the shard is done, 2 wrong usage, 4 it was not done to its end,
70 a fault of oxbridge.`,
		Example: `  oxbridge run-shard mail/.oxbridge/0c53a9b1f0de/plan-1 17
  seq 0 41 | xargs -P 4 -n 1 oxbridge run-shard mail/.oxbridge/0c53a9b1f0de/plan-1`,
		Args: cobra.RangeArgs(1, 2),
		RunE: action(func(ctx context.Context, args []string) error {
			return runRunShard(ctx, opts, args, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	opts.work.addFlags(f)
	opts.run.addPluginFlags(f)
	addTransformFlag(f, &opts.run.transforms)
	f.BoolVar(&opts.overwrite, "overwrite", false, "replace output files that exist")
	f.StringVar(&opts.quarantine, "quarantine", "", "copy messages that failed to `dir`, each with its reason")
	return cmd
}

// shardNumber returns the number of the shard to do.
func shardNumber(args []string, getenv func(string) string) (int, error) {
	text, from := "", "N"
	if len(args) > 1 {
		text = args[1]
	}
	for _, name := range shardVariables {
		if v := getenv(name); text == "" && v != "" {
			text, from = v, name
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, &exitError{code: exitUsage, err: fmt.Errorf("%s: %q is no number of a shard", from, text), hint: "name the shard, or set JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID"}
	}
	return n, nil
}

// shardReport is where the results of a shard are: JSON, one event for each line.
func shardReport(planDir string, n int) string {
	return filepath.Join(planDir, "shards", fmt.Sprintf("%06d.jsonl", n))
}

// openShard returns the plan that the command line names, and which of its shards
// is meant.
func openShard(args []string) (*batch.Plan, int, error) {
	n, err := shardNumber(args, os.Getenv)
	if err != nil {
		return nil, 0, err
	}
	plan, err := batch.OpenPlan(args[0])
	if err != nil {
		return nil, 0, &exitError{code: exitUsage, err: err, hint: "PLAN is the folder that oxbridge plan prints"}
	}
	if n >= len(plan.Shards) {
		return nil, 0, &exitError{code: exitUsage, err: fmt.Errorf("shard %d: the plan has %d, counted from 0", n, len(plan.Shards))}
	}
	return plan, n, nil
}

// planMatches returns a usage error where the plan is for another program, or for
// another plugin than that with the key.
func planMatches(plan *batch.Plan, key string) error {
	if key == plan.Plugin && version() == plan.Program {
		return nil
	}
	return &exitError{code: exitUsage, err: fmt.Errorf("the plan was made for oxbridge %s with plugin %s, this is %s with %s", plan.Program, plan.Plugin, version(), key),
		hint: "outputs depend on both; make a new plan"}
}

func runRunShard(ctx context.Context, opts runShardOptions, args []string, stdout, stderr io.Writer) (err error) {
	if err := opts.work.check(); err != nil {
		return err
	}
	plan, n, err := openShard(args)
	if err != nil {
		return err
	}
	if err := setLimits(plan.Limits); err != nil {
		return err
	}
	path := shardReport(plan.Dir(), n)
	if _, err := os.Stat(path); err == nil {
		fmt.Fprintf(stderr, "oxbridge: shard %d was done before\n", n)
		return nil
	}
	sessionMemory, err := opts.work.apply()
	if err != nil {
		return err
	}
	watch, err := opts.work.logs.start(stderr)
	if err != nil {
		return err
	}
	defer watch.close()
	hard, release := drainFirst(ctx, watch, stderr)
	defer release()
	run := opts.run
	run.to, run.from, run.plugin = plan.To, plan.From, plannedPlugin(opts.run.plugin, plan.Plugin)
	pool, err := run.start(hard, watch)
	if err != nil {
		return err
	}
	defer closing(&err, pool.Close)
	if err := planMatches(plan, run.key(pool.Description())); err != nil {
		return err
	}
	ts, err := run.startTransformersAgain(hard, plan.Transforms, watch)
	if err != nil {
		return err
	}
	defer closing(&err, ts.close)
	out := newConsole(opts.work, stdout, stderr)
	defer out.quit()
	out.watch = watch
	opt := batch.Options{
		OutDir: (runFolder{dir: filepath.Dir(plan.Dir())}).outDir(), Jobs: opts.work.jobs, SessionMemory: sessionMemory,
		Overwrite: opts.overwrite, Quarantine: opts.quarantine, Durable: true, Drain: ctx.Done(),
		Started: out.started, Done: out.done,
	}.From(plan)
	opt.Transforms = ts.transforms()
	if opt.Prepare, err = prepareAgain(plan.Prepared); err != nil {
		return err
	}
	out.planned(plan.ShardHeader(n))
	summary, err := doShard(hard, pool, plan, n, opt, path)
	out.end(summary)
	return shardStatus(err)
}

// shardStatus returns the error that carries the exit status of a shard.
func shardStatus(err error) error {
	switch {
	case errors.Is(err, batch.ErrDrained), errors.Is(err, context.Canceled):
		return &exitError{code: exitAborted, err: errors.New("interrupted"), hint: "the same command does the shard to its end"}
	case err != nil:
		return &exitError{code: exitAborted, err: err}
	}
	return nil
}

// doShard does a shard and writes its report, once.
func doShard(ctx context.Context, conv batch.Converter, plan *batch.Plan, n int, opt batch.Options, path string) (report.Summary, error) {
	start := time.Now()
	var events bytes.Buffer
	w := report.NewJSONWriter(&events)
	opt.Record = func(results []report.Result) error {
		for _, r := range results {
			if err := w.Result(r); err != nil {
				return err
			}
		}
		return nil
	}
	r := batch.NewRunner(ctx, conv, opt)
	shardErr := r.RunShard(plan, n)
	summary, err := r.Close()
	if err == nil {
		err = shardErr // of the plan: everything else is said by Close
	}
	summary.Duration = time.Since(start)
	if err != nil {
		return summary, err
	}
	if err := w.Summary(summary); err != nil {
		return summary, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return summary, err
	}
	err = batch.WriteOnce(path, events.Bytes())
	if errors.Is(err, fs.ErrExist) {
		return summary, nil // somebody was faster, with the same outputs
	}
	return summary, err
}
