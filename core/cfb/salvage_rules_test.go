package cfb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestSalvageRules breaks a file in one place: Open names the section broken,
// says whether something is lost, and keeps the streams named.
func TestSalvageRules(t *testing.T) {
	t.Parallel()
	in := tree{"a": pattern(1, 10), "b": pattern(2, 5000), "c": pattern(3, 200), "d": pattern(4, 9000), "e": pattern(5, 20)}
	set := func(off int, v uint32) func(testing.TB, []byte) []byte {
		return func(_ testing.TB, b []byte) []byte { put32(b, off, v); return b }
	}
	entry := func(name string, off int, v uint32) func(testing.TB, []byte) []byte {
		return func(t testing.TB, b []byte) []byte { put32(dirEntry(t, b, name), off, v); return b }
	}
	miniFAT := func(b []byte, n uint32) []byte { return b[(int(u32(b, 60))+1)*512+4*int(n):] }
	tests := []struct {
		name    string
		version int
		damage  func(t testing.TB, b []byte) []byte
		section string
		lost    bool
		whole   string // streams that are kept as they were
	}{
		// a wrong count
		{"FAT count", 3, set(44, 77), "[MS-CFB] 2.2", false, "abcde"},
		{"mini FAT count too large", 3, set(64, 77), "[MS-CFB] 2.4", false, "abcde"},
		{"DIFAT count", 3, set(72, 77), "[MS-CFB] 2.5", false, "abcde"},
		{"directory count in version 3", 3, set(40, 77), "[MS-CFB] 2.2", false, "abcde"},
		{"directory count in version 4", 4, set(40, 77), "[MS-CFB] 2.2", false, "abcde"},
		{"mini FAT counted as none", 3, set(64, 0), "[MS-CFB] 2.3", true, "bd"},
		// a size that lies
		{"size larger than the chain", 3, entry("d", 120, 50_000), "[MS-CFB] 2.3", true, "abce"},
		{"size larger than the file", 3, entry("d", 120, 0xFFFFFFFF), "[MS-CFB] 2.3", true, "abce"},
		{"size larger than the mini chain", 3, entry("c", 120, 4000), "[MS-CFB] 2.3", true, "abde"},
		{"mini stream larger than its chain", 3, entry("Root Entry", 120, 0xFFFFFFF), "[MS-CFB] 2.6.2", false, "abcde"},
		// a cyclic chain
		{"stream", 3, func(t testing.TB, b []byte) []byte {
			s := u32(dirEntry(t, b, "d"), 116)
			put32(fatEntry(b, s+1), 0, s)
			return b
		}, "[MS-CFB] 2.3", true, "abce"},
		{"stream in the mini stream", 3, func(t testing.TB, b []byte) []byte {
			s := u32(dirEntry(t, b, "c"), 116)
			put32(miniFAT(b, s+1), 0, s)
			return b
		}, "[MS-CFB] 2.3", true, "abde"},
		{"mini stream", 3, func(t testing.TB, b []byte) []byte {
			s := u32(dirEntry(t, b, "Root Entry"), 116)
			put32(fatEntry(b, s), 0, s)
			return b
		}, "[MS-CFB] 2.6.2", false, "abcde"},
		{"mini FAT", 3, func(_ testing.TB, b []byte) []byte {
			s := u32(b, 60)
			put32(fatEntry(b, s), 0, s)
			return b
		}, "[MS-CFB] 2.4", false, "abcde"},
		{"directory", 3, func(_ testing.TB, b []byte) []byte {
			s := u32(b, 48)
			put32(fatEntry(b, s+1), 0, s)
			return b
		}, "[MS-CFB] 2.6", true, "abcde"},
		{"DIFAT", 3, func(_ testing.TB, b []byte) []byte {
			put32(b, 68, u32(b, 76))
			put32(b, 72, 9)
			return b
		}, "[MS-CFB] 2.5", false, "abcde"},
		// a truncated tail
		{"file shorter than its last stream", 3, func(t testing.TB, b []byte) []byte {
			// The stream d moves to the end, where it is cut.
			e := dirEntry(t, b, "d")
			last := uint32(len(b)/512 - 1)
			put32(e, 116, last)
			put32(fatEntry(b, last), 0, last+1)
			return append(b, pattern(9, 512)...)
		}, "[MS-CFB] 2.3", true, "abce"},
		// a bad directory tree
		{"names out of order", 3, entry("a", 0, 'z'), "[MS-CFB] 2.6.4", false, "bcde"},
		{"two of one name", 3, entry("c", 0, 'B'), "[MS-CFB] 2.6.4", true, "ade"},
		{"no name", 3, entry("c", 0, 0), "[MS-CFB] 2.6.1", true, "abde"},
		{"link to itself", 3, func(t testing.TB, b []byte) []byte {
			put32(dirEntry(t, b, "a"), 68, u32(dirEntry(t, b, "Root Entry"), 76))
			return b
		}, "[MS-CFB] 2.6.4", false, "abcde"},
		{"link out of the directory", 3, entry("Root Entry", 76, 0x1234567), "[MS-CFB] 2.6.4", true, "abcde"},
		{"stream with a child", 3, entry("a", 76, 0), "[MS-CFB] 2.6.1", false, "abcde"},
		{"root with a sibling", 3, entry("Root Entry", 72, 1), "[MS-CFB] 2.6.2", false, "abcde"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := tt.damage(t, build(t, tt.version, in))
			f := open(t, b, Options{})
			found, lost := false, false
			for _, r := range f.Repairs() {
				found = found || r.Spec == tt.section
				lost = lost || r.Lost
			}
			if !found || lost != tt.lost {
				t.Errorf("repairs %+v, want one of %s, lost %v", f.Repairs(), tt.section, tt.lost)
			}
			for _, name := range tt.whole {
				st := f.Root().Stream(string(name))
				if st == nil {
					t.Errorf("%c is lost", name)
					continue
				}
				if got, err := st.Bytes(-1); err != nil || !bytes.Equal(got, in[string(name)].([]byte)) {
					t.Errorf("%c differs, error %v", name, err)
				}
			}
			if len(verify(t, b)) == 0 {
				t.Error("Verify finds no fault")
			}
		})
	}
}

// TestSalvageTruncated cuts a file everywhere: it is opened with a repair that
// names a section, or refused with one.
func TestSalvageTruncated(t *testing.T) {
	t.Parallel()
	for _, version := range []int{3, 4} {
		b := build(t, version, randomTree(rand.New(rand.NewPCG(5, uint64(version))), 2))
		for n := len(b) - 1; n > 0; n = n * 99 / 100 {
			f, err := Open(bytes.NewReader(b[:n]), int64(n), Options{})
			var fe *FormatError
			switch {
			case err != nil && (!errors.As(err, &fe) || fe.Spec == ""):
				t.Errorf("%d of %d bytes: %v", n, len(b), err)
			case err == nil && n < len(b)-4096 && len(f.Repairs()) == 0:
				t.Errorf("%d of %d bytes: no repair", n, len(b))
			}
			if len(verify(t, b[:n])) == 0 {
				t.Errorf("%d of %d bytes: no fault", n, len(b))
			}
		}
	}
}

// TestSalvageErrors says where and by which rule a file cannot be opened.
func TestSalvageErrors(t *testing.T) {
	t.Parallel()
	sound := build(t, 3, tree{"a": pattern(1, 10)})
	for name, tt := range map[string]struct {
		damage  func(b []byte) []byte
		section string
		offset  int64
	}{
		"signature":          {func(b []byte) []byte { b[0] = 0; return b }, "[MS-CFB] 2.2", 0},
		"version and sector": {func(b []byte) []byte { binary.LittleEndian.PutUint32(b[26:], 9); b[30] = 40; return b }, "[MS-CFB] 2.2", 30},
		"directory":          {func(b []byte) []byte { put32(b, 48, 0x7000000); return b }, "[MS-CFB] 2.6", 48},
		"all of the FAT":     {func(b []byte) []byte { put32(b, 76, freeSect); return b[:1024] }, "[MS-CFB] 2.6", 48},
	} {
		b := tt.damage(bytes.Clone(sound))
		_, err := Open(bytes.NewReader(b), int64(len(b)), Options{})
		var fe *FormatError
		if !errors.As(err, &fe) || fe.Spec != tt.section || fe.Offset != tt.offset {
			t.Errorf("%s: Open() = %v, want %s at %d", name, err, tt.section, tt.offset)
		}
	}
}

// TestDeepRepairs holds the paths of repairs to a few names.
func TestDeepRepairs(t *testing.T) {
	t.Parallel()
	in := tree{}
	for range 100 {
		in = tree{"storage": in, "a": []byte{1}}
	}
	b := build(t, 3, in)
	put32(b, 64, 0) // no mini FAT
	repairs := open(t, b, Options{}).Repairs()
	if len(repairs) < 100 {
		t.Fatalf("%d repairs", len(repairs))
	}
	for i, r := range repairs {
		if len(r.Path) > 100 {
			t.Errorf("repair %d: path %q", i, r.Path)
		}
	}
	if want := fmt.Sprintf("%s/a", ".../storage/storage/storage/storage/storage"); repairs[len(repairs)-1].Path != want && repairs[0].Path != want {
		t.Errorf("paths %q and %q, want %q", repairs[0].Path, repairs[len(repairs)-1].Path, want)
	}
}
