package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ProcessTag names this process among those of all machines that share a file
// system, for the names of what is to go when the process has gone. It has no
// slashes.
func ProcessTag() string { return hostTag() + "-" + strconv.Itoa(os.Getpid()) }

// hostTag is the name of this machine, without what parts of a tag.
func hostTag() string {
	host, _ := os.Hostname()
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '*' || r <= ' ' || strings.ContainsRune(`/\:?"<>|`, r) {
			return '_'
		}
		return r
	}, host)
}

// GoneTag reports whether a tag is that of a process of this machine which is
// not there any more.
func GoneTag(tag string) bool {
	host, number, ok := strings.Cut(tag, "-")
	pid, err := strconv.Atoi(number)
	return ok && err == nil && host == hostTag() && pid != os.Getpid() && !ProcessAlive(pid)
}

// RemoveStale removes from a folder the files in the making that processes of
// this machine left behind when they were killed. On file systems that have
// files without a name there are none.
func RemoveStale(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), TempPrefix)
		end := strings.LastIndexByte(rest, '-')
		if !ok || end < 0 || !e.Type().IsRegular() || !GoneTag(rest[:end]) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
