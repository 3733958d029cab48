package pluginhost

import (
	"os"
	"syscall"
)

// sysProcAttr keeps the console's interrupt from the plugin.
func sysProcAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
}

// killGroup kills the process. What it has started stays.
//
// TODO(windows): a job object with KILL_ON_JOB_CLOSE takes the children too.
func killGroup(p *os.Process) { _ = p.Kill() }

// awaitExit is not there on this system; waiting reaps.
func awaitExit(int) bool { return false }
