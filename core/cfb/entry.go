package cfb

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Object types of a directory entry ([MS-CFB] 2.6.1).
const (
	typeFree    = 0
	typeStorage = 1
	typeStream  = 2
	typeRoot    = 5
)

// entry is a directory entry ([MS-CFB] 2.6.1). Time stamps are neither read
// nor written.
type entry struct {
	name               string
	nameOK             bool // the name's length field makes sense
	kind               byte
	black              bool
	left, right, child uint32
	clsid              [16]byte
	state              uint32
	start              uint32
	size               uint64 // bytes
}

// parseEntry reads the directory entry in b, which has entrySize bytes. The
// upper half of the size counts from version 4 on.
func parseEntry(b []byte, major uint16) entry {
	e := entry{
		kind: b[66], black: b[67] != 0,
		left: u32(b, 68), right: u32(b, 72), child: u32(b, 76),
		clsid: [16]byte(b[80:96]), state: u32(b, 96), start: u32(b, 116),
		size: binary.LittleEndian.Uint64(b[120:]),
	}
	if major < 4 {
		e.size &= 0xFFFFFFFF
	}
	if e.kind != typeFree {
		e.name, e.nameOK = parseName(b)
	}
	return e
}

// parseName reads the name at the start of an entry. ok is false when the
// length field is impossible; the name then goes up to its first NUL.
func parseName(b []byte) (name string, ok bool) {
	var units [maxNameUnits + 1]uint16
	for i := range units {
		units[i] = u16(b, 2*i)
	}
	length := u16(b, 64) // bytes, final NUL included
	n := int(length/2) - 1
	ok = length >= 4 && length <= 64 && length%2 == 0 && units[n-1] != 0
	if !ok {
		for n = 0; n < maxNameUnits && units[n] != 0; n++ {
		}
	}
	return string(utf16.Decode(units[:n])), ok
}

// put writes e into b, which has entrySize bytes, all zero.
func (e *entry) put(b []byte) {
	le := binary.LittleEndian
	units := utf16.Encode([]rune(e.name))
	for i, u := range units {
		le.PutUint16(b[2*i:], u)
	}
	if e.kind != typeFree {
		le.PutUint16(b[64:], uint16(2*len(units)+2))
	}
	b[66] = e.kind
	if e.black {
		b[67] = 1
	}
	le.PutUint32(b[68:], e.left)
	le.PutUint32(b[72:], e.right)
	le.PutUint32(b[76:], e.child)
	copy(b[80:], e.clsid[:])
	le.PutUint32(b[96:], e.state)
	le.PutUint32(b[116:], e.start)
	le.PutUint64(b[120:], e.size)
}

// sortKey returns a string that compares as [MS-CFB] 2.6.4 orders names: the
// shorter first, then by upper-case UTF-16 units. Two names are the same if
// their keys are.
func sortKey(name string) string {
	var buf [2*maxNameUnits + 2]byte
	key := append(buf[:0], 0, 0)
	for _, r := range name {
		if r < 0x10000 {
			if up := unicode.ToUpper(r); up < 0x10000 {
				r = up
			}
			key = append(key, byte(r>>8), byte(r))
			continue
		}
		hi, lo := utf16.EncodeRune(r) // surrogates are compared as they are
		key = append(key, byte(hi>>8), byte(hi), byte(lo>>8), byte(lo))
	}
	n := len(key)/2 - 1
	key[0], key[1] = byte(n>>8), byte(n)
	return string(key)
}

// checkName returns ErrName unless name may be given to a storage or stream:
// valid UTF-8, 1 to 31 UTF-16 units, none of / \ : ! and no NUL
// ([MS-CFB] 2.6.1).
func checkName(name string) error {
	n := 0
	for _, r := range name {
		n += utf16.RuneLen(r)
	}
	if n == 0 || n > maxNameUnits || strings.ContainsAny(name, "/\\:!\x00") || !utf8.ValidString(name) {
		return ErrName
	}
	return nil
}
