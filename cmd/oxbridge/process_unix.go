//go:build unix && !linux

package main

import "syscall"

// setNice lowers the priority of this process and of those that it starts.
func setNice(n int) error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, n) }
