package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRewriteIsAFile writes by seeking, below and beyond what stays in memory,
// and a second time after the first was given up.
func TestRewriteIsAFile(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 1000, rewriteMemory - 1, rewriteMemory, rewriteMemory + 1, 3*rewriteMemory + 7} {
		path := filepath.Join(t.TempDir(), "out")
		target, err := Create(path, false)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		for round := range 2 {
			w, err := target.Rewrite()
			if err != nil {
				t.Fatal(err)
			}
			want = writeInPieces(t, w, size/(2-round), uint64(size+round))
		}
		d, err := target.Finish()
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(want)
		if d.Size != int64(len(want)) || d.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("size %d: Finish() = %v, want %d bytes", size, d, len(want))
		}
		if err := target.Publish(false); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("size %d: %d bytes in the file, %v", size, len(got), err)
		}
	}
}

// writeInPieces leaves room at the beginning, writes the rest in pieces, and then
// the beginning, as writers of compound files do. It returns the contents.
func writeInPieces(t *testing.T, w io.WriteSeeker, size int, seed uint64) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	want := make([]byte, size)
	for i := range want {
		want[i] = byte(rnd.Uint32())
	}
	head := min(size, 100)
	if _, err := w.Seek(int64(head), io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for at := head; at < size; {
		n := min(size-at, 1+rnd.IntN(50_000))
		if _, err := w.Write(want[at : at+n]); err != nil {
			t.Fatal(err)
		}
		at += n
	}
	if _, err := w.Seek(-int64(size), io.SeekEnd); size > head && err != nil {
		t.Fatal(err)
	}
	if size <= head {
		if _, err := w.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write(want[:head]); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(io.NewSectionReader(w.(io.ReaderAt), 0, int64(size))); err != nil || !bytes.Equal(got, want) {
		t.Errorf("size %d: %d bytes read back, %v", size, len(got), err)
	}
	return want
}

// TestAFinishedTargetTakesNothing holds writers to the end of the file: their
// memory belongs to others then.
func TestAFinishedTargetTakesNothing(t *testing.T) {
	t.Parallel()
	for _, end := range []func(*Target) error{
		func(t *Target) error { _, err := t.Finish(); return err },
		(*Target).Close,
	} {
		target, err := Create(filepath.Join(t.TempDir(), "out"), false)
		if err != nil {
			t.Fatal(err)
		}
		w, err := target.Rewrite()
		if err != nil {
			t.Fatal(err)
		}
		if err := end(target); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("late")); err == nil {
			t.Error("a rewrite takes bytes after its end")
		}
		if _, err := w.Seek(0, io.SeekStart); err == nil {
			t.Error("a rewrite seeks after its end")
		}
		if _, err := target.Write([]byte("late")); err == nil {
			t.Error("a target takes bytes after its end")
		}
		_ = target.Close()
	}
}

// TestLoadReadsOnce compares a source in memory with the file, and meets one that
// has shrunk.
func TestLoadReadsOnce(t *testing.T) {
	t.Parallel()
	want := []byte("From: ada@example.org\r\n\r\nHello.\r\n")
	src := NewSource(bytes.NewReader(want), int64(len(want)), time.Time{}, nil)
	before, err := DigestOf(src, src.Size())
	if err != nil || src.Whole() != nil {
		t.Fatal(err)
	}
	if err := src.Load(int64(len(want)) - 1); err != nil || src.Whole() != nil {
		t.Errorf("Load() of less = %q, %v", src.Whole(), err)
	}
	if err := src.Load(1 << 20); err != nil || !bytes.Equal(src.Whole(), want) {
		t.Errorf("Load() = %q, %v", src.Whole(), err)
	}
	if after, err := DigestOf(src, src.Size()); err != nil || after != before {
		t.Errorf("DigestOf() = %v, %v, want %v", after, err, before)
	}
	got := make([]byte, 5)
	if n, err := src.ReadAt(got, 6); n != 5 || err != nil || string(got) != "ada@e" {
		t.Errorf("ReadAt() = %q, %v", got[:n], err)
	}
	if err := NewSource(bytes.NewReader(want), int64(len(want))+1, time.Time{}, nil).Load(1 << 20); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Load() of a file that has shrunk: %v", err)
	}
}
