package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

func newPluginListCommand(stdout io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List plugins, built in and installed, and whether they may be run",
		Long: `List shows every plugin with its state:

  ok        it may be run
  changed   the program is not the one in the lock
  missing   the lock names it, and there is no program
  unlocked  there is a program, and the lock does not name it
  refused   others may write it, or it has the name of a built-in plugin
  hidden    an earlier folder has a plugin of its name

Nothing is started: what a plugin can do was recorded when it was installed.

Exit status: 0, 3 some plugin may not be run.`,
		Example: `  oxbridge plugin list
  oxbridge plugin list --json | jq -r 'select(.state!="ok") | .name'`,
		Args: cobra.NoArgs,
		RunE: action(func(context.Context, []string) error { return runPluginList(asJSON, stdout) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each plugin")
	return cmd
}

// A pluginLine is what is said about a plugin in JSON.
type pluginLine struct {
	Type   string           `json:"type"` // "plugin"
	Name   string           `json:"name"`
	State  registry.State   `json:"state"`
	Why    string           `json:"why,omitempty"`
	Hint   string           `json:"hint,omitempty"`
	Where  string           `json:"where"` // builtin, user or system
	Path   string           `json:"path,omitempty"`
	Record *registry.Record `json:"record,omitempty"` // what it can do, when that is known
}

// builtinLine is the line of a built-in plugin.
func builtinLine(name string) pluginLine {
	return pluginLine{Type: "plugin", Name: name, State: registry.OK, Where: "builtin", Record: builtinRecord(name)}
}

// installedLine is the line of an installed plugin.
func installedLine(p *registry.Plugin) pluginLine {
	l := pluginLine{Type: "plugin", Name: p.Name, Where: string(p.Folder.Kind), Path: p.Path, Record: p.Record}
	var err error
	l.State, err = p.Check()
	var r *registry.Refusal
	if errors.As(err, &r) {
		l.Why, l.Hint = r.Reason, r.Hint
	}
	return l
}

// pluginLines are the lines of all plugins, those built in first.
func pluginLines() ([]pluginLine, error) {
	var lines []pluginLine
	for _, name := range builtinNames() {
		lines = append(lines, builtinLine(name))
	}
	installed, err := scanPlugins()
	for _, p := range installed {
		lines = append(lines, installedLine(p))
	}
	return lines, err
}

// bad reports whether a plugin ought to be looked after.
func (l pluginLine) bad() bool { return l.State != registry.OK && l.State != registry.Hidden }

func runPluginList(asJSON bool, stdout io.Writer) error {
	lines, err := pluginLines()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 8, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "PLUGIN\tVERSION\tSTATE\tWHERE\tFORMATS")
	}
	bad := false
	for _, l := range lines {
		bad = bad || l.bad()
		if asJSON {
			if err := lineEncoder(stdout).Encode(l); err != nil {
				return written(err)
			}
			continue
		}
		version, formats := "", "unknown"
		if l.Record != nil {
			version, formats = l.Record.Version, doings(l.Record)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.Name, printable(version), l.State, l.Where, formats)
	}
	if err := table.Flush(); err != nil {
		return written(err)
	}
	for _, l := range lines {
		if l.Why != "" && !asJSON {
			fmt.Fprintf(stdout, "\nplugin %s %s\n", l.Name, printable(l.Why))
			if l.Hint != "" {
				fmt.Fprintf(stdout, "hint: %s\n", printable(l.Hint))
			}
		}
	}
	if bad {
		return &exitError{code: exitPartial}
	}
	return nil
}

func newPluginInfoCommand(stdout io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info NAME",
		Short: "Show what a plugin can do, and where it is",
		Long: `Info shows the formats of a plugin with their extensions, its options with
values, defaults and help, and for an installed one its program, its hash and
whether it may be run. "oxbridge convert --help-plugin NAME" shows the same.

Exit status: 0, 2 there is no such plugin, 3 it may not be run.`,
		Example:           "  oxbridge plugin info json",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completePlugins(true),
		RunE:              action(func(_ context.Context, args []string) error { return runPluginInfo(args[0], asJSON, stdout) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return cmd
}

// findLine returns the line of a plugin that is not hidden.
func findLine(name string) (pluginLine, error) {
	lines, err := pluginLines()
	if err != nil {
		return pluginLine{}, err
	}
	for _, l := range lines {
		if l.Name == name {
			return l, nil
		}
	}
	return pluginLine{}, &exitError{code: exitUsage, err: fmt.Errorf("no plugin %.80q", name), hint: "oxbridge plugin list shows those that there are"}
}

func runPluginInfo(name string, asJSON bool, stdout io.Writer) error {
	l, err := findLine(name)
	if err != nil {
		return err
	}
	if asJSON {
		err = lineEncoder(stdout).Encode(l)
	} else {
		err = printInfo(stdout, l)
	}
	if err == nil && l.bad() {
		return &exitError{code: exitPartial}
	}
	return written(err)
}

// printInfo prints all that is known of a plugin.
func printInfo(w io.Writer, l pluginLine) error {
	rows := [][2]string{{"plugin", l.Name}, {"state", string(l.State)}, {"why", l.Why}, {"hint", l.Hint}, {"where", l.Where}, {"program", l.Path}}
	if r := l.Record; r != nil {
		rows = append(rows, [2]string{"version", r.Version}, [2]string{"from", r.Source})
		if r.SHA256 != "" {
			rows = append(rows, [2]string{"sha256", r.SHA256}, [2]string{"size", fmt.Sprintf("%d bytes", r.Size)})
		}
		if r.Lanes == 1 && r.Depth <= 1 {
			rows = append(rows, [2]string{"takes", "one message at a time in each process"})
		}
	}
	for _, row := range rows {
		if row[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%-8s %s\n", row[0], printable(row[1])); err != nil {
			return err
		}
	}
	if l.Record == nil {
		return nil
	}
	return printRecord(w, l.Record)
}
