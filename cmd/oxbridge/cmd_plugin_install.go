package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

type installOptions struct {
	folder  folderOptions
	force   bool
	json    bool
	sandbox string
}

func newPluginInstallCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts installOptions
	cmd := &cobra.Command{
		Use:   "install PATH",
		Short: "Install a plugin for use by name and by format",
		Long: `Install copies a program into the folder of plugins, starts the copy behind
walls to ask what it is, and records that with its hash in the lock. From then on
"oxbridge convert --to FORMAT" finds it, and runs it as long as it stays the same.

A single file is copied: a program that needs files beside itself has to be
packed into one. A script is run by the interpreter that its first line names.

Exit status: 0, 2 wrong usage or another program of the name is installed, 4 the
program is no plugin or cannot be installed.`,
		Example: `  oxbridge plugin install ./oxbridge-plugin-markdown
  oxbridge plugin install --force ./oxbridge-plugin-markdown`,
		Args: cobra.ExactArgs(1),
		RunE: action(func(ctx context.Context, args []string) error {
			return runPluginInstall(ctx, opts, args[0], stdout, stderr)
		}),
	}
	f := cmd.Flags()
	opts.folder.addFlags(f)
	f.BoolVar(&opts.force, "force", false, "replace another program of the same name")
	f.BoolVar(&opts.json, "json", false, "print a JSON object about what was installed")
	addSandboxFlag(f, &opts.sandbox)
	return cmd
}

func runPluginInstall(ctx context.Context, opts installOptions, path string, stdout, stderr io.Writer) error {
	folder, err := opts.folder.folder()
	if err != nil {
		return err
	}
	source, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	staged, err := folder.Stage(source)
	if err != nil {
		return stageError(err)
	}
	defer staged.Close()
	r, err := describeProgram(ctx, staged.Program, "", source, opts.sandbox)
	if err != nil {
		return err
	}
	if err := staged.Install(r, opts.force); err != nil {
		if errors.Is(err, registry.ErrInstalled) {
			return &exitError{code: exitUsage, err: err, hint: "--force replaces it"}
		}
		return refused(err)
	}
	l, err := findLine(r.Name)
	if err != nil {
		return err
	}
	noteRivals(stderr, r)
	if opts.json {
		return written(lineEncoder(stdout).Encode(l))
	}
	if _, err := fmt.Fprintf(stdout, "installed %s %s\n", r.Name, printable(r.Version)); err != nil {
		return written(err)
	}
	return written(printInfo(stdout, l))
}

// stageError says why a program was not copied.
func stageError(err error) error {
	var pe *fs.PathError
	var r *registry.Refusal
	if errors.As(err, &pe) && !errors.As(err, &r) {
		return &exitError{code: exitUsage, err: err}
	}
	return refused(err)
}

// noteRivals says for which formats the user has to choose from now on.
func noteRivals(stderr io.Writer, r *registry.Record) {
	lines, err := pluginLines()
	if err != nil {
		return
	}
	for _, f := range r.Formats {
		var rivals []string
		for _, l := range lines {
			if l.Name != r.Name && l.Record != nil && f.Exports && l.Record.Exports(f.Name) && !slices.Contains(rivals, l.Name) {
				rivals = append(rivals, l.Name)
			}
		}
		for _, rival := range rivals {
			fmt.Fprintf(stderr, "oxbridge: note: %s writes %s, too; --to %s needs --plugin %s or --plugin %s now\n", rival, f.Name, f.Name, rival, r.Name)
		}
	}
}

func newPluginRemoveCommand(stdout io.Writer) *cobra.Command {
	var opts folderOptions
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an installed plugin",
		Long: `Remove takes a plugin out of the lock and removes its program and its record.

Exit status: 0, 2 there is no such plugin, 4 it could not be removed.`,
		Example:           "  oxbridge plugin remove markdown",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completePlugins(false),
		RunE: action(func(_ context.Context, args []string) error {
			return runPluginRemove(opts, args[0], stdout)
		}),
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

func runPluginRemove(opts folderOptions, name string, stdout io.Writer) error {
	if err := registry.CheckName(name); err != nil {
		return &exitError{code: exitUsage, err: err}
	}
	folder, err := opts.folder()
	if err != nil {
		return err
	}
	switch err := folder.Remove(name); {
	case errors.Is(err, fs.ErrNotExist):
		return &exitError{code: exitUsage, err: fmt.Errorf("no plugin %s in %s", name, folder.Path), hint: "oxbridge plugin list shows where it is"}
	case err != nil:
		return refused(err)
	}
	_, err = fmt.Fprintf(stdout, "removed %s\n", name)
	return written(err)
}
