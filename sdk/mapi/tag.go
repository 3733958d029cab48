package mapi

import "fmt"

// A Type is a property type ([MS-OXCDATA] 2.11.1).
type Type uint16

// The property types. PtypMultiple types hold several values of the type
// without the 0x1000 bit.
const (
	PtypUnspecified  Type = 0x0000
	PtypNull         Type = 0x0001
	PtypInteger16    Type = 0x0002
	PtypInteger32    Type = 0x0003
	PtypFloating32   Type = 0x0004
	PtypFloating64   Type = 0x0005
	PtypCurrency     Type = 0x0006
	PtypFloatingTime Type = 0x0007
	PtypErrorCode    Type = 0x000A
	PtypBoolean      Type = 0x000B
	PtypObject       Type = 0x000D
	PtypInteger64    Type = 0x0014
	PtypString8      Type = 0x001E
	PtypString       Type = 0x001F
	PtypTime         Type = 0x0040
	PtypGuid         Type = 0x0048
	PtypServerID     Type = 0x00FB
	PtypBinary       Type = 0x0102

	PtypMultipleInteger16    Type = 0x1002
	PtypMultipleInteger32    Type = 0x1003
	PtypMultipleFloating32   Type = 0x1004
	PtypMultipleFloating64   Type = 0x1005
	PtypMultipleCurrency     Type = 0x1006
	PtypMultipleFloatingTime Type = 0x1007
	PtypMultipleInteger64    Type = 0x1014
	PtypMultipleString8      Type = 0x101E
	PtypMultipleString       Type = 0x101F
	PtypMultipleTime         Type = 0x1040
	PtypMultipleGuid         Type = 0x1048
	PtypMultipleBinary       Type = 0x1102
)

// typeNames holds the specification's name and the fixed size in bytes of one
// value; 0 means variable.
var typeNames = map[Type]struct {
	name string
	size int
}{
	PtypUnspecified: {"PtypUnspecified", 0}, PtypNull: {"PtypNull", 0},
	PtypInteger16: {"PtypInteger16", 2}, PtypInteger32: {"PtypInteger32", 4},
	PtypFloating32: {"PtypFloating32", 4}, PtypFloating64: {"PtypFloating64", 8},
	PtypCurrency: {"PtypCurrency", 8}, PtypFloatingTime: {"PtypFloatingTime", 8},
	PtypErrorCode: {"PtypErrorCode", 4}, PtypBoolean: {"PtypBoolean", 1},
	PtypObject: {"PtypObject", 0}, PtypInteger64: {"PtypInteger64", 8},
	PtypString8: {"PtypString8", 0}, PtypString: {"PtypString", 0},
	PtypTime: {"PtypTime", 8}, PtypGuid: {"PtypGuid", 16},
	PtypServerID: {"PtypServerId", 0}, PtypBinary: {"PtypBinary", 0},
	PtypMultipleInteger16: {"PtypMultipleInteger16", 2}, PtypMultipleInteger32: {"PtypMultipleInteger32", 4},
	PtypMultipleFloating32: {"PtypMultipleFloating32", 4}, PtypMultipleFloating64: {"PtypMultipleFloating64", 8},
	PtypMultipleCurrency: {"PtypMultipleCurrency", 8}, PtypMultipleFloatingTime: {"PtypMultipleFloatingTime", 8},
	PtypMultipleInteger64: {"PtypMultipleInteger64", 8}, PtypMultipleString8: {"PtypMultipleString8", 0},
	PtypMultipleString: {"PtypMultipleString", 0}, PtypMultipleTime: {"PtypMultipleTime", 8},
	PtypMultipleGuid: {"PtypMultipleGuid", 16}, PtypMultipleBinary: {"PtypMultipleBinary", 0},
}

// String returns the name that [MS-OXCDATA] 2.11.1 uses, such as PtypString.
func (t Type) String() string {
	if n, ok := typeNames[t]; ok {
		return n.name
	}
	return fmt.Sprintf("Ptyp(%#04x)", uint16(t))
}

// Known reports whether t is one of the types above.
func (t Type) Known() bool { _, ok := typeNames[t]; return ok }

// Size returns the bytes that one value takes in storage, or 0 when values of
// the type differ in size. For PtypMultiple types it is the size of an element.
func (t Type) Size() int { return typeNames[t].size }

// Multiple reports whether t holds several values.
func (t Type) Multiple() bool { return t&0x1000 != 0 }

// Unicode returns t with PtypString8 replaced by PtypString, also in its
// multi-valued form; every other type is returned unchanged.
func (t Type) Unicode() Type {
	switch t {
	case PtypString8:
		return PtypString
	case PtypMultipleString8:
		return PtypMultipleString
	}
	return t
}

// A Tag names a property of an object: its id in the upper 16 bits and its
// type in the lower 16. Ids from 0x8000 to 0xFFFE belong to named properties
// and mean something only together with the [Name] in one message.
type Tag uint32

// NewTag joins an id and a type.
func NewTag(id uint16, t Type) Tag { return Tag(uint32(id)<<16 | uint32(t)) }

// ID returns the property id.
func (t Tag) ID() uint16 { return uint16(t >> 16) }

// Type returns the property type.
func (t Tag) Type() Type { return Type(t) }

// WithType returns the same property with another type.
func (t Tag) WithType(typ Type) Tag { return NewTag(t.ID(), typ) }

// IsNamed reports whether the id lies in the range of named properties.
func (t Tag) IsNamed() bool { return t.ID() >= 0x8000 && t.ID() != 0xFFFF }

// String returns the tag as 0x and eight hexadecimal digits.
func (t Tag) String() string { return fmt.Sprintf("0x%08X", uint32(t)) }
