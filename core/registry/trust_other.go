//go:build !unix

package registry

import "io/fs"

// hasModes says that files do not say who may write them: the folders of plugins
// are in places that other users cannot write unless somebody gave them the
// right, and those rights are not read.
const hasModes = false

func checkOwner(string, fs.FileInfo) error { return nil }

// syncFolder does nothing: folders cannot be synced here.
func syncFolder(string) error { return nil }

// lockFolder does nothing: two commands that change a folder at the same time may
// lose a line of the lock, and the plugin is refused until it is locked again.
func lockFolder(string) (func(), error) { return func() {}, nil }
