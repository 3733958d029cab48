package sdk

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An OptionKind says what values an [Option] takes. The zero value is text.
type OptionKind uint8

// The kinds.
const (
	OptionText   OptionKind = iota // one line of text; one of Choices, if there are any
	OptionBool                     // "true" or "false"
	OptionNumber                   // a decimal number from Min to Max
)

// String returns text, bool or number.
func (k OptionKind) String() string {
	switch k {
	case OptionBool:
		return "bool"
	case OptionNumber:
		return "number"
	}
	return "text"
}

// maxOption bounds the value of an option, in bytes.
const maxOption = 4096

// An Option is a setting that users give a plugin, by name. The host shows and
// checks it, so that a plugin is never started with a value that it does not
// take; a [Job] holds the value or the default.
type Option struct {
	Name    string // [a-z][a-z0-9-]{0,31}, unique in the plugin
	Kind    OptionKind
	Default string   // in the form that users write; "" also stands for false and 0
	Choices []string // the words that OptionText takes; none means any text
	Min     int64    // least value of OptionNumber
	Max     int64    // greatest value of OptionNumber; 0 means no bound
	Help    string   // one line, what it does
}

// check returns an error that says what is wrong with the declaration.
func (o Option) check() error {
	switch {
	case !names.MatchString(o.Name):
		return fmt.Errorf("sdk: option name %q is not [a-z][a-z0-9-]{0,31}", o.Name)
	case o.Kind > OptionNumber:
		return fmt.Errorf("sdk: option %s is of no known kind", o.Name)
	case o.Help == "":
		return fmt.Errorf("sdk: option %s has no help", o.Name)
	case o.Default != "" && o.Accept(o.Default) != nil:
		return fmt.Errorf("sdk: option %s: its default is wrong: %w", o.Name, o.Accept(o.Default))
	}
	return nil
}

// Accept returns an error that says why v is no value of the option.
func (o Option) Accept(v string) error {
	bad := func(want string) error { return fmt.Errorf("%s is %.80q; it takes %s", o.Name, v, want) }
	switch o.Kind {
	case OptionBool:
		if v != "true" && v != "false" {
			return bad("true or false")
		}
	case OptionNumber:
		n, err := strconv.ParseInt(v, 10, 64)
		switch {
		case (err != nil || n < o.Min) && o.Max == 0:
			return bad(fmt.Sprintf("a number from %d on", o.Min))
		case err != nil || n < o.Min || o.Max != 0 && n > o.Max:
			return bad(fmt.Sprintf("a number from %d to %d", o.Min, o.Max))
		}
	default:
		switch {
		case len(o.Choices) > 0 && !slices.Contains(o.Choices, v):
			return bad(strings.Join(o.Choices, ", "))
		case len(v) > maxOption || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7F }):
			return bad(fmt.Sprintf("one line of at most %d bytes", maxOption))
		}
	}
	return nil
}

// Settle returns the values of all declared options: those set, and the defaults
// of the others. It fails when an option is set that is not declared, or to a
// value that it does not take. set is not changed.
func Settle(declared []Option, set map[string]string) (map[string]string, error) {
	all := make(map[string]string, len(declared))
	for _, o := range declared {
		all[o.Name] = o.Default
		v, ok := set[o.Name]
		if !ok {
			continue
		}
		if err := o.Accept(v); err != nil {
			return nil, fmt.Errorf("option %w", err)
		}
		all[o.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, ok := all[name]; !ok {
			return nil, fmt.Errorf("no option %.80q", name)
		}
	}
	return all, nil
}

// Text returns the value of an option of the plugin; "" if there is none.
func (j *Job) Text(option string) string { return j.Options[option] }

// Bool returns the value of an OptionBool.
func (j *Job) Bool(option string) bool { return j.Options[option] == "true" }

// Number returns the value of an OptionNumber.
func (j *Job) Number(option string) int64 {
	n, _ := strconv.ParseInt(j.Options[option], 10, 64) // checked when it was set
	return n
}
