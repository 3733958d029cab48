package registry

import (
	"os"
	"path/filepath"
	"runtime"
)

// DirVariable is the environment variable that names the user's folder of
// plugins instead of the usual one.
const DirVariable = "OXBRIDGE_PLUGIN_DIR"

// A Kind says whose a folder is.
type Kind string

// The kinds.
const (
	User   Kind = "user"
	System Kind = "system"
)

// A Folder is a place where plugins are installed. It need not exist.
type Folder struct {
	Kind Kind   `json:"kind"`
	Path string `json:"path"` // absolute
}

// Folders returns the folders that are searched, in order, by the environment
// and the conventions of this system. An environment without a home has no
// folder of the user.
func Folders() []Folder { return folders(runtime.GOOS, os.Getenv) }

func folders(system string, getenv func(string) string) []Folder {
	var list []Folder
	add := func(kind Kind, base string, below ...string) {
		if filepath.IsAbs(base) { // a relative one would be the folder at hand
			list = append(list, Folder{kind, filepath.Join(append([]string{base}, below...)...)})
		}
	}
	own, data := getenv(DirVariable), getenv("XDG_DATA_HOME")
	switch {
	case own != "":
		add(User, own)
	case system == "windows":
		add(User, getenv("LOCALAPPDATA"), "oxbridge", "plugins")
	case system == "darwin":
		add(User, getenv("HOME"), "Library", "Application Support", "oxbridge", "plugins")
	case filepath.IsAbs(data): // the convention is to ignore a relative one
		add(User, data, "oxbridge", "plugins")
	default:
		add(User, getenv("HOME"), ".local", "share", "oxbridge", "plugins")
	}
	switch system {
	case "windows":
		add(System, getenv("ProgramFiles"), "oxbridge", "plugins")
	case "darwin":
		add(System, "/Library/Application Support/oxbridge/plugins")
	default:
		add(System, "/usr/local/lib/oxbridge/plugins")
		add(System, "/usr/lib/oxbridge/plugins")
	}
	return list
}

// lockPath is where the lock of the folder is.
func (f Folder) lockPath() string { return filepath.Join(f.Path, LockName) }

// programPath is where a plugin of the folder is.
func (f Folder) programPath(name string) string {
	return filepath.Join(f.Path, Prefix+name+programSuffix)
}

// recordPath is where what is known about it is.
func (f Folder) recordPath(name string) string {
	return filepath.Join(f.Path, Prefix+name+recordSuffix)
}
