package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// Mode says how OpenFile opens a file.
type Mode uint32

// The modes.
const (
	ReadOnly  Mode = iota // STGM_READ
	ReadWrite             // STGM_READWRITE | STGM_TRANSACTED
	CreateNew             // STGM_CREATE: new contents, in place of a file that is there
)

// tempPrefix begins the names of files in the making, as in core/store.
const tempPrefix = ".oxbridge-"

// A File is a storage in a file. New contents are written beside the file under
// a temporary name and take its place when they are committed: after a crash
// the old file or the new one is there, whole. It is for one message, and not
// safe for concurrent use except for ReadAt.
type File struct {
	path string
	mode Mode
	disk disk
	file *os.File    // what was there when it was opened; nil for CreateNew
	info fs.FileInfo // of the file as this storage knows it; nil for none
	size int64
	temp tempFile // new contents; nil for none
}

var _ Storage = (*File)(nil)

// disk is what a File does to the file system, so that tests can fail it.
type disk interface {
	create(dir, pattern string) (tempFile, error)
	rename(from, to string) error
	remove(path string) error
	syncDir(dir string) error
}

// tempFile is a file in the making.
type tempFile interface {
	io.WriteSeeker
	Name() string
	Chmod(fs.FileMode) error
	Sync() error
	Close() error
}

// OpenFile opens a file as a storage. A symbolic link is followed; what it
// points to is replaced, not the link. Errors wrap the one of the file system
// and its MAPI code, such as MAPI_E_NOT_FOUND or MAPI_E_NO_ACCESS.
func OpenFile(path string, mode Mode) (*File, error) { return openFile(path, mode, osDisk{}) }

func openFile(path string, mode Mode, d disk) (*File, error) {
	if mode > CreateNew {
		return nil, mapi.ErrUnknownFlags
	}
	target, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		path = target
	case mode != CreateNew || !errors.Is(err, fs.ErrNotExist):
		return nil, diskError(err)
	}
	f := &File{path: path, mode: mode, disk: d}
	if mode == CreateNew {
		if f.info, err = os.Stat(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, diskError(err)
		}
		return f, nil
	}
	if f.file, err = os.Open(path); err != nil {
		return nil, diskError(err)
	}
	if f.info, err = f.file.Stat(); err == nil && !f.info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is not a regular file", mapi.ErrInvalidParameter, path)
	}
	if err == nil && f.info.Size() == 0 {
		err = fmt.Errorf("%w: %s is empty", mapi.ErrCorruptData, path)
	}
	if err != nil {
		_ = f.file.Close()
		return nil, err
	}
	f.size = f.info.Size()
	return f, nil
}

// ReadAt reads what was there when the file was opened.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if f.file == nil {
		return 0, io.EOF
	}
	return f.file.ReadAt(p, off)
}

// Size returns the length of what was there when the file was opened.
func (f *File) Size() int64 { return f.size }

// ReadOnly reports whether the file was opened to be read.
func (f *File) ReadOnly() bool { return f.mode == ReadOnly }

// Changed returns MAPI_E_OBJECT_DELETED when the file is gone, and
// MAPI_E_OBJECT_CHANGED when it is not the one that was opened or committed
// here.
func (f *File) Changed() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if f.info == nil {
			return nil
		}
		return fmt.Errorf("%s: %w", f.path, mapi.ErrObjectDeleted)
	case err != nil:
		return diskError(err)
	case f.info == nil || !os.SameFile(info, f.info) || info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime()):
		return fmt.Errorf("%s: %w", f.path, mapi.ErrObjectChanged)
	}
	return nil
}

// Rewrite starts new contents in a temporary file.
func (f *File) Rewrite() (io.WriteSeeker, error) {
	if f.ReadOnly() {
		return nil, mapi.ErrNoAccess
	}
	f.drop()
	t, err := f.disk.create(filepath.Dir(f.path), tempPrefix+"*")
	if err != nil {
		return nil, diskError(err)
	}
	f.temp = t
	return t, nil
}

// Commit puts the new contents in place of the file: it brings them to disk,
// renames, and brings the folder to disk. On an error before the rename the old
// file is there; after it the new one.
func (f *File) Commit() error {
	if f.ReadOnly() {
		return mapi.ErrNoAccess
	}
	if f.temp == nil {
		return mapi.ErrNotInitialized
	}
	if err := f.finish(); err != nil {
		f.drop()
		return diskError(err)
	}
	name := f.temp.Name()
	f.temp = nil
	if err := f.disk.rename(name, f.path); err != nil {
		_ = f.disk.remove(name)
		return diskError(err)
	}
	if info, err := os.Stat(f.path); err == nil {
		f.info = info
	}
	return diskError(f.disk.syncDir(filepath.Dir(f.path)))
}

// finish brings the temporary file to disk and closes it.
func (f *File) finish() error {
	mode := fs.FileMode(0o644)
	if f.info != nil {
		mode = f.info.Mode().Perm()
	}
	if err := f.temp.Chmod(mode); err != nil {
		return err
	}
	if err := f.temp.Sync(); err != nil {
		return err
	}
	return f.temp.Close()
}

// drop removes new contents that were not committed.
func (f *File) drop() {
	if f.temp == nil {
		return
	}
	_ = f.temp.Close()
	_ = f.disk.remove(f.temp.Name())
	f.temp = nil
}

// Close drops what was not committed and closes the file.
func (f *File) Close() error {
	f.drop()
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// osDisk is the file system.
type osDisk struct{}

func (osDisk) create(dir, pattern string) (tempFile, error) { return os.CreateTemp(dir, pattern) }
func (osDisk) rename(from, to string) error                 { return os.Rename(from, to) }
func (osDisk) remove(path string) error                     { return os.Remove(path) }

func (osDisk) syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no such thing
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
