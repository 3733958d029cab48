package registry

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Refusal says why a plugin is not run, and what to do about it.
type Refusal struct {
	State  State
	Plugin string // its name; "" for a folder
	Reason string
	Hint   string // a command or a step, or ""
}

func (r *Refusal) Error() string {
	if r.Plugin == "" {
		return r.Reason
	}
	return "plugin " + r.Plugin + " " + r.Reason
}

// untrusted is a Refusal of a file or folder; how is what to do.
func untrusted(path, reason, how string) *Refusal {
	return &Refusal{State: Refused, Reason: fmt.Sprintf("%s %s", path, reason), Hint: how}
}

// openTrusted opens a regular file that only the user and root may write, in
// folders of which the same is true. Symbolic links are resolved first. The
// questions about the file itself are asked of what is open, so the answers are
// true of what is read from it.
func openTrusted(path string, program bool) (*os.File, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(real)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait
		err = untrusted(real, "is not a regular file", "")
	}
	if err != nil {
		return nil, err
	}
	for _, p := range []string{path, real} { // whoever may change a link says what is opened
		if err := checkFolders(filepath.Dir(p)); err != nil {
			return nil, err
		}
	}
	f, err := os.Open(real)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = checkFile(real, info, program)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// checkFile returns a Refusal for a file that others may write, or that cannot be
// a program when it has to.
func checkFile(path string, info fs.FileInfo, program bool) error {
	if !info.Mode().IsRegular() {
		return untrusted(path, "is not a regular file", "")
	}
	if err := checkOwner(path, info); err != nil {
		return err
	}
	if hasModes && info.Mode()&0o022 != 0 {
		return untrusted(path, "can be written by others", "chmod go-w "+path)
	}
	if hasModes && program && info.Mode()&0o111 == 0 {
		return untrusted(path, "is not executable", "chmod a+x "+path)
	}
	return nil
}

// checkFolders returns a Refusal for a folder that others may write, or that lies
// below one. A folder above it that lets nobody else in closes the question, and
// one in which everybody may only touch what is his own, such as /tmp, is none.
func checkFolders(dir string) error {
	if !hasModes {
		return nil
	}
	var all []string
	for d := dir; ; d = filepath.Dir(d) {
		all = append(all, d)
		if d == filepath.Dir(d) {
			break
		}
	}
	closed := false
	for i := len(all) - 1; i >= 0; i-- {
		info, err := os.Lstat(all[i])
		if err != nil {
			return err
		}
		last := i == 0
		mode := info.Mode()
		if closed && !last {
			continue
		}
		if err := checkOwner(all[i], info); err != nil {
			return err
		}
		if mode&fs.ModeSymlink != 0 { // has no rights of its own
			continue
		}
		if mode&0o022 != 0 && (last || mode&fs.ModeSticky == 0) {
			return untrusted(all[i], "can be written by others", "chmod go-w "+all[i])
		}
		closed = closed || mode&0o011 == 0
	}
	return nil
}
