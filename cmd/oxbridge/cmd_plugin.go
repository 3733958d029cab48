package main

import (
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

func newPluginCommand(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "Find, install, check, make and test plugins",
		Long: `Plugins are programs that read or write formats of their own. Those that are
installed lie in the user's folder or in the system's:

  $XDG_DATA_HOME/oxbridge/plugins, else ~/.local/share/oxbridge/plugins
    (macOS: ~/Library/Application Support/oxbridge/plugins,
    Windows: %LOCALAPPDATA%\oxbridge\plugins)
  /usr/local/lib/oxbridge/plugins, /usr/lib/oxbridge/plugins
    (macOS: /Library/Application Support/oxbridge/plugins,
    Windows: %ProgramFiles%\oxbridge\plugins)

OXBRIDGE_PLUGIN_DIR names another folder than the user's. Nothing is run from
PATH or from the folder at hand, and nothing that others may write. The hashes of
the programs that may be run are in the file plugins.lock of their folder.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newPluginListCommand(stdout),
		newPluginInfoCommand(stdout),
		newPluginInstallCommand(stdout, stderr),
		newPluginRemoveCommand(stdout),
		newPluginLockCommand(stdout, stderr),
		newPluginDoctorCommand(stdout, stderr),
		newPluginNewCommand(stdout),
		newPluginTestCommand(stdout, stderr),
	)
	return cmd
}

// folderOptions say which folder a command changes.
type folderOptions struct {
	system bool
}

func (o *folderOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.system, "system", false, "use the system's folder instead of the user's")
}

// folder returns the folder to change: the first of its kind.
func (o *folderOptions) folder() (registry.Folder, error) {
	kind := registry.User
	if o.system {
		kind = registry.System
	}
	for _, f := range registry.Folders() {
		if f.Kind == kind {
			return f, nil
		}
	}
	return registry.Folder{}, &exitError{code: exitUsage, err: errors.New("the environment names no home for the user's folder of plugins"),
		hint: "set " + registry.DirVariable + " to an absolute path"}
}

// scanPlugins returns all installed plugins.
func scanPlugins() ([]*registry.Plugin, error) {
	all, err := registry.Scan(registry.Folders(), builtinNames()...)
	if err != nil {
		return nil, &exitError{code: exitAborted, err: err}
	}
	return all, nil
}

// completePluginOrPath completes the value of --plugin: a name, or the path of a
// program.
func completePluginOrPath(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, _ := completePlugins(true)(cmd, args, word)
	return all, cobra.ShellCompDirectiveDefault
}

// completePlugins completes names of plugins, with the built-in ones or without.
func completePlugins(builtin bool) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var all []cobra.Completion
		if builtin {
			all = builtinNames()
		}
		installed, _ := scanPlugins()
		for _, p := range installed {
			if !slices.Contains(all, p.Name) {
				all = append(all, p.Name)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}
