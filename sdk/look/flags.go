package look

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A bit of a property of flags, and its name.
type bit struct {
	mask int32
	name string
}

// flagNames are the bits of properties of flags.
var flagNames = map[mapi.Tag][]bit{
	proptag.MessageFlags: { // [MS-OXCMSG] 2.2.1.6
		{0x1, "read"}, {0x2, "unmodified"}, {0x4, "submitted"}, {0x8, "unsent"}, {0x10, "has attachments"}, {0x20, "from me"},
		{0x40, "associated"}, {0x80, "resend"}, {0x100, "notify read"}, {0x200, "notify unread"}, {0x400, "ever read"},
		{0x2000, "internet"}, {0x8000, "untrusted"},
	},
	proptag.AttachFlags:          {{0x1, "invisible in html"}, {0x2, "invisible in rtf"}, {0x4, "rendered in body"}}, // [MS-OXCMSG] 2.2.2.18
	proptag.StoreSupportMask:     {{0x40000, "unicode"}},                                                             // [MS-OXMSG] 2.1.1.1
	proptag.RecipientFlags:       {{0x1, "sendable"}, {0x2, "organizer"}, {0x10, "exceptional response"}, {0x20, "exceptional deleted"}, {0x100, "original"}},
	proptag.Access:               {{0x1, "modify"}, {0x2, "read"}, {0x4, "delete"}, {0x8, "create hierarchy"}, {0x10, "create contents"}, {0x20, "create associated"}},
	proptag.AutoResponseSuppress: {{0x1, "dr"}, {0x2, "ndr"}, {0x4, "rn"}, {0x8, "nrn"}, {0x10, "oof"}, {0x20, "auto-reply"}}, // [MS-OXOMSG] 2.2.1.77
	proptag.MessageStatus:        {{0x1000, "in conflict"}, {0x100, "remote download"}, {0x200, "remote delete"}},
}

// namedFlags are those of named properties.
var namedFlags = map[mapi.Name][]bit{
	propname.LidAppointmentStateFlags: {{0x1, "meeting"}, {0x2, "received"}, {0x4, "canceled"}}, // [MS-OXOCAL] 2.2.1.10
}

// valueNames are the values of properties of one word.
var valueNames = map[mapi.Tag]map[int32]string{
	proptag.Importance:  {0: "low", 1: "normal", 2: "high"},
	proptag.Priority:    {-1: "non-urgent", 0: "normal", 1: "urgent"},
	proptag.Sensitivity: {0: "normal", 1: "personal", 2: "private", 3: "confidential"},
	proptag.ObjectType: {1: "store", 2: "address book", 3: "folder", 4: "address book container", 5: "message", 6: "mail user",
		7: "attachment", 8: "distribution list"},
	proptag.AttachMethod: {0: "none", 1: "by value", 2: "by reference", 4: "by reference only", 5: "embedded message", 6: "OLE storage",
		7: "by web reference"},
	proptag.NativeBody:       {0: "undefined", 1: "plain text", 2: "rtf", 3: "html", 4: "clear-signed"},
	proptag.FlagStatus:       {0: "none", 1: "complete", 2: "flagged"},
	proptag.LastVerbExecuted: {102: "reply", 103: "reply all", 104: "forward"},
	proptag.DisplayType: {0: "mail user", 1: "distribution list", 2: "forum", 3: "agent", 4: "organization", 5: "private distribution list",
		6: "remote mail user"},
	proptag.RecipientTrackStatus: {0: "none", 1: "organized", 2: "tentative", 3: "accepted", 4: "declined", 5: "not responded"},
	proptag.AccessLevel:          {0: "read only", 1: "modify"},
	proptag.MessageEditorFormat:  {0: "unknown", 1: "plain text", 2: "html", 3: "rtf"},
}

// namedValues are those of named properties.
var namedValues = map[mapi.Name]map[int32]string{
	propname.LidBusyStatus:     {0: "free", 1: "tentative", 2: "busy", 3: "out of office", 4: "working elsewhere"},
	propname.LidResponseStatus: {0: "none", 1: "organized", 2: "tentative", 3: "accepted", 4: "declined", 5: "not responded"},
	propname.LidTaskStatus:     {0: "not started", 1: "in progress", 2: "complete", 3: "waiting", 4: "deferred"},
}

// Flags returns the names of the bits that are set in a property of flags, those
// without a name in hexadecimal; "" for 0.
func Flags(tag mapi.Tag, n int32) string { return bits(flagNames[tag], n) }

func bits(names []bit, n int32) string {
	var set []string
	for _, b := range names {
		if n&b.mask != 0 {
			set = append(set, b.name)
			n &^= b.mask
		}
	}
	if n != 0 {
		set = append(set, fmt.Sprintf("0x%x", uint32(n)))
	}
	return strings.Join(set, ", ")
}

// wordOf returns the meaning of an integer.
func wordOf(p mapi.Prop, n int32) string {
	if !p.Name.IsZero() {
		if names, ok := namedFlags[p.Name]; ok {
			return bits(names, n)
		}
		return namedValues[p.Name][n]
	}
	if p.Tag.WithType(mapi.PtypInteger32) == proptag.RecipientType {
		return recipientType(n)
	}
	if names, ok := flagNames[p.Tag]; ok {
		return bits(names, n)
	}
	return valueNames[p.Tag][n]
}

// recipientType has a kind and flags ([MS-OXOMSG] 2.2.3.1).
func recipientType(n int32) string {
	kinds := map[int32]string{0: "originator", 1: "to", 2: "cc", 3: "bcc"}
	text := kinds[n&0xF]
	if rest := bits([]bit{{0x10000000, "resend"}, {-0x80000000, "submitted"}}, n&^0xF); rest != "" {
		text += ", " + rest
	}
	return text
}
