package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// contentClasses are the message classes of Content-Class, by its value in lower
// case ([MS-OXCMAIL] 2.2.3.2.15).
var contentClasses = map[string]string{
	"fax":        "IPM.Note.Microsoft.Fax",
	"fax-ca":     "IPM.Note.Microsoft.Fax.CA",
	"missedcall": "IPM.Note.Microsoft.Missed.Voice",
	"voice-uc":   "IPM.Note.Microsoft.Conversation.Voice",
	"voice-ca":   "IPM.Note.Microsoft.Voicemail.UM.CA",
	"voice":      "IPM.Note.Microsoft.Voicemail.UM",
}

const (
	customClass  = "urn:content-class:custom."
	infoPathForm = "InfoPathForm."
	maxClass     = 220 // bytes of the field; a class has 255 characters ([MS-OXCMSG] 2.2.1.3)
)

// contentClass may name the message class ([MS-OXCMAIL] 2.2.3.2.15). The
// structure of the message overrules it.
func (b *builder) contentClass(raw []byte) {
	b.rule(ruleFor["content-class"], raw)
	value := rfc5322.DecodeText(raw)
	if class, ok := contentClasses[strings.ToLower(value)]; ok {
		b.set(proptag.MessageClass, class)
	} else if name, ok := cutFold(value, customClass); ok {
		b.set(proptag.MessageClass, "IPM.Note.Custom."+name)
	} else if name, ok := cutFold(value, infoPathForm); ok {
		b.set(proptag.MessageClass, "IPM.InfoPathForm."+name)
		b.m.Props.SetNamed(propname.LidInfoPathFormName, mapi.PtypString, value)
	}
}

// cutFold returns what follows prefix in s, whatever the case of its letters,
// if the rest makes a class of bearable length.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) <= len(prefix) || len(s) > maxClass || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
