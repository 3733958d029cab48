package cfb

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestInterleavedStreams(t *testing.T) {
	t.Parallel()
	var m memFile
	_, _ = m.Write([]byte("prefix")) // a file may start anywhere
	w, err := NewWriter(&m, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := tree{}
	var ws []*StreamWriter
	for i := range 5 {
		name := fmt.Sprint("s", i)
		want[name] = pattern(uint64(i), 3000*(i+1)*(i+1))
		s, err := w.Root().CreateStream(name)
		if err != nil {
			t.Fatal(err)
		}
		ws = append(ws, s)
	}
	for step := 0; step < 200_000; step += 700 {
		for i, s := range ws {
			b := want[fmt.Sprint("s", i)].([]byte)
			if step < len(b) {
				if _, err := s.Write(b[step:min(len(b), step+700)]); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, s := range ws {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write([]byte{1}); !errors.Is(err, ErrClosed) {
			t.Errorf("Write after Close = %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("second Close = %v", err)
	}
	same(t, open(t, m.b[len("prefix"):], Options{}).Root(), want)
}

func TestWriterNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
	}{
		{"plain", nil},
		{"PLAIN", ErrExists},
		{"pläin", nil},
		{"PLÄIN", ErrExists},
		{"", ErrName},
		{strings.Repeat("x", 31), nil},
		{strings.Repeat("x", 32), ErrName},
		{strings.Repeat("😀", 15), nil},
		{strings.Repeat("😀", 16), ErrName},
		{"a/b", ErrName},
		{`a\b`, ErrName},
		{"a:b", ErrName},
		{"a!b", ErrName},
		{"a\x00", ErrName},
		{"\xff", ErrName},
	}
	w, err := NewWriter(&memFile{}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if _, err := w.Root().CreateStorage(tt.name); !errors.Is(err, tt.err) {
			t.Errorf("CreateStorage(%q) = %v, want %v", tt.name, err, tt.err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Root().CreateStream("late"); !errors.Is(err, ErrClosed) {
		t.Errorf("CreateStream after Close = %v", err)
	}
	if _, err := NewWriter(&memFile{}, WriterOptions{Version: 5}); err == nil {
		t.Error("NewWriter took version 5")
	}
}

// TestRedBlack checks the sibling trees of every size up to 300: sorted, no
// two reds in a row, the same number of blacks on every way down.
func TestRedBlack(t *testing.T) {
	t.Parallel()
	for n := range 300 {
		w, err := NewWriter(&memFile{}, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if _, err := w.Root().CreateStorage(fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		last, count := "", 0
		var down func(id uint32, red bool) int
		down = func(id uint32, red bool) int {
			if id == noStream {
				return 1
			}
			e := w.nodes[id]
			if red && !e.black {
				t.Fatalf("%d names: two reds in a row at %q", n, e.name)
			}
			a := down(e.left, !e.black)
			key := string(appendKey(nil, e.name))
			if key <= last {
				t.Fatalf("%d names: %q is out of order", n, e.name)
			}
			last = key
			count++
			if b := down(e.right, !e.black); a != b {
				t.Fatalf("%d names: %d and %d blacks below %q", n, a, b, e.name)
			}
			if e.black {
				a++
			}
			return a
		}
		down(w.nodes[0].child, true) // the root of the tree must be black
		if count != n {
			t.Fatalf("%d of %d names in the tree", count, n)
		}
	}
}

// TestLimits moves the limits of both versions into reach.
func TestLimits(t *testing.T) {
	t.Parallel()
	for lock := range uint32(40) {
		var m memFile
		w, err := NewWriter(&m, WriterOptions{Version: 4})
		if err != nil {
			t.Fatal(err)
		}
		w.lock = lock
		in := tree{"a": pattern(1, 50_000), "b": pattern(2, 50_000), "c": pattern(3, 77)}
		fill(t, w.Root(), in)
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		if mark, ok := w.fat.from(lock).next(); ok && mark != endOfChain {
			t.Errorf("lock sector %d has FAT entry %#x", lock, mark)
		}
		f := open(t, m.b, Options{})
		same(t, f.Root(), in)
		if len(f.Repairs()) > 0 {
			t.Errorf("lock %d: %v", lock, f.Repairs())
		}
	}
	for most := range uint32(12) {
		w, err := NewWriter(&memFile{}, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w.most = most
		s, err := w.Root().CreateStream("s")
		if err != nil {
			t.Fatal(err)
		}
		_, err1 := s.Write(pattern(1, 5000))
		err = errors.Join(err1, s.Close(), w.Close())
		if !errors.Is(err, ErrTooLarge) { // 10 sectors of data, 1 of directory, 1 of FAT
			t.Errorf("most %d: error = %v", most, err)
		}
	}
	w, err := NewWriter(&memFile{}, WriterOptions{MaxEntries: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a", "b", "c"} {
		if _, err := w.Root().CreateStorage(name); errors.Is(err, ErrTooLarge) != (i == 2) {
			t.Errorf("storage %d of at most 2: error = %v", i+1, err)
		}
	}
	if w.Entries() != 3 {
		t.Errorf("%d entries", w.Entries())
	}
}

func TestStreamingMemory(t *testing.T) {
	piece := make([]byte, 1<<20)
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			writeZeros(b, &discard{}, 3, piece, 64)
		}
	})
	if per := got.AllocedBytesPerOp(); per > 1<<20 {
		t.Errorf("writing 64 MiB took %d bytes of memory", per)
	}
}

// TestTwoGiB crosses the end of version 3, and the range lock of version 4,
// where they really are.
func TestTwoGiB(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 4 GiB to nowhere")
	}
	t.Parallel()
	piece := make([]byte, 1<<20)
	var d discard
	writeZeros(t, &d, 4, piece, 2049)
	if d.size <= 2049<<20 {
		t.Errorf("version 4: %d bytes written", d.size)
	}
	w, err := NewWriter(&discard{}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Root().CreateStream("s")
	if err != nil {
		t.Fatal(err)
	}
	for range 2048 {
		if _, err = s.Write(piece); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrTooLarge) || s.Size() < 2000<<20 {
		t.Errorf("version 3 after %d bytes: %v", s.Size(), err)
	}
	if err := errors.Join(s.Close(), w.Close()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Close() = %v", err)
	}
}

// brokenDisk fails after room bytes.
type brokenDisk struct {
	discard
	room int64
}

var errDisk = errors.New("disk full")

func (d *brokenDisk) Write(p []byte) (int, error) {
	if d.pos+int64(len(p)) > d.room {
		return 0, errDisk
	}
	return d.discard.Write(p)
}

// TestWriteErrors lets the destination fail at every stage: contents, tail
// and header.
func TestWriteErrors(t *testing.T) {
	t.Parallel()
	for room := int64(0); room < 300<<10; room += 10_000 {
		w, err := NewWriter(&brokenDisk{room: room}, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.Root().CreateStream("s")
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			_, err = s.Write(make([]byte, 1000))
		}
		if err := errors.Join(err, s.Close(), w.Close()); !errors.Is(err, errDisk) {
			t.Errorf("room for %d bytes: error = %v", room, err)
		}
	}
}

func TestCloseWithOpenStream(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(&memFile{}, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Root().CreateStream("s")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, ErrStreamOpen) {
		t.Errorf("Close() = %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("Close() of the stream afterwards = %v", err)
	}
}
