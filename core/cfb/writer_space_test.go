package cfb

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// TestWriteStream writes the same streams whole and in pieces, one Writer after
// the other, so that each gets the memory of the one before.
func TestWriteStream(t *testing.T) {
	t.Parallel()
	write := func(whole bool, sizes ...int) []byte {
		var m memFile
		w, err := NewWriter(&m, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		st, err := w.Root().CreateStorage("storage")
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range sizes {
			name, p := fmt.Sprint("stream ", i), pattern(uint64(i), n)
			if whole {
				err = st.WriteStream(name, p)
			} else {
				var s *StreamWriter
				if s, err = st.CreateStream(name); err == nil {
					_, err1 := s.Write(p[:n/2])
					_, err2 := s.Write(p[n/2:])
					err = errors.Join(err1, err2, s.Close())
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := st.WriteStream("STREAM 0", nil); !errors.Is(err, ErrExists) {
			t.Errorf("a second stream of one name: %v", err)
		}
		if err := st.WriteStream("a/b", nil); !errors.Is(err, ErrName) {
			t.Errorf("an impossible name: %v", err)
		}
		entries := w.Entries()
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := st.WriteStream("late", nil); !errors.Is(err, ErrClosed) {
			t.Errorf("a stream after Close: %v", err)
		}
		st.SetState(1) // as all that comes late, without effect
		st.SetCLSID([16]byte{1})
		if w.Entries() != entries {
			t.Errorf("%d entries before Close, %d after", entries, w.Entries())
		}
		return m.b
	}
	sizes := []int{0, 1, 63, 64, 65, 4095, 4096, 4097, 100_000, 7}
	want := write(false, sizes...)
	for _, other := range [][]int{{5}, sizes[3:], make([]int, 3000), sizes} {
		write(true, other...)
		if got := write(true, sizes...); !bytes.Equal(got, want) {
			t.Errorf("after a file of %d streams, the same streams make another file", len(other))
		}
	}
}

func BenchmarkWriteSmall(b *testing.B) {
	names, p := make([]string, 100), pattern(1, 100)
	for i := range names {
		names[i] = fmt.Sprintf("__substg1.0_%08X", i*7919)
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := NewWriter(&discard{}, WriterOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range names {
			if err := w.Root().WriteStream(name, p); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
