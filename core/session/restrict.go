package session

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Restriction chooses rows of a table: one of the Restrict types of this
// package.
type Restriction interface {
	match(row mapi.Props) bool
	// check returns MAPI_E_TOO_COMPLEX for what tables do not support.
	check(depth int) error
}

// maxRestriction is how deep restrictions may be nested.
const maxRestriction = 32

// check checks a restriction inside depth others.
func check(r Restriction, depth int) error {
	if r == nil {
		return mapi.ErrInvalidParameter
	}
	if depth > maxRestriction {
		return mapi.ErrTooComplex
	}
	return r.check(depth)
}

// RestrictAnd matches what all of it match (RES_AND).
type RestrictAnd []Restriction

// RestrictOr matches what one of it matches (RES_OR).
type RestrictOr []Restriction

// RestrictNot matches what R does not (RES_NOT).
type RestrictNot struct{ R Restriction }

// RestrictExist matches rows that have the property (RES_EXIST).
type RestrictExist struct{ Tag mapi.Tag }

// RestrictProperty matches rows whose property compares with Value as Op says
// (RES_PROPERTY). Strings compare without regard to case. A row without the
// property matches NotEqual alone.
type RestrictProperty struct {
	Op    Relation
	Tag   mapi.Tag
	Value mapi.Value
}

// RestrictContent matches rows whose string or binary property has Value in it,
// in the way that Fuzzy says (RES_CONTENT). Values that are too long for
// GetProps do not match.
type RestrictContent struct {
	Fuzzy Fuzzy
	Tag   mapi.Tag
	Value mapi.Value
}

// RestrictBitmask matches rows whose integer property has any of the bits, or
// with Zero none (RES_BITMASK).
type RestrictBitmask struct {
	Zero bool // BMR_EQZ
	Tag  mapi.Tag
	Mask int32
}

// RestrictSize matches rows whose property has a size in bytes that compares
// with Size as Op says (RES_SIZE).
type RestrictSize struct {
	Op   Relation
	Tag  mapi.Tag
	Size int64
}

// RestrictCompare compares two properties of a row (RES_COMPAREPROPS). Tables do
// not support it.
type RestrictCompare struct {
	Op   Relation
	A, B mapi.Tag
}

// RestrictSub is about the recipients or attachments of a row's object
// (RES_SUBRESTRICTION). Tables do not support it.
type RestrictSub struct {
	Tag mapi.Tag
	R   Restriction
}

// A Relation compares a property with a value (RELOP_*).
type Relation uint32

// The relations. RegularExpression is not supported.
const (
	Less Relation = iota
	LessOrEqual
	Greater
	GreaterOrEqual
	Equal
	NotEqual
	RegularExpression
)

// holds reports whether a comparison with the result c is as the relation says.
func (r Relation) holds(c int) bool {
	return [...]bool{c < 0, c <= 0, c > 0, c >= 0, c == 0, c != 0}[r]
}

func (r Relation) check() error {
	if r >= RegularExpression {
		return mapi.ErrTooComplex
	}
	return nil
}

// Fuzzy says how RestrictContent looks (FL_*).
type Fuzzy uint32

// The ways to look: one of the first three, and the others added.
const (
	FullString     Fuzzy = 0
	Substring      Fuzzy = 1
	Prefix         Fuzzy = 2
	IgnoreCase     Fuzzy = 0x10000
	IgnoreNonSpace Fuzzy = 0x20000 // not supported
	Loose          Fuzzy = 0x40000 // as IgnoreCase
)

func checkAll(list []Restriction, depth int) error {
	for _, r := range list {
		if err := check(r, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (r RestrictAnd) check(depth int) error { return checkAll(r, depth) }
func (r RestrictOr) check(depth int) error  { return checkAll(r, depth) }
func (r RestrictNot) check(depth int) error { return check(r.R, depth+1) }
func (r RestrictExist) check(int) error     { return nil }
func (r RestrictCompare) check(int) error   { return mapi.ErrTooComplex }
func (r RestrictSub) check(int) error       { return mapi.ErrTooComplex }

func (r RestrictProperty) check(int) error {
	if !ordered(r.Tag.Type()) {
		return mapi.ErrTooComplex
	}
	if r.Tag.Type() != mapi.PtypUnspecified && !fits(r.Tag.Type(), r.Value) {
		return mapi.ErrInvalidParameter
	}
	return r.Op.check()
}

func (r RestrictContent) check(int) error {
	way := r.Fuzzy &^ (IgnoreCase | Loose)
	if way > Prefix || !streamable(r.Tag.Type()) {
		return mapi.ErrTooComplex
	}
	if _, large := r.Value.(mapi.Large); large || !fits(r.Tag.Type(), r.Value) {
		return mapi.ErrInvalidParameter
	}
	return nil
}

func (r RestrictBitmask) check(int) error {
	if r.Tag.Type() != mapi.PtypInteger32 {
		return mapi.ErrTooComplex
	}
	return nil
}

func (r RestrictSize) check(int) error { return r.Op.check() }
