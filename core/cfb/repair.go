package cfb

import (
	"slices"
	"strings"
)

// listing reports whether one more repair is kept. Where it is not, nothing is
// spent on its words: a file can have as many faults as entries.
func (o *opener) listing() bool { return len(o.file.repairs) < maxRepairs }

// damageAt is damage at a storage or stream.
func (o *opener) damageAt(n *node, spec, format string, args ...any) {
	o.damaged = true
	o.repairAt(n, spec, format, args...)
}

// repairAt is repair at a storage or stream.
func (o *opener) repairAt(n *node, spec, format string, args ...any) {
	if o.listing() {
		o.repair(n.shortPath(), spec, format, args...)
	}
}

// lostAt is damageAt for what costs an entry or bytes of a stream.
func (o *opener) lostAt(n *node, spec, format string, args ...any) {
	o.damageAt(n, spec, format, args...)
	o.markLost()
}

// markLost says of the repair just made that it lost something.
func (o *opener) markLost() {
	if last := len(o.file.repairs) - 1; last >= 0 {
		o.file.repairs[last].Lost = true // when the list is full, of what it does not show
	}
}

// checkOrder notes that the children of s, as the walk found them, are not in
// the order of [MS-CFB] 2.6.4. It costs a reader nothing who sorts them.
func (o *opener) checkOrder(s *Storage) {
	sorted := slices.IsSortedFunc(s.storages, func(a, b *Storage) int { return compareNames(a.name, b.name) }) &&
		slices.IsSortedFunc(s.streams, func(a, b *Stream) int { return compareNames(a.name, b.name) })
	if !sorted {
		o.repairAt(&s.node, "[MS-CFB] 2.6.4", "children are out of order, sorted")
	}
}

// checkDirectoryCount notes that the header counts the sectors of the directory
// wrongly ([MS-CFB] 2.2).
func (o *opener) checkDirectoryCount(sectors int) {
	want := 0
	if o.hdr.major >= 4 {
		want = sectors
	}
	if uint64(o.hdr.dirSectors) != uint64(want) {
		o.repair("/", "[MS-CFB] 2.2", "%d directory sectors announced, %d expected", o.hdr.dirSectors, want)
	}
}

// shortNames is how many names a path in a list has at most, so that the list
// stays small however deep storages are nested.
const shortNames = 6

// shortPath is Path for lists: the upper part of a long path is cut off.
func (n *node) shortPath() string {
	var names []string
	for ; n.parent != nil; n = &n.parent.node {
		if len(names) == shortNames {
			names = append(names, "...")
			slices.Reverse(names)
			return strings.Join(names, "/")
		}
		names = append(names, n.name)
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}
