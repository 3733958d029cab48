package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRepairCorpus repairs every message and every damaged compound file that
// lies beside the project. What comes out has no fault, for us and for the
// judge.
func TestRepairCorpus(t *testing.T) {
	t.Parallel()
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	dir := t.TempDir()
	codes, outputs := make(map[int]int), []string{}
	for _, kind := range []string{"msg", "cfb"} {
		_ = filepath.WalkDir(filepath.Join(corpus, kind), func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || kind == "msg" && filepath.Ext(path) != ".msg" {
				return nil
			}
			out := filepath.Join(dir, fmt.Sprintf("%d.msg", len(outputs)))
			var stdout, stderr bytes.Buffer
			code := run([]string{"repair", path, "-o", out}, &stdout, &stderr)
			codes[code]++
			_, serr := os.Stat(out)
			switch {
			case code != exitOK && code != exitPartial, (code == exitPartial) != (stderr.Len() > 0 || strings.Contains(stdout.String(), ": loss ")):
				t.Errorf("%s: status %d\n%s%s", path, code, &stdout, &stderr)
			case serr == nil:
				outputs = append(outputs, out)
			case stderr.Len() == 0:
				t.Errorf("%s: no output, and nothing said", path)
			}
			return nil
		})
	}
	if len(codes) == 0 {
		t.Skip("no corpus")
	}
	t.Logf("%d files written; files by exit status: %v", len(outputs), codes)
	var stdout, stderr bytes.Buffer
	if code := run(append([]string{"verify"}, outputs...), &stdout, &stderr); code != exitOK {
		t.Errorf("verify: status %d\n%s", code, &stdout)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 for the judge")
	}
	if said := judge(t, append([]string{"msg"}, outputs...)...); !strings.HasSuffix(said, fmt.Sprintf("%d of %d without fault\n", len(outputs), len(outputs))) {
		t.Errorf("the judge: %.3000s", said)
	}
}
