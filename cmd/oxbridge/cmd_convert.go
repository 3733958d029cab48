package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/ledger"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

type convertOptions struct {
	run        runOptions
	work       workOptions
	overwrite  bool
	again      bool
	dryRun     bool
	noLedger   bool
	onError    string
	quarantine string
	args       []string // the command line, for the ledger
}

// workOptions say how the work is done: they change no output.
type workOptions struct {
	jobs     int
	memory   string
	nice     int
	json     bool
	problems bool
	logs     logOptions
}

func (o *workOptions) addFlags(f *pflag.FlagSet) {
	f.IntVarP(&o.jobs, "jobs", "j", 0, "convert up to `n` messages at once (0: two for each CPU)")
	f.StringVar(&o.memory, "memory", "", "let this process use about `size` of memory, such as 512M or 2G")
	f.IntVar(&o.nice, "nice", 0, "run with lower priority, 1 to 19")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each message on standard output")
	f.BoolVar(&o.problems, "problems", false, "print what was lost or repaired, message by message")
	o.logs.addFlags(f)
}

func newConvertCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts convertOptions
	cmd := &cobra.Command{
		Use:   "convert --to eml|json|msg --out DIR PATH...",
		Short: "Convert messages to another format",
		Long: `Convert reads every message under the given files and folders and writes one
output file for each, keeping the folder structure: a/b.msg becomes a/b.eml.
Zip and tar archives count as folders. With --to msg, mailboxes (.mbox, .mbx, and
files without an extension that begin like one) become a folder with a file for
each of their messages: a/inbox.mbox/000001.msg. Files of Apple Mail (.emlx) are
messages.

A message that cannot be converted is reported and left out; the others are
converted all the same. What a conversion has to leave out is counted, and
listed with --problems or --json. Files in a folder that are no messages are
skipped. Output appears whole or not at all, and existing files are never
overwritten unless --overwrite is given.

What is done is kept in a ledger, in DIR/.oxbridge. The same command again goes
on where the last one was, however that ended: inputs that are done and have not
changed are left alone, the others are converted. "oxbridge report DIR" shows
the ledger.

The first interrupt (Ctrl-C) ends the run after the messages in hand, a second
one at once; neither loses anything.

Exit status: 0 all converted, 2 wrong usage, 3 some failed, 4 the run stopped
early, 70 a fault of oxbridge.`,
		Example: `  oxbridge convert --to eml --out mail archive/
  oxbridge convert --to msg --out out --json inbox.eml`,
		RunE: action(func(ctx context.Context, paths []string) error {
			return runConvert(ctx, opts, paths, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	opts.run.addFlags(f)
	opts.work.addFlags(f)
	f.BoolVar(&opts.overwrite, "overwrite", false, "replace output files that exist")
	f.BoolVar(&opts.again, "again", false, "convert also what is done and has not changed")
	f.BoolVar(&opts.dryRun, "dry-run", false, "print what would be done, and why, and do nothing")
	f.BoolVar(&opts.noLedger, "no-ledger", false, "keep no record of the run")
	f.StringVar(&opts.onError, "on-error", "continue", "what to do when a message fails: continue or stop")
	f.StringVar(&opts.quarantine, "quarantine", "", "copy messages that failed to `dir`, each with its reason")
	_ = cmd.MarkFlagRequired("to")
	_ = cmd.MarkFlagRequired("out")
	opts.args = os.Args[1:]
	return cmd
}

// check returns a usage error, if there is one.
func (o *convertOptions) check(paths []string) error {
	if err := o.work.check(); err != nil {
		return err
	}
	if o.onError != "continue" && o.onError != "stop" {
		return &exitError{code: exitUsage, err: fmt.Errorf("--on-error %s: must be continue or stop", o.onError)}
	}
	return o.run.check(paths)
}

func (o *workOptions) check() error {
	switch {
	case o.jobs < 0:
		return &exitError{code: exitUsage, err: fmt.Errorf("--jobs must not be negative, got %d", o.jobs)}
	case o.nice < 0 || o.nice > 19:
		return &exitError{code: exitUsage, err: fmt.Errorf("--nice must be 0 to 19, got %d", o.nice)}
	}
	if _, err := parseSize(o.memory); err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--memory %s: %w", o.memory, err)}
	}
	return o.logs.check()
}

// apply sets what is set for the whole process, and returns the memory for each
// session, 0 for the default.
func (o *workOptions) apply() (sessionMemory int64, err error) {
	if o.nice > 0 {
		if err := setNice(o.nice); err != nil {
			return 0, &exitError{code: exitUsage, err: fmt.Errorf("--nice: %w", err)}
		}
	}
	memory, err := parseSize(o.memory)
	if err != nil || memory == 0 {
		return 0, err
	}
	debug.SetMemoryLimit(memory)
	jobs := o.jobs
	if jobs == 0 {
		jobs = 2 * runtime.GOMAXPROCS(0)
	}
	return max(memory/2/int64(jobs), 8<<20), nil
}

func runConvert(ctx context.Context, opts convertOptions, paths []string, stdout, stderr io.Writer) (err error) {
	if err := opts.check(paths); err != nil {
		return err
	}
	sessionMemory, err := opts.work.apply()
	if err != nil {
		return err
	}
	roots, err := opts.run.roots(paths)
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
	pool, err := opts.run.start(hard, watch)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := pool.Close(); err == nil {
			err = cerr
		}
	}()
	bopt, err := opts.run.batch(pool)
	if err != nil {
		return err
	}
	bopt.Overwrite, bopt.Again, bopt.Jobs, bopt.SessionMemory = opts.overwrite, opts.again, opts.work.jobs, sessionMemory
	bopt.StopOnError, bopt.Quarantine, bopt.Drain = opts.onError == "stop", opts.quarantine, ctx.Done()
	if opts.dryRun {
		return dryRun(hard, opts, roots, bopt, stdout, stderr)
	}
	return (&conversion{opts: opts, roots: roots, pool: pool, watch: watch, opt: bopt}).run(ctx, hard, stdout, stderr)
}

// start starts the plugin, and holds it to what it is to do.
func (o *runOptions) start(ctx context.Context, watch *watcher) (*pluginhost.Pool, error) {
	command, err := o.command()
	if err != nil {
		return nil, err
	}
	popt, err := pluginOptions(o.sandbox)
	if err != nil {
		return nil, err
	}
	popt.Log = watch.log
	pool, err := pluginhost.Start(ctx, command, popt)
	if err != nil {
		return nil, &exitError{code: exitAborted, err: err}
	}
	if err := errCannot(pool, o.to); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return pool, nil
}

// drainFirst returns a context that ends at the second signal, where ctx ends at
// the first.
func drainFirst(ctx context.Context, watch *watcher, stderr io.Writer) (context.Context, func()) {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	signals := make(chan os.Signal, 1)
	stop := context.AfterFunc(ctx, func() {
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		const text = "interrupted: the messages in hand are done first; a second interrupt ends the run at once"
		watch.log.Warn(text)
		if !watch.json {
			fmt.Fprintln(stderr, "oxbridge:", text)
		}
		select {
		case <-signals:
			cancel()
		case <-hard.Done():
		}
	})
	return hard, func() {
		cancel()
		stop()
		signal.Stop(signals)
	}
}

// A conversion is a run of convert.
type conversion struct {
	opts  convertOptions
	roots []batch.Root
	pool  *pluginhost.Pool
	watch *watcher
	opt   batch.Options

	ledger *ledger.Ledger // nil with --no-ledger
	work   string         // folder of the plan
}

// run does the run. soft ends at the first interrupt, ctx at the second.
func (c *conversion) run(soft, ctx context.Context, stdout, stderr io.Writer) error {
	out := newConsole(c.opts.work, stdout, stderr)
	out.watch = c.watch
	if err := c.open(ctx, out); err != nil {
		c.close()
		if errors.Is(err, syscall.ENOSPC) {
			return c.status(report.Summary{}, err, out)
		}
		return &exitError{code: exitAborted, err: err}
	}
	defer c.close()
	c.opt.Found, c.opt.Planned, c.opt.Started, c.opt.Done = out.found, out.planned, out.started, out.done
	summary, err := c.do(soft, ctx)
	c.end(err)
	out.end(summary)
	if summary.Failed > 0 || summary.WithLoss > 0 {
		out.hint(c.next(summary))
	}
	return c.status(summary, err, out)
}

// open opens the ledger and makes the folder of the plan.
func (c *conversion) open(ctx context.Context, out *console) (err error) {
	if c.opts.noLedger {
		c.work, err = os.MkdirTemp("", "oxbridge-plan-")
		return err
	}
	folder := newRunFolder(c.opt.OutDir, c.opt.Identity(c.roots))
	l, aside, err := folder.openLedger(ctx)
	if err != nil {
		return err
	}
	if aside != "" {
		out.note("the ledger was damaged; it is kept as %s, and what is done is found by comparing outputs", aside)
	}
	c.ledger = l
	if c.work, err = folder.workDir(); err != nil {
		return err
	}
	if err := l.Begin(ctx, c.opt.Program, c.opts.args); err != nil {
		return err
	}
	if empty, err := l.Empty(ctx); err != nil || empty {
		return err
	}
	c.opt.Memory = l
	return nil
}

func (c *conversion) do(soft, ctx context.Context) (report.Summary, error) {
	if c.ledger != nil {
		c.opt.Durable, c.opt.Record = true, c.ledger.Record
	}
	plan, err := batch.MakePlan(soft, filepath.Join(c.work, "plan"), c.roots, c.opt)
	if err != nil {
		return report.Summary{}, err
	}
	if c.ledger != nil {
		if err := c.ledger.Planned(ctx, plan.Items, plan.Bytes, plan.Done); err != nil {
			return report.Summary{}, err
		}
	}
	return batch.RunPlan(ctx, c.pool, plan, c.opt)
}

// end records how the run ended. When the disk is full it cannot; what ended the
// run is said anyway.
func (c *conversion) end(err error) {
	if c.ledger == nil {
		return
	}
	state, reason := ledger.Finished, ""
	switch {
	case errors.Is(err, batch.ErrDrained) || errors.Is(err, context.Canceled):
		state, reason = ledger.Interrupted, "interrupted"
	case err != nil:
		state, reason = ledger.Aborted, err.Error()
	}
	if lerr := c.ledger.End(context.Background(), state, reason); lerr != nil {
		c.watch.log.Error("the end of the run was not recorded", "error", lerr)
	}
}

func (c *conversion) close() {
	if c.ledger != nil {
		_ = c.ledger.Close() // everything in it is committed
	}
	if c.work != "" {
		_ = os.RemoveAll(c.work) // what stays is removed by the next run
	}
}

// status returns the error that carries the exit status of the run.
func (c *conversion) status(summary report.Summary, err error, out *console) error {
	goOn := "the same command goes on from here; nothing is lost"
	if c.ledger == nil {
		goOn = "outputs written so far are whole; the same command leaves them as they are"
	}
	switch {
	case errors.Is(err, batch.ErrDrained), errors.Is(err, context.Canceled):
		return &exitError{code: exitAborted, err: errors.New("interrupted"), hint: goOn}
	case errors.Is(err, syscall.ENOSPC):
		return &exitError{code: exitAborted, err: err, hint: "make room; " + goOn}
	case err != nil:
		return &exitError{code: exitAborted, err: err, hint: goOn}
	case out.err != nil:
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", out.err)}
	case summary.Failed > 0:
		return &exitError{code: exitPartial}
	}
	return nil
}

// next says what to do about failures and losses.
func (c *conversion) next(s report.Summary) string {
	if c.ledger == nil {
		return "--problems lists what was lost"
	}
	text := fmt.Sprintf("oxbridge report %s", quoteArg(c.opt.OutDir))
	if s.Failed > 0 {
		return text + " lists what failed and why; the same command tries it again"
	}
	return text + " lists what was lost, and how often"
}
