package cfb

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// generator yields n bytes, each piece a copy of the same noise.
type generator struct {
	noise []byte
	n     int64
}

func (g *generator) Read(p []byte) (int, error) {
	if g.n <= 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), g.n)], g.noise)
	g.n -= int64(n)
	return n, nil
}

// BenchmarkWriteLarge writes a stream of 1 GiB, 256 MiB with -short, beside a
// copy of the same bytes to a file through the same buffer. ratio is the speed
// of ours over that of the copy, the median of all rounds.
func BenchmarkWriteLarge(b *testing.B) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 256 << 20
	}
	for _, version := range []int{3, 4} {
		b.Run(map[int]string{3: "version 3", 4: "version 4"}[version], func(b *testing.B) { benchmarkLarge(b, version, size) })
	}
}

func benchmarkLarge(b *testing.B, version int, size int64) {
	noise, buf := pattern(1, 64<<10), make([]byte, 64<<10)
	compound := func(f *os.File) error {
		w, err := NewWriter(f, WriterOptions{Version: version})
		if err != nil {
			return err
		}
		s, err := w.Root().CreateStream("stream")
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{s}, &generator{noise, size}, buf)
		return errors.Join(err, s.Close(), w.Close())
	}
	plain := func(f *os.File) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{f}, &generator{noise, size}, buf)
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	timeFile(b, compound) // warms the disk up, too
	runtime.ReadMemStats(&after)
	var speed []float64 // of ours over that of the copy, a round each
	b.SetBytes(4 * size)
	for b.Loop() {
		ours, copied := timeFile(b, compound), timeFile(b, plain)
		copied += timeFile(b, plain) // the other way round: what comes first is at a loss
		ours += timeFile(b, compound)
		speed = append(speed, float64(copied)/float64(ours))
	}
	slices.Sort(speed)
	b.ReportMetric(speed[len(speed)/2], "ratio")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/(1<<20), "MiB-allocated")
}

// timeFile returns how long write takes with a new file.
func timeFile(b *testing.B, write func(*os.File) error) time.Duration {
	path := filepath.Join(b.TempDir(), "large")
	start := time.Now()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		b.Fatal(err)
	}
	took := time.Since(start)
	if err := os.Remove(path); err != nil {
		b.Fatal(err)
	}
	return took
}
