package cfb

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFATRuns extends chains in random order, and compares with a FAT that has
// a number for each sector.
func TestFATRuns(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for range 200 {
		var f fatRuns
		var plain []uint32
		chains := make([]chain, 1+r.IntN(4))
		last := make([]uint32, len(chains))
		for i := range chains {
			chains[i], last[i] = newChain(), noStream
		}
		for range r.IntN(60) {
			if r.IntN(8) == 0 {
				f.add(fatSect)
				plain = append(plain, fatSect)
				continue
			}
			i, more := r.IntN(len(chains)), uint32(r.IntN(3))
			f.append(&chains[i], f.add(endOfChain))
			f.stretch(&chains[i], more)
			for range more + 1 {
				n := uint32(len(plain))
				if last[i] != noStream {
					plain[last[i]] = n
				}
				plain, last[i] = append(plain, endOfChain), n
			}
		}
		for at := range len(plain) + 1 {
			var got []uint32
			for c := f.from(uint32(at)); ; {
				mark, ok := c.next()
				if !ok {
					break
				}
				got = append(got, mark)
			}
			if !slices.Equal(got, plain[at:]) {
				t.Fatalf("from %d: %x, want %x", at, got, plain[at:])
			}
		}
	}
}

// TestFATRunsAreFew writes one stream: its sectors take no memory each.
func TestFATRunsAreFew(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(&discard{}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Root().CreateStream("stream")
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := s.Write(make([]byte, 50_001)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.fat); n > 2 {
		t.Errorf("%d runs for a stream of %d bytes", n, s.Size())
	}
}
