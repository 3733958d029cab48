package wire

import (
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// multi returns the values of a multi-valued property. The fields of other
// types in it are ignored.
func multi(src *pluginv1.Prop) (*pluginv1.Multi, bool) {
	x, ok := src.GetValue().(*pluginv1.Prop_Multi)
	if !ok {
		return nil, false
	}
	return x.Multi, true
}

func integers[T ~int16 | ~int32 | ~int64]() form {
	return form{
		enc: func(dst *slot, v mapi.Value) bool {
			xs, ok := v.([]T)
			m := &pluginv1.Multi{Integers: make([]int64, len(xs))}
			for i, x := range xs {
				m.Integers[i] = int64(x)
			}
			dst.setMulti(m)
			return ok
		},
		dec: func(src *pluginv1.Prop) (mapi.Value, bool) {
			m, ok := multi(src)
			out := make([]T, len(m.GetIntegers()))
			for i, x := range m.GetIntegers() {
				out[i] = T(x)
				ok = ok && int64(out[i]) == x
			}
			return out, ok
		},
	}
}

func floatings[T ~float32 | ~float64]() form {
	return form{
		enc: func(dst *slot, v mapi.Value) bool {
			xs, ok := v.([]T)
			m := &pluginv1.Multi{Floatings: make([]float64, len(xs))}
			for i, x := range xs {
				m.Floatings[i] = float64(x)
			}
			dst.setMulti(m)
			return ok
		},
		dec: func(src *pluginv1.Prop) (mapi.Value, bool) {
			m, ok := multi(src)
			out := make([]T, len(m.GetFloatings()))
			for i, x := range m.GetFloatings() {
				out[i] = T(x)
			}
			return out, ok
		},
	}
}

func encTimes(dst *slot, v mapi.Value) bool {
	xs, ok := v.([]mapi.Filetime)
	m := &pluginv1.Multi{Times: make([]uint64, len(xs))}
	for i, x := range xs {
		m.Times[i] = uint64(x)
	}
	dst.setMulti(m)
	return ok
}

func decTimes(src *pluginv1.Prop) (mapi.Value, bool) {
	m, ok := multi(src)
	out := make([]mapi.Filetime, len(m.GetTimes()))
	for i, x := range m.GetTimes() {
		out[i] = mapi.Filetime(x)
	}
	return out, ok
}

func encTexts(dst *slot, v mapi.Value) bool {
	xs, ok := v.([]string)
	m := &pluginv1.Multi{Texts: make([]string, len(xs))}
	for i, x := range xs {
		m.Texts[i] = strings.ToValidUTF8(x, "\uFFFD")
	}
	dst.setMulti(m)
	return ok
}

func decTexts(src *pluginv1.Prop) (mapi.Value, bool) {
	m, ok := multi(src)
	out := make([]string, len(m.GetTexts()))
	for i, x := range m.GetTexts() {
		out[i] = strings.ToValidUTF8(x, "\uFFFD")
	}
	return out, ok
}

func encGUIDs(dst *slot, v mapi.Value) bool {
	xs, ok := v.([]mapi.GUID)
	m := &pluginv1.Multi{Bytes: make([][]byte, len(xs))}
	for i := range xs {
		m.Bytes[i] = xs[i][:]
	}
	dst.setMulti(m)
	return ok
}

func decGUIDs(src *pluginv1.Prop) (mapi.Value, bool) {
	m, ok := multi(src)
	out := make([]mapi.GUID, len(m.GetBytes()))
	for i, x := range m.GetBytes() {
		if len(x) != len(out[i]) {
			return nil, false
		}
		out[i] = mapi.GUID(x)
	}
	return out, ok
}

func encBlocks(dst *slot, v mapi.Value) bool {
	xs, ok := v.([][]byte)
	dst.setMulti(&pluginv1.Multi{Bytes: xs})
	return ok
}

func decBlocks(src *pluginv1.Prop) (mapi.Value, bool) {
	m, ok := multi(src)
	return slices.Clone(m.GetBytes()), ok
}
