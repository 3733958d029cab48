package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A Dir is the file system as a Storage. Names are relative to Root; when Root
// is "", names are paths as the operating system takes them, relative ones
// starting at Folder.
type Dir struct {
	Root   string
	Folder string // "" means the working folder
	// FollowLinks makes List go on behind symbolic links. A link that leads to a
	// folder above itself is left out.
	FollowLinks bool
}

var _ Storage = Dir{}

// Path returns where an object lies.
func (d Dir) Path(name string) string {
	switch {
	case d.Root == "" && (d.Folder == "" || filepath.IsAbs(name)):
		return name
	case d.Root == "":
		return filepath.Join(d.Folder, name)
	}
	return filepath.Join(d.Root, filepath.FromSlash(name))
}

// child returns the name of what lies in a folder.
func (d Dir) child(folder, name string) string {
	if d.Root == "" {
		return filepath.Join(folder, name)
	}
	return path.Join(folder, name)
}

// List implements Storage.
func (d Dir) List(ctx context.Context, under string, visit func(Entry) error) error {
	w := dirWalk{ctx, d, visit}
	err := w.at(under, nil)
	if errors.Is(err, fs.SkipDir) {
		return nil
	}
	return err
}

// dirWalk is one listing.
type dirWalk struct {
	ctx   context.Context
	dir   Dir
	visit func(Entry) error
}

// at visits a name and what lies under it. above are the folders that it was
// reached through.
func (w *dirWalk) at(name string, above []fs.FileInfo) error {
	if err := w.ctx.Err(); err != nil {
		return context.Cause(w.ctx)
	}
	path := w.dir.Path(name)
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 && (w.dir.FollowLinks || above == nil) {
		info, err = os.Stat(path) // a path that the caller names is always followed
	}
	e := Entry{Name: name, Err: err}
	if err != nil {
		return w.visit(e)
	}
	e.Size, e.ModTime, e.Kind = info.Size(), info.ModTime(), kindOf(info.Mode())
	if e.Kind != KindFolder {
		return w.visit(e)
	}
	for _, a := range above {
		if os.SameFile(a, info) {
			e.Kind = KindLink
			return w.visit(e)
		}
	}
	if err := w.visit(e); err != nil {
		if errors.Is(err, fs.SkipDir) {
			return nil
		}
		return err
	}
	return w.folder(name, append(above, info))
}

// folder visits what is in a folder.
func (w *dirWalk) folder(name string, above []fs.FileInfo) error {
	entries, err := os.ReadDir(w.dir.Path(name)) // sorted by name
	if err != nil {
		if verr := w.visit(Entry{Name: name, Err: err}); verr != nil {
			return verr
		}
	}
	for _, e := range entries {
		if err := w.at(w.dir.child(name, e.Name()), above); err != nil {
			return err
		}
	}
	return nil
}

func kindOf(m fs.FileMode) EntryKind {
	switch {
	case m.IsRegular():
		return KindFile
	case m.IsDir():
		return KindFolder
	case m&fs.ModeSymlink != 0:
		return KindLink
	}
	return KindSpecial
}

// Open implements Storage.
func (d Dir) Open(_ context.Context, name string) (*Source, error) { return OpenSource(d.Path(name)) }

// OpenRange implements Storage.
func (d Dir) OpenRange(_ context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	src, err := OpenSource(d.Path(name))
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(src, offset, length), src}, nil
}

// Create implements Storage. The name is looked at when the Target is published.
func (d Dir) Create(_ context.Context, name string) (*Target, error) {
	return create(d.Path(name), false)
}

// Exists implements Storage.
func (d Dir) Exists(_ context.Context, name string) (Entry, bool, error) {
	info, err := os.Lstat(d.Path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Entry{}, false, nil
	case err != nil:
		return Entry{}, false, err
	}
	return Entry{Name: name, Kind: kindOf(info.Mode()), Size: info.Size(), ModTime: info.ModTime()}, true, nil
}

// Delete implements Storage.
func (d Dir) Delete(_ context.Context, name string) error {
	err := os.Remove(d.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sync implements Storage. Where the whole file system can be synced by one call
// it is, and those that are mounted or linked to in it; elsewhere the files are,
// and the folders on the way to them.
func (d Dir) Sync(_ context.Context, finished []*Target, published []string) error {
	names := slices.Clone(published)
	for _, t := range finished {
		if rel, err := filepath.Rel(d.Path("."), t.path); err == nil {
			names = append(names, filepath.ToSlash(rel))
		}
	}
	err := syncAll(d.foldersOf(names))
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	for _, t := range finished {
		if t.file == nil {
			continue
		}
		if err := t.file.Sync(); err != nil {
			return err
		}
	}
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there, and need not be
	}
	for _, dir := range d.foldersOf(published) {
		if err := syncFolder(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// foldersOf returns the root and every folder on the way from it to objects, each
// once: a file is there after a loss of power when each of them has the next.
func (d Dir) foldersOf(names []string) []string {
	folders := []string{d.Path(".")}
	seen := map[string]bool{".": true}
	for _, name := range names {
		for dir := path.Dir(filepath.ToSlash(name)); !seen[dir] && dir != "/"; dir = path.Dir(dir) {
			seen[dir] = true
			folders = append(folders, d.Path(dir))
		}
	}
	return folders
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Inside returns where path lies below dir, with slashes; ok is false when it
// does not lie there.
func Inside(dir, path string) (rel string, ok bool) {
	a, err1 := filepath.Abs(dir)
	b, err2 := filepath.Abs(path)
	if err1 != nil || err2 != nil {
		return "", false
	}
	rel, err := filepath.Rel(a, b)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}
