package mime

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A Mapping says how one header field and the properties of a message are made
// from each other.
type Mapping struct {
	Field    string // name of the header field, or in words which ones
	Property string // canonical names of the properties
	Rule     string
	Writing  string // section of [MS-OXCMAIL] for making the field, or another source; "" when it is practice
	Reading  string // the same for making the properties; "" when the field is not read or it is practice
}

// An ownRule describes a field that is made of several properties or of none,
// by code of its own.
type ownRule = Mapping

// ownRules are the fields of a message header that exportpeople.go,
// exportheader.go and exportderive.go write by their own rules, and importheader.go
// reads by its own.
var ownRules = []ownRule{
	{"From", "PidTagSentRepresenting…, else PidTagSender…", "name and address", "2.1.3.1.3", "2.2.3.1.3"},
	{"Sender", "PidTagSender…", "written when it is somebody else than From", "2.1.3.1.4", "2.2.3.1.4"},
	{"Reply-To", "PidTagReplyRecipientEntries, PidTagReplyRecipientNames", "one address for each entry", "2.1.3.1.2", "2.2.3.1.6"},
	{"To", "recipients of type 1 or none, else PidTagDisplayTo", "in stored order; in a delivery report PidTagReceivedRepresenting…, else PidTagReceivedBy…", "2.1.3.1.1.1", "2.2.3.1.1"},
	{"Cc", "recipients of type 2, else PidTagDisplayCc", "in stored order", "2.1.3.1.1.1", "2.2.3.1.1"},
	{"Bcc", "recipients of type 3, else PidTagDisplayBcc", "in stored order; left out with --no-bcc", "2.1.3.1.1.2", "2.2.3.1.1"},
	{"Return-Receipt-To", "PidTagOriginatorDeliveryReportRequested, PidTagReadReceipt…", "when true: who gets read receipts, else the sender", "2.1.3.1.5", "2.2.3.1.5"},
	{"Disposition-Notification-To", "PidTagReadReceiptRequested, PidTagReadReceipt…", "when true: who gets read receipts, else the sender", "2.1.3.1.6", "2.2.3.1.5"},
	{"Subject", "PidTagSubject, else PidTagSubjectPrefix and PidTagNormalizedSubject", "text, without the mark of the prefix", "2.1.3.2.8", "2.2.3.2.6.1"},
	{"Date", "PidTagClientSubmitTime, else PidTagMessageDeliveryTime, PidTagCreationTime, PidTagLastModificationTime", "in the zone of PidTagTransportMessageHeaders if that has the same instant, else +0000", "2.1.3.2.7", "2.2.3.2"},
	{"X-Unsent", "PidTagMessageFlags", `"1" for a message that was not sent, or with --draft`, "", ""},
}

// derivedRules describe what exportderive.go adds, and fields that many
// properties share.
var derivedRules = []ownRule{
	{"Content-Class", "PidTagMessageClass", "the word of a fax, voice, custom or form class, in place of PidNameContentClass", "2.1.3.2.2", "2.2.3.2.15"},
	{"Auto-Submitted", "PidTagMessageClass", `"auto-replied" for rule replies and reports, unless the message keeps the field`, "RFC 3834 5", ""},
	{"X-MS-Has-Attach", "PidTagHasAttachments, else attachments that are not hidden", `"yes", absent when there are none`, "2.1.3.2.19", ""},
	{classField, "PidTagMessageClass", "a class that nothing else in the message shows; read when it is one below IPM.Note, but for rules and secure mail", "", ""},
	{verbsField, "PidLidVerbStream", "base64; read when there are voting buttons in it", "", ""},
	{optionsField, "PidLidVerbStream", "the names of the voting buttons, for people", "", ""},
	{responseField, "PidLidVerbResponse", "text", "", ""},
	{"MIME-Version", "", `"1.0"`, "RFC 2045 4", ""},
	{"X-MS-TNEF-Correlator", "PidTagTnefCorrelationKey", "read only", "", "2.2.3.2"},
	{"Received", "PidTagTransportMessageHeaders; PidTagMessageDeliveryTime", "every one, in its order, above all others; the newest date is the delivery time", "2.1.3.2.27", "2.2.3.2"},
	{"any field kept by name", "string properties of PS_INTERNET_HEADERS", "text; a field for each value; those of an organisation only in embedded messages", "2.1.3.2.4", "2.2.3.2.4"},
	{"any other field", "PidTagTransportMessageHeaders", "as it stands there and in its order, if no property decides about it and it describes no structure", "", "2.2.3.2.28"},
}

// partRules describe the fields of parts.
var partRules = []ownRule{
	{"Content-Type", "bodies; PidTagAttachMimeTag, PidTagTextAttachmentCharset, names of the file", "of a file: the type named, else by the extension", "2.1.3.4.2.2", "2.2.3.4.1.2"},
	{"Content-Transfer-Encoding", "", "by the content, or --encoding for bodies of the outermost message; base64 for files", "2.1.3.4.2.4", "2.2.3.4.1.3"},
	{"Content-Disposition", "PidTagAttachLongFilename, PidTagAttachFilename or PidTagDisplayName; PidTagCreationTime, PidTagLastModificationTime", "inline for what the HTML refers to", "2.1.3.4.2.1", "2.2.3.4.1.1"},
	{"Content-Description", "PidTagDisplayName", "of a file", "2.1.3.4.2", ""},
	{"Content-ID", "PidTagAttachContentId; PidTagBodyContentId for the body", "with angle brackets", "2.1.3.4.2.3, 2.1.3.2.29", "2.2.3.4.1.4"},
	{"Content-Location", "PidTagAttachContentLocation; PidTagBodyContentLocation for the body", "as it is", "2.1.3.4.2.3, 2.1.3.2.30", "2.2.3.4.1.4"},
	{"Content-Base", "PidTagAttachContentBase", "as it is", "2.1.3.4.2.3", "2.2.3.4.1.4"},
	{"X-Payload-Class", "PidTagAttachPayloadClass", "text", "2.1.3.2.18", ""},
	{"X-Payload-Provider-Guid", "PidTagAttachPayloadProviderGuidString", "text", "2.1.3.4.2", ""},
}

// ownFields are the fields of ownRules, in lower case.
var ownFields = func() map[string]bool {
	m := make(map[string]bool, len(ownRules))
	for _, r := range ownRules {
		m[strings.ToLower(r.Field)] = true
	}
	return m
}()

// Mappings returns the table of header fields and properties that the package
// works by, in the order in which fields are written.
func Mappings() []Mapping {
	all := slices.Clone(ownRules)
	for _, r := range headerRules {
		all = append(all, r.describe())
	}
	return slices.Concat(all, derivedRules, partRules)
}

// MappingOtherNames returns the fields, sorted, that are read as another one
// when that is missing, and the field that each stands for.
func MappingOtherNames() [][2]string {
	var list [][2]string
	for _, name := range slices.Sorted(maps.Keys(otherNames)) {
		list = append(list, [2]string{fieldCase(name), fieldCase(otherNames[name])})
	}
	return list
}

func (r headerRule) describe() Mapping {
	return Mapping{Field: r.field, Property: r.properties(), Rule: r.inWords(), Writing: r.section, Reading: r.reading}
}

func (r headerRule) properties() string {
	var list []string
	if r.tag != 0 {
		list = append(list, proptag.Name(r.tag))
	}
	for _, n := range append([]mapi.Name{r.name}, r.also...) {
		switch {
		case n.IsZero():
		case propname.Name(n) != "":
			list = append(list, propname.Name(n))
		default:
			list = append(list, fmt.Sprintf("%q of PS_INTERNET_HEADERS", n.Text))
		}
	}
	return strings.Join(list, ", else ")
}

// kindWords say what a kind makes of a value.
var kindWords = map[headerKind]string{
	kindText: "text", kindRaw: "as it is", kindIDs: "message identifiers, with angle brackets", kindTime: "date", kindNumber: "decimal number",
	kindTrue: `"true"; absent when false`, kindBase64: "base64", kindList: "joined by commas", kindLanguage: "language tag of the locale",
	kindFlags: "words of the bits set; None for 0, All for -1",
}

func (r headerRule) inWords() string {
	words := kindWords[r.kind]
	if len(r.words) > 0 {
		words = strings.TrimPrefix(words+": "+wordList(r.words), ": ")
	}
	if !r.under.IsZero() {
		words += "; only when " + propname.Name(r.under) + " is true"
	}
	return words
}

// wordList says which word stands for which value.
func wordList(words []headerWord) string {
	var list []string
	for i, w := range words {
		switch {
		case slices.ContainsFunc(words[:i], func(v headerWord) bool { return v.value == w.value }):
			list = append(list, fmt.Sprintf("%s is read as %d", w.text, w.value))
		case w.text == "":
			list = append(list, fmt.Sprintf("%d absent", w.value))
		default:
			list = append(list, fmt.Sprintf("%d = %s", w.value, w.text))
		}
	}
	return strings.Join(list, ", ")
}
