package sdk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// names are the words that a person types.
var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Check returns an error that says which field of p is missing or wrong.
// [Main] calls it.
func (p Plugin) Check() error {
	switch {
	case !names.MatchString(p.Name):
		return fmt.Errorf("sdk: plugin name %q is not [a-z][a-z0-9-]{0,31}", p.Name)
	case len(p.Formats) == 0 && p.Transformer == nil:
		return fmt.Errorf("sdk: plugin %s has no formats and no Transformer", p.Name)
	case p.Jobs < 0:
		return fmt.Errorf("sdk: plugin %s takes %d jobs", p.Name, p.Jobs)
	}
	for i, o := range p.Options {
		if err := o.check(); err != nil {
			return err
		}
		if slices.ContainsFunc(p.Options[:i], func(q Option) bool { return q.Name == o.Name }) {
			return fmt.Errorf("sdk: option %s is there twice", o.Name)
		}
	}
	for i, f := range p.Formats {
		if slices.ContainsFunc(p.Formats[:i], func(g Format) bool { return g.Name == f.Name }) {
			return fmt.Errorf("sdk: format %s is there twice", f.Name)
		}
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

// Where a Magic may stand, and how long it may be, in bytes. The host has that
// much of a file at hand for all plugins.
const (
	maxMagicOffset = 4096
	maxMagic       = 256
)

// check returns an error that says what is wrong with the declaration.
func (f Format) check() error {
	switch {
	case !names.MatchString(f.Name):
		return fmt.Errorf("sdk: format name %q is not [a-z][a-z0-9-]{0,31}", f.Name)
	case f.Importer == nil && f.Exporter == nil:
		return fmt.Errorf("sdk: format %s has neither Importer nor Exporter", f.Name)
	case f.Importer == nil && f.Probe != nil:
		return fmt.Errorf("sdk: format %s has a Probe and no Importer", f.Name)
	}
	for _, e := range f.Extensions {
		if len(e) < 2 || e[0] != '.' || strings.ContainsAny(e, "/\\") {
			return fmt.Errorf("sdk: extension %q of format %s has no dot or no name", e, f.Name)
		}
	}
	for _, m := range f.Magic {
		if m.Offset < 0 || m.Offset >= maxMagicOffset || m.Bytes == "" || len(m.Bytes) > maxMagic {
			return fmt.Errorf("sdk: magic of %d bytes at %d of format %s: needs 1 to %d bytes below %d", len(m.Bytes), m.Offset, f.Name, maxMagic, maxMagicOffset)
		}
	}
	return nil
}
