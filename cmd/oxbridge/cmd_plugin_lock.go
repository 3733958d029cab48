package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

type lockOptions struct {
	folder  folderOptions
	check   bool
	json    bool
	sandbox string
}

func newPluginLockCommand(stdout, stderr io.Writer) *cobra.Command {
	var opts lockOptions
	cmd := &cobra.Command{
		Use:   "lock [NAME...]",
		Short: "Accept installed programs as they are, after showing what changed",
		Long: `Lock compares the programs in the folder of plugins with plugins.lock, shows
what differs, and writes the lock anew: a program that is new or has changed is
started behind walls, asked what it is, and locked by its hash; one that is gone
is taken out. With names, only those are.

With --check, nothing is started and nothing is written.

Exit status: 0, 2 there is no such plugin, 3 with --check: something differs, or
without: a program could not be locked.`,
		Example: `  oxbridge plugin lock --check
  oxbridge plugin lock markdown`,
		ValidArgsFunction: completePlugins(false),
		RunE: action(func(ctx context.Context, names []string) error {
			return runPluginLock(ctx, opts, names, stdout, stderr)
		}),
	}
	f := cmd.Flags()
	opts.folder.addFlags(f)
	f.BoolVar(&opts.check, "check", false, "only say what differs")
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each plugin that differs")
	addSandboxFlag(f, &opts.sandbox)
	return cmd
}

// A lockLine is what lock says about a plugin that differs from the lock.
type lockLine struct {
	Type   string `json:"type"` // "lock"
	Name   string `json:"name"`
	Change string `json:"change"` // new, changed, gone, record or refused
	Old    string `json:"old_sha256,omitempty"`
	New    string `json:"new_sha256,omitempty"`
	Why    string `json:"why,omitempty"`
	Says   string `json:"says,omitempty"` // what it says of itself, when it was asked
	Locked bool   `json:"locked"`         // the lock was changed
}

// String is the line for people.
func (l lockLine) String() string {
	s := l.Name + ": "
	switch l.Change {
	case "new":
		s += "not in the lock; sha256 " + l.New
	case "changed":
		s += "changed from sha256 " + l.Old + " to " + l.New
	case "gone":
		s += "gone; was sha256 " + l.Old
	case "record":
		s += "has no record of what it can do; sha256 " + l.New
	}
	if l.Why != "" {
		s += l.Why
	}
	if l.Says != "" {
		s += "; " + l.Says
	}
	if l.Locked {
		s += "; locked"
	}
	return printable(s)
}

func runPluginLock(ctx context.Context, opts lockOptions, names []string, stdout, stderr io.Writer) error {
	folder, err := opts.folder.folder()
	if err != nil {
		return err
	}
	all, err := registry.Scan([]registry.Folder{folder}, builtinNames()...)
	if err != nil {
		return &exitError{code: exitAborted, err: err}
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(p *registry.Plugin) bool { return p.Name == name }) {
			return &exitError{code: exitUsage, err: fmt.Errorf("no plugin %.80q in %s", name, folder.Path), hint: "oxbridge plugin list shows those that there are"}
		}
	}
	bad := false
	for _, p := range all {
		if len(names) > 0 && !slices.Contains(names, p.Name) {
			continue
		}
		line, err := lockPlugin(ctx, opts, folder, p)
		if err != nil {
			fmt.Fprintln(stderr, "oxbridge:", err)
		}
		if line.Change == "" {
			continue
		}
		bad = bad || !line.Locked
		if opts.json {
			err = lineEncoder(stdout).Encode(line)
		} else {
			_, err = fmt.Fprintln(stdout, line)
		}
		if err != nil {
			return written(err)
		}
	}
	if bad {
		return &exitError{code: exitPartial}
	}
	return nil
}

// lockPlugin compares one plugin with the lock, and changes the lock unless that
// is only to be checked. The line has no Change when nothing differs.
func lockPlugin(ctx context.Context, opts lockOptions, folder registry.Folder, p *registry.Plugin) (lockLine, error) {
	line := lockLine{Type: "lock", Name: p.Name}
	if p.Pin != nil {
		line.Old = p.Pin.Digest.SHA256
	}
	state, why := p.Check()
	switch state {
	case registry.OK:
		return line, nil
	case registry.Missing:
		line.Change = "gone"
		if opts.check {
			return line, nil
		}
		err := folder.Remove(p.Name)
		line.Locked = err == nil
		return line, err
	}
	prog, err := p.Read()
	if state == registry.Refused || err != nil {
		if err == nil {
			_ = prog.File.Close()
		}
		line.Change, line.Why = "refused", reasonOf(errors.Join(why, err))
		return line, nil
	}
	defer prog.File.Close()
	line.New = prog.Digest.SHA256
	switch {
	case p.Pin == nil:
		line.Change = "new"
	case line.New != line.Old:
		line.Change = "changed"
	default:
		line.Change = "record"
	}
	if opts.check {
		return line, nil
	}
	r, err := describeProgram(ctx, prog, p.Name, prog.Path, opts.sandbox)
	if err == nil {
		line.Says = strings.TrimSpace(r.Version + " " + doings(r))
		err = folder.Lock(r)
	}
	line.Locked = err == nil
	return line, err
}

// reasonOf is the first reason of a refusal.
func reasonOf(err error) string {
	var r *registry.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}
