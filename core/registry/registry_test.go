//go:build unix

package registry

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder makes a folder for plugins that nobody else may write.
func folder(t *testing.T) Folder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "plugins")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return Folder{User, dir}
}

// install installs a program with these contents.
func install(t *testing.T, f Folder, name, contents string, force bool) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "built")
	write(t, path, contents, 0o755)
	s, err := f.Stage(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := s.Program.Digest
	return s.Install(&Record{Name: name, Version: "1.0", SHA256: d.SHA256, Size: d.Size,
		Formats: []Format{{Name: "note", Exports: true}, {Name: "memo", Imports: true}}}, force)
}

func write(t *testing.T, path, contents string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(contents), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

// one returns the only plugin in the folders.
func one(t *testing.T, folders ...Folder) *Plugin {
	t.Helper()
	all, err := Scan(folders)
	if err != nil || len(all) != 1 {
		t.Fatalf("Scan() = %v, %v", all, err)
	}
	return all[0]
}

func TestInstallAndRun(t *testing.T) {
	t.Parallel()
	f := folder(t)
	if err := install(t, f, "md", "program", false); err != nil {
		t.Fatal(err)
	}
	p := one(t, f)
	if p.Name != "md" || !p.Record.Exports("note") || p.Record.Exports("memo") || !p.Record.Imports("memo") {
		t.Errorf("got %+v", p)
	}
	prog, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer prog.File.Close()
	// Whatever has its place by then, what was opened stays what it is.
	if err := os.Remove(p.Path); err != nil {
		t.Fatal(err)
	}
	write(t, p.Path, "another", 0o755)
	if b, err := io.ReadAll(prog.File); err != nil || string(b) != "program" {
		t.Errorf("the open program is %q, %v", b, err)
	}
	if info, err := os.Stat(f.programPath("md")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(f.Path, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestInstallOverAnother(t *testing.T) {
	t.Parallel()
	f := folder(t)
	if err := install(t, f, "md", "one", false); err != nil {
		t.Fatal(err)
	}
	if err := install(t, f, "md", "one", false); err != nil {
		t.Errorf("the same again: %v", err)
	}
	err := install(t, f, "md", "two", false)
	if !errors.Is(err, ErrInstalled) || strings.Count(err.Error(), "sha256 ") != 2 {
		t.Errorf("another: %v", err)
	}
	if state, err := one(t, f).Check(); state != OK {
		t.Errorf("then: %s, %v", state, err)
	}
	if err := install(t, f, "md", "two", true); err != nil {
		t.Errorf("by force: %v", err)
	}
	if prog, err := one(t, f).Open(); err != nil || prog.Digest.Size != 3 || prog.File.Close() != nil {
		t.Errorf("then: %v, %v", prog, err)
	}
	if err := install(t, f, "../md", "three", true); err == nil {
		t.Error("a path was taken for a name")
	}
}

// TestStates spoils an installed plugin in every way.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, f Folder)
		state State
		why   string
	}{
		{"nothing", func(*testing.T, Folder) {}, OK, ""},
		{"other bytes", func(t *testing.T, f Folder) { write(t, f.programPath("md"), "changed", 0o755) }, Changed,
			"is not the program that was locked"},
		{"no program", func(t *testing.T, f Folder) { remove(t, f.programPath("md")) }, Missing, "is not there"},
		{"no lock", func(t *testing.T, f Folder) { remove(t, f.lockPath()) }, Unlocked, "is not in the lock"},
		{"no record", func(t *testing.T, f Folder) { remove(t, f.recordPath("md")) }, Unlocked, "has no record"},
		{"damaged lock", func(t *testing.T, f Folder) { write(t, f.lockPath(), "what", 0o644) }, Refused, "does not begin with"},
		{"damaged record", func(t *testing.T, f Folder) { write(t, f.recordPath("md"), "{", 0o644) }, Refused, "record of md"},
		{"record of another", func(t *testing.T, f Folder) { write(t, f.recordPath("md"), `{"name":"x"}`, 0o644) }, Refused, "is about"},
		{"program writable by the group", func(t *testing.T, f Folder) { chmod(t, f.programPath("md"), 0o775) }, Refused, "can be written by others"},
		{"program writable by all", func(t *testing.T, f Folder) { chmod(t, f.programPath("md"), 0o757) }, Refused, "can be written by others"},
		{"program not executable", func(t *testing.T, f Folder) { chmod(t, f.programPath("md"), 0o644) }, Refused, "is not executable"},
		{"lock writable by all", func(t *testing.T, f Folder) { chmod(t, f.lockPath(), 0o666) }, Refused, "can be written by others"},
		{"record writable by all", func(t *testing.T, f Folder) { chmod(t, f.recordPath("md"), 0o666) }, Refused, "can be written by others"},
		{"folder writable by the group", func(t *testing.T, f Folder) { chmod(t, f.Path, 0o775) }, Refused, "plugins can be written by others"},
		{"folder writable by all, each his own", func(t *testing.T, f Folder) { chmod(t, f.Path, 0o777|fs.ModeSticky) }, Refused, "plugins can be written by others"},
		{"folder above writable by all", func(t *testing.T, f Folder) {
			chmod(t, filepath.Dir(filepath.Dir(f.Path)), 0o755)
			chmod(t, filepath.Dir(f.Path), 0o777)
		}, Refused, "can be written by others"},
		{"folder above writable by all, below one that lets nobody in", func(t *testing.T, f Folder) {
			chmod(t, filepath.Dir(filepath.Dir(f.Path)), 0o700)
			chmod(t, filepath.Dir(f.Path), 0o777)
		}, OK, ""},
		{"a folder for a program", func(t *testing.T, f Folder) {
			remove(t, f.programPath("md"))
			if err := os.Mkdir(f.programPath("md"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, Missing, "is not there"},
		{"a link to a program elsewhere", func(t *testing.T, f Folder) {
			dir := filepath.Join(filepath.Dir(f.Path), "elsewhere")
			link(t, f, dir, 0o755)
		}, OK, ""},
		{"a link into a folder that all may write", func(t *testing.T, f Folder) {
			dir := filepath.Join(filepath.Dir(f.Path), "elsewhere")
			link(t, f, dir, 0o777)
		}, Refused, "elsewhere can be written by others"},
		{"a folder behind a link that others may change", func(t *testing.T, f Folder) {
			dir := filepath.Dir(f.Path)
			if err := os.Rename(f.Path, filepath.Join(filepath.Dir(dir), "real")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../real", f.Path); err != nil {
				t.Fatal(err)
			}
			chmod(t, filepath.Dir(dir), 0o755)
			chmod(t, dir, 0o777)
		}, Refused, "can be written by others"},
		{"a folder behind a link", func(t *testing.T, f Folder) {
			if err := os.Rename(f.Path, filepath.Join(filepath.Dir(f.Path), "real")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("real", f.Path); err != nil {
				t.Fatal(err)
			}
		}, OK, ""},
		{"a link to nowhere", func(t *testing.T, f Folder) {
			remove(t, f.programPath("md"))
			if err := os.Symlink("nowhere", f.programPath("md")); err != nil {
				t.Fatal(err)
			}
		}, Refused, "no such file"},
		{"a program of somebody else", func(t *testing.T, f Folder) { chown(t, f.programPath("md")) }, Refused, "belongs to user 12345"},
		{"a folder of somebody else", func(t *testing.T, f Folder) { chown(t, f.Path) }, Refused, "belongs to user 12345"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := folder(t)
			if err := install(t, f, "md", "program", false); err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, f)
			p := one(t, f)
			state, err := p.Check()
			if state != tt.state || (err == nil) != (tt.state == OK) || err != nil && !strings.Contains(err.Error(), tt.why) {
				t.Errorf("got %s, %v, want %s, %q", state, err, tt.state, tt.why)
			}
			if prog, err := p.Open(); (err == nil) != (tt.state == OK) {
				t.Errorf("Open() = %v, %v", prog, err)
			} else if err == nil {
				_ = prog.File.Close()
			}
		})
	}
}

// TestChangedSaysBothHashes is what a user needs to find out what happened.
func TestChangedSaysBothHashes(t *testing.T) {
	t.Parallel()
	f := folder(t)
	if err := install(t, f, "md", "program", false); err != nil {
		t.Fatal(err)
	}
	pin := one(t, f).Pin.Digest.SHA256
	write(t, f.programPath("md"), "changed", 0o755)
	_, err := one(t, f).Open()
	now, rerr := one(t, f).Read()
	if rerr != nil {
		t.Fatal(rerr)
	}
	defer now.File.Close()
	var r *Refusal
	if !errors.As(err, &r) || !strings.Contains(err.Error(), pin) || !strings.Contains(err.Error(), now.Digest.SHA256) || !strings.Contains(r.Hint, "plugin lock md") {
		t.Errorf("got %v", err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func chown(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
}

// link moves the program into another folder and links to it.
func link(t *testing.T, f Folder, dir string, mode fs.FileMode) {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(f.programPath("md"), filepath.Join(dir, "program")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "program"), f.programPath("md")); err != nil {
		t.Fatal(err)
	}
	chmod(t, dir, mode)
}

func TestHiddenAndReserved(t *testing.T) {
	t.Parallel()
	user, system := folder(t), folder(t)
	system.Kind = System
	for _, f := range []Folder{user, system} {
		for _, name := range []string{"md", "eml"} {
			if err := install(t, f, name, "program", false); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, err := Scan([]Folder{{User, filepath.Join(user.Path, "absent")}, user, system}, "eml")
	if err != nil || len(all) != 4 {
		t.Fatalf("got %v, %v", all, err)
	}
	for i, want := range []State{Refused, Refused, OK, Hidden} {
		if state, _ := all[i].Check(); state != want {
			t.Errorf("%s of the %s is %s, want %s", all[i].Name, all[i].Folder.Kind, state, want)
		}
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	f := folder(t)
	if err := install(t, f, "md", "program", false); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove("../plugins/md"); err == nil {
		t.Error("a path was taken for a name")
	}
	if err := f.Remove("md"); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove("md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("again: %v", err)
	}
	if left, err := os.ReadDir(f.Path); err != nil || len(left) != 1 || left[0].Name() != LockName {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestManyAtOnce installs plugins from several sides: no pin is lost.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f := folder(t)
	done := make(chan error)
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, name := range names {
		go func() { done <- install(t, f, name, "program of "+name, false) }()
	}
	for range names {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if lock, err := f.ReadLock(); err != nil || len(lock) != len(names) {
		t.Errorf("got %v, %v", lock, err)
	}
}
