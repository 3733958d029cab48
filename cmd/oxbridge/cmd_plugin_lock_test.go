//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/registry"
)

// A witness looks at the lock whenever something is printed.
type witness struct {
	lock string // its path
	seen []string
	err  error // of every Write
}

func (w *witness) Write(p []byte) (int, error) {
	b, err := os.ReadFile(w.lock)
	if err != nil {
		return 0, err
	}
	pins, _ := registry.ParseLock(strings.NewReader(string(b)))
	w.seen = append(w.seen, fmt.Sprintf("%s, %d locked", strings.TrimSpace(string(p)), len(pins)))
	return len(p), w.err
}

// TestLockIsWrittenLast has two plugins whose programs are gone. All that is to
// change is shown before anything is, and nothing is when that cannot be shown.
func TestLockIsWrittenLast(t *testing.T) {
	full := errors.New("no space")
	hash := strings.Repeat("0", 64)
	before := "oxbridge plugin lock 1\nalpha sha256:" + hash + " 7\nbeta sha256:" + hash + " 7\n"
	shown := []string{"alpha: gone; was sha256 " + hash + ", 2 locked", "beta: gone; was sha256 " + hash + ", 2 locked"}
	tests := []struct {
		name string
		opts lockOptions
		err  error // of writing
		want []string
		left bool // the lock is as before
	}{
		{"lock", lockOptions{}, nil, append(slices.Clone(shown), "alpha: taken out of the lock, 1 locked", "beta: taken out of the lock, 0 locked"), false},
		{"check", lockOptions{check: true}, nil, shown, true},
		{"output that cannot be written", lockOptions{}, full, shown[:1], true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "plugins")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv(registry.DirVariable, dir)
			w := &witness{lock: filepath.Join(dir, registry.LockName), err: tt.err}
			if err := os.WriteFile(w.lock, []byte(before), 0o644); err != nil {
				t.Fatal(err)
			}
			err := runPluginLock(t.Context(), tt.opts, nil, w, io.Discard)
			if (err != nil) != tt.left || !errors.Is(err, tt.err) && tt.err != nil {
				t.Errorf("got %v", err)
			}
			if !slices.Equal(w.seen, tt.want) {
				t.Errorf("it shows\n%s\nwant\n%s", strings.Join(w.seen, "\n"), strings.Join(tt.want, "\n"))
			}
			if after, err := os.ReadFile(w.lock); err != nil || (string(after) == before) != tt.left {
				t.Errorf("the lock is\n%s, %v", after, err)
			}
		})
	}
}

// TestLockKeepsWhatCameBack installs a program again after the lock has shown that
// it is gone: it is not removed.
func TestLockKeepsWhatCameBack(t *testing.T) {
	t.Parallel()
	p := &registry.Plugin{Name: "alpha", Path: filepath.Join(t.TempDir(), "oxbridge-plugin-alpha")}
	if err := os.WriteFile(p.Path, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	l := locker{folder: registry.Folder{Kind: registry.User, Path: filepath.Dir(p.Path)}}
	if err := l.takeOut(p); err == nil || !strings.Contains(err.Error(), "there again") {
		t.Errorf("takeOut() = %v", err)
	}
	if _, err := os.Stat(p.Path); err != nil {
		t.Error(err)
	}
}
