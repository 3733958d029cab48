// Package mapi is the vocabulary that every part of oxbridge shares: property
// tags and types, values, named properties, times, GUIDs, error codes and the
// message as a tree of property bags.
//
// # Which Go type holds which property type
//
// A [Value] is one of these, chosen by the [Type] in the property's [Tag]
// ([MS-OXCDATA] 2.11.1):
//
//	PtypInteger16      int16          PtypMultipleInteger16     []int16
//	PtypInteger32      int32          PtypMultipleInteger32     []int32
//	PtypFloating32     float32        PtypMultipleFloating32    []float32
//	PtypFloating64     float64        PtypMultipleFloating64    []float64
//	PtypCurrency       Currency       PtypMultipleCurrency      []Currency
//	PtypFloatingTime   FloatingTime   PtypMultipleFloatingTime  []FloatingTime
//	PtypErrorCode      Code
//	PtypBoolean        bool
//	PtypInteger64      int64          PtypMultipleInteger64     []int64
//	PtypString         string         PtypMultipleString        []string
//	PtypString8        string         PtypMultipleString8       []string
//	PtypTime           Filetime       PtypMultipleTime          []Filetime
//	PtypGuid           GUID           PtypMultipleGuid          []GUID
//	PtypBinary         []byte         PtypMultipleBinary        [][]byte
//	PtypServerId       []byte
//	PtypObject         Large or nil
//
// Strings are UTF-8 in Go whatever the storage holds. Any PtypString,
// PtypString8, PtypBinary or PtypObject value may also be a [Large], which is
// read as a stream.
//
// The package does no I/O of its own and is safe for concurrent use as long as
// the values are not changed.
package mapi

//go:generate go run ./internal/genprops .
