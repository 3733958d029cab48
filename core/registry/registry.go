package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A State says whether a plugin may be run.
type State string

// The states.
const (
	OK       State = "ok"
	Changed  State = "changed"  // the program is not the one in the lock
	Missing  State = "missing"  // the lock names it, and there is no program
	Unlocked State = "unlocked" // there is a program, and the lock does not name it
	Refused  State = "refused"  // others may write it, or its name is taken
	Hidden   State = "hidden"   // an earlier folder has a plugin of its name
)

// A Plugin is an installed plugin. It is made by [Scan], which reads no program.
type Plugin struct {
	Name   string
	Folder Folder
	Path   string  // of the program
	Pin    *Pin    // nil when it is not in the lock
	Record *Record // of the pinned program; nil when there is none
	err    *Refusal
}

// Scan returns the plugins in the folders, hidden ones too, sorted by name and in
// the order of the folders. Plugins named in reserved are refused. A folder that
// is not there has none.
func Scan(folders []Folder, reserved ...string) ([]*Plugin, error) {
	var all []*Plugin
	seen := map[string]string{}
	for _, f := range folders {
		found, err := f.scan()
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			switch first, hidden := seen[p.Name]; {
			case slices.Contains(reserved, p.Name):
				p.err = &Refusal{State: Refused, Reason: "has the name of a built-in plugin", Hint: "oxbridge plugin remove " + p.Name}
			case hidden:
				p.err = &Refusal{State: Hidden, Reason: "is hidden by " + first}
			}
			if p.err != nil {
				p.err.Plugin = p.Name
			}
			if _, ok := seen[p.Name]; !ok {
				seen[p.Name] = p.Path
			}
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b *Plugin) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// scan returns the plugins of one folder.
func (f Folder) scan() ([]*Plugin, error) {
	entries, err := os.ReadDir(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lock, lerr := f.trustedLock()
	found := map[string]bool{}
	for name := range lock {
		found[name] = false
	}
	for _, e := range entries {
		if name, ok := nameOf(e.Name()); ok && !e.IsDir() {
			found[name] = true
		}
	}
	var all []*Plugin
	for name, there := range found {
		all = append(all, f.plugin(name, there, lock, lerr))
	}
	return all, nil
}

// trustedLock reads the lock of a folder that is to be trusted.
func (f Folder) trustedLock() (Lock, *Refusal) {
	_, err := f.trusted()
	var lock Lock
	if err == nil {
		lock, err = f.ReadLock()
	}
	return lock, refusal(err)
}

// trusted returns the path of the folder without symbolic links, and a *Refusal
// unless nobody else may write it.
func (f Folder) trusted() (string, error) {
	real, err := filepath.EvalSymlinks(f.Path)
	if err == nil {
		err = checkFolders(f.Path)
	}
	if err == nil {
		err = checkFolders(real)
	}
	return real, err
}

// refusal makes one of an error; nil of nil.
func refusal(err error) *Refusal {
	if err == nil {
		return nil
	}
	var r *Refusal
	if errors.As(err, &r) {
		c := *r
		return &c
	}
	return &Refusal{State: Refused, Reason: err.Error()}
}

// plugin is a plugin of the folder, with what is known without reading it.
func (f Folder) plugin(name string, there bool, lock Lock, lerr *Refusal) *Plugin {
	p := &Plugin{Name: name, Folder: f, Path: f.programPath(name)}
	if lerr != nil {
		c := *lerr
		p.err = &c
		p.err.Reason = "is refused: " + c.Reason
		return p
	}
	if pin, ok := lock[name]; ok {
		p.Pin = &pin
	}
	rec, err := f.readRecord(name)
	switch {
	case err != nil:
		p.err = refusal(err)
		p.err.Reason = "is refused: " + p.err.Reason
	case !there:
		p.err = &Refusal{State: Missing, Reason: "is in the lock, but " + p.Path + " is not there", Hint: "oxbridge plugin install PATH, or oxbridge plugin remove " + name}
	case p.Pin == nil:
		p.err = &Refusal{State: Unlocked, Reason: "is not in the lock of " + f.Path, Hint: "oxbridge plugin lock " + name + " puts it there, if you trust it"}
	case rec == nil || rec.SHA256 != p.Pin.Digest.SHA256:
		p.err = &Refusal{State: Unlocked, Reason: "has no record of what it can do", Hint: "oxbridge plugin lock " + name + " makes one"}
	}
	if p.Pin != nil && rec != nil && rec.SHA256 == p.Pin.Digest.SHA256 {
		p.Record = rec
	}
	return p
}

// Hidden reports whether an earlier folder has a plugin of the same name.
func (p *Plugin) Hidden() bool { return p.err != nil && p.err.State == Hidden }

// A Program is a program that was opened, found to be trusted, and hashed.
type Program struct {
	Name   string
	Path   string // symbolic links resolved
	Digest store.Digest
	// File is what was hashed. Run this, where the system can, and not what has
	// the path by then. Close it when no process is to be started any more.
	File *os.File
}

// Open opens the program of a plugin that may be run. The error is a *Refusal, or
// of the file system.
func (p *Plugin) Open() (*Program, error) {
	if p.err != nil {
		return nil, p.err
	}
	prog, err := p.Read()
	if err != nil {
		return nil, err
	}
	if prog.Digest != p.Pin.Digest {
		_ = prog.File.Close()
		return nil, &Refusal{State: Changed, Plugin: p.Name,
			Reason: fmt.Sprintf("is not the program that was locked: the SHA-256 of %s is %s, that in the lock %s", prog.Path, prog.Digest.SHA256, p.Pin.Digest.SHA256),
			Hint:   "if you have changed it, oxbridge plugin lock " + p.Name + " accepts it; if not, find out who has, and install it again"}
	}
	return prog, nil
}

// Read opens the program of a plugin whatever the lock says, to be looked at and
// locked.
func (p *Plugin) Read() (*Program, error) {
	f, err := openTrusted(p.Path, true)
	var r *Refusal
	if errors.As(err, &r) {
		return nil, &Refusal{State: r.State, Plugin: p.Name, Reason: "is refused: " + r.Reason, Hint: r.Hint}
	}
	if err != nil {
		return nil, err
	}
	return program(p.Name, f)
}

// program hashes an open file. It takes the file.
func program(name string, f *os.File) (*Program, error) {
	info, err := f.Stat()
	var d store.Digest
	if err == nil {
		d, err = store.DigestOf(f, info.Size())
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Program{Name: name, Path: f.Name(), Digest: d, File: f}, nil
}

// Check returns the state of a plugin, and a *Refusal unless it is OK. It reads
// the program.
func (p *Plugin) Check() (State, error) {
	prog, err := p.Open()
	if err == nil {
		_ = prog.File.Close()
		return OK, nil
	}
	r := refusal(err)
	return r.State, r
}
