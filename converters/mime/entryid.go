package mime

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// oneOffUID marks a one-off entry id, addressBookUID one of an address book
// ([MS-OXCDATA] 2.2.5.1, 2.2.5.2).
var (
	oneOffUID      = [16]byte{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}
	addressBookUID = [16]byte{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
)

const (
	entryHeader   = 4 + 16 // flags and provider UID
	oneOffHeader  = entryHeader + 4
	oneOffUnicode = 0x8000 // the strings are UTF-16
)

// A oneOff is what a one-off entry id holds: an address that is in no address
// book.
type oneOff struct {
	name, addrType, email string
}

// parseEntryID reads a one-off entry id, or the X.500 name of an address book
// entry as an address of type EX. ok is false for any other.
func parseEntryID(b []byte) (o oneOff, ok bool) {
	if len(b) < oneOffHeader {
		return o, false
	}
	switch [16]byte(b[4:entryHeader]) {
	case oneOffUID:
		rest := b[oneOffHeader:]
		wide := binary.LittleEndian.Uint16(b[entryHeader+2:])&oneOffUnicode != 0
		for _, dst := range []*string{&o.name, &o.addrType, &o.email} {
			if wide {
				*dst, rest, ok = cutWide(rest)
			} else {
				*dst, rest, ok = cutNarrow(rest)
			}
			if !ok {
				return o, false
			}
		}
		return o, true
	case addressBookUID:
		if len(b) < entryHeader+8 {
			return o, false
		}
		o.addrType = "EX"
		o.email, _, ok = cutNarrow(b[entryHeader+8:])
		return o, ok
	}
	return o, false
}

// cutNarrow reads an 8-bit string up to its NUL, or up to the end.
func cutNarrow(b []byte) (s string, rest []byte, ok bool) {
	raw, rest, _ := bytes.Cut(b, []byte{0})
	s, _ = codepage.Decode(codepage.Windows, raw)
	return s, rest, true
}

// cutWide reads a UTF-16 string up to its NUL.
func cutWide(b []byte) (s string, rest []byte, ok bool) {
	var units []uint16
	for i := 0; i+2 <= len(b); i += 2 {
		u := binary.LittleEndian.Uint16(b[i:])
		if u == 0 {
			return string(utf16.Decode(units)), b[i+2:], true
		}
		units = append(units, u)
	}
	return "", nil, false
}

// flatEntries cuts a FlatEntryList into its entry ids ([MS-OXCDATA] 2.3.3), as
// far as it is sound.
func flatEntries(b []byte) [][]byte {
	const listHeader = 8
	if len(b) < listHeader {
		return nil
	}
	count := binary.LittleEndian.Uint32(b)
	var list [][]byte
	for b = b[listHeader:]; count > 0 && len(b) >= 4; count-- {
		n := uint64(binary.LittleEndian.Uint32(b))
		b = b[4:]
		if n > uint64(len(b)) {
			break
		}
		list = append(list, b[:n])
		b = b[min(uint64(len(b)), (n+3)&^3):]
	}
	return list
}
