package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/sandbox"
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
	helpPlugin string
	args       []string // the command line, for the ledger
}

func newConvertCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts convertOptions
	cmd := &cobra.Command{
		Use:   "convert --to eml|msg|json|mbox|text|same --out DIR PATH...",
		Short: "Convert messages to another format",
		Long: `Convert reads every message under the given files and folders and writes one
output file for each, keeping the folder structure: a/b.msg becomes a/b.eml.
Zip and tar archives count as folders, compressed ones too (.tar.gz, .tgz,
.tar.bz2), which are unpacked to the folder for temporary files (TMPDIR).

Outlook messages are made of Internet messages (.eml, and .emlx of Apple Mail), or
with --from json of what --to json has written. Mailboxes (.mbox, .mbx, and files
without an extension that begin like one) become a folder with a file for each of
their messages: a/inbox.mbox/000001.msg (a/inbox.mbox.d/ beside the mailbox
itself). All other formats are made of Outlook messages: eml; json, which has all of
a message without loss; text, to read and to search; and mbox, a mailbox for each
message ("oxbridge mbox" makes one of all).

With --to same each message, of Outlook or of the Internet, keeps its format and is
written anew: what it holds, in the form that its format has for it. That mends
what programs get wrong, and leaves out what no reader finds.

A message that cannot be converted is reported and left out; the others are
converted all the same. What a conversion has to leave out is counted, and
listed with --problems or --json. Files in a folder that are no messages are
skipped. Output appears whole or not at all, and existing files are never
overwritten unless --overwrite is given.

With --transform, plugins change each message between reading and writing, in any
direction and one after the other; what they say that they did is among the
problems. The inputs stay as they are.

What is done is kept in a ledger, in DIR/.oxbridge. The same command again goes
on where the last one was, however that ended: inputs that are done and have not
changed are left alone, the others are converted. "oxbridge report DIR" shows
the ledger.

The first interrupt (Ctrl-C) ends the run after the messages in hand, a second
one at once; neither loses anything.

Exit status: 0 all converted, 2 wrong usage, 3 some failed, 4 the run stopped
early, 70 a fault of oxbridge.`,
		Example: `  oxbridge convert --to eml --out mail archive/
  oxbridge convert --to msg --out out --json inbox.eml
  oxbridge convert --to msg --from json --out outlook data/
  oxbridge convert --transform ./oxbridge-plugin-redact --set redact.words=Ada --to eml --out mail archive/`,
		PreRun: func(cmd *cobra.Command, _ []string) {
			if opts.helpPlugin != "" {
				notRequired(cmd, "to", "out")
			}
		},
		RunE: action(func(ctx context.Context, paths []string) error {
			if opts.helpPlugin != "" {
				return runPluginInfo(opts.helpPlugin, false, stdout)
			}
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
	f.StringVar(&opts.helpPlugin, "help-plugin", "", "show the formats and options of the plugin `name`, and do nothing")
	f.StringVar(&opts.onError, "on-error", "continue", "what to do when a message fails: continue or stop")
	f.StringVar(&opts.quarantine, "quarantine", "", "copy messages that failed to `dir`, each with its reason")
	_ = cmd.MarkFlagRequired("to")
	_ = cmd.MarkFlagRequired("out")
	opts.args = os.Args[1:]
	return cmd
}

// notRequired makes flags optional that are required otherwise.
func notRequired(cmd *cobra.Command, flags ...string) {
	for _, name := range flags {
		delete(cmd.Flags().Lookup(name).Annotations, cobra.BashCompOneRequiredFlag)
	}
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
	defer closing(&err, pool.Close)
	ts, err := opts.run.startTransformers(hard, watch)
	if err != nil {
		return err
	}
	defer closing(&err, ts.close)
	bopt, err := opts.run.batch(pool, ts)
	if err != nil {
		return err
	}
	bopt.Overwrite, bopt.Again, bopt.Jobs, bopt.SessionMemory = opts.overwrite, opts.again, opts.work.jobs, sessionMemory
	bopt.StopOnError, bopt.Quarantine, bopt.Drain = opts.onError == "stop", opts.quarantine, ctx.Done()
	if opts.dryRun {
		return dryRun(hard, opts, roots, bopt, stdout, stderr)
	}
	return (&conversion{opts: opts, roots: roots, pool: pool, watch: watch, opt: bopt}).run(hard, stdout, stderr)
}

// start starts the plugin, and holds it to what it is to do.
func (o *runOptions) start(ctx context.Context, watch *watcher) (*pluginhost.Pool, error) {
	chosen, err := o.choose()
	if err != nil {
		return nil, err
	}
	if chosen.warning != "" {
		watch.warn(chosen.warning)
	}
	popt, err := pluginOptions(o.sandbox)
	if err != nil {
		return nil, err
	}
	popt.Log = watch.log
	if popt.Sandbox == sandbox.Off && o.sandbox != string(sandbox.Off) {
		watch.log.Warn("this system has no sandbox for plugins")
	}
	pool, err := pluginhost.Start(ctx, chosen.command, popt)
	if err != nil {
		return nil, &exitError{code: exitAborted, err: err}
	}
	if err := cmp.Or(errName(pool, chosen), errCannot(pool, o.to, o.from)); err != nil {
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
