package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestLargeTargets makes files of which the system begins to write the first part
// while the last is made, in order and by seeking.
func TestLargeTargets(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("0123456789abcde\n"), 3*behindStep/16)
	for _, rewritten := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "folder", "x")
		target, err := Create(path, false)
		if err != nil {
			t.Fatal(err)
		}
		w := io.Writer(target)
		if rewritten {
			if w, err = target.Rewrite(); err != nil {
				t.Fatal(err)
			}
		}
		for off := 0; off < len(want); off += 64 << 10 {
			if _, err := w.Write(want[off:min(len(want), off+64<<10)]); err != nil {
				t.Fatal(err)
			}
		}
		d, err := target.Finish()
		if err != nil || d != digestBytes(want) {
			t.Errorf("Finish() = %v, %v", d, err)
		}
		if err := target.Publish(false); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != mode {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

// slow is a reader that waits until it may go on, and notes its end.
type slow struct {
	*bytes.Reader
	goOn   chan struct{}
	closed atomic.Bool
	late   atomic.Int32 // reads after the end
}

func (s *slow) ReadAt(p []byte, off int64) (int, error) {
	<-s.goOn
	if s.closed.Load() {
		s.late.Add(1)
	}
	return s.Reader.ReadAt(p, off)
}

func (s *slow) Close() error {
	s.closed.Store(true)
	return nil
}

// TestCloseWaitsForTheDigest closes a source of which the digest is being made.
func TestCloseWaitsForTheDigest(t *testing.T) {
	t.Parallel()
	contents := bytes.Repeat([]byte("contents"), 100_000)
	r := &slow{Reader: bytes.NewReader(contents), goOn: make(chan struct{})}
	src := NewSource(r, int64(len(contents)), time.Time{}, r)
	digest := src.Digest()
	closed := make(chan error)
	go func() { closed <- src.Close() }()
	close(r.goOn)
	if err := <-closed; err != nil || r.late.Load() > 0 {
		t.Errorf("Close() = %v, %d reads after it", err, r.late.Load())
	}
	for range 2 {
		if d, err := digest(); err != nil || d != digestBytes(contents) {
			t.Errorf("the digest is %v, %v", d, err)
		}
	}
	if _, err := NewSource(bytes.NewReader(contents), 1<<40, time.Time{}, nil).Digest()(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the digest of a file that has shrunk: %v", err)
	}
}
