package main

import (
	"io"

	"github.com/spf13/cobra"
)

// newDocsCommand returns the parent of the commands that write documentation.
func newDocsCommand(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "docs",
		Short: "Write documentation that is made from the program itself",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(newManCommand(stdout))
	return cmd
}
