//go:build unix && !linux

package pluginhost

import (
	"os"
	"syscall"
)

// sysProcAttr puts the plugin into a group of its own. The lifeline alone ends
// it when the host dies.
func sysProcAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills the process and all that it has started and that has not left
// its group.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// awaitExit is not there on this system; waiting reaps.
func awaitExit(int) bool { return false }
