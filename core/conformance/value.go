package conformance

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A noise is a value of that many bytes that look like chance and are the same in
// every run. It takes no memory.
type noise int64

// Size implements mapi.Large.
func (n noise) Size() int64 { return int64(n) }

// Open implements mapi.Large.
func (n noise) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(n, 0, int64(n))), nil
}

// ReadAt implements io.ReaderAt.
func (n noise) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(n) {
		return 0, io.EOF
	}
	k := int(min(int64(len(p)), int64(n)-off))
	var word [8]byte
	for i := 0; i < k; {
		at := uint64(off) + uint64(i)
		binary.LittleEndian.PutUint64(word[:], mix(at/8))
		i += copy(p[i:k], word[at%8:])
	}
	if k < len(p) {
		return k, io.EOF
	}
	return k, nil
}

// mix is the finalizer of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// bytesOf returns the first n bytes of noise.
func bytesOf(n int) []byte {
	b := make([]byte, n)
	_, _ = noise(n).ReadAt(b, 0)
	return b
}

// readerAt returns random access to a value that a job was given.
func readerAt(v mapi.Large) io.ReaderAt {
	switch v := v.(type) {
	case io.ReaderAt:
		return v
	case wire.Memory:
		return bytes.NewReader(v)
	}
	return bytes.NewReader(nil)
}
