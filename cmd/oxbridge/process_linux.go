package main

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// setNice lowers the priority of this process, and of those that it starts. On
// Linux it is that of a thread, which the threads that it starts inherit: all are
// lowered until there is none that has come meanwhile.
func setNice(n int) error {
	done := map[string]bool{}
	for more := true; more; {
		more = false
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return syscall.Setpriority(syscall.PRIO_PROCESS, 0, n) // this thread, at least
		}
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil || done[t.Name()] {
				continue
			}
			done[t.Name()], more = true, true
			if err := syscall.Setpriority(syscall.PRIO_PROCESS, id, n); err != nil && !errors.Is(err, syscall.ESRCH) {
				return err
			}
		}
	}
	return nil
}
