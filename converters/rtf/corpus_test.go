package rtf

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpus converts every RTF file of the shared corpus in every way.
func TestCorpus(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "shared", "corpus", "rtf")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no corpus")
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".rtf") {
			return err
		}
		in, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		convertAll(t, in)
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d files, error %v", n, err)
	}
}
