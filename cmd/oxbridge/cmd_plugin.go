package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newPluginCommand(stdout, stderr io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "Test plugins",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPluginTestCommand(stdout, stderr))
	return cmd
}
