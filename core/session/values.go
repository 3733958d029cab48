package session

import (
	"bytes"
	"errors"
	"reflect"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// goTypes has the Go type of each property type, as the comment of package
// mapi lists them.
var goTypes = map[mapi.Type]reflect.Type{
	mapi.PtypInteger16:    reflect.TypeFor[int16](),
	mapi.PtypInteger32:    reflect.TypeFor[int32](),
	mapi.PtypFloating32:   reflect.TypeFor[float32](),
	mapi.PtypFloating64:   reflect.TypeFor[float64](),
	mapi.PtypCurrency:     reflect.TypeFor[mapi.Currency](),
	mapi.PtypFloatingTime: reflect.TypeFor[mapi.FloatingTime](),
	mapi.PtypErrorCode:    reflect.TypeFor[mapi.Code](),
	mapi.PtypBoolean:      reflect.TypeFor[bool](),
	mapi.PtypInteger64:    reflect.TypeFor[int64](),
	mapi.PtypString8:      reflect.TypeFor[string](),
	mapi.PtypString:       reflect.TypeFor[string](),
	mapi.PtypTime:         reflect.TypeFor[mapi.Filetime](),
	mapi.PtypGuid:         reflect.TypeFor[mapi.GUID](),
	mapi.PtypServerID:     reflect.TypeFor[[]byte](),
	mapi.PtypBinary:       reflect.TypeFor[[]byte](),

	mapi.PtypMultipleInteger16:    reflect.TypeFor[[]int16](),
	mapi.PtypMultipleInteger32:    reflect.TypeFor[[]int32](),
	mapi.PtypMultipleFloating32:   reflect.TypeFor[[]float32](),
	mapi.PtypMultipleFloating64:   reflect.TypeFor[[]float64](),
	mapi.PtypMultipleCurrency:     reflect.TypeFor[[]mapi.Currency](),
	mapi.PtypMultipleFloatingTime: reflect.TypeFor[[]mapi.FloatingTime](),
	mapi.PtypMultipleInteger64:    reflect.TypeFor[[]int64](),
	mapi.PtypMultipleString8:      reflect.TypeFor[[]string](),
	mapi.PtypMultipleString:       reflect.TypeFor[[]string](),
	mapi.PtypMultipleTime:         reflect.TypeFor[[]mapi.Filetime](),
	mapi.PtypMultipleGuid:         reflect.TypeFor[[]mapi.GUID](),
	mapi.PtypMultipleBinary:       reflect.TypeFor[[][]byte](),
}

// fits reports whether v is a value of type t. A value that can be long may be
// a [mapi.Large].
func fits(t mapi.Type, v mapi.Value) bool {
	if _, ok := v.(mapi.Large); ok {
		return t == mapi.PtypString || t == mapi.PtypString8 || t == mapi.PtypBinary || t == mapi.PtypServerID
	}
	want := goTypes[t]
	return want != nil && reflect.TypeOf(v) == want
}

// emptyMultiple reports whether a multi-valued property has no values.
func emptyMultiple(t mapi.Type, v mapi.Value) bool {
	return t.Multiple() && fits(t, v) && reflect.ValueOf(v).Len() == 0
}

// cloneValue copies what a caller could change.
func cloneValue(v mapi.Value) mapi.Value {
	switch v := v.(type) {
	case []byte:
		return bytes.Clone(v)
	case [][]byte:
		c := make([][]byte, len(v))
		for i, b := range v {
			c[i] = bytes.Clone(b)
		}
		return c
	case []string:
		return slices.Clone(v)
	}
	if r := reflect.ValueOf(v); r.IsValid() && r.Kind() == reflect.Slice {
		c := reflect.MakeSlice(r.Type(), r.Len(), r.Len())
		reflect.Copy(c, r)
		return c.Interface()
	}
	return v
}

// within returns a value for GetProps, or MAPI_E_NOT_ENOUGH_MEMORY when it is
// of more than limit bytes or an object.
func within(t mapi.Type, v mapi.Value, limit int64) (mapi.Value, error) {
	var long bool
	switch x := v.(type) {
	case string:
		long = int64(len(x)) > limit
	case []byte:
		long = int64(len(x)) > limit
	case mapi.Large:
		if t == mapi.PtypObject || x.Size() > limit {
			long = true
			break
		}
		b, err := mapi.ReadValue(x, limit)
		if errors.Is(err, mapi.ErrTooBig) {
			long = true
			break
		}
		if err != nil || t != mapi.PtypString {
			return b, err
		}
		return string(b), nil
	case nil:
		long = t == mapi.PtypObject
	}
	if long {
		return nil, mapi.ErrNotEnoughMemory
	}
	return cloneValue(v), nil
}

// codeOf returns the code that an error wraps.
func codeOf(err error) mapi.Code {
	var c mapi.Code
	if errors.As(err, &c) {
		return c
	}
	return mapi.ErrCallFailed
}
