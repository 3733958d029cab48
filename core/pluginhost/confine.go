package pluginhost

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// isolates reports whether plugins have to be kept together by other means than
// that they can start nothing.
func (o Options) isolates() bool {
	mode := cmp.Or(o.Sandbox, sandbox.Off)
	return !o.shared && (mode == sandbox.Off || !slices.Contains(sandbox.Available(), sandbox.Programs))
}

// confine returns the command that starts c behind the walls of o. The program
// may make its socket in dir.
func (o Options) confine(c Command, dir string) (Command, error) {
	if cmp.Or(o.Sandbox, sandbox.Off) == sandbox.Off {
		if c.runsOpened() {
			c.Path = sandbox.HeldPath
		}
		return c, nil
	}
	if len(o.Launcher) == 0 {
		return c, errors.New("pluginhost: a sandbox needs Options.Launcher")
	}
	program, held := c.Path, ""
	if c.runsOpened() {
		program, held = sandbox.OpenedPath(c.Program), c.Path
	}
	path, argv, needs, err := sandbox.Resolve(program, c.Args)
	if err != nil {
		return c, err
	}
	policy := sandbox.Policy{
		Mode: o.Sandbox, Path: path, Argv: argv, Read: append(needs, c.Read...), Socket: dir, Memory: o.Memory,
	}
	if held != "" {
		policy = policy.Hold(program, held)
	}
	if err := policy.Check(); err != nil {
		return c, fmt.Errorf("%w; --sandbox best starts plugins without it", err)
	}
	arg, err := policy.Args()
	if err != nil {
		return c, err
	}
	c.Path = o.Launcher[0]
	c.Args = append(append([]string{}, o.Launcher[1:]...), arg)
	return c, nil
}

// runsOpened reports whether the process runs Program, inherited as a file.
func (c Command) runsOpened() bool { return c.Program != nil && runtime.GOOS == "linux" }
