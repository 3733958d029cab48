package pluginhost

import (
	"os"
	"syscall"
	"unsafe"
)

// sysProcAttr puts the plugin into a group of its own, and has the kernel kill
// it when the thread that starts it ends.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
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
