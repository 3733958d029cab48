//go:build unix

package store

import (
	"errors"
	"syscall"
)

// ProcessAlive reports whether this machine has a process of that number.
func ProcessAlive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
