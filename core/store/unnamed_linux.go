package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// createUnnamed makes a file without a name in a folder. It is gone when the
// process is, however that ends. Not every file system can do it.
func createUnnamed(dir string) (*os.File, error) {
	if !canNameUnnamed {
		return nil, unix.ENOTSUP
	}
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, mode)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	return os.NewFile(uintptr(fd), filepath.Join(dir, TempPrefix)), nil
}

// nameUnnamed gives such a file a name that nothing else has. An error that is
// fs.ErrExist says that something has it.
func nameUnnamed(f *os.File, path string) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lerr error
	err = conn.Control(func(fd uintptr) {
		lerr = unix.Linkat(int(fd), "", unix.AT_FDCWD, path, unix.AT_EMPTY_PATH) // Linux before 6.10 allows it to root alone
		if errors.Is(lerr, unix.ENOENT) {
			lerr = unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(int(fd)), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
		}
	})
	if err == nil && lerr != nil {
		err = &os.LinkError{Op: "link", Old: "a file without a name", New: path, Err: lerr}
	}
	return err
}

// syncAll writes the whole file systems of folders to their disks: one call each,
// where syncing hundreds of files one by one waits for the disk hundreds of times.
func syncAll(dirs []string) error {
	synced := map[uint64]bool{}
	for _, dir := range dirs {
		f, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) && dir != dirs[0] {
			continue // somebody removed it
		}
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err = unix.Fstat(int(f.Fd()), &st); err == nil && !synced[uint64(st.Dev)] {
			synced[uint64(st.Dev)] = true
			err = unix.Syncfs(int(f.Fd()))
		}
		_ = f.Close() // nothing was written through it
		if err != nil {
			return err
		}
	}
	return nil
}

// startWriting has the system begin to write a file to its disk, and does not wait
// for that. It is a hint: a file system that cannot do it loses time alone.
func startWriting(f *os.File) {
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}

// createsReadable reports whether files without a name have their mode from the
// beginning: whether the mask of this process takes nothing of it.
var createsReadable = sync.OnceValue(func() bool {
	b, _ := os.ReadFile("/proc/self/status") // umask(2) cannot be asked without being set
	_, mask, _ := bytes.Cut(b, []byte("\nUmask:"))
	mask, _, _ = bytes.Cut(mask, []byte("\n"))
	n, err := strconv.ParseUint(string(bytes.TrimSpace(mask)), 8, 32)
	return err == nil && n&mode == 0
})

// canNameUnnamed reports whether files without a name can be given one here:
// without /proc they cannot.
var canNameUnnamed = func() bool {
	_, err := os.Stat("/proc/self/fd")
	return err == nil
}()
