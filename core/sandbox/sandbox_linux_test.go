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
)

// The test program is also the launcher, and the program that tries to escape.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "launch":
		fmt.Fprintln(os.Stderr, Launch(os.Args[2]))
		os.Exit(125)
	case len(os.Args) > 2 && os.Args[1] == "escape":
		Attempt(os.Args[2], strings.Join(os.Args[3:], " "), os.Stdout)
		os.Exit(0)
	}
	os.Exit(m.Run())
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
