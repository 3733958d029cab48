// Package sandbox starts programs behind walls: no files but their own, no
// network, no other programs and processes, and limits on memory, processor
// time, open files and written bytes.
//
// The walls are those of the operating system and need no privileges. A program
// is started through a launcher, this program started again with the arguments
// of [Policy.Args], which calls [Launch]: it builds the walls around itself and
// then becomes the program.
//
// On Linux these are resource limits, no_new_privs, dropped capabilities,
// Landlock for files, and a seccomp filter for sockets, new processes, signals
// and what else reaches beyond the process; see filter_linux.go for what each
// call is answered with. Landlock and seccomp are both needed: Landlock before
// ABI 9 lets a process connect to sockets of its user, and a filter cannot look
// at paths. Elsewhere there are no walls yet but those of package pluginhost,
// and [Available] says so.
package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// A Mode says what happens where a wall cannot be built.
type Mode string

// The modes.
const (
	Strict Mode = "strict" // the program is not started
	Best   Mode = "best"   // the walls that there are
	Off    Mode = "off"    // none
)

// ParseMode returns the mode of that name.
func ParseMode(s string) (Mode, error) {
	m := Mode(s)
	if m != Strict && m != Best && m != Off {
		return "", fmt.Errorf("%q is not strict, best or off", s)
	}
	return m, nil
}

// A Wall is one thing that a program is kept from.
type Wall string

// The walls.
const (
	Files     Wall = "files"     // files and folders but its own
	Network   Wall = "network"   // connections, also to sockets of this machine
	Programs  Wall = "programs"  // starting anything
	Processes Wall = "processes" // signals to, and the memory of, other processes
	Limits    Wall = "limits"    // memory, processor time, open files, written bytes
)

// All are the walls of [Strict].
var All = []Wall{Files, Network, Programs, Processes, Limits}

// ErrMissing is wrapped by the error of Strict for a wall that this system does
// not have.
var ErrMissing = errors.New("this system cannot build the wall")

// A Policy says what to start, and what it may do. The zero limits stand for the
// defaults.
type Policy struct {
	Mode Mode     `json:"mode"`
	Path string   `json:"path"` // absolute, of the program
	Argv []string `json:"argv"` // without the program's name
	// Held is set when the program is inherited as file 3, see Hold: the path
	// that it was opened by.
	Held string `json:"held,omitempty"`
	// Read are files and folders that it may read and, where they are programs
	// or libraries, map; see Needs. Those that are not there are left out.
	Read []string `json:"read,omitempty"`
	// Socket is the folder in which it may make unix sockets.
	Socket string `json:"socket,omitempty"`
	// Memory bounds its data in bytes; default limits.PluginMemory.
	Memory uint64 `json:"memory,omitempty"`
	// CPU bounds its processor time in seconds; default limits.PluginCPU.
	CPU uint64 `json:"cpu,omitempty"`
	// Handles bounds its open files; default limits.PluginHandles.
	Handles uint64 `json:"handles,omitempty"`
}

func (p Policy) withDefaults() Policy {
	p.Memory = cmp.Or(p.Memory, uint64(limits.PluginMemory.Get()))
	p.CPU = cmp.Or(p.CPU, max(1, uint64(limits.PluginCPU.Duration().Seconds())))
	p.Handles = cmp.Or(p.Handles, uint64(limits.PluginHandles.Get()))
	return p
}

// HeldPath is the path of a program that is inherited as file 3.
const HeldPath = "/proc/self/fd/3"

// OpenedPath is a path by which this process finds an open file again, on Linux.
func OpenedPath(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// Hold returns the policy for a program that the launcher inherits as file 3.
// The policy is that of [Resolve] for opened, an [OpenedPath]; path is what the
// program is called by in lists of processes.
func (p Policy) Hold(opened, path string) Policy {
	swap := func(s string) string {
		if s == opened {
			return HeldPath
		}
		return s
	}
	q := p
	q.Held, q.Path, q.Argv, q.Read = path, swap(p.Path), nil, []string{HeldPath}
	for _, a := range p.Argv {
		q.Argv = append(q.Argv, swap(a))
	}
	for _, r := range p.Read {
		if r != opened && r != filepath.Dir(opened) { // where a script would have its neighbours
			q.Read = append(q.Read, r)
		}
	}
	return q
}

// Missing returns the walls that this system lacks.
func Missing() []Wall {
	there := Available()
	return slices.DeleteFunc(slices.Clone(All), func(w Wall) bool { return slices.Contains(there, w) })
}

// Check returns an error, wrapping [ErrMissing], when the policy is strict and
// this system lacks a wall.
func (p Policy) Check() error {
	if p.Mode != Strict {
		return nil
	}
	var missing []string
	for _, w := range Missing() {
		missing = append(missing, string(w))
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w %s", ErrMissing, strings.Join(missing, ", "))
	}
	return nil
}

// Args are the arguments for the launcher, one string that [Launch] reads.
func (p Policy) Args() (string, error) {
	b, err := json.Marshal(p.withDefaults())
	return string(b), err
}

// Launch builds the walls of the policy that arg has, from [Policy.Args], around
// this process, and becomes the program. It returns only when that fails.
func Launch(arg string) error {
	var p Policy
	if err := json.Unmarshal([]byte(arg), &p); err != nil {
		return fmt.Errorf("sandbox: policy: %w", err)
	}
	if _, err := ParseMode(string(p.Mode)); err != nil {
		return fmt.Errorf("sandbox: policy: %w", err)
	}
	if err := launch(p); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}
