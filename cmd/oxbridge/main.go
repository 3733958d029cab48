// Command oxbridge converts Outlook .msg files to Internet messages (.eml) and
// back. See the README for what users do with it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// Exit codes; documented in README.md, never renumbered.
const (
	exitOK       = 0
	exitDiffer   = 1  // diff: the messages differ
	exitUsage    = 2  // bad flags or arguments; nothing was read
	exitPartial  = 3  // the run ended, some messages failed
	exitAborted  = 4  // the run stopped early: no plugin, disk full, interrupted
	exitInternal = 70 // a fault of oxbridge
)

// exitError carries the exit code an error stands for. An err of nil means that
// everything was said already.
type exitError struct {
	code int
	err  error
	hint string // what to do about it, or ""
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// action adapts f to cobra and marks every error it did not classify as
// internal. What still reaches run unmarked is cobra's own: a usage error.
func action(f func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd.Context(), args)
		var exit *exitError
		if err == nil || errors.As(err, &exit) {
			return err
		}
		return &exitError{code: exitInternal, err: err}
	}
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without os.Exit, so that tests can call it in process.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 3 && args[0] == probeCommand {
		sandbox.Attempt(args[1], args[2], stdout)
		return exitOK
	}
	if len(args) == 2 && args[0] == serveCommand {
		return servePlugin(args[1], stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	root := newRootCommand(stdout, stderr)
	root.SetArgs(args)

	err := root.ExecuteContext(ctx)
	var exit *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		if exit.err != nil {
			fmt.Fprintln(stderr, "oxbridge:", exit.err)
		}
		if exit.hint != "" {
			fmt.Fprintln(stderr, "hint:", exit.hint)
		}
		return exit.code
	default:
		fmt.Fprintln(stderr, "oxbridge:", err)
		fmt.Fprintln(stderr, "hint: oxbridge --help lists what there is")
		return exitUsage
	}
}

// newRootCommand returns the program with all its commands.
func newRootCommand(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "oxbridge",
		Short:         "Convert Outlook messages (.msg) to Internet messages (.eml) and back",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(newConvertCommand(stdout, stderr), newPlanCommand(stdout, stderr), newRunShardCommand(stdout, stderr),
		newReportCommand(stdout, stderr), newRunsCommand(stdout, stderr), newExplainCommand(stdout), newLimitsCommand(stdout),
		newAuditCommand(stdout, stderr), newMboxCommand(stderr), newInspectCommand(stdout, stderr), newDiffCommand(stdout, stderr),
		newCatCommand(stdout, stderr), newVerifyCommand(stdout, stderr), newRepairCommand(stdout), newVersionCommand(stdout), newDocsCommand(stdout),
		newPluginCommand(stdout, stderr))
	addLimitFlag(root)
	addCompletions(root)
	return root
}
