package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// put32 writes v at off of b.
func put32(b []byte, off int, v uint32) { binary.LittleEndian.PutUint32(b[off:], v) }

// dirEntry returns the directory entry of that name in a file of ours.
func dirEntry(t testing.TB, b []byte, name string) []byte {
	t.Helper()
	ss := 1 << u16(b, 30)
	for at := (int(u32(b, 48)) + 1) * ss; at+entrySize <= len(b); at += entrySize {
		if e := parseEntry(b[at:at+entrySize], 3); e.name == name {
			return b[at : at+entrySize]
		}
	}
	t.Fatalf("no entry %q", name)
	return nil
}

// fatEntry returns the four bytes of sector n in the first FAT sector.
func fatEntry(b []byte, n uint32) []byte {
	ss := 1 << u16(b, 30)
	return b[(int(u32(b, 76))+1)*ss+4*int(n):]
}

func TestOpenHeader(t *testing.T) {
	t.Parallel()
	v3, v4 := build(t, 3, tree{"s": pattern(1, 10)}), build(t, 4, tree{"s": pattern(1, 10)})
	set16 := func(in []byte, off int, v uint16) []byte {
		out := bytes.Clone(in)
		binary.LittleEndian.PutUint16(out[off:], v)
		return out
	}
	set32 := func(in []byte, off int, v uint32) []byte {
		out := bytes.Clone(in)
		put32(out, off, v)
		return out
	}
	tests := []struct {
		name    string
		in      []byte
		err     error
		repairs bool
	}{
		{name: "version 3", in: v3},
		{name: "version 4", in: v4},
		{name: "empty", err: ErrNotCompoundFile},
		{name: "signature alone", in: signature[:], err: ErrNotCompoundFile},
		{name: "signature broken", in: set16(v3, 0, 7), err: ErrNotCompoundFile},
		{name: "header alone", in: v3[:512], err: ErrCorrupt},
		{name: "version 4 shorter than a sector", in: v4[:600], err: ErrCorrupt},
		{name: "version 5 with sectors of 512 bytes", in: set16(v3, 26, 5), repairs: true},
		{name: "version 5 with an impossible sector", in: set16(set16(v3, 26, 5), 30, 31), err: ErrCorrupt},
		{name: "impossible sector shift", in: set16(v3, 30, 31), repairs: true},
		{name: "byte order", in: set16(v3, 28, 0xFEFF), repairs: true},
		{name: "mini sector shift", in: set16(v3, 32, 60000), repairs: true},
		{name: "mini stream cutoff", in: set32(v3, 56, 0), repairs: true},
		{name: "FAT count", in: set32(v3, 44, 9), repairs: true},
		{name: "no directory", in: set32(v3, 48, endOfChain), err: ErrCorrupt},
		{name: "directory far away", in: set32(v3, 48, 1<<30), err: ErrCorrupt},
		{name: "FAT far away", in: set32(v3, 76, 1<<30), repairs: true},
		{name: "no mini FAT", in: set32(v3, 64, 0), repairs: true},
		{name: "endless mini FAT", in: set32(v3, 64, 1<<31), repairs: true},
		{name: "endless DIFAT", in: set32(set32(v3, 72, 1<<31), 68, 0), repairs: true},
		{name: "unused DIFAT start", in: set32(v3, 68, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := Open(bytes.NewReader(tt.in), int64(len(tt.in)), Options{})
			if !errors.Is(err, tt.err) {
				t.Fatalf("Open() error = %v, want %v", err, tt.err)
			}
			var fe *FormatError
			if tt.err != nil {
				if !errors.As(err, &fe) || fe.Spec == "" {
					t.Errorf("Open() error = %#v, want a *FormatError", err)
				}
				return
			}
			if got := len(f.Repairs()) > 0; got != tt.repairs {
				t.Errorf("Repairs() = %v, want some: %v", f.Repairs(), tt.repairs)
			}
		})
	}
}

// TestSalvage damages a file in one place and says which streams must still be
// whole.
func TestSalvage(t *testing.T) {
	t.Parallel()
	in := tree{
		"a": pattern(1, 10), "b": pattern(2, 5000), "c": pattern(3, 100), "d": pattern(4, 9000),
		"sub": tree{"x": pattern(5, 70), "y": pattern(6, 6000)},
	}
	all := []string{"/a", "/b", "/c", "/d", "/sub/x", "/sub/y"}
	tests := []struct {
		name   string
		damage func(t *testing.T, b []byte) []byte
		whole  []string
	}{
		{"left link of an entry to itself", func(t *testing.T, b []byte) []byte {
			root := dirEntry(t, b, "Root Entry")
			put32(dirEntry(t, b, "a"), 68, u32(root, 76))
			return b
		}, all},
		{"child link leaves the directory", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "sub"), 76, 0x12345)
			return b
		}, all},
		{"root has no child", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "Root Entry"), 76, 0x7FFFFFF0)
			return b
		}, all},
		{"child of the root is the root", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "Root Entry"), 76, 0)
			return b
		}, all},
		{"stream with a child", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "a"), 76, 0)
			return b
		}, all},
		{"root with a sibling", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "Root Entry"), 72, 0)
			return b
		}, all},
		{"name without a length", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "c"), 64, uint32(typeStream)<<16)
			return b
		}, all},
		{"two entries of one name", func(t *testing.T, b []byte) []byte {
			dirEntry(t, b, "c")[0] = 'A'
			return b
		}, []string{"/a", "/b", "/d", "/sub/x", "/sub/y"}},
		{"FAT loop below a size of 4 GiB", func(t *testing.T, b []byte) []byte {
			e := dirEntry(t, b, "d")
			put32(e, 120, 0xFFFFFFFF)
			put32(fatEntry(b, u32(e, 116)+2), 0, u32(e, 116))
			return b
		}, []string{"/a", "/b", "/c", "/sub/x", "/sub/y"}},
		{"two streams in one chain", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "d"), 116, u32(dirEntry(t, b, "b"), 116))
			return b
		}, []string{"/a", "/b", "/c", "/sub/x", "/sub/y"}},
		{"chain into a free sector", func(t *testing.T, b []byte) []byte {
			put32(fatEntry(b, u32(dirEntry(t, b, "d"), 116)), 0, freeSect)
			return b
		}, []string{"/a", "/b", "/c", "/sub/x", "/sub/y"}},
		{"mini stream gone", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "Root Entry"), 116, 0x10000)
			return b
		}, []string{"/b", "/d", "/sub/y"}},
		{"upper half of a size in version 3", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "d"), 124, 77)
			return b
		}, all},
		{"orphan in a sound tree", func(t *testing.T, b []byte) []byte {
			put32(dirEntry(t, b, "sub"), 76, noStream)
			return b
		}, []string{"/a", "/b", "/c", "/d"}},
	}
	sound := map[string]bool{"upper half of a size in version 3": true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := open(t, tt.damage(t, build(t, 3, in)), Options{})
			if (len(f.Repairs()) == 0) != sound[tt.name] {
				t.Errorf("Repairs() = %v", f.Repairs())
			}
			for _, p := range tt.whole {
				dir, name, _ := strings.Cut(p[1:], "/")
				s, want := f.Root(), in
				if name == "" {
					name = dir
				} else {
					s, want = s.Storage(dir), in[dir].(tree)
				}
				st := s.Stream(name)
				if st == nil {
					t.Errorf("%s is lost; repairs %v", p, f.Repairs())
					continue
				}
				sameStream(t, st, want[name].([]byte))
			}
			var total int64
			for _, st := range flatten(f.Root()) {
				total += st.Size()
			}
			if total > 40_000 {
				t.Errorf("%d bytes of streams", total)
			}
		})
	}
}

func TestShortLastSector(t *testing.T) {
	t.Parallel()
	// The FAT comes last and ends in free entries, so zeros in its place
	// change nothing that is looked at.
	b := build(t, 3, tree{"s": pattern(1, 5000)})
	b = b[:len(b)-300]
	f := open(t, b, Options{})
	same(t, f.Root(), tree{"s": pattern(1, 5000)})
	for _, memory := range []int64{0, 1} {
		short, err := Open(io.NewSectionReader(bytes.NewReader(b), 0, 600), int64(len(b)), Options{Memory: memory})
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Open() with a reader that is short = %v, %v", short, err)
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	in := tree{}
	for range 300 {
		in = tree{"s": in}
	}
	b := build(t, 3, in)
	if _, err := Open(bytes.NewReader(b), int64(len(b)), Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Open() of 300 storages in each other = %v", err)
	}
	open(t, b, Options{MaxDepth: 301})
}

// TestRepairsAreBounded opens a file with thousands of faults.
func TestRepairsAreBounded(t *testing.T) {
	t.Parallel()
	in := tree{}
	for i := range 3000 {
		in[fmt.Sprint("s", i)] = []byte{1}
	}
	b := build(t, 3, in)
	put32(b, 64, 0) // no mini FAT
	f := open(t, b, Options{})
	if n := len(f.Repairs()); n != maxRepairs {
		t.Errorf("%d repairs listed", n)
	}
	if r := f.Repairs()[0]; r.String() == "" || r.Path != "/s0" && !strings.HasPrefix(r.Path, "/s") {
		t.Errorf("first repair: %v", r)
	}
}
