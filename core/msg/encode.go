package msg

import (
	"encoding/binary"
	"math"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// stored is a value in the form it has in a file.
type stored struct {
	entry  [8]byte    // the value itself; for values elsewhere its size
	data   []byte     // what goes into a stream, if streams
	text   string     // the same as a string, if wide
	elems  [][]byte   // what goes into a stream for each value
	large  mapi.Large // what goes into a stream or storage and is not here
	stream bool       // the value has a stream
	wide   bool       // text goes into it as UTF-16
	object bool       // the value has a storage
	damage int64      // bytes that broke the encoding that it came in
	lossy  bool       // a string lacks characters that it had
	coded  bool       // large has the bytes of a string, not its text
	as     mapi.Type  // what the bytes are said to be; 0 for the type of the value
}

// typeOr returns the type of a value that is usually t.
func (s *stored) typeOr(t mapi.Type) mapi.Type {
	if s.as != 0 {
		return s.as
	}
	return t
}

// terminator is what the size of a PtypString counts beyond its stream, and
// what its values hold beyond the text when there are several ([MS-OXMSG]
// 2.4.2.2, 2.1.4.2).
const terminator = 2

// encode returns v in the form for t, which is never PtypString8; ok is false
// if v is not of the Go type for t.
func encode(t mapi.Type, v mapi.Value) (s stored, ok bool) {
	if t.Multiple() {
		return encodeMultiple(t, v)
	}
	if large, is := v.(mapi.Large); is {
		switch t {
		case mapi.PtypString, mapi.PtypBinary, mapi.PtypServerID:
			return stored{large: large, stream: true}, true
		case mapi.PtypObject:
			return stored{large: large, object: true}, true
		}
		return stored{}, false
	}
	switch t {
	case mapi.PtypString:
		x, ok := v.(string)
		return stored{text: x, wide: true, stream: true}, ok
	case mapi.PtypBinary, mapi.PtypServerID:
		x, ok := v.([]byte)
		return stored{data: x, stream: true}, ok
	case mapi.PtypGuid:
		x, ok := v.(mapi.GUID)
		return stored{data: x[:], stream: true}, ok
	}
	return encodeFixed(t, v)
}

// encodeFixed encodes the types that stand in the entry ([MS-OXMSG] 2.4.2.1.1).
func encodeFixed(t mapi.Type, v mapi.Value) (s stored, ok bool) {
	var n uint64
	switch t {
	case mapi.PtypInteger16:
		var x int16
		x, ok = v.(int16)
		n = uint64(uint16(x))
	case mapi.PtypInteger32:
		var x int32
		x, ok = v.(int32)
		n = uint64(uint32(x))
	case mapi.PtypFloating32:
		var x float32
		x, ok = v.(float32)
		n = uint64(math.Float32bits(x))
	case mapi.PtypFloating64:
		var x float64
		x, ok = v.(float64)
		n = math.Float64bits(x)
	case mapi.PtypCurrency:
		var x mapi.Currency
		x, ok = v.(mapi.Currency)
		n = uint64(x)
	case mapi.PtypFloatingTime:
		var x mapi.FloatingTime
		x, ok = v.(mapi.FloatingTime)
		n = math.Float64bits(float64(x))
	case mapi.PtypErrorCode:
		var x mapi.Code
		x, ok = v.(mapi.Code)
		n = uint64(x)
	case mapi.PtypBoolean:
		var x bool
		if x, ok = v.(bool); x {
			n = 1
		}
	case mapi.PtypInteger64:
		var x int64
		x, ok = v.(int64)
		n = uint64(x)
	case mapi.PtypTime:
		var x mapi.Filetime
		x, ok = v.(mapi.Filetime)
		n = uint64(x)
	}
	binary.LittleEndian.PutUint64(s.entry[:], n)
	return s, ok
}

// encodeMultiple encodes multi-valued properties ([MS-OXMSG] 2.1.4).
func encodeMultiple(t mapi.Type, v mapi.Value) (s stored, ok bool) {
	le := binary.LittleEndian
	s.stream = true
	switch t {
	case mapi.PtypMultipleInteger16:
		s.data, ok = pack(v, func(b []byte, x int16) []byte { return le.AppendUint16(b, uint16(x)) })
	case mapi.PtypMultipleInteger32:
		s.data, ok = pack(v, func(b []byte, x int32) []byte { return le.AppendUint32(b, uint32(x)) })
	case mapi.PtypMultipleFloating32:
		s.data, ok = pack(v, func(b []byte, x float32) []byte { return le.AppendUint32(b, math.Float32bits(x)) })
	case mapi.PtypMultipleFloating64:
		s.data, ok = pack(v, func(b []byte, x float64) []byte { return le.AppendUint64(b, math.Float64bits(x)) })
	case mapi.PtypMultipleCurrency:
		s.data, ok = pack(v, func(b []byte, x mapi.Currency) []byte { return le.AppendUint64(b, uint64(x)) })
	case mapi.PtypMultipleFloatingTime:
		s.data, ok = pack(v, func(b []byte, x mapi.FloatingTime) []byte { return le.AppendUint64(b, math.Float64bits(float64(x))) })
	case mapi.PtypMultipleInteger64:
		s.data, ok = pack(v, func(b []byte, x int64) []byte { return le.AppendUint64(b, uint64(x)) })
	case mapi.PtypMultipleTime:
		s.data, ok = pack(v, func(b []byte, x mapi.Filetime) []byte { return le.AppendUint64(b, uint64(x)) })
	case mapi.PtypMultipleGuid:
		s.data, ok = pack(v, func(b []byte, x mapi.GUID) []byte { return append(b, x[:]...) })
	case mapi.PtypMultipleString:
		var list []string
		list, ok = v.([]string)
		for _, x := range list {
			b := append(codepage.EncodeUTF16(x), 0, 0)
			s.elems = append(s.elems, b)
			s.data = le.AppendUint32(s.data, uint32(len(b)))
		}
	case mapi.PtypMultipleBinary:
		var list [][]byte
		list, ok = v.([][]byte)
		for _, b := range list {
			s.elems = append(s.elems, b)
			s.data = le.AppendUint32(s.data, uint32(len(b)))
			s.data = le.AppendUint32(s.data, 0)
		}
	}
	return s, ok
}

// pack puts values back to back.
func pack[T any](v mapi.Value, put func([]byte, T) []byte) ([]byte, bool) {
	list, ok := v.([]T)
	var b []byte
	for _, x := range list {
		b = put(b, x)
	}
	return b, ok
}
