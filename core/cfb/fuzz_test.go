package cfb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"
)

// check holds an open file to what callers rely on: every stream can be read
// in full, all together are not longer than the file, and it can be copied.
func check(t *testing.T, f *File, size int64) {
	// mscfb is opened late, so it must accept what Open found fit for it.
	if f.second.possible {
		err := f.second.open(f.src)
		if said := fmt.Sprint(f.Repairs()); err != nil && len(f.Repairs()) < maxRepairs && !strings.Contains(said, err.Error()) {
			t.Fatalf("%v, of which %s says nothing", err, said)
		}
	}
	var total int64
	for _, st := range flatten(f.Root()) {
		total += st.Size()
		b, err := st.Bytes(-1)
		if err != nil {
			t.Fatalf("%s: Bytes() = %v", st.Path(), err)
		}
		byRuns, err := io.ReadAll(st.Open())
		if err != nil || !bytes.Equal(b, byRuns) {
			t.Fatalf("%s: Bytes() and Open() differ, error %v", st.Path(), err)
		}
	}
	if total > size+padding {
		t.Fatalf("%d bytes of streams in a file of %d", total, size)
	}
	var m memFile
	w, err := NewWriter(&m, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Copy(w.Root(), f.Root()); err != nil {
		if !errors.Is(err, ErrName) {
			t.Fatalf("Copy() = %v", err)
		}
		return
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if g := open(t, m.b, Options{MaxDepth: 1000}); len(g.Repairs()) > 0 || digest(t, g.Root()) != digest(t, f.Root()) {
		t.Fatalf("the copy differs; repairs %v", g.Repairs())
	}
}

// TestMutations flips bytes where they hurt.
func TestMutations(t *testing.T) {
	t.Parallel()
	in := randomTree(rand.New(rand.NewPCG(2, 2)), 1)
	b := build(t, 3, in)
	r := rand.New(rand.NewPCG(1, 1))
	for range 700 {
		bad := bytes.Clone(b)
		for range 1 + r.IntN(6) {
			at := r.IntN(len(bad))
			if r.IntN(2) == 0 {
				at = int(u32(b, 48)+1)*512 + r.IntN(len(bad)-int(u32(b, 48)+1)*512) // directory and FAT
			}
			bad[at] = byte(r.IntN(256))
		}
		if f, err := Open(bytes.NewReader(bad), int64(len(bad)), Options{}); err == nil {
			check(t, f, int64(len(bad)))
		}
	}
}

// FuzzOpen holds Open to its contract on arbitrary bytes: no panic, no
// unbounded work, and only errors a caller can tell apart.
func FuzzOpen(f *testing.F) {
	for _, version := range []int{3, 4} {
		f.Add(build(f, version, tree{}))
		f.Add(build(f, version, tree{"a": pattern(1, 10), "b": pattern(2, 5000), "s": tree{"c": pattern(3, 100)}}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, memory := range []int64{0, 1} {
			file, err := Open(bytes.NewReader(b), int64(len(b)), Options{Memory: memory})
			var fe *FormatError
			switch {
			case err == nil:
				check(t, file, int64(len(b)))
			case !errors.As(err, &fe):
				t.Fatalf("Open() = %v, not a *FormatError", err)
			}
		}
	})
}

// FuzzWriteRead writes streams as the input says, several at once, and reads
// them back with this package and with mscfb.
func FuzzWriteRead(f *testing.F) {
	f.Add([]byte("\x03abc"), false)
	f.Add([]byte("\x01\x40\x20\x01\x41\x20\x10\x20\x30\x40\x50"), true)
	f.Add(bytes.Repeat([]byte("\x01\x02\xFF"), 100), false)
	f.Fuzz(func(t *testing.T, script []byte, v4 bool) {
		if len(script) > 4000 {
			return
		}
		version := 3
		if v4 {
			version = 4
		}
		var m memFile
		w, err := NewWriter(&m, WriterOptions{Version: version})
		if err != nil {
			t.Fatal(err)
		}
		var ws []*StreamWriter
		want, storage := tree{}, w.Root()
		here := want
		where := map[*StreamWriter]func([]byte){}
		for i, c := range script {
			name := fmt.Sprintf("%d_%d", c, i)
			switch {
			case c%8 == 0 || len(ws) == 0:
				s, err := storage.CreateStream(name)
				if err != nil {
					t.Fatal(err)
				}
				in := here
				in[name] = []byte{}
				where[s] = func(b []byte) { in[name] = append(in[name].([]byte), b...) }
				ws = append(ws, s)
			case c%8 == 1 && i < 200:
				if storage, err = storage.CreateStorage(name); err != nil {
					t.Fatal(err)
				}
				next := tree{}
				here[name], here = next, next
			default:
				s, b := ws[int(c)%len(ws)], pattern(uint64(i), int(c)*int(c)/8)
				if _, err := s.Write(b); err != nil {
					t.Fatal(err)
				}
				where[s](b)
			}
		}
		for _, s := range ws {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		file := open(t, m.b, Options{})
		if len(file.Repairs()) > 0 {
			t.Fatalf("Repairs() = %v", file.Repairs())
		}
		contents(t, file.Root(), want)
		if _, err := mscfb.New(bytes.NewReader(m.b)); err != nil {
			t.Fatal(err)
		}
	})
}

// contents compares streams only, unlike same.
func contents(t *testing.T, s *Storage, want tree) {
	for name, v := range want {
		switch v := v.(type) {
		case tree:
			contents(t, s.Storage(name), v)
		case []byte:
			if got, err := s.Stream(name).Bytes(-1); err != nil || !bytes.Equal(got, v) {
				t.Fatalf("%s/%s differs, error %v", s.Path(), name, err)
			}
		}
	}
}
