package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
		Long: `Lock compares the programs in the folder of plugins with plugins.lock and shows
what differs; a program that is new or has changed is started behind walls and
asked what it is. When all of that is on the screen, the lock is written: each of
these programs is locked by the hash that was shown, and one that is gone is taken
out. With names, only those are.

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
	f.BoolVar(&opts.json, "json", false, "print one JSON object for each plugin that differs, and once more when it is locked")
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
	Locked bool   `json:"locked"`         // the lock was changed: this is not what is to be, but what was done
}

// String is the line for people.
func (l lockLine) String() string {
	s := l.Name + ": "
	switch {
	case l.Locked && l.Change == "gone":
		return s + "taken out of the lock"
	case l.Locked:
		return s + "locked"
	}
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
	l := locker{lockOptions: opts, folder: folder, stdout: stdout, stderr: stderr}
	for _, p := range all {
		if len(names) > 0 && !slices.Contains(names, p.Name) {
			continue
		}
		if err := l.compare(ctx, p); err != nil {
			return err
		}
	}
	return l.write()
}

// A locker compares plugins with the lock, and then changes the lock.
type locker struct {
	lockOptions
	folder         registry.Folder
	stdout, stderr io.Writer
	changes        []lockChange
	bad            bool // something differs, and will go on to
}

// A lockChange is a change of the lock that was shown.
type lockChange struct {
	line  lockLine
	apply func() error
}

// show prints a line.
func (l *locker) show(line lockLine) error {
	if l.json {
		return written(lineEncoder(l.stdout).Encode(line))
	}
	_, err := fmt.Fprintln(l.stdout, line)
	return written(err)
}

// warn prints what is wrong, and has the command end so.
func (l *locker) warn(err error) {
	l.bad = true
	fmt.Fprintln(l.stderr, "oxbridge:", err)
}

// compare shows how one plugin differs from the lock, if it does, and keeps what
// is to be done about that.
func (l *locker) compare(ctx context.Context, p *registry.Plugin) error {
	c, err := l.difference(ctx, p)
	if err != nil {
		l.warn(err)
	}
	switch {
	case c.line.Change == "":
		return nil
	case c.apply == nil:
		l.bad = true
	default:
		l.changes = append(l.changes, c)
	}
	return l.show(c.line)
}

// write changes the lock as it was shown.
func (l *locker) write() error {
	for _, c := range l.changes {
		if err := c.apply(); err != nil {
			l.warn(err)
			continue
		}
		c.line.Locked = true
		if err := l.show(c.line); err != nil {
			return err
		}
	}
	if l.bad {
		return &exitError{code: exitPartial}
	}
	return nil
}

// difference compares one plugin with the lock. The line has no Change when nothing
// differs; there is nothing to apply when that is only to be checked, or cannot be.
func (l *locker) difference(ctx context.Context, p *registry.Plugin) (c lockChange, err error) {
	line := &c.line
	*line = lockLine{Type: "lock", Name: p.Name}
	if p.Pin != nil {
		line.Old = p.Pin.Digest.SHA256
	}
	state, why := p.Check()
	switch state {
	case registry.OK:
		return c, nil
	case registry.Missing:
		line.Change = "gone"
		if !l.check {
			c.apply = func() error { return l.takeOut(p) }
		}
		return c, nil
	}
	prog, err := p.Read()
	if state == registry.Refused || err != nil {
		if err == nil {
			_ = prog.File.Close()
		}
		line.Change, line.Why = "refused", reasonOf(errors.Join(why, err))
		return c, nil
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
	if l.check {
		return c, nil
	}
	r, err := describeProgram(ctx, prog, p.Name, prog.Path, l.sandbox)
	if err != nil {
		return c, err
	}
	line.Says = strings.TrimSpace(r.Version + " " + doings(r))
	c.apply = func() error { return l.folder.Lock(r) }
	return c, nil
}

// takeOut removes a plugin whose program is gone, unless it has come back since
// that was shown: it would be removed, too.
func (l *locker) takeOut(p *registry.Plugin) error {
	if _, err := os.Lstat(p.Path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("plugin %s: its program is there again; the lock keeps it", p.Name)
	}
	return l.folder.Remove(p.Name)
}

// reasonOf is the first reason of a refusal.
func reasonOf(err error) string {
	var r *registry.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}
