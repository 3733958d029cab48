package registry

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// maxProgram bounds a program, in bytes.
const maxProgram = 1 << 30

// ErrInstalled is wrapped by the error for a plugin of which there is another
// program already.
var ErrInstalled = errors.New("is installed already")

// A Staged is the copy of a program in its folder, without a name yet: what is
// asked what it is, is what will be installed.
type Staged struct {
	Program *Program
	folder  Folder
	path    string // temporary
}

// Stage copies a program into the folder, which it makes if need be. The caller
// closes what it returns.
func (f Folder) Stage(path string) (*Staged, error) {
	in, err := store.OpenSource(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if in.Size() > maxProgram {
		return nil, fmt.Errorf("%s: is larger than %d bytes", path, maxProgram)
	}
	if err := os.MkdirAll(f.Path, 0o755); err != nil {
		return nil, err
	}
	real, err := f.trusted()
	if err != nil {
		return nil, err
	}
	if err := store.RemoveStale(real); err != nil { // of an installation that was killed
		return nil, err
	}
	out, err := os.CreateTemp(real, store.TempPrefix+store.ProcessTag()+"-*"+programSuffix)
	if err != nil {
		return nil, err
	}
	s := &Staged{folder: f, path: out.Name()}
	_, err = io.Copy(out, io.NewSectionReader(in, 0, in.Size()))
	err = errors.Join(err, out.Chmod(0o755), out.Sync(), out.Close())
	if err == nil {
		s.Program, err = reopen(s.path)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// reopen opens a copy for reading: a file that is open for writing is not run.
func reopen(path string) (*Program, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return program("", f)
}

// Close removes the copy unless it was installed.
func (s *Staged) Close() {
	if s.Program != nil {
		_ = s.Program.File.Close()
	}
	if s.path != "" {
		_ = os.Remove(s.path)
	}
}

// Install gives the program its name, and records and locks it. Another program
// of the name is replaced with force alone; else the error wraps ErrInstalled.
// The same program again only has its record renewed.
func (s *Staged) Install(r *Record, force bool) error {
	if err := CheckName(r.Name); err != nil {
		return err
	}
	unlock, err := lockFolder(s.folder.Path)
	if err != nil {
		return err
	}
	defer unlock()
	path := s.folder.programPath(r.Name)
	if err := s.check(path, r, force); err != nil {
		return err
	}
	if !hasModes { // where open files cannot be renamed
		_ = s.Program.File.Close()
	}
	if err := os.Rename(s.path, path); err != nil {
		return err
	}
	s.path = ""
	return s.folder.pin(r)
}

// check returns an error when another program has the place.
func (s *Staged) check(path string, r *Record, force bool) error {
	if force {
		return nil
	}
	there, err := store.DigestFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case there == s.Program.Digest:
		return nil
	}
	lock, err := s.folder.ReadLock()
	if err != nil {
		return err
	}
	return fmt.Errorf("plugin %s %w: %s, this is %s", r.Name, ErrInstalled, versionOf(lock[r.Name].Version, there), versionOf(r.Version, s.Program.Digest))
}

// versionOf names a program.
func versionOf(version string, d store.Digest) string {
	if version == "" {
		version = "no version"
	}
	return fmt.Sprintf("%s (sha256 %s)", version, d.SHA256)
}

// Lock records what a plugin is and locks its program, which the record names by
// its hash.
func (f Folder) Lock(r *Record) error {
	unlock, err := lockFolder(f.Path)
	if err != nil {
		return err
	}
	defer unlock()
	return f.pin(r)
}

func (f Folder) pin(r *Record) error {
	lock, err := f.ReadLock()
	if err != nil {
		return err
	}
	if err := f.writeRecord(r); err != nil {
		return err
	}
	lock[r.Name] = r.Pin()
	return f.writeLock(lock)
}

// Remove takes a plugin out of the lock and removes its program and its record.
// What is not there is no error; one that is not there at all is.
func (f Folder) Remove(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	unlock, err := lockFolder(f.Path)
	if err != nil {
		return err
	}
	defer unlock()
	lock, err := f.ReadLock()
	if err != nil {
		return err
	}
	_, locked := lock[name]
	if locked {
		delete(lock, name)
		if err := f.writeLock(lock); err != nil {
			return err
		}
	}
	removed := 0
	for _, path := range []string{f.programPath(name), f.recordPath(name)} {
		switch err := os.Remove(path); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if !locked && removed == 0 {
		return fmt.Errorf("plugin %s: %w in %s", name, fs.ErrNotExist, f.Path)
	}
	return syncFolder(f.Path)
}
