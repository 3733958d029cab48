package registry

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

const (
	// LockName is the name of the lock in its folder.
	LockName = "plugins.lock"
	// lockHead is its first line.
	lockHead = "oxbridge plugin lock 1"
	// maxLock bounds it, in bytes.
	maxLock = 1 << 20
	// maxVersion bounds a version, in bytes.
	maxVersion = 256
)

// A Pin is a program that may be run.
type Pin struct {
	Name    string
	Digest  store.Digest
	Version string // as the plugin says, one line; may be empty
}

// A Lock is the pins of a folder, by name.
type Lock map[string]Pin

var hashes = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// ParseLock reads a lock. A line that is not right is an error: a lock that is
// understood in part protects in part.
func ParseLock(r io.Reader) (Lock, error) {
	lines := bufio.NewScanner(io.LimitReader(r, maxLock+1))
	lines.Buffer(nil, maxLock)
	lock := Lock{}
	n, size, headed := 0, 0, false
	for lines.Scan() {
		n++
		line := strings.TrimRight(lines.Text(), " \r")
		if size += len(lines.Text()) + 1; size > maxLock {
			return nil, fmt.Errorf("%s is longer than %d bytes", LockName, maxLock)
		}
		switch {
		case line == "" || line[0] == '#':
			continue
		case !headed && line != lockHead:
			return nil, fmt.Errorf("%s:%d: does not begin with %q", LockName, n, lockHead)
		case !headed:
			headed = true
			continue
		}
		pin, err := parsePin(line)
		if _, twice := lock[pin.Name]; err == nil && twice {
			err = fmt.Errorf("%s is there twice", pin.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", LockName, n, err)
		}
		lock[pin.Name] = pin
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", LockName, n+1, err)
	}
	if !headed {
		return nil, fmt.Errorf("%s: does not begin with %q", LockName, lockHead)
	}
	return lock, nil
}

func parsePin(line string) (Pin, error) {
	words := strings.SplitN(line, " ", 4)
	if len(words) < 3 {
		return Pin{}, errors.New("is not a name, a hash, a size and a version")
	}
	if err := CheckName(words[0]); err != nil {
		return Pin{}, err
	}
	if !hashes.MatchString(words[1]) {
		return Pin{}, fmt.Errorf("%.80q is not sha256: and 64 hexadecimal digits", words[1])
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil || size < 0 || words[2] != strconv.FormatInt(size, 10) {
		return Pin{}, fmt.Errorf("%.80q is no size", words[2])
	}
	pin := Pin{Name: words[0], Digest: store.Digest{SHA256: strings.TrimPrefix(words[1], "sha256:"), Size: size}}
	if len(words) == 4 {
		pin.Version = words[3]
	}
	if pin.Version != oneLine(pin.Version) {
		return Pin{}, errors.New("the version is not printable")
	}
	return pin, nil
}

// oneLine returns what of a version is kept: printable text of bounded length,
// without blanks around it.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(store.ShortenName(s, maxVersion))
}

// String returns the lock as it is stored.
func (l Lock) String() string {
	var b strings.Builder
	b.WriteString(lockHead + "\n")
	for _, name := range slices.Sorted(maps.Keys(l)) {
		p := l[name]
		line := fmt.Sprintf("%s sha256:%s %d %s", name, p.Digest.SHA256, p.Digest.Size, oneLine(p.Version))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// ReadLock reads the lock of a folder; a folder without one has an empty lock.
// The file is held to the rules for programs.
func (f Folder) ReadLock() (Lock, error) {
	file, err := openTrusted(f.lockPath(), false)
	if errors.Is(err, fs.ErrNotExist) {
		return Lock{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ParseLock(file)
}

// writeLock replaces the lock of a folder.
func (f Folder) writeLock(l Lock) error {
	return place(f.lockPath(), l.String())
}

// place has a file appear at path, whole, on disk, in place of another.
func place(path string, contents string) error {
	t, err := store.Create(path, true)
	if err != nil {
		return err
	}
	defer t.Close()
	if _, err := io.WriteString(t, contents); err != nil {
		return err
	}
	if _, err := t.Finish(); err != nil {
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	if err := t.Publish(true); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
