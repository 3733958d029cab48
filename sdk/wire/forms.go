package wire

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A form is how the values of a property type look on the wire. Both functions
// report whether they found a value of the type.
type form struct {
	large bool // may stay elsewhere
	enc   func(dst *slot, v mapi.Value) bool
	dec   func(src *pluginv1.Prop) (mapi.Value, bool)
}

// forms has a row for each property type ([MS-OXCDATA] 2.11.1).
var forms = map[mapi.Type]form{
	mapi.PtypNull:         nothing(false),
	mapi.PtypObject:       nothing(true),
	mapi.PtypInteger16:    integer[int16](),
	mapi.PtypInteger32:    integer[int32](),
	mapi.PtypInteger64:    integer[int64](),
	mapi.PtypCurrency:     integer[mapi.Currency](),
	mapi.PtypErrorCode:    integer[mapi.Code](),
	mapi.PtypBoolean:      {enc: encBool, dec: decBool},
	mapi.PtypFloating32:   floating[float32](),
	mapi.PtypFloating64:   floating[float64](),
	mapi.PtypFloatingTime: floating[mapi.FloatingTime](),
	mapi.PtypTime:         {enc: encTime, dec: decTime},
	mapi.PtypString:       {large: true, enc: encText, dec: decText},
	mapi.PtypString8:      {large: true, enc: encText, dec: decText},
	mapi.PtypBinary:       {large: true, enc: encBytes, dec: decBytes},
	mapi.PtypServerID:     {large: true, enc: encBytes, dec: decBytes},
	mapi.PtypGuid:         {enc: encGUID, dec: decGUID},

	mapi.PtypMultipleInteger16:    integers[int16](),
	mapi.PtypMultipleInteger32:    integers[int32](),
	mapi.PtypMultipleInteger64:    integers[int64](),
	mapi.PtypMultipleCurrency:     integers[mapi.Currency](),
	mapi.PtypMultipleFloating32:   floatings[float32](),
	mapi.PtypMultipleFloating64:   floatings[float64](),
	mapi.PtypMultipleFloatingTime: floatings[mapi.FloatingTime](),
	mapi.PtypMultipleTime:         {enc: encTimes, dec: decTimes},
	mapi.PtypMultipleString:       {enc: encTexts, dec: decTexts},
	mapi.PtypMultipleString8:      {enc: encTexts, dec: decTexts},
	mapi.PtypMultipleGuid:         {enc: encGUIDs, dec: decGUIDs},
	mapi.PtypMultipleBinary:       {enc: encBlocks, dec: decBlocks},
}

// formOf returns the row of a type, nil if there is none.
func formOf(t mapi.Type) *form {
	row := &formAt[t&multiple/multiple]
	if i := t &^ multiple; int(i) < len(row) {
		return row[i]
	}
	return nil
}

// multiple is what tells the type of many values from that of one.
const multiple = 0x1000

// formAt is forms by number: of one value, and of many.
var formAt = func() (at [2][mapi.PtypBinary + 1]*form) {
	for t, f := range forms {
		at[t/multiple][t%multiple] = &f
	}
	return at
}()

func nothing(large bool) form {
	return form{
		large: large,
		enc:   func(_ *slot, v mapi.Value) bool { return v == nil },
		dec:   func(src *pluginv1.Prop) (mapi.Value, bool) { return nil, src.GetValue() == nil },
	}
}

func integer[T ~int16 | ~int32 | ~int64 | ~uint32]() form {
	return form{
		enc: func(dst *slot, v mapi.Value) bool {
			x, ok := v.(T)
			dst.setInteger(int64(x))
			return ok
		},
		dec: func(src *pluginv1.Prop) (mapi.Value, bool) {
			x, ok := src.GetValue().(*pluginv1.Prop_Integer)
			if !ok || int64(T(x.Integer)) != x.Integer {
				return nil, false
			}
			return T(x.Integer), true
		},
	}
}

func floating[T ~float32 | ~float64]() form {
	return form{
		enc: func(dst *slot, v mapi.Value) bool {
			x, ok := v.(T)
			dst.setFloating(float64(x))
			return ok
		},
		dec: func(src *pluginv1.Prop) (mapi.Value, bool) {
			x, ok := src.GetValue().(*pluginv1.Prop_Floating)
			if !ok {
				return nil, false
			}
			return T(x.Floating), true
		},
	}
}

func encBool(dst *slot, v mapi.Value) bool {
	b, ok := v.(bool)
	var x int64
	if b {
		x = 1
	}
	dst.setInteger(x)
	return ok
}

func decBool(src *pluginv1.Prop) (mapi.Value, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Integer)
	return ok && x.Integer != 0, ok
}

func encTime(dst *slot, v mapi.Value) bool {
	x, ok := v.(mapi.Filetime)
	dst.setTime(uint64(x))
	return ok
}

func decTime(src *pluginv1.Prop) (mapi.Value, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Time)
	if !ok {
		return nil, false
	}
	return mapi.Filetime(x.Time), true
}

func encText(dst *slot, v mapi.Value) bool {
	s, ok := v.(string)
	dst.setText(strings.ToValidUTF8(s, "\uFFFD"))
	return ok
}

func decText(src *pluginv1.Prop) (mapi.Value, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Text)
	if !ok {
		return nil, false
	}
	return strings.ToValidUTF8(x.Text, "\uFFFD"), true
}

func encBytes(dst *slot, v mapi.Value) bool {
	b, ok := v.([]byte)
	dst.setBytes(b)
	return ok
}

func decBytes(src *pluginv1.Prop) (mapi.Value, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Bytes)
	if !ok {
		return nil, false
	}
	if x.Bytes == nil {
		return []byte{}, true
	}
	return x.Bytes, true
}

func encGUID(dst *slot, v mapi.Value) bool {
	g, ok := v.(mapi.GUID)
	dst.setBytes(g[:])
	return ok
}

func decGUID(src *pluginv1.Prop) (mapi.Value, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Bytes)
	if !ok || len(x.Bytes) != len(mapi.GUID{}) {
		return nil, false
	}
	return mapi.GUID(x.Bytes), true
}
