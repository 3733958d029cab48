package registry

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// Prefix begins the file name of every plugin program.
const Prefix = "oxbridge-plugin-"

const recordSuffix = ".json"

// programSuffix ends it.
var programSuffix = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// CheckName returns an error for a word that is no name of a plugin, above all
// for what could be a path.
func CheckName(name string) error {
	if !names.MatchString(name) {
		return fmt.Errorf("%.80q is no name of a plugin: names are [a-z][a-z0-9-]{0,31}", name)
	}
	return nil
}

// nameOf returns the name of the plugin whose program has that file name; false
// if it is none.
func nameOf(file string) (string, bool) {
	name, ok := strings.CutPrefix(file, Prefix)
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, programSuffix)
	return name, ok && names.MatchString(name)
}
