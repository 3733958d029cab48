// Package limits is the table of the bounds that oxbridge keeps, so that no
// input, however hostile, costs more memory, time or space than it should: sizes,
// depths, counts, expansion, time. Parsers and writers take theirs from here;
// `oxbridge limits` prints the table.
//
// A bound has a name, a default, and a range. It is changed for the whole process,
// by [Set] before any work begins, by `oxbridge --limit name=value` or by the
// environment variable [Env], which the host also hands to the plugins that it
// starts. Options of a package that bound the same thing, such as those of
// converters/mime, go before the table.
//
// Bounds of the wire are not here: both ends must agree on them (package wire).
package limits

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Env is the environment variable that changes bounds: a list of name=value,
// separated by commas.
const Env = "OXBRIDGE_LIMITS"

// ErrUnknown is wrapped by the error for a name that the table does not have.
var ErrUnknown = errors.New("no such limit")

// A Unit is what a bound counts.
type Unit uint8

// The units.
const (
	Count Unit = iota // things
	Bytes             // written as a number, or with K, M or G (powers of 1024)
	Depth             // things within things
	Time              // written as a duration, such as 90s or 5m; kept in nanoseconds
	Ratio             // so many times
)

// String names the unit.
func (u Unit) String() string {
	return [...]string{"count", "bytes", "depth", "time", "ratio"}[u]
}

// A Limit is one bound. Its methods are safe for concurrent use.
type Limit struct {
	name   string
	unit   Unit
	def    int64
	most   int64
	bounds string
	beyond string
	value  atomic.Int64
}

// Name is what users call it, such as "mime.depth".
func (l *Limit) Name() string { return l.name }

// Unit is what it counts.
func (l *Limit) Unit() Unit { return l.unit }

// Default is its value when nobody changes it, in its unit; durations are
// nanoseconds.
func (l *Limit) Default() int64 { return l.def }

// Most is the largest value that it can be given; the least is 1.
func (l *Limit) Most() int64 { return l.most }

// Bounds says what it bounds.
func (l *Limit) Bounds() string { return l.bounds }

// Beyond says what becomes of what exceeds it.
func (l *Limit) Beyond() string { return l.beyond }

// Get returns its value, in its unit.
func (l *Limit) Get() int64 { return l.value.Load() }

// Int returns its value as an int, cut to what an int can hold.
func (l *Limit) Int() int { return int(min(l.Get(), math.MaxInt)) }

// Duration returns the value of a bound of time.
func (l *Limit) Duration() time.Duration { return time.Duration(l.Get()) }

// Or returns n where it is positive, else the value of l: how a package lets its
// own options go before the table.
func (l *Limit) Or(n int) int {
	if n > 0 {
		return n
	}
	return l.Int()
}

// Or64 is [Limit.Or] for values of 64 bits.
func (l *Limit) Or64(n int64) int64 {
	if n > 0 {
		return n
	}
	return l.Get()
}

// Format writes a value of the unit of l as [Set] reads it.
func (l *Limit) Format(v int64) string {
	switch l.unit {
	case Time:
		return shortDuration(time.Duration(v))
	case Bytes:
		for _, s := range suffixes {
			if v >= s.size && v%s.size == 0 {
				return strconv.FormatInt(v/s.size, 10) + s.suffix
			}
		}
	}
	return strconv.FormatInt(v, 10)
}

// suffixes of sizes, the largest first.
var suffixes = []struct {
	suffix string
	size   int64
}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}}

// shortDuration is d without the units that are zero: 10m, not 10m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// parse reads a value in the unit of l.
func (l *Limit) parse(s string) (int64, error) {
	bad := fmt.Errorf("limit %s: %.40q is no %s from 1 to %s", l.name, s, l.unit, l.Format(l.most))
	if l.unit == Time {
		d, err := time.ParseDuration(s)
		if err != nil || d < 1 || int64(d) > l.most {
			return 0, bad
		}
		return int64(d), nil
	}
	digits, scale := s, int64(1)
	if l.unit == Bytes {
		for _, x := range suffixes {
			if d, ok := strings.CutSuffix(strings.ToUpper(s), x.suffix); ok {
				digits, scale = d, x.size
			}
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > l.most/scale {
		return 0, bad
	}
	return n * scale, nil
}

// All returns the table, in the order of the names.
func All() []*Limit { return slices.Clone(table) }

// Find returns the bound of that name, or nil.
func Find(name string) *Limit {
	i, ok := slices.BinarySearchFunc(table, name, func(l *Limit, name string) int { return strings.Compare(l.name, name) })
	if !ok {
		return nil
	}
	return table[i]
}

// Set changes a bound of this process, from then on. Change bounds before work
// begins: what is under way may see either value.
func Set(name, value string) error {
	l := Find(name)
	if l == nil {
		return fmt.Errorf("%w: %.80q", ErrUnknown, name)
	}
	n, err := l.parse(value)
	if err != nil {
		return err
	}
	l.value.Store(n)
	return nil
}

// SetList changes the bounds of a list as [Env] has it. "" changes none. On an
// error those before the wrong one are changed.
func SetList(list string) error {
	if list == "" {
		return nil
	}
	for _, item := range strings.Split(list, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(item), "=")
		if !ok {
			return fmt.Errorf("limit %.80q is not name=value", item)
		}
		if err := Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// List returns the bounds that are not at their default, as [SetList] reads them,
// in the order of the names.
func List() string { return list(func(*Limit) bool { return true }) }

// ListOutputs is [List] without the bounds that no output depends on: those of
// processes and of the way a run is cut.
func ListOutputs() string {
	return list(func(l *Limit) bool {
		return !strings.HasPrefix(l.name, "plugin.") && !strings.HasPrefix(l.name, "run.")
	})
}

func list(wanted func(*Limit) bool) string {
	var out []string
	for _, l := range table {
		if v := l.Get(); v != l.def && wanted(l) {
			out = append(out, l.name+"="+l.Format(v))
		}
	}
	return strings.Join(out, ",")
}
