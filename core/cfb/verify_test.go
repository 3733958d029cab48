package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// verify returns the faults of b.
func verify(t testing.TB, b []byte) []Fault {
	t.Helper()
	faults, err := Verify(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("Verify() = %v", err)
	}
	return faults
}

// broken returns the rules that b breaks, each once, in alphabetical order.
func broken(t testing.TB, b []byte) []string {
	t.Helper()
	var rules []string
	for _, f := range verify(t, b) {
		if f.Section == "" || f.Path == "" || f.Detail == "" || !strings.Contains(f.String(), f.Rule) {
			t.Errorf("fault without words: %#v", f)
		}
		rules = append(rules, f.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func TestVerifyWhatWeWrite(t *testing.T) {
	t.Parallel()
	trees := map[string]tree{
		"empty":     {},
		"large":     {"big": pattern(1, 9<<20), "sub": tree{"x": pattern(2, 1<<20)}},
		"alphabets": {"ß": []byte{1}, "ÿ": []byte{1}, "ŉ": []byte{1}, "ı": []byte{1}, "\U0001F600": []byte{1}, "日本": []byte{1}, "Ⅷ": []byte{1}},
	}
	for i := range uint64(20) {
		trees["random "+string(rune('a'+i))] = randomTree(rand.New(rand.NewPCG(i, 7)), 0)
	}
	for name, in := range trees {
		for _, version := range []int{3, 4} {
			if faults := verify(t, build(t, version, in)); len(faults) > 0 {
				t.Errorf("%s, version %d: %v", name, version, faults)
			}
		}
	}
}

// TestVerifyRules breaks one rule after the other. What follows from the damage
// is named too.
func TestVerifyRules(t *testing.T) {
	t.Parallel()
	in := tree{
		"a": pattern(1, 10), "b": pattern(2, 5000), "c": pattern(3, 100), "d": pattern(4, 9000), "e": []byte{},
		"sub": tree{"x": pattern(5, 70), "y": pattern(6, 6000)},
	}
	set16 := func(off int, v uint16) func(testing.TB, []byte) []byte {
		return func(_ testing.TB, b []byte) []byte { binary.LittleEndian.PutUint16(b[off:], v); return b }
	}
	set32 := func(off int, v uint32) func(testing.TB, []byte) []byte {
		return func(_ testing.TB, b []byte) []byte { put32(b, off, v); return b }
	}
	entry32 := func(name string, off int, v uint32) func(testing.TB, []byte) []byte {
		return func(t testing.TB, b []byte) []byte { put32(dirEntry(t, b, name), off, v); return b }
	}
	entry8 := func(name string, off int, v byte) func(testing.TB, []byte) []byte {
		return func(t testing.TB, b []byte) []byte { dirEntry(t, b, name)[off] = v; return b }
	}
	fat := func(name string, v uint32) func(testing.TB, []byte) []byte {
		return func(t testing.TB, b []byte) []byte {
			put32(fatEntry(b, u32(dirEntry(t, b, name), 116)), 0, v)
			return b
		}
	}
	tests := []struct {
		name    string
		version int // 3 unless set
		damage  func(t testing.TB, b []byte) []byte
		rules   string
	}{
		{"nothing", 0, func(_ testing.TB, b []byte) []byte { return b }, ""},
		{"no file", 0, func(testing.TB, []byte) []byte { return nil }, "cfb.header.signature"},
		{"signature", 0, set16(0, 7), "cfb.header.signature"},
		{"class id in the header", 0, set16(10, 7), "cfb.header.clsid"},
		{"version 5", 0, set16(26, 5), "cfb.header.version cfb.header.directory"},
		{"version 5 with an impossible sector", 0, func(t testing.TB, b []byte) []byte { return set16(30, 31)(t, set16(26, 5)(t, b)) }, "cfb.header.version"},
		{"byte order", 0, set16(28, 0xFEFF), "cfb.header.order"},
		{"sector shift", 0, set16(30, 31), "cfb.header.shift"},
		{"mini sector shift", 0, set16(32, 7), "cfb.header.minishift"},
		{"reserved bytes", 0, set16(36, 7), "cfb.header.reserved"},
		{"after the header", 4, set16(600, 7), "cfb.header.reserved"},
		{"directory count", 0, set32(40, 2), "cfb.header.directory"},
		{"directory count", 4, set32(40, 2), "cfb.header.directory"},
		{"cutoff", 0, set32(56, 64), "cfb.header.cutoff"},
		{"FAT count", 0, set32(44, 0xFFFFFFFF), "cfb.fat.count"},
		{"mini FAT count", 0, set32(64, 0xFFFFFFFF), "cfb.minifat.count"},
		{"DIFAT count", 0, set32(72, 0xFFFFFFFF), "cfb.difat.count"},
		{"DIFAT far away", 0, set32(68, 0x12345), "cfb.difat.chain"},
		{"FAT named twice", 0, func(_ testing.TB, b []byte) []byte { put32(b, 80, u32(b, 76)); return b }, "cfb.difat.entry"},
		{"gap in the DIFAT", 0, func(_ testing.TB, b []byte) []byte { put32(b, 84, u32(b, 76)); put32(b, 76, freeSect); return b }, "cfb.difat.entry"},
		{"FAT not marked", 0, func(_ testing.TB, b []byte) []byte {
			put32(fatEntry(b, u32(b, 76)), 0, endOfChain)
			return b
		}, "cfb.fat.mark"},
		{"part of a sector more", 0, func(_ testing.TB, b []byte) []byte { return append(b, 1, 2) }, "cfb.sector.whole"},
		{"free sector more", 0, func(_ testing.TB, b []byte) []byte { return append(b, make([]byte, 512)...) }, ""},
		{"many sectors more", 0, func(_ testing.TB, b []byte) []byte { return append(b, make([]byte, 1<<17)...) }, "cfb.fat.cover"},
		{"FAT entry past the end", 0, func(_ testing.TB, b []byte) []byte { put32(fatEntry(b, 127), 0, 3); return b }, "cfb.fat.past"},
		{"sector of nothing", 0, func(_ testing.TB, b []byte) []byte {
			put32(fatEntry(b, uint32(len(b)/512-1)), 0, endOfChain)
			return append(b, make([]byte, 512)...)
		}, "cfb.sector.unused"},
		{"truncated tail", 0, func(_ testing.TB, b []byte) []byte { return b[:len(b)-512] }, "cfb.difat.entry cfb.chain.range cfb.fat.count cfb.fat.cover cfb.root.entry"},
		{"header alone", 0, func(_ testing.TB, b []byte) []byte { return b[:512] }, "cfb.file.size"},
		{"chain into a free sector", 0, fat("d", freeSect), "cfb.chain.range cfb.sector.unused"},
		{"chain ends early", 0, fat("d", endOfChain), "cfb.chain.length cfb.sector.unused"},
		{"chain to itself", 0, func(t testing.TB, b []byte) []byte {
			s := u32(dirEntry(t, b, "d"), 116)
			put32(fatEntry(b, s), 0, s)
			return b
		}, "cfb.chain.shared cfb.sector.unused"},
		{"two streams in one chain", 0, func(t testing.TB, b []byte) []byte {
			put32(dirEntry(t, b, "d"), 116, u32(dirEntry(t, b, "b"), 116))
			return b
		}, "cfb.chain.shared cfb.sector.unused"},
		{"size too large for the chain", 0, entry32("d", 120, 20000), "cfb.chain.length"},
		{"size too small for the chain", 0, entry32("d", 120, 5000), "cfb.chain.length"},
		{"size too large for the mini chain", 0, entry32("c", 120, 300), "cfb.chain.length"},
		{"mini stream too short", 0, entry32("Root Entry", 120, 9999), "cfb.chain.length"},
		{"mini stream cut", 0, entry32("Root Entry", 120, 64), "cfb.chain.range"},
		{"size of more than 2 GiB", 0, entry32("d", 124, 7), "cfb.stream.size"},
		{"size of more than 2 GiB", 4, entry32("d", 124, 7), "cfb.chain.length"},
		{"slash in a name", 0, entry8("c", 0, '/'), "cfb.entry.name cfb.tree.order"},
		{"length of a name", 0, entry8("sub", 64, 6), "cfb.entry.name"},
		{"entry of no type", 0, entry8("c", 66, 7), "cfb.entry.type cfb.sector.unused cfb.tree.link"},
		{"colour", 0, entry8("c", 67, 2), "cfb.entry.color"},
		{"stream with a class id", 0, entry8("c", 80, 2), "cfb.stream.clsid"},
		{"stream with state bits", 0, entry8("c", 96, 2), "cfb.stream.state"},
		{"stream with a time", 0, entry8("c", 110, 2), "cfb.stream.time"},
		{"stream with a child", 0, entry32("c", 76, 1), "cfb.stream.child"},
		{"storage with a size", 0, entry32("sub", 120, 1), "cfb.storage.start"},
		{"root is a storage", 0, entry8("Root Entry", 66, typeStorage), "cfb.root.entry"},
		{"root with a sibling", 0, entry32("Root Entry", 68, 1), "cfb.root.entry"},
		{"root by another name", 0, entry8("Root Entry", 0, 'T'), "cfb.root.name"},
		{"root with a time", 0, entry8("Root Entry", 100, 1), "cfb.root.time"},
		{"free entry with a link", 0, func(_ testing.TB, b []byte) []byte {
			for at := (int(u32(b, 48)) + 1) * 512; ; at += entrySize {
				if b[at+66] == typeFree {
					put32(b, at+72, 1)
					return b
				}
			}
		}, "cfb.entry.free"},
		{"link to nowhere", 0, entry32("sub", 76, 0x12345), "cfb.tree.link cfb.tree.reach cfb.sector.unused"},
		{"link to the root", 0, entry32("sub", 76, 0), "cfb.tree.link cfb.tree.reach cfb.sector.unused"},
		{"names out of order", 0, entry8("a", 0, 'z'), "cfb.tree.order"},
		{"two of one name", 0, entry8("c", 0, 'B'), "cfb.tree.order"},
		{"red under red", 0, func(t testing.TB, b []byte) []byte {
			for _, n := range []string{"a", "b", "c", "d", "e"} {
				dirEntry(t, b, n)[67] = 0
			}
			return b
		}, "cfb.tree.red"},
		{"orphans", 0, entry32("sub", 76, noStream), "cfb.tree.reach cfb.sector.unused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := tt.damage(t, build(t, max(tt.version, 3), in))
			want := strings.Fields(tt.rules)
			slices.Sort(want)
			if got := broken(t, b); !slices.Equal(got, want) {
				t.Errorf("broken rules %v, want %v; faults %v", got, want, verify(t, b))
			}
		})
	}
}

func TestVerifyRulesAreNamedOnce(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, r := range VerifyRules() {
		if seen[r.Code] || !strings.HasPrefix(r.Code, "cfb.") || !strings.HasPrefix(r.Section, "[MS-CFB] 2") || r.Text == "" {
			t.Errorf("rule %+v", r)
		}
		seen[r.Code] = true
	}
}

// TestVerifyDIFAT checks a file with DIFAT sectors and damages those.
func TestVerifyDIFAT(t *testing.T) {
	t.Parallel()
	sound := build(t, 3, tree{"big": make([]byte, 16<<20)})
	first := u32(sound, 68)
	at := (int(first) + 1) * 512
	for name, tt := range map[string]struct {
		off   int
		value uint32
		rules string
	}{
		"nothing":       {68, first, ""},
		"loop":          {at + 508, first, "cfb.chain.range cfb.difat.chain cfb.difat.count cfb.fat.count cfb.fat.cover cfb.root.entry"},
		"no end":        {at + 508, freeSect, "cfb.chain.range cfb.difat.chain cfb.difat.count cfb.fat.count cfb.fat.cover cfb.root.entry"},
		"FAT elsewhere": {at, 0x7000000, "cfb.chain.range cfb.difat.entry cfb.fat.count cfb.fat.cover cfb.fat.mark cfb.faults.more cfb.sector.unused"},
	} {
		b := bytes.Clone(sound)
		put32(b, tt.off, tt.value)
		if got := strings.Join(broken(t, b), " "); got != tt.rules {
			t.Errorf("%s: rules %q, want %q", name, got, tt.rules)
		}
	}
}

// sparse is a file in memory that keeps no zeros.
type sparse struct {
	pages map[int64][]byte
	pos   int64
	size  int64
}

const sparsePage = 4096

var noBytes [sparsePage]byte

func (s *sparse) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		at := s.pos % sparsePage
		n := min(len(p)-done, int(sparsePage-at))
		if part := p[done:][:n]; !bytes.Equal(part, noBytes[:n]) {
			g := s.pages[s.pos/sparsePage]
			if g == nil {
				g = make([]byte, sparsePage)
				s.pages[s.pos/sparsePage] = g
			}
			copy(g[at:], part)
		}
		done += n
		s.pos += int64(n)
	}
	s.size = max(s.size, s.pos)
	return len(p), nil
}

func (s *sparse) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		s.pos = off
	}
	return s.pos, nil
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	for done := 0; done < len(p); {
		at := (off + int64(done)) % sparsePage
		n := min(len(p)-done, int(sparsePage-at))
		clear(p[done:][:n])
		if g := s.pages[(off+int64(done))/sparsePage]; g != nil {
			copy(p[done:][:n], g[at:])
		}
		done += n
	}
	return len(p), nil
}

// TestVerifyRangeLock checks a file of more than 2 GiB, whose range lock sector
// belongs to nothing.
func TestVerifyRangeLock(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 2 GiB of zeros into memory that keeps none")
	}
	t.Parallel()
	s := &sparse{pages: make(map[int64][]byte)}
	writeZeros(t, s, 4, make([]byte, 4<<20), 513)
	faults, err := Verify(s, s.size)
	if err != nil || len(faults) > 0 {
		t.Errorf("Verify() = %v, %v", faults, err)
	}
}

// unreadable is a file that cannot be read from a place on.
type unreadable struct {
	b    []byte
	from int64
}

var errRead = errors.New("disk on fire")

func (f unreadable) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, errRead
	}
	return copy(p, f.b[off:]), nil
}

func TestVerifyReadErrors(t *testing.T) {
	t.Parallel()
	b := build(t, 3, tree{"a": pattern(1, 10), "b": pattern(2, 50000)})
	for from := int64(0); from < int64(len(b)); from += 512 {
		if _, err := Verify(unreadable{b, from}, int64(len(b))); from < int64(len(b)) && !errors.Is(err, errRead) {
			t.Errorf("Verify() with a fault at %d = %v", from, err)
		}
	}
	if _, err := Verify(bytes.NewReader(b[:1000]), int64(len(b))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Verify() with a reader that is short = %v", err)
	}
}

// TestVerifyTree reads what VerifyTree reaches.
func TestVerifyTree(t *testing.T) {
	t.Parallel()
	for _, version := range []int{3, 4} {
		in := randomTree(rand.New(rand.NewPCG(9, 9)), 0)
		in["Sub"] = tree{"x": pattern(3, 100), "y": pattern(4, 100_000)}
		b := build(t, version, in)
		root, faults, err := VerifyTree(bytes.NewReader(b), int64(len(b)))
		if err != nil || len(faults) > 0 || !root.Valid() || root.Path() != "/" {
			t.Fatalf("VerifyTree() = %v, %v, %v", root, faults, err)
		}
		sameItem(t, root, in)
	}
}

// sameItem compares what is in an item with what was written.
func sameItem(t *testing.T, s Item, want tree) {
	t.Helper()
	n := 0
	for c := range s.Children() {
		n++
		switch v := want[c.Name()].(type) {
		case tree:
			sameItem(t, c, v)
		case []byte:
			got, err := io.ReadAll(c.Open())
			if err != nil || !bytes.Equal(got, v) || c.Size() != int64(len(v)) || !c.Whole() || c.IsStorage() {
				t.Errorf("%s: %d bytes, want %d, error %v", c.Path(), len(got), len(v), err)
			}
			if !c.Is(strings.ToUpper(c.Name())) || c.Is(c.Name()+"x") {
				t.Errorf("%s: Is() is wrong", c.Path())
			}
		default:
			t.Errorf("%s: not expected", c.Path())
		}
	}
	if n != len(want) {
		t.Errorf("%s: %d children, want %d", s.Path(), n, len(want))
	}
}

// FuzzVerify holds Verify to its contract on arbitrary bytes: no panic, no
// error of its own, and a file without a fault is opened without a repair and
// holds the same streams.
func FuzzVerify(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(build(f, 3, tree{}))
	f.Add(build(f, 3, tree{"a": pattern(1, 10), "sub": tree{"b": pattern(2, 5000), "c": []byte{}}}))
	f.Add(build(f, 4, tree{"a": pattern(1, 10)}))
	f.Fuzz(func(t *testing.T, in []byte) {
		root, faults, err := VerifyTree(bytes.NewReader(in), int64(len(in)))
		if err != nil {
			t.Fatalf("Verify() = %v", err)
		}
		if len(faults) > 0 {
			return
		}
		c, err := Open(bytes.NewReader(in), int64(len(in)), Options{})
		if errors.Is(err, ErrTooLarge) {
			return
		}
		if err != nil || len(c.Repairs()) > 0 {
			t.Fatalf("no fault, but Open() = %v, repairs %v", err, c.Repairs())
		}
		sameTree(t, root, c.Root())
	})
}

// sameTree compares what the strict and the forgiving reader found.
func sameTree(t testing.TB, s Item, want *Storage) {
	n := 0
	for c := range s.Children() {
		n++
		if c.IsStorage() {
			sub := want.Storage(c.Name())
			if sub == nil {
				t.Fatalf("%s: no such storage", c.Path())
			}
			sameTree(t, c, sub)
			continue
		}
		st := want.Stream(c.Name())
		if st == nil {
			t.Fatalf("%s: no such stream", c.Path())
		}
		b, err := st.Bytes(-1)
		got, gerr := io.ReadAll(c.Open())
		if err != nil || gerr != nil || !bytes.Equal(b, got) {
			t.Fatalf("%s: %d and %d bytes, errors %v, %v", c.Path(), len(got), len(b), gerr, err)
		}
	}
	if n != len(want.Storages())+len(want.Streams()) {
		t.Fatalf("%s: %d children, want %d", s.Path(), n, len(want.Storages())+len(want.Streams()))
	}
}
