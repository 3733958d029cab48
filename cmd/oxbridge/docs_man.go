package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newManCommand(stdout io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write a man page for each command",
		Long: `Man writes the manual of the program, a page of section 1 for each command, into
a folder. Pages that are there are replaced. To read one without installing it:
man -l DIR/oxbridge-convert.1`,
		Example: "  oxbridge docs man /usr/local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: action(func(_ context.Context, args []string) error { return writeMan(args[0], stdout) }),
	}
}

// manDate is the date of the pages: that of the commit which the program was
// built from, so that the same program writes the same pages.
func manDate() *time.Time {
	date := time.Unix(0, 0).UTC()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				date = t
			}
		}
	}
	return &date
}

func writeMan(dir string, stdout io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &exitError{code: exitUsage, err: err}
	}
	root := newRootCommand(io.Discard, io.Discard)
	root.DisableAutoGenTag = true
	root.InitDefaultCompletionCmd()
	err := doc.GenManTreeFromOpts(root, doc.GenManTreeOptions{
		Path:             dir,
		CommandSeparator: "-",
		Header:           &doc.GenManHeader{Section: "1", Date: manDate(), Source: "oxbridge " + version(), Manual: "oxbridge"},
	})
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	_, err = fmt.Fprintf(stdout, "%d pages in %s\n", pages(root), dir)
	return written(err)
}

// pages counts the commands that have a page.
func pages(cmd *cobra.Command) int {
	n := 1
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand() {
			n += pages(c)
		}
	}
	return n
}
