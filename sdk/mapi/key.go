package mapi

import "io"

// A Key names a property whose values are of the Go type T, so that a value of
// another type does not compile. Package [github.com/oxbridge-mail/oxbridge/sdk/mapi/prop]
// has one for each property that [MS-OXPROPS] defines:
//
//	subject := prop.Subject.Of(m.Props)      // a string
//	prop.Importance.Set(&m.Props, 2)         // an int32
//
// A Key works on the property with its tag, or with its name if it has one.
type Key[T any] struct {
	Tag  Tag  // of a named property only the type counts
	Name Name // zero unless the property is named
}

// find returns the property of the key, or nil.
func (k Key[T]) find(ps Props) *Prop {
	if !k.Name.IsZero() {
		return ps.Named(k.Name)
	}
	for i := range ps {
		if ps[i].is(k.Tag) {
			return &ps[i]
		}
	}
	return nil
}

// Get returns the value, and whether there is one that is held in memory. A
// value above 64 KiB is none, see [Large]; Read and Open have those too. Slices
// belong to the bag.
func (k Key[T]) Get(ps Props) (v T, ok bool) {
	if p := k.find(ps); p != nil {
		v, ok = p.Value.(T)
	}
	return v, ok
}

// Of returns what Get returns, the zero T if there is no value.
func (k Key[T]) Of(ps Props) T { v, _ := k.Get(ps); return v }

// Has reports whether there is a value, of any size.
func (k Key[T]) Has(ps Props) bool { return k.find(ps) != nil }

// Set gives the property a value, in place of one that it has.
func (k Key[T]) Set(ps *Props, v T) { k.set(ps, v) }

// SetLarge gives a string or binary property a value that is not held here: a
// [Large] of a message, or a range of an input.
func (k Key[T]) SetLarge(ps *Props, v Large) { k.set(ps, v) }

func (k Key[T]) set(ps *Props, v Value) {
	if k.Name.IsZero() {
		ps.Set(k.Tag, v)
	} else {
		ps.SetNamed(k.Name, k.Tag.Type(), v)
	}
}

// Delete removes the property, and reports whether it was there.
func (k Key[T]) Delete(ps *Props) bool {
	p := k.find(*ps)
	if p == nil {
		return false
	}
	for i := range *ps {
		if &(*ps)[i] == p {
			*ps = append((*ps)[:i:i], (*ps)[i+1:]...) // a new array: others may share the old one
			break
		}
	}
	return true
}

// Read returns a string or binary property of any size, up to limit bytes. It
// returns ErrTooBig when there is more, ErrNotFound when there is none and
// ErrInvalidType when it is of neither type.
func (k Key[T]) Read(ps Props, limit int64) ([]byte, error) {
	p := k.find(ps)
	if p == nil {
		return nil, ErrNotFound
	}
	return ReadValue(p.Value, limit)
}

// Open returns a reader of a string or binary property of any size, under the
// rules of Read. The caller closes it.
func (k Key[T]) Open(ps Props) (io.ReadCloser, error) {
	v, err := k.Large(ps)
	if err != nil {
		return nil, err
	}
	return v.Open()
}

// Large returns a string or binary property of any size as something to place in
// an output, under the rules of Read.
func (k Key[T]) Large(ps Props) (Large, error) {
	p := k.find(ps)
	if p == nil {
		return nil, ErrNotFound
	}
	return AsLarge(p.Value)
}
