//go:build linux && (amd64 || arm64)

package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// escapes are what a plugin tries that wants to do more than convert. They return
// nil when it has got out.
var escapes = map[string]func(target string) error{
	"open /etc/passwd":         func(string) error { return opens("/etc/passwd") },
	"read the input's folder":  func(dir string) error { _, err := os.ReadDir(dir); return err },
	"write to /tmp":            func(dir string) error { return os.WriteFile(filepath.Join(dir, "new"), []byte("x"), 0o600) },
	"dial TCP":                 func(addr string) error { return dials("tcp", addr) },
	"send UDP":                 func(addr string) error { return dials("udp", addr) },
	"dial a unix socket":       func(addr string) error { return dials("unix", addr) },
	"start a shell":            func(string) error { return exec.Command("/bin/sh", "-c", "exit 0").Run() },
	"trace the host":           traces,
	"be a fork bomb":           forkBomb,
	"allocate 4 GB":            allocates,
	"write a file of 1 GB":     writesLarge,
	"signal the host":          func(pid string) error { return syscall.Kill(number(pid), 0) },
	"read /proc of the host":   func(pid string) error { return opens("/proc/" + pid + "/cmdline") },
	"read an inherited handle": func(fd string) error { _, err := syscall.Read(number(fd), make([]byte, 1)); return err },
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func opens(path string) error {
	_, err := os.ReadFile(path)
	return err
}

func dials(network, address string) error {
	c, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Write([]byte("x"))
	return err
}

func traces(pid string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return syscall.PtraceAttach(number(pid))
}

// forkBomb makes processes, as many as it can. Each ends at once.
func forkBomb(string) error {
	var last error
	for range 100 {
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		switch {
		case errno != 0:
			last = errno
		case pid == 0:
			syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
		default:
			return nil
		}
	}
	return last
}

func allocates(string) error {
	_, err := syscall.Mmap(-1, 0, 4<<30, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	return err
}

// writesLarge writes where a plugin may make files: in the folder of its socket.
func writesLarge(string) error {
	f, err := os.Create(filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "large"))
	if err != nil {
		return fmt.Errorf("not even the file: %w", err)
	}
	defer f.Close()
	_, err = f.WriteAt([]byte("x"), 1<<30-1)
	return err
}

// fugitive is a plugin that tries the escape that the subject names. It writes how
// that went.
func fugitive() sdk.Plugin {
	return sdk.Plugin{Name: "fugitive", Formats: []sdk.Format{{Name: "x", Exporter: sdk.ExportFunc(
		func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			name, target, _ := strings.Cut(src.Props.String(proptag.Subject), "|")
			_, err := fmt.Fprint(dst, escapes[name](target))
			return err
		})}}}
}

func init() { roles["fugitive"] = func() { sdk.Main(fugitive()) } }

// A field is what a fugitive may reach for.
type field struct{ dir, tcp, udp, unix, host, handle string }

func newField(t *testing.T) field {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "mail.msg"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail, err := os.Open(filepath.Join(dir, "mail.msg"))
	if err != nil {
		t.Fatal(err)
	}
	defer mail.Close()
	// For every child to inherit, under a number that none needs itself.
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, mail.Fd(), syscall.F_DUPFD, 200)
	if errno != 0 {
		t.Fatal(errno)
	}
	t.Cleanup(func() { _ = syscall.Close(int(fd)) })
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.Close() })
	return field{
		dir: dir, tcp: accepts(t, "tcp", "127.0.0.1:0"), udp: udp.LocalAddr().String(), unix: accepts(t, "unix", filepath.Join(dir, "s")),
		host: strconv.Itoa(os.Getpid()), handle: strconv.Itoa(int(fd)),
	}
}

// accepts listens, and takes what comes.
func accepts(t *testing.T, network, address string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// TestEscapes has a plugin behind walls try to get out while it does a job. The
// log says which wall has held, and by what; without walls the same succeeds, so
// nothing else has.
func TestEscapes(t *testing.T) {
	if err := (sandbox.Policy{Mode: sandbox.Strict}).Check(); err != nil {
		t.Skip(err)
	}
	f := newField(t)
	walled := boxed(sandbox.Strict)
	walled.Processes = 1
	if !raceEnabled {
		walled.Memory = 0
	}
	inside, outside := start(t, "fugitive", walled), start(t, "fugitive", Options{Processes: 1})
	for _, tt := range []struct {
		name, target string
		wall         sandbox.Wall
		by           string
		answer       error
		closed       bool // also without walls, or too dangerous
	}{
		{"open /etc/passwd", "", sandbox.Files, "Landlock", syscall.EACCES, false},
		{"read the input's folder", f.dir, sandbox.Files, "Landlock", syscall.EACCES, false},
		{"write to /tmp", f.dir, sandbox.Files, "Landlock", syscall.EACCES, false},
		{"dial TCP", f.tcp, sandbox.Network, "seccomp", syscall.EAFNOSUPPORT, false},
		{"send UDP", f.udp, sandbox.Network, "seccomp", syscall.EAFNOSUPPORT, false},
		{"dial a unix socket", f.unix, sandbox.Network, "seccomp", syscall.EPERM, false},
		{"start a shell", "", sandbox.Programs, "seccomp", syscall.EPERM, false},
		{"trace the host", f.host, sandbox.Processes, "seccomp", syscall.EPERM, true},
		{"be a fork bomb", "", sandbox.Programs, "seccomp", syscall.EPERM, false},
		{"allocate 4 GB", "", sandbox.Limits, "RLIMIT_DATA", syscall.ENOMEM, false},
		{"write a file of 1 GB", "", sandbox.Limits, "RLIMIT_FSIZE", syscall.EFBIG, false},
		{"signal the host", f.host, sandbox.Processes, "seccomp", syscall.EPERM, true},
		{"read /proc of the host", f.host, sandbox.Files, "Landlock", syscall.EACCES, false},
		{"read an inherited handle", f.handle, sandbox.Files, "closed on exec", syscall.EBADF, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := attempt(t, inside, tt.name+"|"+tt.target)
			t.Logf("the wall %q has held, by %s: %s", tt.wall, tt.by, got)
			limitless := raceEnabled && errors.Is(tt.answer, syscall.ENOMEM)
			if !strings.HasSuffix(got, tt.answer.Error()) && !limitless {
				t.Errorf("it is answered %q, want %q", got, tt.answer)
			}
			if free := attempt(t, outside, tt.name+"|"+tt.target); free != "<nil>" && !tt.closed {
				t.Errorf("without walls: %s", free)
			}
		})
	}
}

// attempt has a plugin try an escape, and returns what came of it.
func attempt(t *testing.T, p *Pool, escape string) string {
	t.Helper()
	job, out := export(t, escape)
	if err := p.Convert(within(t), job); err != nil {
		t.Error(err)
	}
	return out.String()
}
