package wire

import (
	"sync"

	"google.golang.org/grpc/mem"
)

// Pool holds the buffers of frames. Unlike the pool of gRPC it does not clear
// what it hands out, because every user of it here and in gRPC's transport
// writes all of a buffer before anybody reads it. Both ends give it to gRPC with
// experimental.WithBufferPool and experimental.BufferPool.
var Pool mem.BufferPool = &pool{}

// tiers are the lengths of the buffers that Pool keeps, in bytes. The longest
// frame fits the last.
var tiers = [...]int{1 << 10, 4 << 10, 16 << 10, smallChunk, 64 << 10, ChunkSize, 1 << 20, MaxFrame}

// A pool has buffers of each tier's length or more.
type pool struct{ tiers [len(tiers)]sync.Pool }

// Get returns a buffer of that length with any contents.
func (p *pool) Get(length int) *[]byte {
	for i, size := range tiers {
		if length > size {
			continue
		}
		b, ok := p.tiers[i].Get().(*[]byte)
		if !ok {
			fresh := make([]byte, size)
			b = &fresh
		}
		*b = (*b)[:length]
		return b
	}
	b := make([]byte, length)
	return &b
}

// Put takes a buffer back, wherever it came from.
func (p *pool) Put(b *[]byte) {
	for i := len(tiers) - 1; i >= 0; i-- {
		if cap(*b) >= tiers[i] {
			*b = (*b)[:0:tiers[i]]
			p.tiers[i].Put(b)
			return
		}
	}
}
