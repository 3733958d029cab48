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

// TestCorporaAreTheSameEachTime holds measurements of different days to the same
// bytes, and their messages to the sizes that their names say.
func TestCorporaAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	sizes := map[string][2]int{"5KB": {4 << 10, 16 << 10}, "100KB": {70 << 10, 130 << 10}, "rtf": {4 << 10, 40 << 10},
		"embedded": {32 << 10, 100 << 10}, "1MB": {900 << 10, 1200 << 10}}
	for _, c := range Corpora {
		want, ok := sizes[c.Name]
		if !ok {
			continue
		}
		a, err := c.Bytes(1)
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Bytes(1)
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: two messages of one number differ: %v", c.Name, err)
		}
		if len(a) < want[0] || len(a) > want[1] {
			t.Errorf("%s: %d bytes", c.Name, len(a))
		}
	}
	if _, ok := Find("none"); ok {
		t.Error("Find() found what is not there")
	}
}
