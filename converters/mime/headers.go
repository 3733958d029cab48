package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A headerKind says how the body of a header field and the value of its
// property are made from each other.
type headerKind uint8

const (
	kindText     headerKind = iota // string; unstructured, RFC 2047
	kindRaw                        // string; passed through, folded
	kindIDs                        // string; message identifiers
	kindTime                       // PtypTime; an RFC 5322 date
	kindWord                       // PtypInteger32; one of words
	kindNumber                     // PtypInteger32; decimal
	kindTrue                       // PtypBoolean; "true", absent when false
	kindBase64                     // PtypBinary; base64
	kindFlags                      // PtypInteger32; names of set bits, words
	kindList                       // PtypMultipleString; joined by ", "
	kindLanguage                   // PtypInteger32; a Windows locale as a language tag
)

// A headerWord is one value of an integer property and its word.
type headerWord struct {
	value int32
	text  string // "" when the field is left out for this value
}

// A headerRule ties one header field to one property, both ways.
type headerRule struct {
	field   string
	tag     mapi.Tag  // 0 for a named property
	name    mapi.Name // zero for a tagged one
	kind    headerKind
	words   []headerWord // kindWord, kindFlags; the first that fits a value is written
	section string       // of [MS-OXCMAIL]: generation; "" when it is practice
	reading string       // of [MS-OXCMAIL]: analysis; the chapter, where the section has no number of its own
	also    []mapi.Name  // other properties with the value, taken for writing
	under   mapi.Name    // a PtypBoolean without which the field is not written
}

// imceaDomain is the domain of encapsulated addresses that are not Internet
// addresses ([MS-OXCMAIL] 2.1.3.1.8). RFC 2606 keeps it from ever being
// delivered to; an import may undo the encapsulation for this domain only.
const imceaDomain = "oxbridge.invalid"

// acceptLanguageNames are the other names under which stores keep the field.
var acceptLanguageNames = []mapi.Name{propname.InternetHeader("acceptlanguage")}

// xPriorityWords are the five steps that other programs write for the three of
// Importance.
var xPriorityWords = []headerWord{{0, "5"}, {1, ""}, {2, "1"}, {0, "4"}, {1, "3"}, {2, "2"}}

var importanceWords = []headerWord{{0, "Low"}, {1, ""}, {2, "High"}}

// The words of Sensitivity ([MS-OXCMAIL] 2.1.3.2.6).
var sensitivityWords = []headerWord{{0, ""}, {1, "Personal"}, {2, "Private"}, {3, "Company-Confidential"}}

// The bits of PidTagAutoResponseSuppress ([MS-OXCMAIL] 2.1.3.2.20); 0 is
// "None" and all ones is "All".
var suppressWords = []headerWord{
	{0x01, "DR"}, {0x02, "NDR"}, {0x04, "RN"}, {0x08, "NRN"}, {0x10, "OOF"}, {0x20, "AutoReply"},
}

// The values of PidTagSenderIdStatus ([MS-OXOMSG] 2.2.1.80).
//
// QUIRK: Exchange sets the top bit of the last two.
var senderIDWords = []headerWord{
	{1, "Neutral"}, {2, "Pass"}, {3, "Fail"}, {4, "SoftFail"}, {5, "None"}, {6, "TempError"}, {7, "PermError"},
	{-0x7FFFFFFA, "TempError"}, {-0x7FFFFFF9, "PermError"},
}

// headerRules are the fields with one property each, in the order in which
// they are written. Fields made of several properties are in ownRules.
var headerRules = []headerRule{
	{field: "Message-ID", tag: proptag.InternetMessageId, kind: kindIDs, section: "2.1.3.2.11", reading: "2.2.3.2"},
	{field: "In-Reply-To", tag: proptag.InReplyToId, kind: kindIDs, section: "2.1.3.2.14", reading: "2.2.3.2"},
	{field: "References", tag: proptag.InternetReferences, kind: kindIDs, section: "2.1.3.2.12", reading: "2.2.3.2"},
	{field: "Importance", tag: proptag.Importance, kind: kindWord, words: importanceWords, section: "2.1.3.2.5", reading: "2.2.3.2.5"},
	{field: "X-Priority", tag: proptag.Importance, kind: kindWord, words: xPriorityWords, reading: "2.2.3.2.5"},
	{field: "X-MSMail-Priority", tag: proptag.Importance, kind: kindWord, words: importanceWords, reading: "2.2.3.2.5"},
	{field: "Priority", tag: proptag.Priority, kind: kindWord, words: []headerWord{{-1, "non-urgent"}, {0, ""}, {1, "urgent"}}},
	{field: "Sensitivity", tag: proptag.Sensitivity, kind: kindWord, words: sensitivityWords, section: "2.1.3.2.6", reading: "2.2.3.2"},
	{field: "Keywords", name: propname.NameKeywords, kind: kindList, section: "2.1.3.2.13", reading: "2.2.3.2"},
	{field: "Thread-Topic", tag: proptag.ConversationTopic, kind: kindText, section: "2.1.3.2.9", reading: "2.2.3.2.7"},
	{field: "Thread-Index", tag: proptag.ConversationIndex, kind: kindBase64, section: "2.1.3.2.10", reading: "2.2.3.2"},
	{field: "Reply-By", tag: proptag.ReplyTime, kind: kindTime, section: "2.1.3.2.28", reading: "2.2.3.2"},
	{field: "Expires", tag: proptag.ExpiryTime, kind: kindTime},
	{field: "Deferred-Delivery", tag: proptag.DeferredDeliveryTime, kind: kindTime},
	{field: "List-Help", tag: proptag.ListHelp, kind: kindRaw, section: "2.1.3.2.15", reading: "2.2.3.2"},
	{field: "List-Subscribe", tag: proptag.ListSubscribe, kind: kindRaw, section: "2.1.3.2.15", reading: "2.2.3.2"},
	{field: "List-Unsubscribe", tag: proptag.ListUnsubscribe, kind: kindRaw, section: "2.1.3.2.15", reading: "2.2.3.2"},
	{field: "Accept-Language", name: propname.NameAcceptLanguage, also: acceptLanguageNames, kind: kindRaw, section: "2.1.3.2.16", reading: "2.2.3.2"},
	{field: "Content-Language", tag: proptag.MessageLocaleId, kind: kindLanguage, section: "2.1.3.2.16", reading: "2.2.3.2.11"},
	{field: "Content-Class", name: propname.NameContentClass, kind: kindText, section: "2.1.3.2.2", reading: "2.2.3.2.15"},
	{field: "X-Auto-Response-Suppress", tag: proptag.AutoResponseSuppress, kind: kindFlags, words: suppressWords, section: "2.1.3.2.20", reading: "2.2.3.2"},
	{field: "X-Message-Flag", name: propname.LidFlagRequest, kind: kindText, section: "2.1.3.2.25", reading: "2.2.3.2.25"},
	{field: "X-Microsoft-Classified", name: propname.LidClassified, kind: kindTrue, section: "2.1.3.2.17", reading: "2.2.3.2"},
	{field: "X-Microsoft-ClassKeep", name: propname.LidClassificationKeep, under: propname.LidClassified, kind: kindTrue, section: "2.1.3.2.17", reading: "2.2.3.2"},
	{field: "X-Microsoft-Classification", name: propname.LidClassification, under: propname.LidClassified, kind: kindText, section: "2.1.3.2.17", reading: "2.2.3.2"},
	{field: "X-Microsoft-ClassDesc", name: propname.LidClassificationDescription, under: propname.LidClassified, kind: kindText, section: "2.1.3.2.17", reading: "2.2.3.2"},
	{field: "X-Microsoft-ClassID", name: propname.LidClassificationGuid, under: propname.LidClassified, kind: kindText, section: "2.1.3.2.17", reading: "2.2.3.2"},
	{field: "X-CallingTelephoneNumber", tag: proptag.SenderTelephoneNumber, also: []mapi.Name{propname.NameXSenderTelephoneNumber}, kind: kindText, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-VoiceMessageDuration", tag: proptag.VoiceMessageDuration, also: []mapi.Name{propname.NameXVoiceMessageDuration}, kind: kindNumber, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-VoiceMessageSenderName", tag: proptag.VoiceMessageSenderName, also: []mapi.Name{propname.NameXVoiceMessageSenderName}, kind: kindText, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-FaxNumberOfPages", tag: proptag.FaxNumberOfPages, also: []mapi.Name{propname.NameXFaxNumberOfPages}, kind: kindNumber, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-AttachmentOrder", tag: proptag.VoiceMessageAttachmentOrder, also: []mapi.Name{propname.NameXVoiceMessageAttachmentOrder}, kind: kindText, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-CallID", tag: proptag.CallId, also: []mapi.Name{propname.NameXCallId}, kind: kindText, section: "2.1.3.2.3", reading: "2.2.3.2.23"},
	{field: "X-MS-Exchange-Organization-AutoForwarded", tag: proptag.AutoForwarded, kind: kindTrue, section: "2.1.3.2.21", reading: "2.2.3.2"},
	{field: "X-MS-Exchange-Organization-SenderIdResult", tag: proptag.SenderIdStatus, kind: kindWord, words: senderIDWords, section: "2.1.3.2.22", reading: "2.2.3.2"},
	{field: "X-MS-Exchange-Organization-PRD", tag: proptag.PurportedSenderDomain, kind: kindText, section: "2.1.3.2.23", reading: "2.2.3.2"},
	{field: "X-MS-Exchange-Organization-SCL", tag: proptag.ContentFilterSpamConfidenceLevel, kind: kindNumber, section: "2.1.3.2.24", reading: "2.2.3.2"},
	{field: "Xref", name: propname.NameCrossReference, kind: kindRaw, section: "2.1.3.2.31", reading: "2.2.3.2"},
}

// structuralFields are the fields, in lower case, that describe the MIME
// structure of one file and mean nothing in another. Content-Class and
// Content-Language describe the message, and Content-Base holds for all that is
// in it (RFC 2110 4.2).
func structuralField(lower string) bool {
	switch lower {
	case "content-class", "content-language", "content-base":
		return false
	case "mime-version", "x-ms-tnef-correlator", "x-ms-has-attach", "x-exchange-mime-skeleton-content-id":
		return true
	}
	return strings.HasPrefix(lower, "content-")
}
