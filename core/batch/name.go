package batch

import (
	"path"
	"runtime"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// inputExtensions are those that the output's extension replaces; any other
// name keeps what follows its last dot.
var inputExtensions = map[string]bool{".msg": true, ".eml": true, ".emlx": true, ".oft": true, ".mht": true}

// A namer gives outputs their names. Which names there are depends on the inputs
// and their order alone, so that every planning of the same run finds the same.
type namer struct {
	to string
	// from are more extensions that the output's replaces.
	from []string
	// tree says that folders come in the order of a walk, each once: a folder
	// that was left is forgotten then.
	tree   bool
	memory Memory
	levels []level // the last is at hand; one that is not tree has one only
}

// A level is the names taken in a folder, and how many wanted each.
type level struct {
	dir   string
	taken map[string]int
}

// name returns the name for the output of an input that lies at rel, with
// slashes: its extension is replaced. When that is taken, the extension is
// added; when that is taken too, a number is.
func (n *namer) name(input, rel string) (string, error) {
	stem := rel
	if ext := path.Ext(rel); (inputExtensions[strings.ToLower(ext)] || hasExtension(rel, n.from)) && ext != path.Base(rel) {
		stem = strings.TrimSuffix(rel, ext)
	}
	taken := n.enter(path.Dir(rel))
	for _, name := range []string{stem + "." + n.to, rel + "." + n.to} {
		if free, err := n.claim(taken, input, name); free || err != nil {
			return name, err
		}
	}
	return n.number(taken, input, stem)
}

// wish returns a name for an output that is to be called stem, numbered when
// that is taken.
func (n *namer) wish(input, stem string) (string, error) {
	taken := n.enter(path.Dir(stem))
	name := stem + "." + n.to
	if free, err := n.claim(taken, input, name); free || err != nil {
		return name, err
	}
	return n.number(taken, input, stem)
}

// number tries numbers from 2 on.
func (n *namer) number(taken map[string]int, input, stem string) (string, error) {
	key := sameName(stem + "." + n.to)
	for i := max(2, taken[key]+1); ; i++ {
		name := stem + " (" + strconv.Itoa(i) + ")." + n.to
		free, err := n.claim(taken, input, name)
		if free || err != nil {
			taken[key] = i // the next one need not try the same numbers again
			return name, err
		}
	}
}

// keep claims a name that an input has had before.
func (n *namer) keep(name string) {
	taken := n.enter(path.Dir(name))
	taken[sameName(name)] = max(1, taken[sameName(name)])
}

// claim takes a name when nobody has it.
func (n *namer) claim(taken map[string]int, input, name string) (bool, error) {
	key := sameName(name)
	if taken[key] > 0 {
		return false, nil
	}
	if n.memory != nil {
		owner, ok, err := n.memory.Owner(name)
		if err != nil || ok && owner != input {
			return false, err
		}
	}
	taken[key] = 1
	return true, nil
}

// enter returns the names taken in a folder.
func (n *namer) enter(dir string) map[string]int {
	if !n.tree {
		dir = ""
	}
	for len(n.levels) > 0 && !holds(n.levels[len(n.levels)-1].dir, dir) {
		n.levels = n.levels[:len(n.levels)-1]
	}
	if len(n.levels) == 0 || n.levels[len(n.levels)-1].dir != dir {
		n.levels = append(n.levels, level{dir, map[string]int{}})
	}
	return n.levels[len(n.levels)-1].taken
}

// holds reports whether a folder is another or above it.
func holds(dir, other string) bool {
	return dir == other || dir == "." || strings.HasPrefix(other, dir+"/")
}

// sameName returns what two names have in common that the file system of the
// outputs takes for one: on Windows and macOS capitals do not count.
func sameName(name string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return strings.ToLower(name)
	}
	return name
}

// sanitise makes one part of a path of foreign text: a name that every system
// takes for a file in the folder at hand.
func sanitise(text string) string {
	switch name := store.FileName(text); {
	case name == "":
		return "_"
	case strings.HasPrefix(name, store.StateFolder):
		return "_" + name
	default:
		return name
	}
}

// sanitisePath makes a path below the folder at hand of one from an archive.
func sanitisePath(text string) string {
	var parts []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part != "." {
			parts = append(parts, sanitise(part))
		}
	}
	if len(parts) > limits.RunFolders.Int() {
		parts = append([]string{"_"}, parts[len(parts)-limits.RunFolders.Int():]...)
	}
	if len(parts) == 0 {
		return "_"
	}
	return strings.Join(parts, "/")
}
