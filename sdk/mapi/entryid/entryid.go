// Package entryid reads entry identifiers, the values by which MAPI names
// people, folders, messages and stores ([MS-OXCDATA] 2.2), and writes those of
// people.
//
// Every function is pure and safe for concurrent use. Lengths are checked; what
// makes no sense is reported as not understood and never an error.
package entryid

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// A Kind is what an entry identifier names.
type Kind uint8

// The kinds. The zero value is one that is not understood.
const (
	Unknown     Kind = iota
	OneOff           // an address that is in no address book ([MS-OXCDATA] 2.2.5.1)
	AddressBook      // an entry of the address book ([MS-OXCDATA] 2.2.5.2)
	Contact          // an address of a contact ([MS-OXOCNTC] 2.2.2.5)
	Store            // a message store ([MS-OXCDATA] 2.2.4.3)
	Folder           // a folder ([MS-OXCDATA] 2.2.4.1)
	Message          // a message ([MS-OXCDATA] 2.2.4.2)
)

var kindNames = [...]string{"unknown", "one-off", "address book", "contact", "store", "folder", "message"}

// String returns the kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Unknown]
}

// A Person is who an entry identifier names. Type is the address type, such as
// SMTP or EX; Email the address of that type.
type Person struct {
	Name, Type, Email string
}

// An ID is what an entry identifier holds.
type ID struct {
	Kind     Kind
	Provider mapi.GUID // who made it, or the store that a folder or message is in
	// Person is whom it names, if anybody. An entry of the address book has its
	// distinguished name as the address, of type EX, and no name.
	Person
	// Index says which address of a contact is meant, 0 to 5: three of e-mail,
	// three of fax.
	Index int
	// Inner is the identifier of the contact.
	Inner []byte
}

// OneOffUID marks a one-off entry identifier, AddressBookUID one of an address
// book.
var (
	OneOffUID      = mapi.GUID{0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02}
	AddressBookUID = mapi.GUID{0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82}
	contactUID     = mapi.GUID{0xFE, 0x42, 0xAA, 0x0A, 0x18, 0xC7, 0x1A, 0x10, 0xE8, 0x85, 0x0B, 0x65, 0x1C, 0x24, 0x00, 0x00}
	storeUID       = mapi.GUID{0x38, 0xA1, 0xBB, 0x10, 0x05, 0xE5, 0x10, 0x1A, 0xA1, 0xBB, 0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2}
)

const (
	header        = 4 + 16 // flags and provider
	folderSize    = 46
	messageSize   = 70
	oneOffUnicode = 0x8000 // the strings are UTF-16
	oneOffNoTNEF  = 0x0001
	listHeader    = 8 // count and bytes of a FlatEntryList
)

// Parse reads an entry identifier. ok is false for one that is not understood;
// the ID has the provider then, if there is one.
func Parse(b []byte) (id ID, ok bool) {
	if len(b) < header {
		return ID{}, false
	}
	id.Provider = mapi.GUID(b[4:header])
	rest := b[header:]
	switch id.Provider {
	case OneOffUID:
		ok = id.oneOff(rest)
	case AddressBookUID:
		ok = id.addressBook(rest)
	case contactUID:
		ok = id.contact(rest)
	case storeUID:
		id.Kind, ok = Store, true
	default:
		ok = id.item(b)
	}
	return id, ok
}

// ParsePerson reads the identifier of a person: a one-off, or an entry of the
// address book. ok is false for any other.
func ParsePerson(b []byte) (p Person, ok bool) {
	id, ok := Parse(b)
	if !ok || id.Kind != OneOff && id.Kind != AddressBook {
		return Person{}, false
	}
	return id.Person, true
}

// oneOff reads version, flags and three strings.
func (id *ID) oneOff(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	wide := binary.LittleEndian.Uint16(b[2:])&oneOffUnicode != 0
	b = b[4:]
	for _, dst := range []*string{&id.Name, &id.Type, &id.Email} {
		var ok bool
		if *dst, b, ok = cut(b, wide); !ok {
			return false
		}
	}
	id.Kind = OneOff
	return true
}

// addressBook reads version, type and the distinguished name.
func (id *ID) addressBook(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	name, _, _ := cut(b[8:], false)
	if name == "" {
		return false
	}
	id.Kind, id.Type, id.Email = AddressBook, "EX", name
	return true
}

// contact reads version, type, index and the identifier of the contact.
func (id *ID) contact(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	index, n := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	if uint64(n) > uint64(len(b)-16) || index > 255 {
		return false
	}
	id.Kind, id.Index, id.Inner = Contact, int(index), b[16:16+n]
	return true
}

// item recognises the identifiers of folders and messages by their lengths.
func (id *ID) item(b []byte) bool {
	switch len(b) {
	case folderSize:
		id.Kind = Folder
	case messageSize:
		id.Kind = Message
	default:
		return false
	}
	return true
}

// cut reads a string up to its NUL. An 8-bit string may end with the value.
func cut(b []byte, wide bool) (s string, rest []byte, ok bool) {
	if !wide {
		raw, rest, _ := bytes.Cut(b, []byte{0})
		s, _ = codepage.Decode(codepage.Windows, raw)
		return s, rest, true
	}
	for i := 0; i+2 <= len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			s, _ = codepage.Decode(codepage.UTF16LE, b[:i])
			return s, b[i+2:], true
		}
	}
	return "", nil, false
}

// List cuts a FlatEntryList into its identifiers ([MS-OXCDATA] 2.3.3), as far
// as it is sound. They share memory with b.
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

// NewOneOff returns the one-off entry identifier of a person, in Unicode. NUL in
// the strings is left out.
func NewOneOff(p Person) []byte {
	id := make([]byte, 0, header+4+2*(len(p.Name)+len(p.Type)+len(p.Email)+3))
	id = append(id, 0, 0, 0, 0)
	id = append(id, OneOffUID[:]...)
	id = append(id, 0, 0)
	id = binary.LittleEndian.AppendUint16(id, oneOffUnicode|oneOffNoTNEF)
	for _, s := range []string{p.Name, p.Type, p.Email} {
		id = codepage.AppendUTF16(id, strings.ReplaceAll(s, "\x00", ""))
		id = append(id, 0, 0)
	}
	return id
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
