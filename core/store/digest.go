package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"
)

// A Digest identifies contents: their SHA-256 and their size in bytes.
type Digest struct {
	SHA256 string // 64 lower-case hexadecimal digits
	Size   int64
}

// readers lends buffers for reading contents through.
var readers = sync.Pool{New: func() any { b := make([]byte, 128<<10); return &b }}

// DigestOf reads the first size bytes of r. Fewer are an error.
func DigestOf(r io.ReaderAt, size int64) (Digest, error) {
	if m, ok := r.(interface{ Whole() []byte }); ok && int64(len(m.Whole())) >= size {
		return digestBytes(m.Whole()[:size]), nil
	}
	buf := readers.Get().(*[]byte)
	defer readers.Put(buf)
	h := sha256.New()
	for off := int64(0); off < size; {
		p := (*buf)[:min(int64(len(*buf)), size-off)]
		n, err := r.ReadAt(p, off)
		h.Write(p[:n])
		if off += int64(n); off >= size {
			break
		}
		if errors.Is(err, io.EOF) || n == 0 && err == nil {
			return Digest{}, io.ErrUnexpectedEOF
		}
		if err != nil {
			return Digest{}, err
		}
	}
	return Digest{hex.EncodeToString(h.Sum(nil)), size}, nil
}

// digestBytes returns the digest of b.
func digestBytes(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest{hex.EncodeToString(sum[:]), int64(len(b))}
}

// DigestFile reads a file.
func DigestFile(path string) (Digest, error) {
	src, err := OpenSource(path)
	if err != nil {
		return Digest{}, err
	}
	defer src.Close()
	return DigestOf(src, src.Size())
}
