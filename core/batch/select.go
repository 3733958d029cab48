package batch

import (
	"fmt"
	"path"
	"time"

	"github.com/bmatcuk/doublestar/v4"
)

// A Selection says which files below the paths that the user names are inputs.
// The zero value takes all.
type Selection struct {
	// Include and Exclude are patterns: * stands for anything within a name, **
	// for any number of folders, {a,b} for one of them. A pattern without a slash
	// is about the file's name, any other about its path below the folder named.
	// With Include, only what matches one of them is an input.
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// NewerThan leaves out what has not changed since; the zero time does not.
	// NewerText is how the user said it, which may be an age: it is what makes
	// two runs the same.
	NewerThan time.Time `json:"-"`
	NewerText string    `json:"newer_than,omitempty"`
	// FollowLinks goes on behind symbolic links.
	FollowLinks bool `json:"follow_links,omitempty"`
}

// Check returns an error for a pattern that is none.
func (s Selection) Check() error {
	for _, list := range [][]string{s.Include, s.Exclude} {
		for _, p := range list {
			if !doublestar.ValidatePattern(p) {
				return fmt.Errorf("%q is no pattern", p)
			}
		}
	}
	return nil
}

// takes reports whether a file is an input. rel is its path below what the user
// named, with slashes.
func (s Selection) takes(rel string, modTime time.Time) bool {
	switch {
	case !s.NewerThan.IsZero() && !modTime.After(s.NewerThan):
		return false
	case len(s.Include) > 0 && !matchesAny(s.Include, rel):
		return false
	}
	return !matchesAny(s.Exclude, rel)
}

// prunes reports whether nothing in a folder is an input.
func (s Selection) prunes(rel string) bool { return matchesAny(s.Exclude, rel) }

func matchesAny(patterns []string, rel string) bool {
	for _, p := range patterns {
		subject := rel
		if path.Base(p) == p {
			subject = path.Base(rel)
		}
		if ok, _ := doublestar.Match(p, subject); ok {
			return true
		}
	}
	return false
}
