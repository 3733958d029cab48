package cfb

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	special := tree{
		"\x05SummaryInformation": pattern(1, 100), "\x01Ole": pattern(2, 20), "Ж": pattern(3, 1), "x😀": pattern(4, 2),
		"__nameid_version1.0": tree{}, "deep": tree{"er": tree{"est": tree{"leaf": pattern(9, 5000)}}},
		strings.Repeat("n", 31): pattern(5, 31),
	}
	for i, n := range edges {
		special[fmt.Sprintf("edge%d", i)] = pattern(uint64(i), n)
	}
	trees := []tree{{}, special, {"big": pattern(7, 8<<20), "small": pattern(8, 10)}}
	for seed := range uint64(12) {
		trees = append(trees, randomTree(rand.New(rand.NewPCG(seed, 1)), 0))
	}
	for i, in := range trees {
		for _, version := range []int{3, 4} {
			for _, memory := range []int64{0, 1} {
				t.Run(fmt.Sprintf("tree %d version %d memory %d", i, version, memory), func(t *testing.T) {
					t.Parallel()
					b := build(t, version, in)
					if again := build(t, version, in); !bytes.Equal(b, again) {
						t.Error("the same calls gave other bytes")
					}
					f := open(t, b, Options{Memory: memory})
					if r := f.Repairs(); len(r) > 0 {
						t.Errorf("Repairs() = %v", r)
					}
					if f.Version() != version || f.SectorSize() != map[int]int{3: 512, 4: 4096}[version] {
						t.Errorf("version %d, sectors of %d", f.Version(), f.SectorSize())
					}
					same(t, f.Root(), in)
					for _, n := range flatten(f.Root()) {
						if n.Size() > 0 && n.throughMSCFB() == nil {
							t.Errorf("%s: not opened through mscfb", n.Path())
						}
					}
				})
			}
		}
	}
}

func TestManyNames(t *testing.T) {
	t.Parallel()
	const count = 200_000
	var m memFile
	w, err := NewWriter(&m, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range count {
		s, err := w.Root().CreateStream(fmt.Sprintf("name%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write([]byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := open(t, m.b, Options{})
	if n := len(f.Root().Streams()); n != count || len(f.Repairs()) > 0 {
		t.Fatalf("%d streams, repairs %v", n, f.Repairs())
	}
	for i := 0; i < count; i += 997 {
		b, err := f.Root().Stream(fmt.Sprintf("NAME%d", i)).Bytes(1)
		if err != nil || b[0] != byte(i) {
			t.Fatalf("name%d = %v, %v", i, b, err)
		}
	}
	if _, err := Open(bytes.NewReader(m.b), int64(len(m.b)), Options{MaxEntries: count}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Open with one entry too many = %v", err)
	}
}

func TestConcurrentReads(t *testing.T) {
	t.Parallel()
	in := randomTree(rand.New(rand.NewPCG(5, 5)), 0)
	in["big"] = pattern(1, 1<<20)
	f := open(t, build(t, 3, in), Options{Memory: 1})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { same(t, f.Root(), in) })
	}
	wg.Wait()
}
