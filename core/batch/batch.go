// Package batch converts many messages: it plans a run, opens sessions of
// bounded size, runs the jobs, retries what a crash took down, publishes the
// outputs and hands out the results.
//
// It sees converters through [Converter] and knows neither processes nor wires.
//
// # Runs, plans and shards
//
// A run is a [Plan], made by [MakePlan], and one function that does a shard of
// it, [Runner.RunShard]. That may be called any number of times, by anyone, at
// the same time: names of outputs stand in the plan, their bytes depend on the
// input, the options and the version alone, and an output comes into being once.
// When its name is taken, the contents decide: the same bytes are the same
// output, made by somebody else or before; any others are somebody's file, which
// is left alone unless Options.Overwrite is set. [Run] is a plan and its shards, one
// after the other, each as soon as it is planned.
//
// # What is on disk when
//
// With Options.Durable a loss of power at any moment costs nothing but work. The
// order is, for each group of up to 128 outputs:
//
//  1. contents are written to files without a name (or with a temporary one);
//  2. these are synced;
//  3. they get their names;
//  4. the names are synced, in one call with the contents of the next group;
//  5. the results are recorded.
//
// So a name that is there has its whole contents, and a result that is recorded
// has its output. What lies between 3 and 5 is done again, and found to be the
// same. TestPowerLoss takes the power from runs at random moments and looks.
package batch

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
)

// A Converter runs jobs, any number at once.
//
// An error that has a method Suspect() bool returning true says that the fault
// may lie with a neighbour, as when a process died under several jobs; such a
// job is tried once more by ConvertAlone. An error with a method Fatal() bool
// returning true ends the run.
type Converter interface {
	Convert(ctx context.Context, job *session.Job) error
	ConvertAlone(ctx context.Context, job *session.Job) error
}

// Errors of a run that ended early.
var (
	// ErrAborted is wrapped by all of them.
	ErrAborted = errors.New("run aborted")
	// ErrDrained means that the run ended because it was asked to.
	ErrDrained = errors.New("interrupted")
	// ErrStopped means that a message failed in a run with StopOnError.
	ErrStopped = errors.New("a message failed, and the run was to stop then")
)

// Run converts every message under paths. It returns what RunRoots returns. The
// plan is thrown away afterwards.
func Run(ctx context.Context, conv Converter, paths []string, opt Options) (report.Summary, error) {
	dir, err := os.MkdirTemp("", "oxbridge-plan-")
	if err != nil {
		return report.Summary{}, &abortError{err}
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return RunRoots(ctx, conv, dir, Roots(paths), opt)
}

// RunRoots converts every message under the roots, and makes a plan of that in a
// folder that has none, which is of no use afterwards. Where the outputs cannot be
// among the inputs that are still to be found, the run begins with the first that
// are.
//
// It returns what the counts are also when it returns an error; the error wraps
// ErrAborted and says what ended the run. A message that fails is a result, not an
// error.
func RunRoots(ctx context.Context, conv Converter, dir string, roots []Root, opt Options) (report.Summary, error) {
	start := time.Now()
	opt = opt.withDefaults()
	if opt.Packed == nil {
		opt.Packed = new(Unpacker)
		defer opt.Packed.Close()
	}
	var summary report.Summary
	var err error
	if opt.runsWhilePlanning(roots) {
		summary, err = runWhilePlanning(ctx, conv, dir, roots, opt)
	} else {
		summary, err = planAndRun(ctx, conv, dir, roots, opt)
	}
	summary.Duration = time.Since(start)
	return summary, err
}

// planAndRun makes the whole plan first.
func planAndRun(ctx context.Context, conv Converter, dir string, roots []Root, opt Options) (report.Summary, error) {
	soft, cancel := opt.untilDrained(ctx)
	defer cancel()
	plan, err := MakePlan(soft, dir, roots, opt)
	if err == nil {
		err = opt.planned(plan.Header)
	}
	if err != nil {
		return report.Summary{}, &abortError{err}
	}
	return RunPlan(ctx, conv, plan, opt)
}

// RunPlan does all shards of a plan. It returns what RunRoots returns.
func RunPlan(ctx context.Context, conv Converter, plan *Plan, opt Options) (report.Summary, error) {
	start := time.Now()
	r := NewRunner(ctx, conv, opt)
	q := newShardQueue()
	q.add(plan.Shards...)
	q.end()
	r.runQueue(plan, q)
	summary, err := r.Close()
	summary.Done = plan.Done
	summary.Duration = time.Since(start)
	return summary, err
}

// abortError is ErrAborted with its cause.
type abortError struct{ cause error }

func (e *abortError) Error() string   { return ErrAborted.Error() + ": " + e.cause.Error() }
func (e *abortError) Unwrap() []error { return []error{ErrAborted, e.cause} }
