package sample

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestTheSameNumberIsTheSameMessage writes a tree in two ways.
func TestTheSameNumberIsTheSameMessage(t *testing.T) {
	t.Parallel()
	a, b := t.TempDir(), t.TempDir()
	if err := WriteTree(a, 490, 20); err != nil {
		t.Fatal(err)
	}
	if err := WriteTree(b, 490, 10); err != nil {
		t.Fatal(err)
	}
	if err := WriteTree(b, 500, 10); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(a, "*", "*.msg"))
	if err != nil || len(paths) != 20 {
		t.Fatalf("%d messages, %v", len(paths), err)
	}
	for _, path := range paths {
		rel, _ := filepath.Rel(a, path)
		x, err1 := os.ReadFile(path)
		y, err2 := os.ReadFile(filepath.Join(b, rel))
		if err1 != nil || err2 != nil || !bytes.Equal(x, y) || len(x) < 1000 {
			t.Errorf("%s differs: %v %v", rel, err1, err2)
		}
	}
}
