//go:build linux && (amd64 || arm64)

package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestHeld starts a script that is inherited as an open file: what was opened is
// run, and not what has its place, and it sees no file beside itself.
func TestHeld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "plugin")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nread line < "+dir+"/other && echo read\necho ran $1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"plugin": "#!/bin/false\n", "other": "secret\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	opened := OpenedPath(f)
	var p Policy
	var err error
	if p.Path, p.Argv, p.Read, err = Resolve(opened, []string{"arg"}); err != nil {
		t.Fatal(err)
	}
	p.Mode = Best
	arg, err := p.Hold(opened, path).Args()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "launch", arg)
	cmd.ExtraFiles = []*os.File{f}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	want := "ran arg\n"
	if (Policy{Mode: Strict}).Check() != nil {
		want = "read\n" + want // nothing keeps it from its neighbours
	}
	if err != nil || string(out) != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

// TestProbe holds the probe to what it is for: every wall that this system has
// stands, and it says so.
func TestProbe(t *testing.T) {
	t.Parallel()
	found, err := Probe(t.Context(), []string{os.Args[0], "launch"}, []string{os.Args[0], "escape"})
	if err != nil || len(found) != len(escapes) {
		t.Fatalf("got %d findings, %v", len(found), err)
	}
	walls := map[Wall]bool{}
	for _, w := range Available() {
		walls[w] = true
	}
	for i, f := range found {
		want := NoWall
		if walls[f.Wall] {
			want = Held
		}
		if f.Outcome != want || want == Held && (f.Answer == "" || f.Proven == escapes[i].harm) {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}
