package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

type planOptions struct {
	run        runOptions
	json       bool
	shardItems int
	shardBytes string
	again      bool
	logs       logOptions
}

func newPlanCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts planOptions
	cmd := &cobra.Command{
		Use:   "plan --to eml|msg|json|mbox|text|same --out DIR PATH...",
		Short: "Plan a run in shards that many machines can do",
		Long: `Plan lists the inputs of a run, cuts the list into shards, and prints the
folder of the plan, which lies in DIR/.oxbridge. "oxbridge run-shard PLAN N" does
shard N, counted from 0: any number of times, by anyone, at the same time.
"oxbridge report PLAN" brings the results together in the ledger of the run.

What the ledger knows as done, and has not changed, is left out.

Exit status: 0, 2 wrong usage, 4 the plan could not be made.`,
		Example: `  PLAN=$(oxbridge plan --to eml --out mail archive/)
  oxbridge run-shard "$PLAN" 0
  oxbridge report "$PLAN"`,
		RunE: action(func(ctx context.Context, paths []string) error {
			return runPlan(ctx, opts, paths, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	opts.run.addFlags(f)
	f.BoolVar(&opts.json, "json", false, "print the head of the plan as JSON")
	f.IntVar(&opts.shardItems, "shard-items", 1000, "put up to `n` inputs into a shard")
	f.StringVar(&opts.shardBytes, "shard-bytes", "1G", "put up to `size` of input into a shard")
	f.BoolVar(&opts.again, "again", false, "plan also what is done and has not changed")
	_ = cmd.MarkFlagRequired("to")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func runPlan(ctx context.Context, opts planOptions, paths []string, stdout, stderr io.Writer) error {
	if err := opts.run.check(paths); err != nil {
		return err
	}
	shardBytes, err := parseSize(opts.shardBytes)
	if err != nil || opts.shardItems < 1 || shardBytes < 1 {
		return &exitError{code: exitUsage, err: errors.New("--shard-items and --shard-bytes must be above 0")}
	}
	roots, err := opts.run.roots(paths)
	if err != nil {
		return err
	}
	watch, err := opts.logs.start(stderr)
	if err != nil {
		return err
	}
	pool, err := opts.run.start(ctx, watch)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }() // it has no work in hand
	ts, err := opts.run.startTransformers(ctx, watch)
	if err = errors.Join(err, ts.close()); err != nil {
		return err
	}
	opt, err := opts.run.batch(pool, ts)
	if err != nil {
		return err
	}
	opt.ShardItems, opt.ShardBytes, opt.Again = opts.shardItems, shardBytes, opts.again
	plan, err := makePlan(ctx, roots, opt)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	fmt.Fprintf(stderr, "oxbridge: %d inputs, %s, in %d shards; %d done before\n", plan.Items, report.Size(plan.Bytes), len(plan.Shards), plan.Done)
	if opts.json {
		return lineEncoder(stdout).Encode(struct {
			Type string `json:"type"`
			Dir  string `json:"dir"`
			batch.Header
		}{"plan", plan.Dir(), plan.Header})
	}
	_, err = fmt.Fprintln(stdout, plan.Dir())
	return err
}

// makePlan makes a plan that stays, from what the ledger of the run says.
func makePlan(ctx context.Context, roots []batch.Root, opt batch.Options) (*batch.Plan, error) {
	folder := newRunFolder(opt.OutDir, opt.Identity(roots))
	forget, err := folder.remember(ctx, &opt)
	if err != nil {
		return nil, err
	}
	defer forget()
	dir, err := folder.planDir()
	if err != nil {
		return nil, err
	}
	return batch.MakePlan(ctx, dir, roots, opt)
}
