//go:build unix

package registry

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// hasModes says that files say who may write them.
const hasModes = true

// checkOwner returns a Refusal for a file of somebody else.
func checkOwner(path string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || st.Uid == 0 || int(st.Uid) == os.Geteuid() {
		return nil
	}
	return untrusted(path, "belongs to user "+strconv.Itoa(int(st.Uid))+", who is neither you nor root", "install the plugin as yourself, or as root")
}

// syncFolder writes the names in a folder to disk.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// lockFolder keeps others from changing a folder by this program until the
// function that it returns is called.
func lockFolder(dir string) (func(), error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
		_ = d.Close()
		return nil, err
	}
	return func() { _ = d.Close() }, nil
}
