package store

import (
	"context"
	"io"
	"time"
)

// A Storage is where the messages of a run come from or go to: a file system, or
// one day an object store. Names are those of the storage, with slashes.
// All methods are safe for concurrent use.
type Storage interface {
	// List visits what lies at and under a name, in the order of names, parts of
	// folders compared one by one. What cannot be read is an entry with Err. An
	// error of visit ends the listing and is returned, except fs.SkipDir, which
	// leaves out a folder.
	List(ctx context.Context, under string, visit func(Entry) error) error
	// Open opens an object for reading anywhere in it.
	Open(ctx context.Context, name string) (*Source, error)
	// OpenRange reads length bytes from offset on, fewer when the object ends.
	OpenRange(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error)
	// Create starts an object that appears whole when it is published, and only
	// when there is none of its name.
	Create(ctx context.Context, name string) (*Target, error)
	// Exists returns what is known of an object; ok is false when there is none.
	Exists(ctx context.Context, name string) (e Entry, ok bool, err error)
	// Delete removes an object. One that is not there is no error.
	Delete(ctx context.Context, name string) error
	// Sync returns when the contents of finished targets, and the names of
	// published ones, are safe from a loss of power.
	Sync(ctx context.Context, finished []*Target, published []string) error
}

// An EntryKind says what an entry of a storage is. The zero value is unset.
type EntryKind uint8

// The kinds of entries.
const (
	KindFile EntryKind = iota + 1
	KindFolder
	KindLink // a symbolic link that is not followed
	KindSpecial
)

// An Entry is what a storage knows of an object without opening it.
type Entry struct {
	Name    string
	Kind    EntryKind
	Size    int64 // bytes
	ModTime time.Time
	Err     error // why the entry could not be read, or nil
}
