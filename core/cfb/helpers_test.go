package cfb

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// memFile is an io.WriteSeeker in memory.
type memFile struct {
	b   []byte
	pos int64
}

func (m *memFile) Write(p []byte) (int, error) {
	if end := m.pos + int64(len(p)); end > int64(len(m.b)) {
		m.b = append(m.b, make([]byte, end-int64(len(m.b)))...)
	}
	m.pos += int64(copy(m.b[m.pos:], p))
	return len(p), nil
}

func (m *memFile) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += m.pos
	case io.SeekEnd:
		off += int64(len(m.b))
	}
	m.pos = off
	return off, nil
}

// tree describes a storage for the tests: streams have contents, storages a
// tree.
type tree map[string]any

// pattern returns n bytes that differ from one seed to the next.
func pattern(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	_, _ = r.Read(b)
	return b
}

// fill writes t below s in the order of names.
func fill(t testing.TB, s *StorageWriter, in tree) {
	t.Helper()
	names := make([]string, 0, len(in))
	for n := range in {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, name := range names {
		switch v := in[name].(type) {
		case tree:
			sub, err := s.CreateStorage(name)
			if err != nil {
				t.Fatal(err)
			}
			sub.SetCLSID([16]byte{1, byte(len(v))})
			sub.SetState(uint32(len(v)))
			fill(t, sub, v)
		case []byte:
			w, err := s.CreateStream(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(v); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if w.Size() != int64(len(v)) {
				t.Fatalf("Size() = %d, want %d", w.Size(), len(v))
			}
		}
	}
}

// build returns a file holding in.
func build(t testing.TB, version int, in tree) []byte {
	t.Helper()
	var m memFile
	w, err := NewWriter(&m, WriterOptions{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, w.Root(), in)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if m.pos != int64(len(m.b)) {
		t.Errorf("Close left the destination at %d, want %d", m.pos, len(m.b))
	}
	return m.b
}

func open(t testing.TB, b []byte, opt Options) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(b), int64(len(b)), opt)
	if err != nil {
		t.Fatalf("Open() error = %v", err)
	}
	return f
}

// same reports where s differs from want.
func same(t testing.TB, s *Storage, want tree) {
	t.Helper()
	if got := len(s.Storages()) + len(s.Streams()); got != len(want) {
		t.Errorf("%s has %d children, want %d", s.Path(), got, len(want))
	}
	for name, v := range want {
		switch v := v.(type) {
		case tree:
			sub := s.Storage(strings.ToLower(name))
			if sub == nil {
				t.Errorf("%s has no storage %q", s.Path(), name)
				continue
			}
			if sub.CLSID() != ([16]byte{1, byte(len(v))}) || sub.State() != uint32(len(v)) {
				t.Errorf("%s: CLSID %x, state %d", sub.Path(), sub.CLSID(), sub.State())
			}
			same(t, sub, v)
		case []byte:
			st := s.Stream(strings.ToUpper(name))
			if st == nil || st.Name() != name {
				t.Errorf("%s has no stream %q", s.Path(), name)
				continue
			}
			sameStream(t, st, v)
		}
	}
}

// sameStream reads st in every way there is.
func sameStream(t testing.TB, st *Stream, want []byte) {
	t.Helper()
	if st.Size() != int64(len(want)) {
		t.Errorf("%s: Size() = %d, want %d", st.Path(), st.Size(), len(want))
		return
	}
	whole, err := st.Bytes(-1)
	if err != nil || !bytes.Equal(whole, want) {
		t.Errorf("%s: Bytes() differ, error %v", st.Path(), err)
	}
	byRuns, err := io.ReadAll(st.Open())
	if err != nil || !bytes.Equal(byRuns, want) {
		t.Errorf("%s: Open() differs, error %v", st.Path(), err)
	}
	for off := len(want) - 1; off >= 0; off = off*2/3 - 1 {
		p := make([]byte, 100)
		n, err := st.ReadAt(p, int64(off))
		rest := want[off:min(len(want), off+100)]
		if !bytes.Equal(p[:n], rest) || (n < len(p)) != errors.Is(err, io.EOF) {
			t.Errorf("%s: ReadAt(%d) = %d bytes, error %v", st.Path(), off, n, err)
		}
	}
	if n, err := st.ReadAt(make([]byte, 1), st.Size()); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("%s: ReadAt past the end = %d, %v", st.Path(), n, err)
	}
	if len(want) > 0 {
		if _, err := st.Bytes(int64(len(want)) - 1); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: Bytes(limit) error = %v", st.Path(), err)
		}
	}
}

// edges are the sizes at which something changes.
var edges = []int{0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 8192, 70000}

// randomTree returns a tree of up to 30 entries a storage, three deep.
func randomTree(r *rand.Rand, depth int) tree {
	out := tree{}
	for i := range r.IntN(30) {
		name := fmt.Sprintf("%c%0*X", 'a'+rune(r.IntN(26)), 1+r.IntN(28), i)
		switch {
		case depth < 3 && r.IntN(5) == 0:
			out[name] = randomTree(r, depth+1)
		default:
			out[name] = pattern(r.Uint64(), edges[r.IntN(len(edges))])
		}
	}
	return out
}

// flatten lists the streams below s.
func flatten(s *Storage) []*Stream {
	out := slices.Clone(s.Streams())
	for _, sub := range s.Storages() {
		out = append(out, flatten(sub)...)
	}
	return out
}

// discard counts bytes and keeps the last header.
type discard struct{ pos, size int64 }

func (d *discard) Write(p []byte) (int, error) {
	d.pos += int64(len(p))
	d.size = max(d.size, d.pos)
	return len(p), nil
}

func (d *discard) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		d.pos = off
	}
	return d.pos, nil
}

// writeZeros writes a file with one stream of n pieces.
func writeZeros(t testing.TB, dst io.WriteSeeker, version int, piece []byte, n int) {
	t.Helper()
	w, err := NewWriter(dst, WriterOptions{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Root().CreateStream("stream")
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if _, err := s.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
}

// digest sums up all names, contents, class ids and state bits below s.
func digest(t *testing.T, s *Storage) string {
	h := sha256.New()
	for _, st := range s.Streams() {
		b, err := st.Bytes(-1)
		if err != nil {
			t.Errorf("%s: %v", st.Path(), err)
		}
		fmt.Fprintf(h, "%q %x\n", st.Name(), sha256.Sum256(b))
	}
	for _, sub := range s.Storages() {
		fmt.Fprintf(h, "%q %x %d %s\n", sub.Name(), sub.CLSID(), sub.State(), digest(t, sub))
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
