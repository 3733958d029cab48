// Package faults makes system calls of a program fail, for tests of what it
// does then. The program runs as it is, behind a seccomp filter that asks the
// test about each call that may fail.
package faults

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Variable is that of the environment by which Start asks a program to call
// [Launch] with its value before anything else.
const Variable = "OXBRIDGE_TEST_FAULTS"

// A Kind is what a call does.
type Kind string

// The kinds of calls. Send and Receive are those on sockets.
const (
	Open     Kind = "open"
	Read     Kind = "read"
	List     Kind = "list"
	Stat     Kind = "stat"
	Write    Kind = "write"
	Truncate Kind = "truncate"
	Chmod    Kind = "chmod"
	Sync     Kind = "sync"
	Link     Kind = "link"
	Rename   Kind = "rename"
	Mkdir    Kind = "mkdir"
	Remove   Kind = "remove"
	Lock     Kind = "lock"
	Send     Kind = "send"
	Receive  Kind = "receive"
)

// A call is how a system call says what it is about: by a file descriptor, or by
// a path in an argument, the last one where there are several.
type call struct {
	kind Kind
	arg  int
	path bool
}

var calls = map[uint32]call{
	unix.SYS_OPEN: {Open, 0, true}, unix.SYS_OPENAT: {Open, 1, true},
	unix.SYS_READ: {Read, 0, false}, unix.SYS_PREAD64: {Read, 0, false}, unix.SYS_GETDENTS64: {List, 0, false},
	unix.SYS_STAT: {Stat, 0, true}, unix.SYS_LSTAT: {Stat, 0, true}, unix.SYS_NEWFSTATAT: {Stat, 1, true}, unix.SYS_FSTAT: {Stat, 0, false},
	unix.SYS_WRITE: {Write, 0, false}, unix.SYS_PWRITE64: {Write, 0, false}, unix.SYS_WRITEV: {Write, 0, false},
	unix.SYS_FTRUNCATE: {Truncate, 0, false}, unix.SYS_FCHMOD: {Chmod, 0, false},
	unix.SYS_FSYNC: {Sync, 0, false}, unix.SYS_FDATASYNC: {Sync, 0, false}, unix.SYS_SYNCFS: {Sync, 0, false},
	unix.SYS_LINKAT: {Link, 3, true}, unix.SYS_LINK: {Link, 1, true},
	unix.SYS_RENAME: {Rename, 1, true}, unix.SYS_RENAMEAT: {Rename, 3, true}, unix.SYS_RENAMEAT2: {Rename, 3, true},
	unix.SYS_MKDIR: {Mkdir, 0, true}, unix.SYS_MKDIRAT: {Mkdir, 1, true},
	unix.SYS_UNLINK: {Remove, 0, true}, unix.SYS_UNLINKAT: {Remove, 1, true}, unix.SYS_RMDIR: {Remove, 0, true},
}

// Launch gives the process a filter and makes it the program of args. It
// returns only on an error. number is that of a socket to the test.
func Launch(number string, args []string) error {
	socket, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	program := []bpf.Instruction{bpf.LoadAbsolute{Off: 0, Size: 4}}
	for n := range calls {
		program = append(program, bpf.JumpIf{Cond: bpf.JumpEqual, Val: n, SkipFalse: 1}, bpf.RetConstant{Val: unix.SECCOMP_RET_USER_NOTIF})
	}
	raw, err := bpf.Assemble(append(program, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}))
	if err != nil {
		return err
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		filter[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	env := os.Environ()
	listener, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	if err := unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(listener)), nil, 0); err != nil {
		return err
	}
	unix.CloseOnExec(int(listener))
	unix.CloseOnExec(socket)
	return syscall.Exec("/proc/self/exe", args, env)
}

// A Watch is a program under watch.
type Watch struct {
	cmd      *exec.Cmd
	root     string
	listener int
	fail     func(Kind, string) syscall.Errno
	done     sync.WaitGroup
}

// Start starts a program that calls [Launch] when [Variable] is set. fail is
// told of each call about something below root, and of those on sockets, by cmd's
// own process, and answers by the error that it is to fail with, or 0. It is not
// called concurrently.
func Start(cmd *exec.Cmd, root string, fail func(k Kind, path string) syscall.Errno) (*Watch, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(pair[0]) }() // nothing is written to it
	theirs := os.NewFile(uintptr(pair[1]), "socket")
	defer theirs.Close()
	cmd.Env = append(cmd.Env, Variable+"="+strconv.Itoa(3+len(cmd.ExtraFiles)))
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_ = theirs.Close()
	listener, err := receive(pair[0])
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	w := &Watch{cmd: cmd, root: root, listener: listener, fail: fail}
	w.done.Go(w.serve)
	return w, nil
}

// receive takes the descriptor that Launch sends.
func receive(socket int) (int, error) {
	timeout := unix.Timeval{Sec: 60}
	if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return 0, err
	}
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	for errors.Is(err, unix.EINTR) {
		_, n, _, _, err = unix.Recvmsg(socket, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	}
	if err != nil {
		return 0, fmt.Errorf("no filter: %w", err)
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) == 0 {
		return 0, errors.Join(errors.New("no filter"), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return 0, errors.Join(errors.New("no filter"), err)
	}
	return fds[0], nil
}

// Wait waits until the program and all its children have ended.
func (w *Watch) Wait() error {
	err := w.cmd.Wait()
	w.done.Wait()
	return err
}

// notification and answer are struct seccomp_notif and seccomp_notif_resp.
type notification struct {
	id         uint64
	pid, flags uint32
	number     int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type answer struct {
	id    uint64
	value int64
	error int32
	flags uint32
}

// serve answers notifications until the last process with the filter has ended.
func (w *Watch) serve() {
	defer func() { _ = unix.Close(w.listener) }() // whoever asked has ended
	for {
		fds := []unix.PollFd{{Fd: int32(w.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		switch {
		case fds[0].Revents&unix.POLLIN != 0:
		case fds[0].Revents != 0:
			return
		default:
			continue
		}
		var n notification
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(w.listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); errno != 0 {
			continue // whoever asked is gone
		}
		a := answer{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if errno := w.decide(&n); errno != 0 {
			a.error, a.flags = -int32(errno), 0
		}
		_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(w.listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&a)))
	}
}

// decide asks about a call, if it is one to ask about.
func (w *Watch) decide(n *notification) syscall.Errno {
	c := calls[uint32(n.number)]
	var path string
	if c.path {
		path = w.text(n.pid, n.args[c.arg])
	} else {
		path, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", n.pid, int32(n.args[c.arg])))
	}
	switch {
	case strings.HasPrefix(path, "socket:"):
		kind, ok := map[Kind]Kind{Read: Receive, Write: Send}[c.kind]
		if !ok || !w.own(n.pid) {
			return 0
		}
		return w.fail(kind, path)
	case path != w.root && !strings.HasPrefix(path, w.root+"/"), !w.own(n.pid):
		return 0
	}
	return w.fail(c.kind, path)
}

// own reports whether a thread is one of the program itself.
func (w *Watch) own(thread uint32) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d", w.cmd.Process.Pid, thread))
	return err == nil
}

// text reads a path out of the memory of a thread.
func (w *Watch) text(thread uint32, at uint64) string {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", thread))
	if err != nil {
		return ""
	}
	defer f.Close()
	b := make([]byte, 4096)
	n, err := f.ReadAt(b, int64(at))
	if n == 0 && err != nil {
		return ""
	}
	text, _, _ := strings.Cut(string(b[:n]), "\x00")
	if text != "" && !filepath.IsAbs(text) {
		dir, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", thread))
		text = filepath.Join(dir, text)
	}
	return text
}
