package cfb

import (
	"bytes"
	"encoding/binary"
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
func parseEntry(b []byte, major uint16) (e entry) {
	e.parse(b, major)
	if e.kind != typeFree {
		e.name, e.nameOK = parseName(b)
	}
	return e
}

// parse is parseEntry without the name.
func (e *entry) parse(b []byte, major uint16) {
	e.nameOK, e.kind, e.black = false, b[66], b[67] != 0
	e.left, e.right, e.child = u32(b, 68), u32(b, 72), u32(b, 76)
	e.clsid, e.state, e.start = [16]byte(b[80:96]), u32(b, 96), u32(b, 116)
	e.size = binary.LittleEndian.Uint64(b[120:])
	if major < 4 {
		e.size &= 0xFFFFFFFF
	}
}

// parseName reads the name at the start of an entry. ok is false when the
// length field is impossible; the name then goes up to its first NUL.
func parseName(b []byte) (name string, ok bool) {
	var buf [4 * maxNameUnits]byte
	text, ok := appendName(buf[:0], b)
	return string(text), ok
}

// appendName is parseName that appends the name to text.
func appendName(text, b []byte) (_ []byte, ok bool) {
	length := u16(b, 64) // bytes, final NUL included
	n := int(length/2) - 1
	ok = length >= 4 && length <= 64 && length%2 == 0 && u16(b, 2*n-2) != 0
	if !ok {
		for n = 0; n < maxNameUnits && u16(b, 2*n) != 0; n++ {
		}
	}
	for i := 0; i < n; i++ {
		if b[2*i+1] == 0 && b[2*i] < utf8.RuneSelf {
			text = append(text, b[2*i])
			continue
		}
		c := rune(u16(b, 2*i))
		if utf16.IsSurrogate(c) && i+1 < n {
			if r := utf16.DecodeRune(c, rune(u16(b, 2*i+2))); r != utf8.RuneError {
				c = r
				i++
			}
		}
		text = utf8.AppendRune(text, c)
	}
	return text, ok
}

// put writes e into b, which has entrySize bytes, all zero.
func (e *entry) put(b []byte) {
	le := binary.LittleEndian
	at := 0
	for at < 2*len(e.name) && e.name[at/2] < utf8.RuneSelf {
		b[at] = e.name[at/2]
		at += 2
	}
	for _, r := range e.name[at/2:] {
		var units [2]uint16
		for _, u := range utf16.AppendRune(units[:0], r) {
			le.PutUint16(b[at:], u)
			at += 2
		}
	}
	if e.kind != typeFree {
		le.PutUint16(b[64:], uint16(at+2))
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

// compareNames compares names as their sort keys do.
func compareNames(a, b string) int {
	if !isASCII(a) || !isASCII(b) {
		var x, y [2*maxNameUnits + 2]byte
		return bytes.Compare(appendKey(x[:0], a), appendKey(y[:0], b))
	}
	return compareASCII(a, b)
}

// compareASCII is compareNames for names in US-ASCII.
func compareASCII(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	same := 0 // most names begin alike
	for same+8 <= len(a) && a[same:same+8] == b[same:same+8] {
		same += 8
	}
	for i := same; i < len(a); i++ {
		if a[i] == b[i] {
			continue
		}
		if x, y := upper(a[i]), upper(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return 0
}

// isASCII reports whether s holds no byte above 0x7F.
func isASCII(s string) bool {
	var all byte
	for i := range len(s) {
		all |= s[i]
	}
	return all < utf8.RuneSelf
}

// upper returns the upper case of a byte of US-ASCII.
func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

// appendKey appends the sort key of name to keys. Sort keys compare, as bytes, as
// [MS-CFB] 2.6.4 orders names: the shorter first, then by upper-case UTF-16 units.
// Two names are the same if their keys are.
func appendKey(keys []byte, name string) []byte {
	start := len(keys)
	key := append(keys, 0, 0)
	for i := 0; i < len(name) && name[i] < utf8.RuneSelf; i++ {
		key = append(key, 0, upper(name[i]))
	}
	for _, r := range name[(len(key)-start)/2-1:] {
		switch {
		case r < 0x10000:
			if up := unicode.ToUpper(r); up < 0x10000 {
				r = up
			}
		default: // surrogates are compared as they are
			var hi rune
			hi, r = utf16.EncodeRune(r)
			key = append(key, byte(hi>>8), byte(hi))
		}
		key = append(key, byte(r>>8), byte(r))
	}
	n := (len(key)-start)/2 - 1
	key[start], key[start+1] = byte(n>>8), byte(n)
	return key
}

// checkName returns ErrName unless name may be given to a storage or stream:
// valid UTF-8, 1 to 31 UTF-16 units, none of / \ : ! and no NUL
// ([MS-CFB] 2.6.1).
func checkName(name string) error {
	n := 0
	for _, r := range name {
		switch r {
		case '/', '\\', ':', '!', 0:
			return ErrName
		}
		if n++; r > 0xFFFF {
			n++
		}
	}
	if n == 0 || n > maxNameUnits || !utf8.ValidString(name) {
		return ErrName
	}
	return nil
}
