package store

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// TestNoNamesWhileFoldersAppear starts outputs in folders that others are making at
// the same moment: none has a name before it is whole, which would be left behind
// when the process is killed.
func TestNoNamesWhileFoldersAppear(t *testing.T) {
	if !canNameUnnamed {
		t.Skip("no /proc here: outputs have names from the beginning")
	}
	root := t.TempDir()
	if f, err := createUnnamed(root); err != nil {
		t.Skip("this file system has no files without names:", err)
	} else {
		_ = f.Close()
	}
	for n := range 200 {
		dir := filepath.Join(root, strconv.Itoa(n), "inner")
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				target, err := Create(filepath.Join(dir, strconv.Itoa(i)), false)
				if err != nil {
					t.Error(err)
					return
				}
				if !target.unnamed {
					t.Errorf("output %d in folder %d has a name", i, n)
				}
				if err := target.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		names, err := os.ReadDir(dir)
		if err != nil || len(names) > 0 {
			t.Errorf("folder %d holds %v, %v", n, names, err)
		}
	}
}
