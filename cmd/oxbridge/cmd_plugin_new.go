package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

type newOptions struct {
	language string
	dir      string
	sdk      string
}

func newPluginNewCommand(stdout io.Writer) *cobra.Command {
	var opts newOptions
	cmd := &cobra.Command{
		Use:   "new NAME --lang go|python",
		Short: "Make a project for a plugin that builds and passes its tests at once",
		Long: `New makes a folder with a whole plugin: a program that writes messages in the
format NAME, with an option, a test that compares with a file, and a README that
says which three commands come next. sdk/GUIDE.md goes on from there.

Nothing is overwritten: the folder has to be new or empty.

Exit status: 0, 2 wrong usage, 4 a file could not be written.`,
		Example: `  oxbridge plugin new markdown --lang go
  oxbridge plugin new markdown --lang python --dir notes`,
		Args: cobra.ExactArgs(1),
		RunE: action(func(_ context.Context, args []string) error { return runPluginNew(opts, args[0], stdout) }),
	}
	f := cmd.Flags()
	f.StringVar(&opts.language, "lang", "", "the `language`: go or python (required)")
	f.StringVar(&opts.dir, "dir", "", "make the project in `dir` (default oxbridge-plugin-NAME)")
	f.StringVar(&opts.sdk, "sdk", "", "build with the SDK in `path`, a checkout of oxbridge, instead of a released one")
	_ = cmd.MarkFlagRequired("lang")
	_ = cmd.MarkFlagDirname("dir")
	_ = cmd.MarkFlagDirname("sdk")
	completeWords(cmd, "lang", slices.Sorted(maps.Keys(projects))...)
	return cmd
}

func runPluginNew(opts newOptions, name string, stdout io.Writer) error {
	usage := func(err error, hint string) error { return &exitError{code: exitUsage, err: err, hint: hint} }
	if err := registry.CheckName(name); err != nil {
		return usage(err, "")
	}
	if slices.Contains(builtinNames(), name) || slices.Contains(formats, name) {
		return usage(fmt.Errorf("%s is built in", name), "give your plugin a name of its own")
	}
	if _, ok := projects[opts.language]; !ok {
		return usage(fmt.Errorf("--lang %s: no such language", opts.language), "use "+strings.Join(slices.Sorted(maps.Keys(projects)), " or ")+"; sdk/proto/README.md is what others need")
	}
	p, err := newProject(name, opts.sdk)
	if err != nil {
		return usage(fmt.Errorf("--sdk: %w", err), "")
	}
	dir := opts.dir
	if dir == "" {
		dir = p.Program
	}
	names, err := p.write(dir, opts.language)
	if err != nil && len(names) == 0 {
		return usage(err, "name a new folder with --dir")
	}
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	for _, name := range names {
		if _, err := fmt.Fprintln(stdout, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return written(err)
		}
	}
	_, err = fmt.Fprintf(stdout, "\nnext: cd %s, and what README.md says\n", quoteArg(dir))
	return written(err)
}
