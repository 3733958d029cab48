package msg

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// corpusFiles lists the public .msg samples, skipping the test without them.
func corpusFiles(t testing.TB) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "corpus", "msg")
	var list []string
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".msg") && !strings.Contains(path, "oracle") {
			list = append(list, path)
		}
		return nil
	})
	if len(list) == 0 {
		t.Skip("no corpus")
	}
	return list
}

// TestCorpus rewrites every public sample: nothing of the original tree may be
// missing, and rewriting the result changes nothing.
func TestCorpus(t *testing.T) {
	t.Parallel()
	out := os.Getenv("OXBRIDGE_MSG_OUT") // where to leave the rewritten files
	for _, path := range corpusFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
			if err != nil {
				var bad *FormatError
				if !errors.As(err, &bad) {
					t.Fatalf("Open() = %T %v, want a *FormatError", err, err)
				}
				t.Skip(err)
			}
			var said problem.List
			m, err := f.Message(said.Add)
			if err != nil {
				t.Fatal(err)
			}
			once := mustWrite(t, m, said.Add)
			for _, p := range said {
				t.Log(p)
			}
			if out != "" {
				name := filepath.Join(out, filepath.Base(filepath.Dir(path)), filepath.Base(path))
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, once, 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			again := mustRead(t, once, nil)
			contains(t, "", digest(t, again), digest(t, m))
			if twice := mustWrite(t, again, nil); !bytes.Equal(once, twice) {
				t.Error("rewriting the rewritten file changes it")
			}
		})
	}
}
