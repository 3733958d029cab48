package msg

import (
	"encoding/binary"
	"math"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// fixedValue reads a value of fixed size from its 8 bytes ([MS-OXMSG]
// 2.4.2.1.1).
func fixedValue(t mapi.Type, b []byte) mapi.Value {
	le := binary.LittleEndian
	switch t {
	case mapi.PtypInteger16:
		return int16At(b)
	case mapi.PtypInteger32:
		return int32At(b)
	case mapi.PtypFloating32:
		return float32At(b)
	case mapi.PtypFloating64:
		return float64At(b)
	case mapi.PtypCurrency:
		return currencyAt(b)
	case mapi.PtypFloatingTime:
		return floatingTimeAt(b)
	case mapi.PtypErrorCode:
		return mapi.Code(le.Uint32(b))
	case mapi.PtypBoolean:
		return le.Uint16(b) != 0
	case mapi.PtypInteger64:
		return int64At(b)
	case mapi.PtypTime:
		return timeAt(b)
	}
	return nil
}

func int16At(b []byte) int16     { return int16(binary.LittleEndian.Uint16(b)) }
func int32At(b []byte) int32     { return int32(binary.LittleEndian.Uint32(b)) }
func int64At(b []byte) int64     { return int64(binary.LittleEndian.Uint64(b)) }
func float32At(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
func currencyAt(b []byte) mapi.Currency {
	return mapi.Currency(int64At(b))
}
func floatingTimeAt(b []byte) mapi.FloatingTime { return mapi.FloatingTime(float64At(b)) }
func timeAt(b []byte) mapi.Filetime             { return mapi.Filetime(binary.LittleEndian.Uint64(b)) }
func guidAt(b []byte) mapi.GUID                 { return mapi.GUID(b[:16]) }

// multipleValue reads values of fixed size that stand back to back
// ([MS-OXMSG] 2.1.4.1). A part of a value at the end is ignored.
func multipleValue(t mapi.Type, b []byte) mapi.Value {
	switch t {
	case mapi.PtypMultipleInteger16:
		return each(b, 2, int16At)
	case mapi.PtypMultipleInteger32:
		return each(b, 4, int32At)
	case mapi.PtypMultipleFloating32:
		return each(b, 4, float32At)
	case mapi.PtypMultipleFloating64:
		return each(b, 8, float64At)
	case mapi.PtypMultipleCurrency:
		return each(b, 8, currencyAt)
	case mapi.PtypMultipleFloatingTime:
		return each(b, 8, floatingTimeAt)
	case mapi.PtypMultipleInteger64:
		return each(b, 8, int64At)
	case mapi.PtypMultipleTime:
		return each(b, 8, timeAt)
	case mapi.PtypMultipleGuid:
		return each(b, 16, guidAt)
	}
	return nil
}

func each[T any](b []byte, size int, at func([]byte) T) []T {
	list := make([]T, len(b)/size)
	for i := range list {
		list[i] = at(b[i*size:])
	}
	return list
}
