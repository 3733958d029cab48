package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/addressbook"
	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

type convertOptions struct {
	to        string
	outDir    string
	plugin    string
	jobs      int
	overwrite bool
	json      bool
	problems  bool
	addresses string
	attached  string // how attached messages are written: eml or msg
	settings  settings
}

func newConvertCommand(stdout, stderr io.Writer) *cobra.Command {
	opts := convertOptions{settings: settings{}}
	cmd := &cobra.Command{
		Use:   "convert --to eml|msg --out DIR PATH...",
		Short: "Convert messages to another format",
		Long: `Convert reads every message under the given files and folders and writes one
output file for each, keeping the folder structure: a/b.msg becomes a/b.eml.
With --to msg, mailboxes (.mbox, .mbx, and files without an extension that begin
like one) become a folder with a file for each of their messages:
a/inbox.mbox/000001.msg. Files of Apple Mail (.emlx) are messages.

A message that cannot be converted is reported and left out; the others are
converted all the same. What a conversion has to leave out is counted, and
listed with --problems or --json. Files in a folder that are no messages are
skipped. Output appears whole or not at all, and existing files are never
overwritten unless --overwrite is given.

Exit status: 0 all converted, 2 wrong usage, 3 some failed, 4 the run stopped
early, 70 a fault of oxbridge.`,
		Example: `  oxbridge convert --to eml --out mail archive/
  oxbridge convert --to msg --out out --json inbox.eml`,
		Args: cobra.MinimumNArgs(1),
		RunE: action(func(ctx context.Context, paths []string) error {
			return runConvert(ctx, opts, paths, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&opts.to, "to", "", "output `format`: eml or msg (required)")
	f.StringVar(&opts.outDir, "out", "", "write results under `dir` (required)")
	f.StringVar(&opts.plugin, "plugin", "", "use the plugin program at `path` instead of the built-in one")
	f.IntVarP(&opts.jobs, "jobs", "j", 0, "convert up to `n` messages at once (0: two for each CPU)")
	f.BoolVar(&opts.overwrite, "overwrite", false, "replace output files that exist")
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each message on standard output")
	f.BoolVar(&opts.problems, "problems", false, "print what was lost or repaired, message by message")
	f.StringVar(&opts.addresses, "addresses", "", "take Internet addresses of Exchange users from the CSV `file`: legacyExchangeDN,SMTP")
	f.StringVar(&opts.attached, "attached-messages", "eml", "in .eml files, messages attached to messages are `eml` (message/rfc822) or msg (.msg files, which become messages again on the way back)")
	opts.settings.addFlags(f, builtinOptions())
	_ = cmd.MarkFlagRequired("to")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// check returns a usage error, if there is one.
func (o convertOptions) check() error {
	switch {
	case o.to != "eml" && o.to != "msg":
		return &exitError{code: exitUsage, err: fmt.Errorf("--to %s: no such format", o.to), hint: "use --to eml or --to msg"}
	case o.attached != "eml" && o.attached != "msg":
		return &exitError{code: exitUsage, err: fmt.Errorf("--attached-messages %s: no such form", o.attached), hint: "use eml or msg"}
	case o.jobs < 0:
		return &exitError{code: exitUsage, err: fmt.Errorf("--jobs must not be negative, got %d", o.jobs)}
	case o.outDir == "":
		return &exitError{code: exitUsage, err: errors.New("--out must name a folder")}
	}
	if info, err := os.Stat(o.outDir); err == nil && !info.IsDir() {
		return &exitError{code: exitUsage, err: fmt.Errorf("--out %s: is not a folder", o.outDir)}
	}
	return nil
}

func runConvert(ctx context.Context, opts convertOptions, paths []string, stdout, stderr io.Writer) (err error) {
	if err := opts.check(); err != nil {
		return err
	}
	command, err := opts.command()
	if err != nil {
		return err
	}
	prepare, err := opts.prepare()
	if err != nil {
		return err
	}
	pool, err := pluginhost.Start(ctx, command, pluginhost.Options{})
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	defer func() {
		if cerr := pool.Close(); err == nil {
			err = cerr
		}
	}()
	dir, format, _ := batch.Needs(opts.to)
	if d := pool.Description(); !d.Can(dir, format) {
		return &exitError{code: exitAborted, err: fmt.Errorf("plugin %s does not convert to %s", d.Name, opts.to),
			hint: "the program shows what it can do when it is started with the argument describe"}
	}
	if _, err := sdk.Settle(pool.Description().Options, opts.settings); err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("plugin %s: %w", pool.Description().Name, err)}
	}
	out := newConsole(opts, stdout, stderr)
	summary, err := batch.Run(ctx, pool, paths, batch.Options{
		To: opts.to, OutDir: opts.outDir, Overwrite: opts.overwrite, Jobs: opts.jobs, Settings: opts.settings,
		MessagesAsFiles: opts.attached == "msg", Prepare: prepare,
		Started: out.started, Done: out.done,
	})
	out.end(summary)
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{code: exitAborted, err: errors.New("interrupted"), hint: "outputs written so far are whole; --overwrite replaces them"}
	case err != nil:
		return &exitError{code: exitAborted, err: err}
	case out.err != nil:
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", out.err)}
	case summary.Failed > 0:
		return &exitError{code: exitPartial}
	}
	return nil
}

// prepare returns what is done to every message on its way; nil for nothing.
func (o convertOptions) prepare() (func(*mapi.Message) error, error) {
	if o.addresses == "" {
		return nil, nil
	}
	book, err := addressbook.Open(o.addresses)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("--addresses: %w", err),
			hint: "each line is a legacyExchangeDN, a comma and an SMTP address"}
	}
	return book.Prepare, nil
}

// command returns how to start the plugin: the one named, or the built-in.
func (o convertOptions) command() (pluginhost.Command, error) {
	if o.plugin == "" {
		return builtinCommand("eml")
	}
	path, err := filepath.Abs(o.plugin)
	if err != nil {
		return pluginhost.Command{}, err
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return pluginhost.Command{}, &exitError{code: exitUsage, err: fmt.Errorf("--plugin %s: no such program", o.plugin)}
	}
	return pluginhost.Command{Name: filepath.Base(path), Path: path}, nil
}
