package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// put makes files below a folder, with their names as contents.
func put(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// list returns the names of files and links in a storage.
func list(t *testing.T, d Dir, under string, skip string) []string {
	t.Helper()
	var out []string
	err := d.List(t.Context(), under, func(e Entry) error {
		switch {
		case e.Err != nil:
			t.Error(e.Err)
		case e.Kind == KindFolder && e.Name == skip:
			return fs.SkipDir
		case e.Kind == KindLink:
			out = append(out, e.Name+" ->")
		case e.Kind == KindFile:
			out = append(out, e.Name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDirListsInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "b", "a/z", "a/y/x", "a.d/w", "c/skipped")
	d := Dir{Root: dir}
	if got, want := list(t, d, ".", "c"), []string{"a/y/x", "a/z", "a.d/w", "b"}; !slices.Equal(got, want) {
		t.Errorf("List() = %v, want %v", got, want)
	}
	if got, want := list(t, d, "a/y", ""), []string{"a/y/x"}; !slices.Equal(got, want) {
		t.Errorf("List(a/y) = %v, want %v", got, want)
	}
	stop := errors.New("enough")
	if err := d.List(t.Context(), ".", func(Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("List() = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.List(ctx, ".", func(Entry) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("List() = %v", err)
	}
	missing := 0
	if err := d.List(t.Context(), "nowhere", func(e Entry) error {
		if errors.Is(e.Err, fs.ErrNotExist) {
			missing++
		}
		return nil
	}); err != nil || missing != 1 {
		t.Errorf("List(nowhere) = %v, %d", err, missing)
	}
}

func TestDirLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "a/x", "b/y")
	for name, target := range map[string]string{"a/file": "../b/y", "a/folder": "../b", "a/loop": "..", "b/back": "../a"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("needs symbolic links")
		}
	}
	if got, want := list(t, Dir{Root: dir}, ".", ""), []string{"a/file ->", "a/folder ->", "a/loop ->", "a/x", "b/back ->", "b/y"}; !slices.Equal(got, want) {
		t.Errorf("List() = %v, want %v", got, want)
	}
	got := list(t, Dir{Root: dir, FollowLinks: true}, "a", "")
	want := []string{"a/file", "a/folder/back ->", "a/folder/y", "a/loop/a ->", "a/loop/b/back ->", "a/loop/b/y", "a/x"}
	if !slices.Equal(got, want) {
		t.Errorf("with links: %v, want %v", got, want)
	}
}

// TestDirSyncsTheWayToObjects lists the folders without which an object is not
// there after a loss of power.
func TestDirSyncsTheWayToObjects(t *testing.T) {
	t.Parallel()
	d := Dir{Root: "out"}
	want := []string{"out", "out/a/b", "out/a", "out/c"}
	for i := range want {
		want[i] = filepath.FromSlash(want[i])
	}
	if got := d.foldersOf([]string{"a/b/x", "a/y", "z", "c/x", "a/b/w"}); !slices.Equal(got, want) {
		t.Errorf("foldersOf() = %v, want %v", got, want)
	}
	root := Dir{Root: t.TempDir()}
	if err := root.Sync(t.Context(), nil, []string{"gone/x"}); err != nil {
		t.Errorf("Sync() of a folder that is gone: %v", err)
	}
	if err := (Dir{Root: root.Path("nowhere")}).Sync(t.Context(), nil, nil); err == nil {
		t.Error("Sync() of a root that is not there")
	}
}

func TestDirObjects(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := Dir{Root: dir}
	target, err := d.Create(t.Context(), "a/b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(target, "0123456789"); err != nil {
		t.Fatal(err)
	}
	digest, err := target.Finish()
	if err != nil || digest.Size != 10 {
		t.Fatalf("Finish() = %+v, %v", digest, err)
	}
	if err := d.Sync(t.Context(), []*Target{target}, nil); err != nil {
		t.Errorf("Sync() = %v", err)
	}
	if _, ok, err := d.Exists(t.Context(), "a/b"); ok || err != nil {
		t.Errorf("it exists before it is published: %v", err)
	}
	if err := target.Publish(false); err != nil {
		t.Fatal(err)
	}
	if err := d.Sync(t.Context(), nil, []string{"a/b"}); err != nil {
		t.Errorf("Sync() = %v", err)
	}
	if e, ok, err := d.Exists(t.Context(), "a/b"); !ok || e.Size != 10 || e.Kind != KindFile || err != nil {
		t.Errorf("Exists() = %+v, %v, %v", e, ok, err)
	}
	if again, err := DigestFile(d.Path("a/b")); again != digest || err != nil {
		t.Errorf("the file has %+v, %v, want %+v", again, err, digest)
	}
	r, err := d.OpenRange(t.Context(), "a/b", 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); string(b) != "3456" || err != nil || r.Close() != nil {
		t.Errorf("OpenRange() gives %q, %v", b, err)
	}
	for range 2 {
		if err := d.Delete(t.Context(), "a/b"); err != nil {
			t.Errorf("Delete() = %v", err)
		}
	}
	if got := names(t, filepath.Join(dir, "a")); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestRewrittenTargetHasItsDigest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x")
	target, err := Create(path, false)
	if err != nil {
		t.Fatal(err)
	}
	w, err := target.Rewrite()
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"xxxxx", "hello"} {
		if _, err := w.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, piece); err != nil {
			t.Fatal(err)
		}
	}
	d, err := target.Finish()
	if err != nil || d.Size != 5 || d.SHA256 != "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" {
		t.Errorf("Finish() = %+v, %v", d, err)
	}
	if err := target.Publish(false); err != nil {
		t.Fatal(err)
	}
	if err := target.Publish(false); err == nil {
		t.Error("it was published twice")
	}
}
