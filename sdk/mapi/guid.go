package mapi

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A GUID is held in the byte order of storage: Data1 to Data3 little-endian
// ([MS-DTYP] 2.3.4.2).
type GUID [16]byte

// NewGUID builds a GUID from its four parts as they are written in text.
func NewGUID(d1 uint32, d2, d3 uint16, d4 [8]byte) GUID {
	var g GUID
	binary.LittleEndian.PutUint32(g[0:], d1)
	binary.LittleEndian.PutUint16(g[4:], d2)
	binary.LittleEndian.PutUint16(g[6:], d3)
	copy(g[8:], d4[:])
	return g
}

// ParseGUID reads the text form, with or without braces.
func ParseGUID(s string) (GUID, error) {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	var b []byte
	if len(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' {
		b, _ = hex.DecodeString(s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:])
	}
	if len(b) != 16 {
		return GUID{}, fmt.Errorf("mapi: %q is not a GUID", s)
	}
	return NewGUID(binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), [8]byte(b[8:])), nil
}

// String returns the text form without braces, in upper case.
func (g GUID) String() string {
	return fmt.Sprintf("%08X-%04X-%04X-%X-%X",
		binary.LittleEndian.Uint32(g[0:]), binary.LittleEndian.Uint16(g[4:]), binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:])
}

// oleGUID returns the GUIDs that differ only in Data1: xxxxxxxx-0000-0000-C000-000000000046.
func oleGUID(d1 uint32) GUID { return NewGUID(d1, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) }

// Property sets ([MS-OXPROPS] 1.3.2).
var (
	PSMAPI             = oleGUID(0x00020328)
	PSPublicStrings    = oleGUID(0x00020329)
	PSInternetHeaders  = oleGUID(0x00020386)
	PSETIDCommon       = oleGUID(0x00062008)
	PSETIDAppointment  = oleGUID(0x00062002)
	PSETIDTask         = oleGUID(0x00062003)
	PSETIDAddress      = oleGUID(0x00062004)
	PSETIDLog          = oleGUID(0x0006200A)
	PSETIDNote         = oleGUID(0x0006200E)
	PSETIDSharing      = oleGUID(0x00062040)
	PSETIDPostRss      = oleGUID(0x00062041)
	PSETIDRemote       = oleGUID(0x00062014)
	PSETIDMeeting      = NewGUID(0x6ED8DA90, 0x450B, 0x101B, [8]byte{0x98, 0xDA, 0x00, 0xAA, 0x00, 0x3F, 0x13, 0x05})
	PSETIDUnifiedMsg   = NewGUID(0x4442858E, 0xA9E3, 0x4E80, [8]byte{0xB9, 0x00, 0x31, 0x7A, 0x21, 0x0C, 0xC1, 0x5B})
	PSETIDAirSync      = NewGUID(0x71035549, 0x0739, 0x4DCB, [8]byte{0x91, 0x63, 0x00, 0xF0, 0x58, 0x0D, 0xBB, 0xDF})
	PSETIDAttachment   = NewGUID(0x96357F7F, 0x59E1, 0x47D0, [8]byte{0x99, 0xA7, 0x46, 0x51, 0x5C, 0x18, 0x3B, 0x54})
	PSETIDCalendar     = NewGUID(0x11000E07, 0xB51B, 0x40D6, [8]byte{0xAF, 0x21, 0xCA, 0xA8, 0x5E, 0xDA, 0xB1, 0xD0})
	PSETIDMessaging    = NewGUID(0x41F28F13, 0x83F4, 0x4114, [8]byte{0xA5, 0x84, 0xEE, 0xDB, 0x5A, 0x6B, 0x0B, 0xFF})
	PSETIDXMLExtracted = NewGUID(0x23239608, 0x685D, 0x4732, [8]byte{0x9C, 0x55, 0x4C, 0x95, 0xCB, 0x4E, 0x8E, 0x33})
	CLSIDMailMessage   = oleGUID(0x00020D0B)
	CLSIDMessageFile   = oleGUID(0x0006F046) // an Outlook template, .oft
)

// setNames are the names of the property sets in the specification.
var setNames = map[GUID]string{
	PSMAPI: "PS_MAPI", PSPublicStrings: "PS_PUBLIC_STRINGS", PSInternetHeaders: "PS_INTERNET_HEADERS",
	PSETIDCommon: "PSETID_Common", PSETIDAppointment: "PSETID_Appointment", PSETIDTask: "PSETID_Task",
	PSETIDAddress: "PSETID_Address", PSETIDLog: "PSETID_Log", PSETIDNote: "PSETID_Note",
	PSETIDSharing: "PSETID_Sharing", PSETIDPostRss: "PSETID_PostRss", PSETIDRemote: "PSETID_Remote",
	PSETIDMeeting: "PSETID_Meeting", PSETIDUnifiedMsg: "PSETID_UnifiedMessaging", PSETIDAirSync: "PSETID_AirSync",
	PSETIDAttachment: "PSETID_Attachment", PSETIDCalendar: "PSETID_CalendarAssistant",
	PSETIDMessaging: "PSETID_Messaging", PSETIDXMLExtracted: "PSETID_XmlExtractedEntities",
}

// SetName returns the specification's name of a property set, or the GUID.
func SetName(g GUID) string {
	if n, ok := setNames[g]; ok {
		return n
	}
	return "{" + g.String() + "}"
}

// A Name identifies a named property everywhere, whatever id it has in one
// message: a set and either a number (LID) or a string. The zero Name means
// that a property is not named.
type Name struct {
	Set  GUID
	ID   uint32 // the LID; used when Text is empty
	Text string
}

// IsZero reports whether n names nothing.
func (n Name) IsZero() bool { return n.ID == 0 && n.Text == "" && n.Set == GUID{} }

// String returns the set and the number or text, such as PSETID_Common/0x8530.
func (n Name) String() string {
	if n.Text != "" {
		return SetName(n.Set) + "/" + n.Text
	}
	return fmt.Sprintf("%s/0x%04X", SetName(n.Set), n.ID)
}
