package session

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

func (r RestrictAnd) match(row mapi.Props) bool {
	return !slices.ContainsFunc(r, func(x Restriction) bool { return !x.match(row) })
}

func (r RestrictOr) match(row mapi.Props) bool {
	return slices.ContainsFunc(r, func(x Restriction) bool { return x.match(row) })
}

func (r RestrictNot) match(row mapi.Props) bool { return !r.R.match(row) }

func (r RestrictExist) match(row mapi.Props) bool {
	_, err := cell(row, r.Tag)
	return err == nil
}

func (r RestrictProperty) match(row mapi.Props) bool {
	p, err := cell(row, r.Tag)
	if err != nil {
		return r.Op == NotEqual
	}
	c, ok := compare(p.Value, r.Value)
	return ok && r.Op.holds(c)
}

func (r RestrictContent) match(row mapi.Props) bool {
	p, err := cell(row, r.Tag)
	if err != nil {
		return false
	}
	has, ok1 := content(p.Value)
	want, ok2 := content(r.Value)
	if r.Fuzzy&(IgnoreCase|Loose) != 0 {
		has, want = strings.ToLower(has), strings.ToLower(want)
	}
	if !ok1 || !ok2 {
		return false
	}
	switch r.Fuzzy &^ (IgnoreCase | Loose) {
	case Substring:
		return strings.Contains(has, want)
	case Prefix:
		return strings.HasPrefix(has, want)
	}
	return has == want
}

// content returns a string or binary value as a string.
func content(v mapi.Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), true
	}
	return "", false
}

func (r RestrictBitmask) match(row mapi.Props) bool {
	p, err := cell(row, r.Tag)
	n, ok := p.Value.(int32)
	return err == nil && ok && (n&r.Mask == 0) == r.Zero
}

func (r RestrictSize) match(row mapi.Props) bool {
	p, err := cell(row, r.Tag)
	return err == nil && r.Op.holds(cmp.Compare(sizeOf(&p), r.Size))
}

func (RestrictCompare) match(mapi.Props) bool { return false }
func (RestrictSub) match(mapi.Props) bool     { return false }

// sizeOf returns the bytes of a value.
func sizeOf(p *mapi.Prop) int64 {
	if l, ok := p.Value.(mapi.Large); ok {
		return l.Size()
	}
	if n := p.Tag.Type().Size(); n > 0 && !p.Tag.Type().Multiple() {
		return int64(n)
	}
	return weighProp(p) - propOverhead
}

// ordered reports whether values of the type have an order.
func ordered(t mapi.Type) bool { return !t.Multiple() && t != mapi.PtypObject && t != mapi.PtypNull }

// compare orders two values; ok is false when they are of different types or
// have no order.
func compare(a, b mapi.Value) (c int, ok bool) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if !x.IsValid() || !y.IsValid() || x.Type() != y.Type() {
		return 0, false
	}
	switch k := x.Kind(); {
	case x.CanInt():
		return cmp.Compare(x.Int(), y.Int()), true
	case x.CanUint():
		return cmp.Compare(x.Uint(), y.Uint()), true
	case x.CanFloat():
		return cmp.Compare(x.Float(), y.Float()), true
	case k == reflect.String:
		return strings.Compare(strings.ToLower(x.String()), strings.ToLower(y.String())), true
	case k == reflect.Bool:
		return cmp.Compare(digit(x.Bool()), digit(y.Bool())), true
	}
	switch a := a.(type) {
	case []byte:
		return bytes.Compare(a, b.([]byte)), true
	case mapi.GUID:
		g := b.(mapi.GUID)
		return bytes.Compare(a[:], g[:]), true
	}
	return 0, false
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}
