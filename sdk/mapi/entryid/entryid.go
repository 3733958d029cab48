// Package entryid reads and writes the entry identifiers that tell who somebody
// is ([MS-OXCDATA] 2.2.5), and lists of them ([MS-OXCDATA] 2.3.3). Every
// function is pure.
package entryid

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// OneOffUID marks a one-off entry identifier, AddressBookUID one of an address
// book ([MS-OXCDATA] 2.2.5.1, 2.2.5.2).
var (
	OneOffUID      = [16]byte{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}
	AddressBookUID = [16]byte{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
)

const (
	header        = 4 + 16 // flags and provider UID
	oneOffHeader  = header + 4
	oneOffUnicode = 0x8000 // the strings are UTF-16
	oneOffNoTNEF  = 0x0001
	listHeader    = 8 // count and bytes of a FlatEntryList
)

// A Person is who an entry identifier names. Type is the address type, such as
// SMTP or EX; Email the address of that type.
type Person struct {
	Name, Type, Email string
}

// Parse reads a one-off entry identifier, or the X.500 name of an address book
// entry as an address of type EX. ok is false for any other.
func Parse(b []byte) (p Person, ok bool) {
	if len(b) < oneOffHeader {
		return p, false
	}
	switch [16]byte(b[4:header]) {
	case OneOffUID:
		rest := b[oneOffHeader:]
		wide := binary.LittleEndian.Uint16(b[header+2:])&oneOffUnicode != 0
		for _, dst := range []*string{&p.Name, &p.Type, &p.Email} {
			if wide {
				*dst, rest, ok = cutWide(rest)
			} else {
				*dst, rest, ok = cutNarrow(rest)
			}
			if !ok {
				return p, false
			}
		}
		return p, true
	case AddressBookUID:
		if len(b) < header+8 {
			return p, false
		}
		p.Type = "EX"
		p.Email, _, ok = cutNarrow(b[header+8:])
		return p, ok
	}
	return p, false
}

// OneOff returns the one-off entry identifier of a person, in Unicode. NUL in
// the strings is left out.
func OneOff(p Person) []byte {
	id := make([]byte, 0, oneOffHeader+2*(len(p.Name)+len(p.Type)+len(p.Email)+3))
	id = append(id, 0, 0, 0, 0)
	id = append(id, OneOffUID[:]...)
	id = append(id, 0, 0)
	id = binary.LittleEndian.AppendUint16(id, oneOffUnicode|oneOffNoTNEF)
	for _, s := range []string{p.Name, p.Type, p.Email} {
		id = append(id, codepage.EncodeUTF16(strings.ReplaceAll(s, "\x00", ""))...)
		id = append(id, 0, 0)
	}
	return id
}

// List cuts a FlatEntryList into its entry identifiers, as far as it is sound.
// They share memory with b.
func List(b []byte) [][]byte {
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

// Join makes a FlatEntryList of entry identifiers.
func Join(ids [][]byte) []byte {
	list := make([]byte, listHeader)
	for _, id := range ids {
		list = binary.LittleEndian.AppendUint32(list, uint32(len(id)))
		list = append(list, id...)
		list = append(list, make([]byte, -len(id)&3)...)
	}
	binary.LittleEndian.PutUint32(list, uint32(len(ids)))
	binary.LittleEndian.PutUint32(list[4:], uint32(len(list)-listHeader))
	return list
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
