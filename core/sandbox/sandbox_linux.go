//go:build linux && (amd64 || arm64)

package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Available returns the walls that this system has.
func Available() []Wall {
	walls := []Wall{Limits}
	_, err := ll.LandlockGetABIVersion()
	files := err == nil
	if files {
		walls = append(walls, Files)
	}
	if hasSeccomp() {
		walls = append(walls, Network, Processes)
		if files {
			walls = append(walls, Programs)
		}
	}
	return walls
}

// hasSeccomp reports whether the kernel takes filters: with a null pointer for
// one it says that the address is bad, not that it knows no filters.
func hasSeccomp() bool {
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, 0, 0, 0) == unix.EFAULT
}

// launch builds the walls and becomes the program. Everything is done on one
// thread, which alone survives.
func launch(p Policy) error {
	runtime.LockOSThread()
	env := environ(p)
	if p.Mode != Off {
		if err := p.Check(); err != nil {
			return err
		}
		for _, wall := range []struct {
			name  string
			build func(Policy) error
		}{
			{"open files", closeFiles},
			{"limits", setLimits},
			{"privileges", dropPrivileges},
			{"files", restrictFiles},
			{"system calls", filterCalls}, // the last: it forbids much of the above
		} {
			if err := wall.build(p); err != nil && p.Mode == Strict {
				return fmt.Errorf("%s: %w", wall.name, err)
			}
		}
	}
	name := p.Path
	if p.Path == HeldPath {
		name = p.Held
	}
	return fmt.Errorf("start %s: %w", name, unix.Exec(p.Path, append([]string{name}, p.Argv...), env))
}

// environ is what the program gets: Go's runtime is told its limits, which it
// cannot find out behind the walls.
func environ(p Policy) []string {
	env := os.Environ()
	has := func(name string) bool {
		for _, e := range env {
			if strings.HasPrefix(e, name+"=") {
				return true
			}
		}
		return false
	}
	if !has("GOMEMLIMIT") {
		env = append(env, "GOMEMLIMIT="+strconv.FormatUint(p.Memory/4*3, 10))
	}
	if !has("GOMAXPROCS") {
		env = append(env, "GOMAXPROCS="+strconv.Itoa(runtime.GOMAXPROCS(0)))
	}
	return env
}

// closeFiles lets the program inherit standard input, output and error only, and
// its own script when that is read through file 3.
func closeFiles(p Policy) error {
	first := uint(3)
	if p.Held != "" && slices.Contains(p.Argv, HeldPath) {
		first++
	}
	return unix.CloseRange(first, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC)
}

// setLimits sets what the program may use. RLIMIT_AS would not do: Go reserves
// far more address space than it uses.
func setLimits(p Policy) error {
	for _, l := range []struct {
		which int
		most  uint64
	}{
		{unix.RLIMIT_DATA, p.Memory},
		{unix.RLIMIT_CPU, p.CPU},
		{unix.RLIMIT_NOFILE, p.Handles},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_MEMLOCK, 0},
	} {
		var now unix.Rlimit
		if err := unix.Getrlimit(l.which, &now); err != nil {
			return err
		}
		most := min(l.most, now.Max)
		if err := unix.Setrlimit(l.which, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return err
		}
	}
	return nil
}

// dropPrivileges gives up all capabilities, for good, also those of root.
func dropPrivileges(Policy) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	for c := uintptr(0); c <= 63; c++ {
		// Without CAP_SETPCAP there is nothing to drop; past the last one there
		// is nothing at all.
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
			break
		}
	}
	var none [2]unix.CapUserData
	return unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0])
}

// The rights that a program has.
const (
	readable = ll.AccessFSExecute | ll.AccessFSReadFile | ll.AccessFSReadDir
	oneFile  = ll.AccessFSExecute | ll.AccessFSReadFile
	// go-plugin makes an empty file first, to have a name for the socket; the
	// limit on written bytes keeps it empty.
	sockets = ll.AccessFSMakeSock | ll.AccessFSMakeReg | ll.AccessFSWriteFile | ll.AccessFSReadFile |
		ll.AccessFSRemoveFile | ll.AccessFSReadDir
)

// restrictFiles hides all files but those of the policy.
func restrictFiles(p Policy) error {
	rules := []landlock.Rule{
		landlock.PathAccess(ll.AccessFSReadFile|ll.AccessFSWriteFile, "/dev/null").IgnoreIfMissing(),
		landlock.PathAccess(ll.AccessFSReadFile, "/dev/urandom", "/dev/random").IgnoreIfMissing(),
	}
	for _, path := range append([]string{p.Path}, p.Read...) {
		rights := landlock.AccessFSSet(oneFile)
		if info, err := os.Stat(path); err != nil {
			continue
		} else if info.IsDir() {
			rights = readable
		}
		rules = append(rules, landlock.PathAccess(rights, path).IgnoreIfMissing())
	}
	if p.Socket != "" {
		rules = append(rules, landlock.PathAccess(sockets, p.Socket))
	}
	fd, flags, err := landlock.V11.BestEffort().NewRulesetFD(rules...)
	if err != nil || fd < 0 {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	return ll.LandlockRestrictSelf(fd, flags)
}
