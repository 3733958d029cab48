package pluginhost

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// sysProcAttr puts the plugin into a group of its own, and has the kernel kill
// it when the thread that starts it ends.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// isolate makes the plugin the first of a world of processes of its own: the
// kernel ends them all when it ends, also those that have left its group. A user
// who may not do that does it in a user namespace, in which the plugin keeps its
// identity.
func isolate(a *syscall.SysProcAttr) {
	a.Cloneflags |= syscall.CLONE_NEWPID
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		return
	}
	a.Cloneflags |= syscall.CLONE_NEWUSER
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
}

// isolationDenied reports whether a start failed because of isolate: not every
// system lets everybody have namespaces.
func isolationDenied(err error) bool {
	for _, e := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSYS, syscall.ENOSPC, syscall.EUSERS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// killGroup kills the process and all that it has started and that has not left
// its group.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// awaitExit waits until the process has ended, and leaves it to be reaped. It
// reports whether that worked.
func awaitExit(pid int) bool {
	const idTypePID = 1 // P_PID
	var info [128]byte  // siginfo_t
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, idTypePID, uintptr(pid),
			uintptr(unsafe.Pointer(&info)), syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno != syscall.EINTR {
			return errno == 0
		}
	}
}
