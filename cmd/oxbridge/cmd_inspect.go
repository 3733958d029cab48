package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

func newInspectCommand(stdout, stderr io.Writer) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE",
		Short: "Print what a .msg file holds, property by property",
		Example: `  oxbridge inspect mail.msg
  oxbridge inspect --json mail.msg`,
		Args: cobra.ExactArgs(1),
		RunE: action(func(_ context.Context, args []string) error {
			return runInspect(args[0], asJSON, stdout, stderr)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func runInspect(path string, asJSON bool, stdout, stderr io.Writer) error {
	s, err := session.Open(session.NewAllocator(1<<30), session.Unicode)
	if err != nil {
		return err
	}
	defer s.Close()
	tree, problems, err := openTree(s, path)
	var pe *fs.PathError
	switch {
	case errors.As(err, &pe):
		return &exitError{code: exitUsage, err: err}
	case err != nil:
		return &exitError{code: exitPartial, err: fmt.Errorf("%s: %w", path, err)}
	}
	for _, p := range problems {
		fmt.Fprintf(stderr, "oxbridge: %s: %s\n", path, p)
	}
	if asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(messageView(tree))
	}
	return printTree(stdout, messageView(tree))
}

// openTree reads a message; the tree lives as long as the session.
func openTree(s *session.Session, path string) (*mapi.Message, problem.List, error) {
	var problems problem.List
	src, err := store.OpenSource(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.OpenMessage(src, session.Unicode, problems.Add, nil)
	if err != nil {
		return nil, problems, err
	}
	tree, err := m.Snapshot()
	return tree, problems, err
}
