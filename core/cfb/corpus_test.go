package cfb

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOtherReaders lets the programs at hand read a file of ours.
func TestOtherReaders(t *testing.T) {
	t.Parallel()
	in := randomTree(rand.New(rand.NewPCG(3, 3)), 0)
	in["big"] = pattern(1, 8<<20)
	in["\x05SummaryInformatioN"] = pattern(2, 300)
	for _, version := range []int{3, 4} {
		path := filepath.Join(t.TempDir(), "file.cfb")
		if err := os.WriteFile(path, build(t, version, in), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, argv := range [][]string{{"7z", "t", path}, {"gsf", "list", path}, {"olecfinfo", path}} {
			t.Run(fmt.Sprintf("%s version %d", argv[0], version), func(t *testing.T) {
				if _, err := exec.LookPath(argv[0]); err != nil {
					t.Skip(err)
				}
				if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
					t.Errorf("%v: %v\n%s", argv, err, out)
				}
			})
		}
	}
}

// TestCorpus opens every file of the corpora at hand and copies it.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, dir := range []string{"msg", "cfb"} {
		_ = filepath.WalkDir(filepath.Join("../../../shared/corpus", dir), func(p string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				paths = append(paths, p)
			}
			return nil
		})
	}
	if len(paths) == 0 {
		t.Skip("no corpus")
	}
	opened, sound := 0, 0
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(bytes.NewReader(b), int64(len(b)), Options{})
		if err != nil {
			var fe *FormatError
			if !errors.As(err, &fe) {
				t.Errorf("%s: %v", p, err)
			}
			t.Log(p, err)
			continue
		}
		opened++
		if len(f.Repairs()) > 0 {
			t.Log(p, len(f.Repairs()), f.Repairs()[0])
		} else {
			sound++
		}
		check(t, f, int64(len(b)))
		checkCopy(t, p, f)
	}
	t.Logf("%d files, %d opened, %d sound", len(paths), opened, sound)
}

// checkCopy copies f and compares the copy with it.
func checkCopy(t *testing.T, p string, f *File) {
	t.Helper()
	var m memFile
	w, err := NewWriter(&m, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Copy(w.Root(), f.Root()); err != nil {
		if len(f.Repairs()) == 0 {
			t.Errorf("%s: Copy() = %v", p, err)
		}
		return
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	g := open(t, m.b, Options{})
	if len(g.Repairs()) > 0 {
		t.Errorf("%s: the copy needs repairs: %v", p, g.Repairs())
	}
	if a, b := digest(t, f.Root()), digest(t, g.Root()); a != b {
		t.Errorf("%s: the copy differs", p)
	}
}
