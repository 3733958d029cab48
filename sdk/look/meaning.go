package look

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// maxMeaning bounds a meaning, in bytes.
const maxMeaning = 400

// meaning returns what a value stands for, or "".
func meaning(p mapi.Prop) string {
	var s string
	switch v := p.Value.(type) {
	case int32:
		s = wordOf(p, v)
	case []byte:
		if decode := decoderOf(p); decode != nil {
			s = decode(v)
		}
	}
	if cut, short := Cut(s, maxMeaning); short {
		return cut + "…"
	}
	return s
}

// decoders are of the binary properties that the specification takes apart.
var decoders = map[mapi.Tag]func([]byte) string{
	proptag.ConversationIndex:     conversationIndex,
	proptag.ReplyRecipientEntries: entryList,
	proptag.SearchKey:             ascii,
	proptag.SenderSearchKey:       ascii, proptag.SentRepresentingSearchKey: ascii, proptag.ReadReceiptSearchKey: ascii,
	proptag.ReceivedBySearchKey: ascii, proptag.ReceivedRepresentingSearchKey: ascii,
	proptag.ChangeKey: xid,
}

var namedDecoders = map[mapi.Name]func([]byte) string{
	propname.LidGlobalObjectId:      globalObjectID,
	propname.LidCleanGlobalObjectId: globalObjectID,
}

func decoderOf(p mapi.Prop) func([]byte) string {
	if !p.Name.IsZero() {
		return namedDecoders[p.Name]
	}
	if d, ok := decoders[p.Tag]; ok {
		return d
	}
	return entry // identifies itself; anything else has no meaning
}

// entry describes an entry identifier.
func entry(b []byte) string {
	id, ok := entryid.Parse(b)
	if !ok {
		return ""
	}
	switch id.Kind {
	case entryid.OneOff:
		return "one-off " + person(id.Name, id.Type, id.Email).String()
	case entryid.AddressBook:
		return "address book " + id.Email
	case entryid.Contact:
		return fmt.Sprintf("contact, address %d", id.Index)
	case entryid.Store:
		return "store"
	}
	return fmt.Sprintf("%s in store %s", id.Kind, id.Provider)
}

// entryList describes a FlatEntryList.
func entryList(b []byte) string {
	var text string
	for _, e := range entryid.List(b) {
		if text != "" {
			text += "; "
		}
		if s := entry(e); s != "" {
			text += s
		} else {
			text += "unknown"
		}
		if len(text) > maxMeaning {
			break
		}
	}
	return text
}

// ascii shows a search key of the form TYPE:ADDRESS.
func ascii(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return string(b)
}

// conversationIndex takes PidTagConversationIndex apart: a header with the time
// and the GUID of the conversation, and a block for each reply
// ([MS-OXOMSG] 2.2.1.3).
func conversationIndex(b []byte) string {
	const headerSize, blockSize = 22, 5
	if len(b) < headerSize || b[0] != 1 {
		return ""
	}
	// The reserved byte 1 and the five after it are the upper 48 bits of a
	// FILETIME.
	start := mapi.Filetime(binary.BigEndian.Uint64(b) >> 16 << 16)
	text := fmt.Sprintf("conversation %X, started %s", b[6:headerSize], timeText(start))
	if n := (len(b) - headerSize) / blockSize; n > 0 {
		text += fmt.Sprintf(", %d replies", n)
	}
	return text
}

// xid is a GUID and a counter ([MS-OXCFXICS] 2.2.2.2).
func xid(b []byte) string {
	if len(b) < 17 || len(b) > 24 {
		return ""
	}
	return fmt.Sprintf("%s, change %X", mapi.GUID(b[:16]), b[16:])
}

// globalObjectID takes PidLidGlobalObjectId apart ([MS-OXOCAL] 2.2.1.27).
func globalObjectID(b []byte) string {
	const headerSize = 40
	if len(b) < headerSize {
		return ""
	}
	size := binary.LittleEndian.Uint32(b[36:])
	if uint64(size) != uint64(len(b)-headerSize) {
		return ""
	}
	text := ""
	if year := binary.BigEndian.Uint16(b[16:]); year != 0 {
		text = fmt.Sprintf("instance of %04d-%02d-%02d, ", year, b[18], b[19])
	}
	if created := mapi.Filetime(binary.LittleEndian.Uint64(b[20:])); created != 0 {
		if t, ok := created.Time(); ok {
			text += "made " + t.Format(time.RFC3339) + ", "
		}
	}
	const outer = "vCal-Uid\x01\x00\x00\x00"
	if data := b[headerSize:]; len(data) > len(outer) && string(data[:len(outer)]) == outer {
		return text + "iCalendar uid " + ascii(data[len(outer):])
	}
	return text + fmt.Sprintf("%d bytes of data", size)
}
