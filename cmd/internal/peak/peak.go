// Package peak tells what processes have used, where /proc does.
package peak

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Reset makes Linux forget the peak memory of this process so far.
func Reset() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// Of returns the peak memory in MB of a process and of the largest of its
// children, 0 where it is not known.
func Of(pid int) (self, child float64) {
	for _, c := range Children(pid) {
		child = max(child, megabytes(Fields(status(c))["VmHWM"]))
	}
	return megabytes(Fields(status(pid))["VmHWM"]), child
}

// Children returns the processes that any thread of a process has started and that
// live, none where it is not known.
func Children(pid int) (list []int) {
	paths, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, path := range paths {
		b, _ := os.ReadFile(path) // a thread may have ended
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				list = append(list, n)
			}
		}
	}
	return list
}

func status(pid int) string { return "/proc/" + strconv.Itoa(pid) + "/status" }

// Fields reads a file of lines NAME: VALUE, such as /proc/PID/status.
func Fields(path string) map[string]string {
	b, _ := os.ReadFile(path)
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}

func megabytes(kb string) float64 {
	n, _ := strconv.ParseFloat(strings.TrimSuffix(kb, " kB"), 64)
	return n / 1024
}

// CPU returns the processor time that a process and its children that live have
// used, 0 where it is not known.
func CPU(pid int) time.Duration {
	total := cpu(pid)
	for _, c := range Children(pid) {
		total += cpu(c)
	}
	return total
}

// cpu reads the time of a process from the scheduler, in which it is exact to
// the nanosecond, thread by thread.
func cpu(pid int) (total time.Duration) {
	paths, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/schedstat")
	for _, path := range paths {
		b, _ := os.ReadFile(path)
		if f := strings.Fields(string(b)); len(f) > 0 {
			n, _ := strconv.ParseInt(f[0], 10, 64)
			total += time.Duration(n)
		}
	}
	return total
}
