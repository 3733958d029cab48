package mime

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// Fields of our own, for what of a class mail has no field for.
const (
	classField    = "X-Oxbridge-Message-Class"
	verbsField    = "X-Oxbridge-Verb-Stream"
	optionsField  = "X-Oxbridge-Voting-Options"
	responseField = "X-Oxbridge-Verb-Response"
)

// classNames are the names, in lower case, under which messages keep those fields.
var classNames = []mapi.Name{
	propname.InternetHeader(classField), propname.InternetHeader(verbsField),
	propname.InternetHeader(optionsField), propname.InternetHeader(responseField),
}

// class writes the fields for what only the class of the message has.
func (h *headerWriter) class() {
	o := h.o
	for _, name := range classNames {
		if o.m.Props.Named(name) == nil { // it was made of properties, or believed
			h.decided[name.Text] = true
		}
	}
	if class := o.text(o.m.Props, proptag.MessageClass); class != "" && !o.showsClass(class) {
		h.add(classField, rfc5322.Text(classField, class))
	}
	if !h.decided["content-class"] && o.isProtected() { // by this field programs know such a message
		h.add("Content-Class", rfc5322.Raw("Content-Class", "rpmsg.message"))
	}
	if p := o.m.Props.Named(propname.LidVerbStream); p != nil {
		stream, _ := p.Value.([]byte)
		if options := votingOptions(stream); len(options) > 0 {
			h.add(optionsField, rfc5322.Text(optionsField, strings.Join(options, "; ")))
			h.add(verbsField, rfc5322.Raw(verbsField, base64.StdEncoding.EncodeToString(stream)))
		}
	}
	if p := o.m.Props.Named(propname.LidVerbResponse); p != nil {
		if vote, _ := p.Value.(string); vote != "" {
			h.add(responseField, rfc5322.Text(responseField, vote))
		}
	}
}

// isProtected reports whether the message has its contents in a file that is
// protected by rights management.
func (o *object) isProtected() bool {
	return slices.ContainsFunc(o.m.Attachments, func(a *mapi.Attachment) bool {
		return a != nil && a.Embedded == nil && o.mediaType(a, o.fileName(a)) == rightsManaged
	})
}

// showsClass reports whether the form of the mail tells its class.
func (o *object) showsClass(class string) bool {
	return strings.EqualFold(class, "IPM.Note") || strings.EqualFold(class, classSigned) || strings.EqualFold(class, classSecure) ||
		isClass(class, "REPORT.IPM.Note") && o.reportOf() != nil
}

// sayClass reports what mail does not carry of a message that is no mail. Its
// class itself goes into a field.
func (o *object) sayClass() {
	class := o.text(o.m.Props, proptag.MessageClass)
	if class == "" || isClass(class, "IPM.Note") || o.reportOf() != nil {
		return
	}
	if n := o.classProperties(); n > 0 {
		o.say("mime.class", problem.Loss, proptag.MessageClass, "a message of class %s is written as mail; %d properties that only its class has are left out", class, n)
		return
	}
	o.say("mime.class", problem.Info, proptag.MessageClass, "a message of class %s is written as mail; nothing that only its class has is there", class)
}

// classSets are the property sets of messages that are no mail ([MS-OXPROPS]
// 1.3.2): appointments, tasks, contacts, journal entries, notes, offers to share
// and feeds.
var classSets = []mapi.GUID{
	mapi.PSETIDAppointment, mapi.PSETIDMeeting, mapi.PSETIDCalendar, mapi.PSETIDTask, mapi.PSETIDAddress, mapi.PSETIDLog,
	mapi.PSETIDNote, mapi.PSETIDSharing, mapi.PSETIDPostRss,
}

// The ids of the properties that address book objects and contacts have in
// common ([MS-OXPROPS] 1.3.3).
const firstContactID, lastContactID = 0x3A00, 0x3AFF

// classProperties counts the properties that only messages of other classes
// than mail have.
func (o *object) classProperties() (n int) {
	for _, p := range o.m.Props {
		id := p.Tag.ID()
		if p.Name.IsZero() && id >= firstContactID && id <= lastContactID || !p.Name.IsZero() && slices.Contains(classSets, p.Name.Set) {
			n++
		}
	}
	return n
}
