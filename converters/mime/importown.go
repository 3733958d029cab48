package mime

import (
	"encoding/base64"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

const (
	// maxVerbStream bounds PidLidVerbStream made of a field, in bytes.
	maxVerbStream = 32 << 10
	// maxResponse bounds PidLidVerbResponse made of a field, in bytes: a length
	// in a verb stream has one byte.
	maxResponse = 255
)

// The fields of the exporter in lower case.
var (
	ownClassField    = strings.ToLower(classField)
	ownVerbsField    = strings.ToLower(verbsField)
	ownOptionsField  = strings.ToLower(optionsField)
	ownResponseField = strings.ToLower(responseField)
)

// ownField takes one of the fields that the exporter has for what mail has no
// field for; false when it is another one, or what it says is not to be
// believed: anybody can write it.
func (b *builder) ownField(lower string, raw []byte) bool {
	switch lower {
	case ownClassField:
		return b.ownClass(raw)
	case ownVerbsField:
		return b.verbStream(raw)
	case ownOptionsField: // the names in the stream, for people
		stream, ok := readVerbStream(b.root.header.Get(verbsField))
		return ok && strings.Join(votingOptions(stream), "; ") == rfc5322.DecodeText(raw)
	case ownResponseField:
		vote := rfc5322.DecodeText(raw)
		if vote == "" || len(vote) > maxResponse {
			return false
		}
		b.m.Props.SetNamed(propname.LidVerbResponse, mapi.PtypString, vote)
		return true
	}
	return false
}

// verbStream sets the voting buttons.
func (b *builder) verbStream(raw []byte) bool {
	stream, ok := readVerbStream(raw)
	if ok {
		b.m.Props.SetNamed(propname.LidVerbStream, mapi.PtypBinary, stream)
	}
	return ok
}

// readVerbStream decodes a PidLidVerbStream; ok says that it holds voting
// buttons.
func readVerbStream(raw []byte) (stream []byte, ok bool) {
	if len(raw) > 2*maxVerbStream {
		return nil, false
	}
	stream, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), ""))
	return stream, err == nil && len(stream) <= maxVerbStream && len(votingOptions(stream)) > 0
}

// closedClasses are the classes below IPM.Note that do more than show a message,
// or that the structure of a message decides about.
var closedClasses = []string{"IPM.Note.Rules", classSigned, classSecure}

// ownClass sets the class of a message where it is one of mail. Mail from outside
// never becomes an appointment, a form, a rule or a part of a configuration.
func (b *builder) ownClass(raw []byte) bool {
	class := rfc5322.DecodeText(raw)
	if len(class) > maxClass || !isClass(class, "IPM.Note") || strings.ContainsFunc(class, notOfClass) {
		return false
	}
	for _, closed := range closedClasses {
		if isClass(class, closed) {
			return false
		}
	}
	b.set(proptag.MessageClass, class)
	return true
}

// notOfClass reports whether c cannot stand in a message class ([MS-OXCMSG]
// 2.2.1.3).
func notOfClass(c rune) bool { return c < ' ' || c > '~' }
