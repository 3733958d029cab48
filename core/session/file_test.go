package session

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// failing is a disk whose operations fail from the nth on, as after a crash, or
// with once the nth alone.
type failing struct {
	osDisk
	n     int // operations that succeed
	once  bool
	count int
}

var errFailed = errors.New("this operation fails")

// step counts an operation.
func (d *failing) step() error {
	d.count++
	if d.count > d.n && (!d.once || d.count == d.n+1) {
		return errFailed
	}
	return nil
}

func (d *failing) create(dir, pattern string) (tempFile, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	f, err := d.osDisk.create(dir, pattern)
	return &failingFile{f, d}, err
}

func (d *failing) rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.osDisk.rename(from, to)
}

func (d *failing) remove(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.osDisk.remove(path)
}

func (d *failing) syncDir(dir string) error {
	if err := d.step(); err != nil {
		return err
	}
	return d.osDisk.syncDir(dir)
}

// failingFile is a file of such a disk. A write that fails is half done.
type failingFile struct {
	tempFile
	d *failing
}

func (f *failingFile) Write(p []byte) (int, error) {
	if err := f.d.step(); err != nil {
		n, _ := f.tempFile.Write(p[:len(p)/2])
		return n, err
	}
	return f.tempFile.Write(p)
}

func (f *failingFile) Seek(offset int64, whence int) (int64, error) {
	if err := f.d.step(); err != nil {
		return 0, err
	}
	return f.tempFile.Seek(offset, whence)
}

func (f *failingFile) Sync() error {
	if err := f.d.step(); err != nil {
		return err
	}
	return f.tempFile.Sync()
}

func (f *failingFile) Close() error {
	if err := f.d.step(); err != nil {
		_ = f.tempFile.Close()
		return err
	}
	return f.tempFile.Close()
}

// TestEveryOperationFails edits a file and fails each write, sync, rename and so
// on in turn: the old file or the new one is there afterwards, whole, and what
// SaveChanges says agrees with it.
func TestEveryOperationFails(t *testing.T) {
	t.Parallel()
	before := file(t, "before")
	for _, once := range []bool{false, true} {
		var states [2]int // old, new
		for n := 0; ; n++ {
			path := filepath.Join(t.TempDir(), "m.msg")
			if err := os.WriteFile(path, before, 0o600); err != nil {
				t.Fatal(err)
			}
			d := &failing{n: n, once: once}
			err := edit(t, path, d)
			after := must(os.ReadFile(path))
			fresh := !bytes.Equal(after, before)
			if fresh && subjectOf(t, after) != "after" {
				t.Fatalf("operation %d: the file is neither the old nor the new one", n)
			}
			if err == nil && !fresh {
				t.Errorf("operation %d: saved, but the old file is there", n)
			}
			if err != nil && !errors.Is(err, errFailed) {
				t.Errorf("operation %d: %v", n, err)
			}
			if fresh {
				states[1]++
			} else {
				states[0]++
			}
			if once && len(must(filepath.Glob(filepath.Join(filepath.Dir(path), tempPrefix+"*")))) > 1 {
				t.Errorf("operation %d: temporary files are left", n)
			}
			if d.count <= n {
				break // nothing failed
			}
		}
		if states[0] < 5 || states[1] < 2 {
			t.Errorf("%d times the old file, %d times the new one", states[0], states[1])
		}
	}
}

// edit changes the subject of a file.
func edit(t *testing.T, path string, d disk) error {
	t.Helper()
	st, err := openFile(path, ReadWrite, d)
	if err != nil {
		return err
	}
	m, err := open(t).OpenMessage(st, Unicode, nil, nil)
	if err != nil {
		return err
	}
	defer m.Release()
	if _, err := m.SetProps(one(subject, "after")); err != nil {
		return err
	}
	return m.SaveChanges()
}

func subjectOf(t *testing.T, b []byte) string {
	t.Helper()
	m, err := open(t).OpenMessage(NewMemory(b), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return must(m.Snapshot()).Props.String(subject)
}

func TestOpenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		path string
		mode Mode
		err  error
	}{
		{"not there", filepath.Join(dir, "none"), ReadOnly, mapi.ErrNotFound},
		{"not there, to be changed", filepath.Join(dir, "none"), ReadWrite, mapi.ErrNotFound},
		{"not there, to be made", filepath.Join(dir, "none"), CreateNew, nil},
		{"a folder", dir, ReadOnly, mapi.ErrInvalidParameter},
		{"empty", empty, ReadOnly, mapi.ErrCorruptData},
		{"empty, to be replaced", empty, CreateNew, nil},
		{"another mode", empty, 9, mapi.ErrUnknownFlags},
	}
	for _, tt := range tests {
		f, err := OpenFile(tt.path, tt.mode)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if err == nil {
			f.Close()
		}
	}
}

// TestSomebodyElseChangesTheFile has the codes of SaveChanges for it.
func TestSomebodyElseChangesTheFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		meddle  func(path string) error
		flags   SaveFlags
		err     error
		content string
	}{
		{"nobody does", func(string) error { return nil }, 0, nil, "after"},
		{"it is replaced", replace(t), 0, mapi.ErrObjectChanged, "other"},
		{"it is replaced, FORCE_SAVE", replace(t), ForceSave, nil, "after"},
		{"it is deleted", os.Remove, 0, mapi.ErrObjectDeleted, ""},
		{"it is deleted, FORCE_SAVE", os.Remove, ForceSave, mapi.ErrObjectDeleted, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.msg")
			if err := os.WriteFile(path, file(t, "before"), 0o640); err != nil {
				t.Fatal(err)
			}
			m := must(open(t).OpenMessage(mustFile(t, path, ReadWrite), 0, nil, nil))
			_ = must(m.SetProps(one(subject, "after")))
			if err := tt.meddle(path); err != nil {
				t.Fatal(err)
			}
			if err := m.SaveChanges(tt.flags); !errors.Is(err, tt.err) {
				t.Errorf("SaveChanges() = %v, want %v", err, tt.err)
			}
			if tt.content == "" {
				return
			}
			if got := subjectOf(t, must(os.ReadFile(path))); got != tt.content {
				t.Errorf("the file says %q, want %q", got, tt.content)
			}
			if err := m.SaveChanges(); tt.err == nil && err != nil {
				t.Errorf("saved once more: %v", err)
			}
		})
	}
}

// replace returns a function that puts another message in place of a file.
func replace(t *testing.T) func(string) error {
	b := file(t, "other")
	return func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, b, 0o600)) }
}
