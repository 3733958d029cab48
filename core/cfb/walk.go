package cfb

import "slices"

// step is one link of the directory still to be followed.
type step struct {
	id     uint32
	parent *Storage
	depth  int  // storages above id, the root included
	down   bool // the left sibling is done; id itself is next
}

// walk builds the tree of storages and streams from the sibling and child
// links ([MS-CFB] 2.6.4), visiting every entry once: left sibling, entry,
// children, right sibling. o.nodes gets the entries in that order, which
// is the one mscfb reports.
func (o *opener) walk() error {
	root := &o.entries[0]
	if root.kind != typeRoot {
		if root.kind != typeStorage {
			return corrupt(-1, "[MS-CFB] 2.6.2", "first directory entry has type %d", root.kind)
		}
		o.damage("/", "[MS-CFB] 2.6.2", "root entry has type %d", root.kind)
	}
	if root.left != noStream || root.right != noStream {
		o.damage("/", "[MS-CFB] 2.6.2", "root entry has siblings, ignored")
	}
	o.file.root = &Storage{node: node{name: root.name}, clsid: root.clsid, state: root.state}
	o.slab = newSlab(o.entries)
	o.nodes = slices.Grow(o.nodes, cap(o.slab.storages)+cap(o.slab.streams))
	seen := &o.seen
	seen.add(0)
	if err := o.walkFrom(step{id: root.child, parent: o.file.root, depth: 1}, seen); err != nil {
		return err
	}
	if err := o.walkOrphans(seen); err != nil {
		return err
	}
	o.gather()
	o.sortChildren(o.file.root)
	for _, n := range o.nodes {
		if n.storage != nil {
			o.sortChildren(n.storage)
		}
	}
	return nil
}

// walkFrom follows the links below one.
func (o *opener) walkFrom(one step, seen *bitset) error {
	stack := append(o.stack[:0], one)
	defer func() { o.stack = stack }()
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.id == noStream {
			continue
		}
		if !s.down {
			if !o.enter(s, seen) {
				continue
			}
			s.down = true
			stack = append(stack, s, step{id: o.entries[s.id].left, parent: s.parent, depth: s.depth})
			continue
		}
		e := &o.entries[s.id]
		stack = append(stack, step{id: e.right, parent: s.parent, depth: s.depth})
		sub := o.add(s.parent, s.id)
		switch {
		case sub == nil && e.child != noStream:
			o.damageAt(&s.parent.node, "[MS-CFB] 2.6.1", "stream %q has children, ignored", e.name)
		case sub != nil && e.child != noStream:
			if s.depth >= o.opt.MaxDepth {
				return tooLarge("[MS-CFB] 2.6", "storages are nested more than %d deep", o.opt.MaxDepth)
			}
			stack = append(stack, step{id: e.child, parent: sub, depth: s.depth + 1})
		}
	}
	return nil
}

// enter reports whether the link s leads to an entry not yet seen.
func (o *opener) enter(s step, seen *bitset) bool {
	bad := ""
	switch {
	case int64(s.id) >= int64(len(o.entries)):
		bad = "leaves the directory"
	case o.entries[s.id].kind != typeStorage && o.entries[s.id].kind != typeStream:
		bad = "leads to an entry that is free or of no known type"
	case !seen.add(s.id):
		bad = "leads to an entry that another link leads to"
	default:
		return true
	}
	if o.suspect == nil {
		o.suspect = s.parent
	}
	o.damageAt(&s.parent.node, "[MS-CFB] 2.6.4", "link to entry %#x %s", s.id, bad)
	if !seen.has(s.id) {
		o.markLost()
	}
	return false
}

// add hangs entry id below parent and returns the storage if it is one.
func (o *opener) add(parent *Storage, id uint32) *Storage {
	e := &o.entries[id]
	if !e.nameOK {
		o.damageAt(&parent.node, "[MS-CFB] 2.6.1", "bad length of name, taken for %q", e.name)
	}
	if e.kind == typeStorage {
		sub := o.slab.newStorage()
		sub.name, sub.parent = e.name, parent
		sub.clsid, sub.state = e.clsid, e.state
		parent.count.storages++
		o.nodes = append(o.nodes, found{id: id, storage: sub})
		return sub
	}
	st := o.slab.newStream()
	st.name, st.parent, st.file = e.name, parent, o.file
	parent.count.streams++
	o.nodes = append(o.nodes, found{id: id, stream: st})
	return nil
}

// walkOrphans looks at the entries no link led to. After a bad link they are
// what it lost: those that nothing points at are hung, with all below them,
// into the first storage that had a bad link. Without one they are remains of
// deleted entries and stay out.
func (o *opener) walkOrphans(seen *bitset) error {
	var linked bitset
	orphans := 0
	for i := range o.entries {
		e := &o.entries[i]
		if i == 0 || e.kind != typeStorage && e.kind != typeStream || seen.has(uint32(i)) {
			continue
		}
		orphans++
		for _, id := range [...]uint32{e.left, e.right, e.child} {
			if int64(id) < int64(len(o.entries)) && id != uint32(i) {
				linked.add(id)
			}
		}
	}
	if orphans == 0 {
		return nil
	}
	if o.suspect == nil {
		o.repair("/", "[MS-CFB] 2.6.4", "%d directory entries cannot be reached, ignored", orphans)
		return nil
	}
	o.damageAt(&o.suspect.node, "[MS-CFB] 2.6.4", "%d directory entries were out of reach, put here", orphans)
	depth := 1
	for s := o.suspect; s.parent != nil; s = s.parent {
		depth++
	}
	for i := range o.entries {
		id := uint32(i)
		k := o.entries[i].kind
		if k != typeStorage && k != typeStream || seen.has(id) || linked.has(id) {
			continue
		}
		if err := o.walkFrom(step{id: id, parent: o.suspect, depth: depth}, seen); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether n is in the set.
func (s bitset) has(n uint32) bool {
	return int(n/64) < len(s) && s[n/64]&(1<<(n%64)) != 0
}

// sortChildren puts the children of s into the order of [MS-CFB] 2.6.4,
// whatever shape their tree had, and drops those without a name of their own.
func (o *opener) sortChildren(s *Storage) {
	storages, streams := inOrder(o, s.storages, (*Storage).Name), inOrder(o, s.streams, (*Stream).Name)
	if !storages || !streams {
		o.checkOrder(s)
	}
	if !storages {
		s.storages = sorted(o, s, s.storages, func(c *Storage) *node { return &c.node })
	}
	if !streams {
		s.streams = sorted(o, s, s.streams, func(c *Stream) *node { return &c.node })
	}
	if len(s.storages) > 0 {
		rest := s.storages // from the first that may have the name of a stream to come
		s.streams = slices.DeleteFunc(s.streams, func(c *Stream) bool {
			for len(rest) > 0 && o.compare(rest[0].name, c.name) < 0 {
				rest = rest[1:]
			}
			return len(rest) > 0 && o.shadowed(s, &c.node, &rest[0].node)
		})
	}
}

// inOrder reports whether list is as it is in a sound file: sorted, and each
// has a name of its own.
func inOrder[T any](o *opener, list []T, name func(T) string) bool {
	last := ""
	for _, c := range list {
		if o.compare(last, name(c)) >= 0 {
			return false
		}
		last = name(c)
	}
	return true
}

// sorted sorts children of s by name, and drops those without a name of their own.
// Of those that share one, the first stays.
func sorted[T any](o *opener, s *Storage, list []T, nodeOf func(T) *node) []T {
	slices.SortStableFunc(list, func(a, b T) int { return o.compare(nodeOf(a).name, nodeOf(b).name) })
	last := ""
	return slices.DeleteFunc(list, func(c T) bool {
		n := nodeOf(c)
		drop := o.nameless(s, n, last)
		last = n.name
		return drop
	})
}

// nameless reports whether c has no name, or that of the sibling before it.
func (o *opener) nameless(s *Storage, c *node, last string) bool {
	switch {
	case c.name == "":
		o.lostAt(&s.node, "[MS-CFB] 2.6.1", "entry without a name, ignored")
	case o.compare(c.name, last) == 0:
		o.lostAt(&s.node, "[MS-CFB] 2.6.4", "second entry named %q, ignored", c.name)
	default:
		return false
	}
	return true
}

// shadowed reports whether the stream c in s has the name of a storage.
func (o *opener) shadowed(s *Storage, c, storage *node) bool {
	if o.compare(c.name, storage.name) != 0 {
		return false
	}
	o.lostAt(&s.node, "[MS-CFB] 2.6.4", "stream %q has the name of a storage, ignored", c.name)
	return true
}
