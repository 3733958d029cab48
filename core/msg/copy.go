package msg

import (
	"io"
	"sync"
)

// copyLen is what is copied at once, in bytes: some readers cost more the more
// is asked of them.
const copyLen = 32 << 10

// copyBuffers lends the memory for copies.
var copyBuffers = sync.Pool{New: func() any { b := make([]byte, copyLen); return &b }}

// copyAll copies src to dst.
func copyAll(dst io.Writer, src io.Reader) error {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	// The anonymous structs hide ReadFrom and WriteTo.
	_, err := io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, *buf)
	return err
}
