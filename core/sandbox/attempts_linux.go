//go:build linux && (amd64 || arm64)

package sandbox

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attempts are the ways out. They return nil when they have got out, and are given
// what was laid out for them.
var attempts = map[string]func(target string) error{
	"nothing": func(string) error { return nil },
	"read a file": func(t string) error {
		_, err := os.ReadFile(t)
		return err
	},
	"read a system file": func(string) error {
		_, err := os.ReadFile("/etc/passwd")
		return err
	},
	"list a folder": func(t string) error {
		_, err := os.ReadDir(t)
		return err
	},
	"write a file": func(t string) error { return os.WriteFile(t, []byte("x"), 0o600) },
	"dial TCP": func(t string) error {
		_, err := net.Dial("tcp", t)
		return err
	},
	"send UDP": func(t string) error {
		c, err := net.Dial("udp", t)
		if err != nil {
			return err
		}
		_, err = c.Write([]byte("x"))
		return err
	},
	"dial a unix socket": func(t string) error {
		_, err := net.Dial("unix", t)
		return err
	},
	"start a shell":        func(string) error { return exec.Command("/bin/sh", "-c", "exit 0").Run() },
	"become a shell":       func(string) error { return unix.Exec("/bin/sh", []string{"sh", "-c", "exit 0"}, nil) },
	"trace the host":       func(t string) error { return unix.PtraceAttach(number(t)) },
	"signal the host":      func(t string) error { return unix.Kill(number(t), 0) },
	"read the host's proc": func(t string) error { return readAny("/proc/" + t + "/environ") },
	"read the host's memory": func(t string) error {
		b := make([]byte, 1)
		_, err := unix.ProcessVMReadv(number(t), []unix.Iovec{{Base: &b[0], Len: 1}}, []unix.RemoteIovec{{Base: 0x400000, Len: 1}}, 0)
		return err
	},
	"use an inherited file": func(t string) error {
		_, err := unix.Read(number(t), make([]byte, 1))
		return err
	},
	"fork": func(string) error {
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		switch {
		case errno != 0:
			return errno
		case pid == 0:
			_, _, _ = unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
		}
		return nil
	},
	"allocate 4 GB": func(string) error {
		_, err := unix.Mmap(-1, 0, 4<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		return err
	},
	"share 4 GB": func(string) error {
		_, err := unix.Mmap(-1, 0, 4<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
		return err
	},
	"hide 4 GB in a file": func(string) error {
		fd, err := unix.MemfdCreate("x", 0)
		if err != nil {
			return err
		}
		return unix.Ftruncate(fd, 4<<30)
	},
	"set up io_uring": func(string) error {
		var params [120]byte
		_, _, errno := unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
		return errnoOrNil(errno)
	},
	"leave the group":     func(string) error { return unix.Setpgid(0, unix.Getppid()) },
	"survive the host":    func(string) error { return unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },
	"raise its limits":    func(string) error { return raise(unix.RLIMIT_DATA) },
	"make a namespace":    func(string) error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"open many files":     func(string) error { return many() },
	"write a large file":  func(t string) error { return writeLarge(t) },
	"load a program":      func(string) error { _, _, e := unix.RawSyscall(unix.SYS_BPF, 0, 0, 0); return errnoOrNil(e) },
	"a socket of packets": func(string) error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0); return err },
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

func readAny(path string) error {
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
