//go:build linux && (amd64 || arm64)

package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The test program is also the launcher, and the program that tries to escape.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "launch":
		fmt.Fprintln(os.Stderr, Launch(os.Args[2]))
		os.Exit(125)
	case len(os.Args) > 2 && os.Args[1] == "escape":
		escape(os.Args[2], os.Args[3:])
	}
	os.Exit(m.Run())
}

// escapes are ways out. They return nil when they have got out, and are given
// what the test has laid out for them.
var escapes = map[string]func(target []string) error{
	"nothing": func([]string) error { return nil },
	"read a file": func(t []string) error {
		_, err := os.ReadFile(t[0])
		return err
	},
	"read a system file": func([]string) error {
		_, err := os.ReadFile("/etc/passwd")
		return err
	},
	"list a folder": func(t []string) error {
		_, err := os.ReadDir(t[0])
		return err
	},
	"write a file": func(t []string) error { return os.WriteFile(t[0], []byte("x"), 0o600) },
	"dial TCP": func(t []string) error {
		_, err := net.Dial("tcp", t[0])
		return err
	},
	"send UDP": func(t []string) error {
		c, err := net.Dial("udp", t[0])
		if err != nil {
			return err
		}
		_, err = c.Write([]byte("x"))
		return err
	},
	"dial a unix socket": func(t []string) error {
		_, err := net.Dial("unix", t[0])
		return err
	},
	"start a shell":        func([]string) error { return exec.Command("/bin/sh", "-c", "exit 0").Run() },
	"become a shell":       func([]string) error { return unix.Exec("/bin/sh", []string{"sh", "-c", "exit 0"}, nil) },
	"trace the host":       func(t []string) error { return unix.PtraceAttach(number(t[0])) },
	"signal the host":      func(t []string) error { return unix.Kill(number(t[0]), 0) },
	"read the host's proc": func(t []string) error { return readable1("/proc/" + t[0] + "/environ") },
	"read the host's memory": func(t []string) error {
		b := make([]byte, 1)
		_, err := unix.ProcessVMReadv(number(t[0]), []unix.Iovec{{Base: &b[0], Len: 1}}, []unix.RemoteIovec{{Base: 0x400000, Len: 1}}, 0)
		return err
	},
	"use an inherited file": func(t []string) error {
		_, err := unix.Read(number(t[0]), make([]byte, 1))
		return err
	},
	"fork": func([]string) error {
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		switch {
		case errno != 0:
			return errno
		case pid == 0:
			unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
		}
		return nil
	},
	"allocate 4 GB": func([]string) error {
		_, err := unix.Mmap(-1, 0, 4<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		return err
	},
	"share 4 GB": func([]string) error {
		_, err := unix.Mmap(-1, 0, 4<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
		return err
	},
	"hide 4 GB in a file": func([]string) error {
		fd, err := unix.MemfdCreate("x", 0)
		if err != nil {
			return err
		}
		return unix.Ftruncate(fd, 4<<30)
	},
	"set up io_uring": func([]string) error {
		var params [120]byte
		_, _, errno := unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
		return errnoOrNil(errno)
	},
	"leave the group":     func([]string) error { return unix.Setpgid(0, unix.Getppid()) },
	"survive the host":    func([]string) error { return unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },
	"raise its limits":    func([]string) error { return raise(unix.RLIMIT_DATA) },
	"make a namespace":    func([]string) error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"open many files":     func([]string) error { return many() },
	"write a large file":  func(t []string) error { return writeLarge(t[0]) },
	"load a program":      func([]string) error { _, _, e := unix.RawSyscall(unix.SYS_BPF, 0, 0, 0); return errnoOrNil(e) },
	"a socket of packets": func([]string) error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0); return err },
}

func errnoOrNil(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func readable1(path string) error {
	_, err := os.ReadFile(path)
	return err
}

func raise(which int) error {
	return unix.Setrlimit(which, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
}

func many() error {
	for range 1000 {
		if _, err := unix.Dup(0); err != nil {
			return err
		}
	}
	return nil
}

func writeLarge(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 1<<20))
	return err
}

// escape tries one way out and says how it went.
func escape(name string, target []string) {
	if err := escapes[name](target); err != nil {
		fmt.Println("held:", err)
		os.Exit(0)
	}
	fmt.Println("out")
	os.Exit(0)
}

// try starts the test program behind walls, to escape.
func try(t *testing.T, p Policy, name string, target ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if p.Path, p.Argv, p.Read, err = Resolve(self, append([]string{"escape", name}, target...)); err != nil {
		t.Fatal(err)
	}
	arg, err := p.Args()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "launch", arg)
	cmd.Env = []string{"GOTRACEBACK=none", "GORACE=atexit_sleep_ms=0"}
	if name == "use an inherited file" {
		cmd.ExtraFiles = []*os.File{open(t, "/etc/passwd")}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return out.String() + "\n" + exit.String()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestEscapes tries every way out, behind the walls and without them: a way that
// is closed anyway proves nothing.
func TestEscapes(t *testing.T) {
	t.Parallel()
	if err := (Policy{Mode: Strict}).Check(); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "mail.msg")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	tcp := listen(t, "tcp", "127.0.0.1:0")
	sock := listen(t, "unix", filepath.Join(dir, "s"))
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.Close() })
	host := strconv.Itoa(os.Getpid())

	tests := []struct {
		name   string
		target string
		wall   Wall
		held   string // how the wall answers
		closed bool   // to some users also without walls
	}{
		{"read a file", file, Files, "permission denied", false},
		{"read a system file", "", Files, "permission denied", false},
		{"list a folder", dir, Files, "permission denied", false},
		{"write a file", filepath.Join(dir, "new"), Files, "permission denied", false},
		{"write a large file", file, Files, "permission denied", false},
		{"read the host's proc", host, Files, "permission denied", false},
		{"dial TCP", tcp, Network, "address family not supported", false},
		{"send UDP", udp.LocalAddr().String(), Network, "address family not supported", false},
		{"dial a unix socket", sock, Network, "operation not permitted", false},
		{"a socket of packets", "", Network, "operation not permitted", false},
		{"start a shell", "", Programs, "permi", false},
		{"become a shell", "", Programs, "permission denied", false},
		{"fork", "", Programs, "operation not permitted", false},
		{"trace the host", host, Processes, "operation not permitted", true},
		{"signal the host", host, Processes, "operation not permitted", false},
		{"read the host's memory", host, Processes, "operation not permitted", true},
		{"leave the group", "", Processes, "operation not permitted", true},
		{"survive the host", "", Processes, "operation not permitted", false},
		{"make a namespace", "", Processes, "operation not permitted", true},
		{"load a program", "", Processes, "operation not permitted", true},
		{"set up io_uring", "", Processes, "function not implemented", true},
		{"use an inherited file", "3", Files, "bad file descriptor", false},
		{"allocate 4 GB", "", Limits, "cannot allocate memory", false},
		{"share 4 GB", "", Limits, "cannot allocate memory", false},
		{"hide 4 GB in a file", "", Limits, "operation not permitted", false},
		{"raise its limits", "", Limits, "operation not permitted", true},
		{"open many files", "", Limits, "too many open files", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := try(t, Policy{Mode: Strict}, tt.name, tt.target); strings.HasPrefix(got, "out") || !strings.Contains(got, tt.held) {
				t.Errorf("wall %s: got %.500q, want %q", tt.wall, got, tt.held)
			}
			if tt.closed {
				return
			}
			if got := try(t, Policy{Mode: Off}, tt.name, tt.target); tt.name != "become a shell" && !strings.HasPrefix(got, "out") {
				t.Errorf("without walls: got %q", got)
			}
		})
	}
}

func listen(t *testing.T, network, address string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// TestInside shows what still works: to start, to print, to make a socket in the
// folder for it.
func TestInside(t *testing.T) {
	t.Parallel()
	for _, m := range []Mode{Strict, Best, Off} {
		if m == Strict && (Policy{Mode: m}).Check() != nil {
			continue
		}
		if got := try(t, Policy{Mode: m}, "nothing"); got != "out\n" {
			t.Errorf("mode %s: got %q", m, got)
		}
	}
}

func TestLaunchFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ arg, want string }{
		{"no policy", "policy"},
		{`{"mode":"loose"}`, "loose"},
		{`{"mode":"off","path":"/nowhere/plugin"}`, "start /nowhere/plugin: no such file"},
	} {
		if err := Launch(tt.arg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Launch(%q) = %v", tt.arg, err)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := filepath.Join(dir, "plugin.sh")
	if err := os.WriteFile(script, []byte("#!/usr/bin/env sh -e\necho hi\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	path, args, needs, err := Resolve(script, []string{"a"})
	if err != nil || path != shell || strings.Join(args, " ") != "-e "+script+" a" || needs[len(needs)-1] != dir {
		t.Errorf("got %s %q, %q, %v", path, args, needs, err)
	}
	if _, _, _, err := Resolve(filepath.Join(dir, "absent"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
