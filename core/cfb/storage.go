package cfb

import (
	"slices"
	"strings"
)

// node is what storages and streams have in common.
type node struct {
	name   string
	parent *Storage
}

// Name returns the full name, leading control characters included, as in
// "\x05SummaryInformation". The root of a file is named "Root Entry" as a rule.
func (n *node) Name() string { return n.name }

// Path returns the names from the root down, each after a slash; "/" is the
// root itself. It is meant for people: names in damaged files may hold slashes.
func (n *node) Path() string {
	if n.parent == nil {
		return "/"
	}
	var names []string
	for ; n.parent != nil; n = &n.parent.node {
		names = append(names, n.name)
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}

// A Storage holds storages and streams, as a folder does. It is read-only and
// safe for concurrent use.
type Storage struct {
	node
	clsid    [16]byte
	state    uint32
	storages []*Storage
	streams  []*Stream
	count    struct{ storages, streams uint32 } // found by the walk
}

// CLSID returns the class id in the byte order of the file; zero is none.
func (s *Storage) CLSID() [16]byte { return s.clsid }

// State returns the user-defined state bits.
func (s *Storage) State() uint32 { return s.state }

// Storages returns the storages in s in the order of [MS-CFB] 2.6.4: shorter
// names first, then by upper-case UTF-16 units. The slice is not the caller's
// to change.
func (s *Storage) Storages() []*Storage { return s.storages }

// Streams returns the streams in s in the order of [MS-CFB] 2.6.4. The slice
// is not the caller's to change.
func (s *Storage) Streams() []*Stream { return s.streams }

// Storage returns the storage of that name in s, upper and lower case being
// the same, or nil.
func (s *Storage) Storage(name string) *Storage {
	if i, ok := findNode(s.storages, name, (*Storage).Name); ok {
		return s.storages[i]
	}
	return nil
}

// Stream returns the stream of that name in s, upper and lower case being the
// same, or nil.
func (s *Storage) Stream(name string) *Stream {
	if i, ok := findNode(s.streams, name, (*Stream).Name); ok {
		return s.streams[i]
	}
	return nil
}

// findNode looks a name up in a sorted list of children.
func findNode[T any](list []T, name string, of func(T) string) (int, bool) {
	return slices.BinarySearchFunc(list, name, func(c T, name string) int { return compareNames(of(c), name) })
}
