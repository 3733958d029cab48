package jsonmsg

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// errValue is wrapped by what is wrong with a value in a file.
var errValue = errors.New("no value of its type")

// A form is how the values of a property type are written. enc returns what
// encoding/json writes, and false for a value of another Go type.
type form struct {
	enc func(mapi.Value) (any, bool)
	dec func(json.RawMessage) (mapi.Value, error)
}

// forms has a row for each property type ([MS-OXCDATA] 2.11.1).
var forms = map[mapi.Type]form{
	mapi.PtypNull:         {enc: encNull, dec: decNull},
	mapi.PtypInteger16:    single(number[int16], decNumber[int16]),
	mapi.PtypInteger32:    single(number[int32], decNumber[int32]),
	mapi.PtypInteger64:    single(decimal[int64], decDecimal[int64]),
	mapi.PtypCurrency:     single(decimal[mapi.Currency], decDecimal[mapi.Currency]),
	mapi.PtypErrorCode:    single(encCode, decCode),
	mapi.PtypBoolean:      single(same[bool], decode[bool]),
	mapi.PtypFloating32:   single(encFloat32, decFloat32),
	mapi.PtypFloating64:   single(encFloat[float64], decFloat[float64]),
	mapi.PtypFloatingTime: single(encFloat[mapi.FloatingTime], decFloat[mapi.FloatingTime]),
	mapi.PtypTime:         single(encTime, decTime),
	mapi.PtypString:       single(encText, decode[string]),
	mapi.PtypString8:      single(encText, decode[string]),
	mapi.PtypGuid:         single(encGUID, decGUID),
	mapi.PtypBinary:       single(encBytes, decBytes),
	mapi.PtypServerID:     single(encBytes, decBytes),
	mapi.PtypObject:       {enc: encObject, dec: decObject},

	mapi.PtypMultipleInteger16:    multiple(number[int16], decNumber[int16]),
	mapi.PtypMultipleInteger32:    multiple(number[int32], decNumber[int32]),
	mapi.PtypMultipleInteger64:    multiple(decimal[int64], decDecimal[int64]),
	mapi.PtypMultipleCurrency:     multiple(decimal[mapi.Currency], decDecimal[mapi.Currency]),
	mapi.PtypMultipleFloating32:   multiple(encFloat32, decFloat32),
	mapi.PtypMultipleFloating64:   multiple(encFloat[float64], decFloat[float64]),
	mapi.PtypMultipleFloatingTime: multiple(encFloat[mapi.FloatingTime], decFloat[mapi.FloatingTime]),
	mapi.PtypMultipleTime:         multiple(encTime, decTime),
	mapi.PtypMultipleString:       multiple(encText, decode[string]),
	mapi.PtypMultipleString8:      multiple(encText, decode[string]),
	mapi.PtypMultipleGuid:         multiple(encGUID, decGUID),
	mapi.PtypMultipleBinary:       multiple(encBytes, decBytes),
}

// types finds a type by its name.
var types = func() map[string]mapi.Type {
	m := map[string]mapi.Type{}
	for t := range forms {
		m[t.String()] = t
	}
	return m
}()

func single[T any](enc func(T) any, dec func(json.RawMessage) (T, error)) form {
	return form{
		enc: func(v mapi.Value) (any, bool) {
			x, ok := v.(T)
			return enc(x), ok
		},
		dec: func(raw json.RawMessage) (mapi.Value, error) {
			x, err := dec(raw)
			if err != nil {
				return nil, err
			}
			return x, nil
		},
	}
}

func multiple[T any](enc func(T) any, dec func(json.RawMessage) (T, error)) form {
	return form{
		enc: func(v mapi.Value) (any, bool) {
			xs, ok := v.([]T)
			out := make([]any, len(xs))
			for i, x := range xs {
				out[i] = enc(x)
			}
			return out, ok
		},
		dec: func(raw json.RawMessage) (mapi.Value, error) {
			raws, err := decode[[]json.RawMessage](raw)
			if err != nil {
				return nil, err
			}
			out := make([]T, len(raws))
			for i, r := range raws {
				if out[i], err = dec(r); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
	}
}

// decode reads a value as encoding/json does, but takes no null for one.
func decode[T any](raw json.RawMessage) (v T, err error) {
	if string(raw) == "null" {
		return v, fmt.Errorf("%w: null", errValue)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%w: %.60s", errValue, raw)
	}
	return v, nil
}

func same[T any](v T) any { return v }

func number[T ~int16 | ~int32](v T) any { return int64(v) }

func decNumber[T ~int16 | ~int32](raw json.RawMessage) (T, error) { return decode[T](raw) }

func decimal[T ~int64](v T) any { return strconv.FormatInt(int64(v), 10) }

func decDecimal[T ~int64](raw json.RawMessage) (T, error) {
	s, err := decode[string](raw)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %.60q", errValue, s)
	}
	return T(n), nil
}

func encCode(c mapi.Code) any { return fmt.Sprintf("0x%08X", uint32(c)) }

func decCode(raw json.RawMessage) (mapi.Code, error) {
	n, err := decBits(raw, 32)
	return mapi.Code(n), err
}

// decBits reads a hexadecimal number from a string.
func decBits(raw json.RawMessage, size int) (uint64, error) {
	s, err := decode[string](raw)
	if err != nil {
		return 0, err
	}
	digits, ok := strings.CutPrefix(s, "0x")
	n, err := strconv.ParseUint(digits, 16, size)
	if !ok || err != nil {
		return 0, fmt.Errorf("%w: %.60q", errValue, s)
	}
	return n, nil
}

// finite reports whether JSON has a number for x that stands for nothing else.
func finite(x float64) bool {
	return !math.IsNaN(x) && !math.IsInf(x, 0) && (x != 0 || !math.Signbit(x))
}

func encFloat[T ~float64](v T) any {
	if finite(float64(v)) {
		return float64(v)
	}
	return fmt.Sprintf("0x%016X", math.Float64bits(float64(v)))
}

func decFloat[T ~float64](raw json.RawMessage) (T, error) {
	if len(raw) > 0 && raw[0] == '"' {
		bits, err := decBits(raw, 64)
		return T(math.Float64frombits(bits)), err
	}
	v, err := decode[float64](raw)
	return T(v), err
}

func encFloat32(v float32) any {
	if finite(float64(v)) {
		return v
	}
	return fmt.Sprintf("0x%08X", math.Float32bits(v))
}

func decFloat32(raw json.RawMessage) (float32, error) {
	if len(raw) > 0 && raw[0] == '"' {
		bits, err := decBits(raw, 32)
		return math.Float32frombits(uint32(bits)), err
	}
	return decode[float32](raw)
}

func encTime(f mapi.Filetime) any {
	if t, ok := f.Time(); ok {
		if t.Year() <= 9999 {
			return t.Format(time.RFC3339Nano)
		}
	}
	return strconv.FormatUint(uint64(f), 10)
}

func decTime(raw json.RawMessage) (mapi.Filetime, error) {
	s, err := decode[string](raw)
	if err != nil {
		return 0, err
	}
	if ticks, err := strconv.ParseUint(s, 10, 64); err == nil {
		return mapi.Filetime(ticks), nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, fmt.Errorf("%w: %.60q", errValue, s)
	}
	return mapi.NewFiletime(t), nil
}

func encText(s string) any { return strings.ToValidUTF8(s, "\uFFFD") }

func encGUID(g mapi.GUID) any { return g.String() }

func decGUID(raw json.RawMessage) (mapi.GUID, error) {
	s, err := decode[string](raw)
	if err != nil {
		return mapi.GUID{}, err
	}
	g, err := mapi.ParseGUID(s)
	if err != nil {
		return g, fmt.Errorf("%w: %.60q", errValue, s)
	}
	return g, nil
}

func encBytes(b []byte) any { return base64.StdEncoding.EncodeToString(b) }

func decBytes(raw json.RawMessage) ([]byte, error) {
	s, err := decode[string](raw)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errValue, err)
	}
	return b, nil
}

// The value of a PtypNull is nothing.
func encNull(v mapi.Value) (any, bool) { return nil, v == nil }

func decNull(raw json.RawMessage) (mapi.Value, error) {
	if string(raw) != "null" {
		return nil, fmt.Errorf("%w: not null", errValue)
	}
	return nil, nil
}

// The value of a PtypObject is its data, or nothing.
func encObject(v mapi.Value) (any, bool) {
	if v == nil {
		return nil, true
	}
	b, ok := v.([]byte)
	return encBytes(b), ok
}

func decObject(raw json.RawMessage) (mapi.Value, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	b, err := decBytes(raw)
	if err != nil {
		return nil, err
	}
	return storage(b), nil
}

// storage is the data of a PtypObject, which is a mapi.Large however small it is.
type storage []byte

// Size implements mapi.Large.
func (s storage) Size() int64 { return int64(len(s)) }

// Open implements mapi.Large.
func (s storage) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(s)), nil }
