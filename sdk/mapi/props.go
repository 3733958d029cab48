package mapi

import (
	"io"
	"slices"
)

// A Value is the value of a property; the package comment has the Go type for
// each property type. A nil Value is a PtypNull or a PtypObject without data.
type Value = any

// A Large is a value too big to be held in memory as a matter of course. It
// stays where it is until it is opened.
//
// A PtypString or PtypString8 value is read as UTF-8. A PtypObject value that
// is not an embedded message is read as a compound file of its own, holding a
// copy of the storage.
type Large interface {
	// Size returns the bytes that Open will deliver, or -1 when that is known
	// only after reading.
	Size() int64
	// Open starts reading at the first byte. The caller closes the reader.
	// Several readers may be open at once.
	Open() (io.ReadCloser, error)
}

// A Prop is one property: its tag, its name if it is a named property, and its
// value. Value is never a pointer; slices belong to the Prop.
type Prop struct {
	Tag   Tag
	Name  Name // zero unless the property is named
	Value Value
}

// Props is a property bag in stored order. Lookups take the time of a scan:
// bags are small. The zero value is an empty bag.
//
// For lookups PtypString8 and PtypString are the same type, and a bag holds at
// most one property for each id or name.
type Props []Prop

func (p Prop) is(tag Tag) bool {
	return p.Tag.ID() == tag.ID() && p.Name.IsZero() &&
		(tag.Type() == PtypUnspecified || p.Tag.Type().Unicode() == tag.Type().Unicode())
}

// Get returns the value of an unnamed property. A tag of type PtypUnspecified
// matches any type.
func (ps Props) Get(tag Tag) (Value, bool) {
	for i := range ps {
		if ps[i].is(tag) {
			return ps[i].Value, true
		}
	}
	return nil, false
}

// Named returns the property with the name, or nil. The names of
// PS_INTERNET_HEADERS are compared without regard to case
// ([MS-OXPROPS] 1.3.2).
func (ps Props) Named(name Name) *Prop {
	if name.IsZero() {
		return nil
	}
	for i := range ps {
		n := &ps[i].Name
		if n.ID == name.ID && len(n.Text) == len(name.Text) && SameName(*n, name) {
			return &ps[i]
		}
	}
	return nil
}

// SameName reports whether two names mean the same property.
func SameName(a, b Name) bool {
	if a.Set != b.Set || a.ID != b.ID {
		return false
	}
	return a.Text == b.Text || a.Set == PSInternetHeaders && equalFold(a.Text, b.Text)
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if 'A' <= x && x <= 'Z' {
			x += 'a' - 'A'
		}
		if 'A' <= y && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}

// value returns what Get returns if it has type T, else the zero T.
func value[T any](ps Props, tag Tag) (T, bool) {
	v, _ := ps.Get(tag)
	t, ok := v.(T)
	return t, ok
}

// Has reports whether the bag holds the unnamed property.
func (ps Props) Has(tag Tag) bool { _, ok := ps.Get(tag); return ok }

// The methods below return what a property holds if it is of their type, and
// else what stands for nothing. With the keys of package prop in place of tags
// the wrong type does not compile.

// String returns the value of a string property, or "" if there is none or it
// is a Large; see [Props.Text] for those.
func (ps Props) String(tag Tag) string { s, _ := value[string](ps, tag); return s }

// Int32 returns the value of a PtypInteger32 property.
func (ps Props) Int32(tag Tag) (int32, bool) { return value[int32](ps, tag) }

// Bool returns the value of a PtypBoolean property, false if there is none.
func (ps Props) Bool(tag Tag) bool { b, _ := value[bool](ps, tag); return b }

// Time returns the value of a PtypTime property, 0 if there is none.
func (ps Props) Time(tag Tag) Filetime { t, _ := value[Filetime](ps, tag); return t }

// Binary returns the value of a PtypBinary property held in memory, else nil.
// The bytes belong to the bag.
func (ps Props) Binary(tag Tag) []byte { b, _ := value[[]byte](ps, tag); return b }

// Text returns a string property of any size up to limit bytes of UTF-8.
// It returns ErrTooBig when there is more, ErrNotFound when there is none.
func (ps Props) Text(tag Tag, limit int64) (string, error) {
	b, err := ps.Bytes(tag, limit)
	return string(b), err
}

// Bytes returns a string or binary property of any size up to limit bytes,
// under the rules of [Props.Text]. The bytes may belong to the bag.
func (ps Props) Bytes(tag Tag, limit int64) ([]byte, error) {
	v, ok := ps.Get(tag)
	if !ok {
		return nil, ErrNotFound
	}
	return ReadValue(v, limit)
}

// ReadValue returns the bytes of a string, []byte or Large, at most limit.
// Other values give ErrInvalidType, longer ones ErrTooBig.
func ReadValue(v Value, limit int64) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return within([]byte(v), limit)
	case []byte:
		return within(v, limit)
	case Large:
		r, err := v.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		b, err := io.ReadAll(io.LimitReader(r, limit+1))
		if err != nil {
			return nil, err
		}
		return within(b, limit)
	}
	return nil, ErrInvalidType
}

// Head returns the first n bytes of a string, []byte or Large, fewer when it is
// shorter or cannot be read; of other values none.
func Head(v Value, n int) []byte {
	large, err := AsLarge(v)
	if err != nil {
		return nil
	}
	r, err := large.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	b := make([]byte, n)
	n, _ = io.ReadFull(r, b)
	return b[:n]
}

// Open returns a reader of a string or binary property of any size. It returns
// ErrNotFound when there is none, ErrInvalidType when it is of neither type. The
// caller closes the reader.
func (ps Props) Open(tag Tag) (io.ReadCloser, error) {
	return Key[any]{Tag: tag}.Open(ps)
}

func within(b []byte, limit int64) ([]byte, error) {
	if int64(len(b)) > limit {
		return nil, ErrTooBig
	}
	return b, nil
}

// Set gives an unnamed property a value, replacing one of any type with the
// same id.
func (ps *Props) Set(tag Tag, v Value) {
	for i := range *ps {
		if (*ps)[i].Name.IsZero() && (*ps)[i].Tag.ID() == tag.ID() {
			(*ps)[i] = Prop{Tag: tag, Value: v}
			return
		}
	}
	*ps = append(*ps, Prop{Tag: tag, Value: v})
}

// SetNamed gives a named property a value, replacing one with the same name.
// Its tag has the id 0 until the message is stored.
func (ps *Props) SetNamed(name Name, t Type, v Value) {
	if p := ps.Named(name); p != nil {
		*p = Prop{Tag: NewTag(0, t), Name: name, Value: v}
		return
	}
	*ps = append(*ps, Prop{Tag: NewTag(0, t), Name: name, Value: v})
}

// Delete removes the unnamed property of any type with the tag's id.
func (ps *Props) Delete(tag Tag) {
	*ps = slices.DeleteFunc(*ps, func(p Prop) bool { return p.Name.IsZero() && p.Tag.ID() == tag.ID() })
}
