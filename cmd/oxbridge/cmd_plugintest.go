package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/conformance"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
)

type pluginTestOptions struct {
	sandbox  string
	run      string
	samples  []string
	patience int
	list     bool
	json     bool
	colour   colourFlag
}

func newPluginTestCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts pluginTestOptions
	cmd := &cobra.Command{
		Use:   "test [flags] PROGRAM [ARGUMENT...]",
		Short: "Test whether a plugin keeps the rules of the protocol",
		Long: `Test starts a plugin in any language as a run does, behind the same walls, and
checks over the wire whether it keeps the rules of the protocol (sdk/proto/README.md):
how it starts and ends, what it says about itself, whether it ignores what it does
not know, gives up when it is told to, has an answer to hostile messages and files,
and stays small when values are huge. PROGRAM is a file, or the name of a plugin that
comes with the program; arguments after -- are the plugin's.

A check that does not apply is skipped, and says why. A failed one says what was
seen, which rule demands otherwise, and what to do. --list prints the checks.

What a plugin that only reads its format gets to read are files given by --sample.
On a slow or busy machine, --patience multiplies the times of the protocol.

Exit status: 0 no check failed, 2 wrong usage or no such program, 3 a check failed,
4 the test could not be made or was interrupted, 70 a fault of oxbridge.`,
		Example: `  oxbridge plugin test ./oxbridge-plugin-markdown
  oxbridge plugin test --run 'jobs/|life/' /usr/bin/python3 -- my-plugin.py
  oxbridge plugin test --sample ics=invite.ics --json ./oxbridge-plugin-ics | jq .`,
		Args: func(cmd *cobra.Command, args []string) error {
			if opts.list {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: action(func(ctx context.Context, args []string) error {
			return runPluginTest(ctx, opts, args, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	addSandboxFlag(f, &opts.sandbox)
	f.StringVar(&opts.run, "run", "", "make only the checks whose name matches the regular `expression`")
	f.StringArrayVar(&opts.samples, "sample", nil, "a file to read, as `format=file`; may be repeated")
	f.IntVar(&opts.patience, "patience", 1, "give `n` times as long as the protocol does")
	f.BoolVar(&opts.list, "list", false, "print the checks and what they demand, and test nothing")
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each check, and a summary")
	opts.colour.addTo(f)
	completeWords(cmd, "color", "auto", "always", "never")
	completeWords(cmd, "sandbox", "strict", "best", "off")
	return cmd
}

// conformance returns the options of the test.
func (o pluginTestOptions) conformance() (conformance.Options, error) {
	opt := conformance.Options{Patience: o.patience, Samples: map[string][]byte{}}
	usage := func(format string, args ...any) error {
		return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
	}
	if o.patience < 1 {
		return opt, usage("--patience must be 1 or more, got %d", o.patience)
	}
	if o.run != "" {
		only, err := regexp.Compile(o.run)
		if err != nil {
			return opt, usage("--run: %w", err)
		}
		opt.Only = only
	}
	for _, s := range o.samples {
		format, path, ok := strings.Cut(s, "=")
		if !ok || format == "" {
			return opt, usage("--sample %s is not format=file", s)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return opt, usage("--sample: %w", err)
		}
		opt.Samples[format] = data
	}
	var err error
	opt.Host, err = pluginOptions(o.sandbox)
	return opt, err
}

// testedCommand returns how to start the plugin to be tested.
func testedCommand(args []string) (pluginhost.Command, error) {
	if !isPath(args[0]) && len(args) == 1 {
		c, err := chooseName(args[0], nil)
		return c.command, err
	}
	path, err := filepath.Abs(args[0])
	if err != nil {
		return pluginhost.Command{}, err
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return pluginhost.Command{}, &exitError{code: exitUsage, err: fmt.Errorf("%s: no such program", args[0]),
			hint: "give the path of a program; nothing is looked for in PATH"}
	}
	c := pluginhost.Command{Name: filepath.Base(path), Path: path, Args: args[1:]}
	for _, a := range c.Args { // such as a script
		if p, err := filepath.Abs(a); err == nil {
			c.Read = append(c.Read, filepath.Dir(p))
		}
	}
	return c, nil
}

func runPluginTest(ctx context.Context, opts pluginTestOptions, args []string, stdout, stderr io.Writer) error {
	view := newTestView(opts, stdout, stderr)
	if opts.list {
		return view.list()
	}
	opt, err := opts.conformance()
	if err != nil {
		return err
	}
	command, err := testedCommand(args)
	if err != nil {
		return err
	}
	opt.Done = view.result
	r, err := conformance.Run(ctx, command, opt)
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{code: exitAborted, err: errors.New("interrupted")}
	case err != nil:
		return &exitError{code: exitAborted, err: err}
	}
	view.end(command.Name, r)
	switch {
	case view.err != nil:
		return &exitError{code: exitAborted, err: fmt.Errorf("write results: %w", view.err)}
	case len(r.Results) == 0:
		return &exitError{code: exitUsage, err: fmt.Errorf("--run %s: no check has such a name", opts.run), hint: "oxbridge plugin test --list prints them"}
	case r.Count(conformance.Fail) > 0:
		return &exitError{code: exitPartial}
	}
	return nil
}
