package mapi

import (
	"bytes"
	"io"
)

// A Memory is a [Large] held in memory. The bytes must not change.
type Memory []byte

var _ Large = Memory(nil)

// Size returns the length in bytes.
func (m Memory) Size() int64 { return int64(len(m)) }

// Open returns a reader of the bytes. It never fails.
func (m Memory) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m)), nil }

// AsLarge returns a string, []byte or Large as a Large. Other values give
// ErrInvalidType.
func AsLarge(v Value) (Large, error) {
	switch v := v.(type) {
	case string:
		return Memory(v), nil
	case []byte:
		return Memory(v), nil
	case Large:
		return v, nil
	}
	return nil, ErrInvalidType
}
