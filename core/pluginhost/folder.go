package pluginhost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A folder is the private folder for the socket of one process. It is locked as
// long as its host lives: a lock goes with the process that holds it, however
// that ends, and whatever its number is in whichever container.
type folder struct {
	path string
	lock *os.File // nil where folders cannot be locked
}

// folderPrefix begins the names of these folders.
const folderPrefix = "oxb-"

// folderBase is where the folders lie: a socket's path has to fit 104 bytes,
// with the names that go-plugin adds.
func folderBase() string {
	const longest = 40
	if base := os.TempDir(); len(base) <= longest || onWindows {
		return base
	}
	return "/tmp"
}

// newFolder makes a folder. The caller removes it.
func newFolder() (*folder, error) {
	for {
		dir, err := os.MkdirTemp(folderBase(), folderPrefix)
		if err != nil {
			return nil, err
		}
		lock, err := lockFolder(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody took it for a stale one before it was locked
		}
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		// go-plugin and the plugin must name the folder alike.
		const longest = 56
		if real, err := filepath.EvalSymlinks(dir); err == nil && len(real) <= longest {
			dir = real
		}
		return &folder{dir, lock}, nil
	}
}

// remove removes the folder with what is in it.
func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	if f.lock != nil {
		_ = f.lock.Close() // it was opened for its lock
	}
	return err
}

// staleAge is how old a folder without a lock must be before it is taken for one
// that a dead host has left: there is a moment between making and locking it.
const staleAge = time.Minute

// removeStale removes the folders in base that killed hosts of this user have
// left behind. What cannot be removed stays.
func removeStale(base string, now time.Time) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), folderPrefix) || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err != nil || now.Sub(info.ModTime()) < staleAge {
			continue
		}
		path := filepath.Join(base, e.Name())
		lock, err := lockFolder(path)
		if lock == nil || err != nil {
			continue // it is in use, somebody else's, or cannot be told
		}
		_ = (&folder{path, lock}).remove()
	}
}
