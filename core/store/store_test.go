package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// names returns what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestTargetAppearsByCommit(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "x.eml")
	tg, err := Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(tg, "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatalf("the file is there before Commit: %v", err)
	}
	if err := tg.Commit(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "hello" {
		t.Errorf("content %q, %v", b, err)
	}
	if err := tg.Close(); err != nil {
		t.Errorf("Close after Commit: %v", err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

func TestTargetCloseDropsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tg, err := Create(filepath.Join(dir, "x"), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tg.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := tg.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
	if err := tg.Commit(); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("Commit after Close = %v", err)
	}
}

func TestTargetNeverOverwritesUnasked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	write := func(content string, overwrite bool) error {
		tg, err := Create(path, overwrite)
		if err != nil {
			return err
		}
		defer tg.Close()
		if _, err := io.WriteString(tg, content); err != nil {
			return err
		}
		return tg.Commit()
	}
	if err := write("one", false); err != nil {
		t.Fatal(err)
	}
	if err := write("two", false); !errors.Is(err, ErrExists) {
		t.Errorf("second write = %v, want ErrExists", err)
	}
	if err := write("three", true); err != nil {
		t.Errorf("overwrite = %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "three" {
		t.Errorf("content %q", b)
	}
	// The name is taken while the file is in the making.
	other := filepath.Join(dir, "y")
	tg, err := Create(other, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tg.Commit(); !errors.Is(err, ErrExists) {
		t.Errorf("Commit over a file that appeared = %v, want ErrExists", err)
	}
	if b, _ := os.ReadFile(other); string(b) != "theirs" {
		t.Errorf("content %q", b)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("left behind: %v", got)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := OpenSource(dir); err == nil {
		t.Error("a folder opened")
	}
	path := filepath.Join(dir, "x")
	if err := os.WriteFile(path, []byte("abc"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSource(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Size() != 3 {
		t.Errorf("Size() = %d", s.Size())
	}
	if _, err := s.Rewrite(); !errors.Is(err, mapi.ErrNoAccess) {
		t.Errorf("Rewrite() = %v", err)
	}
	if err := s.Commit(); !errors.Is(err, mapi.ErrNoAccess) {
		t.Errorf("Commit() = %v", err)
	}
}
