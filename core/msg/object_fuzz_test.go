package msg

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzReadObject reads any bytes as a stored object and writes it again: only
// errors that a caller can tell apart, and writing what was written changes
// nothing.
func FuzzReadObject(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var bad *FormatError
		n, err := ReadObject(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			if !errors.As(err, &bad) {
				t.Errorf("ReadObject() = %T %v, want a *FormatError", err, err)
			}
			return
		}
		once, twice := new(spool), new(spool)
		if err := n.Write(once); err != nil {
			if !errors.As(err, &bad) {
				t.Errorf("Write() = %T %v, want a *FormatError", err, err)
			}
			return
		}
		again, err := ReadObject(bytes.NewReader(once.mem), int64(len(once.mem)))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if err := again.Write(twice); err != nil || !bytes.Equal(once.mem, twice.mem) {
			t.Errorf("writing it again changes it: %v", err)
		}
	})
}
