//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

func init() {
	tortures["stop"] = func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		select {} // this thread may run on for a while
	}
}

// leaveGroup has a child leave the group by which it would be killed.
func leaveGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
