package cfb

import (
	"bufio"
	"encoding/binary"
	"hash/maphash"
	"io"
	"slices"
	"sync"
)

// writerSpace is the memory that one Writer leaves to the next.
type writerSpace struct {
	// Whole buffers are written, so that writes stay aligned however long the
	// header is: file systems take those faster.
	buf *bufio.Writer

	fat     fatRuns // the sectors written
	miniFAT []uint32
	miniBuf []byte // the end of the mini stream, not yet in a sector

	nodes []*writerNode     // beyond its length, some that are empty
	slab  []writerNode      // memory of nodes to come
	keys  []byte            // memory of keys
	names map[uint64]uint32 // node by hash of its key; others follow by twin
	order []uint32          // nodes in the order of their keys
	spare [][]byte          // buffers of closed streams
	block [4096]byte        // a sector, or several
}

// writerNode is a directory entry in the making.
type writerNode struct {
	entry
	// key is the number of the storage around it, big-endian, and the sort key of
	// its name: keys compare as storages are numbered, then as [MS-CFB] 2.6.4
	// orders names. Two nodes are in each other's way if their keys are the same.
	key  []byte
	twin uint32 // next node whose key has the same hash, 0 for none
}

// parent returns the number of the storage around the node.
func (n *writerNode) parent() uint32 { return binary.BigEndian.Uint32(n.key) }

// seed makes hashes that nobody can foresee. No output depends on them.
var seed = maphash.MakeSeed()

// spaces holds the memory of Writers that are closed.
var spaces = sync.Pool{New: func() any {
	return &writerSpace{buf: bufio.NewWriterSize(nil, 64<<10), names: make(map[uint64]uint32)}
}}

// takeSpace returns empty memory for a Writer to w.
func takeSpace(w io.Writer) *writerSpace {
	s := spaces.Get().(*writerSpace)
	s.buf.Reset(w)
	return s
}

// maxKey is the most bytes in a key.
const maxKey = 4 + 2 + 2*maxNameUnits

// newKey returns the key of a node of that name in a storage. It is good until
// the next call, unless keepKey is called before.
func (s *writerSpace) newKey(parent uint32, name string) []byte {
	if cap(s.keys)-len(s.keys) < maxKey {
		s.keys = make([]byte, 0, keptKeys)
	}
	at := len(s.keys)
	key := appendKey(binary.BigEndian.AppendUint32(s.keys, parent), name)[at:]
	return key[:len(key):len(key)]
}

// keepKey keeps the key that newKey returned last.
func (s *writerSpace) keepKey(key []byte) { s.keys = s.keys[:len(s.keys)+len(key)] }

// newNode adds an empty node.
func (s *writerSpace) newNode() *writerNode {
	at := len(s.nodes)
	if at == cap(s.nodes) {
		s.nodes = slices.Grow(s.nodes, max(at, 64))
	}
	s.nodes = s.nodes[:at+1]
	if s.nodes[at] == nil {
		if len(s.slab) == 0 {
			s.slab = make([]writerNode, min(max(64, at), 256))
		}
		s.nodes[at], s.slab = &s.slab[0], s.slab[1:]
	}
	return s.nodes[at]
}

// release gives back what other Writers can use, unless it is much.
func (w *Writer) release() {
	s := w.writerSpace
	w.writerSpace = nil
	if cap(s.nodes) > keepNodes || cap(s.miniFAT) > keep || cap(s.fat) > keep || len(s.spare) > keepBuffers {
		return
	}
	s.buf.Reset(nil)
	for _, n := range s.nodes {
		*n = writerNode{}
	}
	clear(s.names)
	s.fat, s.miniFAT, s.miniBuf = s.fat[:0], s.miniFAT[:0], s.miniBuf[:0]
	s.nodes, s.keys, s.order = s.nodes[:0], s.keys[:0], s.order[:0]
	spaces.Put(s)
}

// The most directory entries, bytes of keys and buffers of streams that are kept.
const (
	keepNodes   = 1 << 10
	keptKeys    = 16 << 10
	keepBuffers = 4
)
