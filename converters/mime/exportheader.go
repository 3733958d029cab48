package mime

import (
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// headerWriter collects the header of a message.
type headerWriter struct {
	o       *object
	form    rfc5322.Style
	fields  [][]byte
	decided map[string]bool // fields, in lower case, about which a property has decided
	unsent  bool
}

// header returns the header fields of the message, without those that describe
// its structure. First comes what only the transport headers say, the trace
// above all, in its order.
func (o *object) header() [][]byte {
	h := &headerWriter{o: o, form: o.e.form, decided: make(map[string]bool, len(headerRules))}
	flags, known := o.m.Props.Int32(proptag.MessageFlags)
	h.decided["x-unsent"] = known
	h.unsent = flags&messageUnsent != 0 || (o.e.opt.Draft && o.depth == 0)
	h.omit()
	h.people()
	h.subject()
	h.date()
	h.ruled()
	h.derived()
	h.class()
	h.named()
	if h.unsent {
		h.add("X-Unsent", h.form.Raw("X-Unsent", "1"))
	}
	h.add("MIME-Version", h.form.Raw("MIME-Version", "1.0"))
	return append(h.transported(), h.fields...)
}

// omit decides against the fields that the options leave out.
func (h *headerWriter) omit() {
	if h.o.e.opt.OmitBcc {
		h.decided["bcc"], h.decided["resent-bcc"] = true, true
	}
	if h.o.e.opt.OmitMessageID && h.o.depth == 0 {
		h.decided["message-id"] = true
	}
}

// messageUnsent is a bit of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const messageUnsent = 0x08

// add adds a field and marks it as decided; nil decides against it.
func (h *headerWriter) add(name string, field []byte) {
	h.decided[strings.ToLower(name)] = true
	if field != nil {
		h.fields = append(h.fields, field)
	}
}

// addresses adds an address field if there is anybody to name.
func (h *headerWriter) addresses(name string, list []rfc5322.Address) bool {
	field := h.form.AddressList(name, list)
	if field == nil {
		return false
	}
	h.add(name, field)
	return true
}

// subject writes Subject ([MS-OXCMAIL] 2.1.3.2.8).
//
// QUIRK: Outlook marks the prefix of PidTagSubject by U+0001 and a character
// that counts.
func (h *headerWriter) subject() {
	ps := h.o.m.Props
	s := h.o.text(ps, proptag.Subject)
	if s == "" {
		s = h.o.text(ps, proptag.SubjectPrefix) + h.o.text(ps, proptag.NormalizedSubject)
	}
	if r := []rune(s[:min(len(s), 8)]); len(r) >= 2 && r[0] == 1 {
		s = strings.TrimPrefix(s, string(r[:2]))
	}
	if s != "" || ps.Has(proptag.Subject) {
		h.add("Subject", h.form.Text("Subject", s))
	}
}

// date writes Date ([MS-OXCMAIL] 2.1.3.2.7), in the zone that the transport
// headers have for the same instant.
func (h *headerWriter) date() {
	known, inTrace := rfc5322.ParseDate(string(h.o.trace.header.Get("Date")))
	tags := []mapi.Tag{proptag.ClientSubmitTime, proptag.MessageDeliveryTime, proptag.CreationTime, proptag.LastModificationTime}
	for i, tag := range tags {
		t, ok := h.o.m.Props.Time(tag).Time()
		if !ok || (i > 0 && inTrace) {
			continue
		}
		t = t.Truncate(time.Second)
		if !rfc5322.CanDate(t) {
			h.o.say("mime.property.unreadable", problem.Loss, tag, "the time %s is none that a header field can have", t.Format(time.DateTime))
			continue
		}
		if i > 1 {
			if h.unsent {
				break
			}
			h.o.say("mime.date.substitute", problem.Info, tag, "the message has no submit or delivery time; another one is written as its date")
		}
		if inTrace && known.Equal(t) {
			t = known
		}
		h.add("Date", rfc5322.Date("Date", t))
		return
	}
	switch {
	case inTrace:
		h.add("Date", rfc5322.Date("Date", known))
	case !h.unsent:
		h.declareUnsent("it has no date")
	}
}

// declareUnsent marks a message that lacks what every sent message has.
func (h *headerWriter) declareUnsent(why string) {
	h.unsent = true
	h.o.say("mime.message.unsent", problem.Info, proptag.MessageFlags, "the message is written as one that was not sent: %s", why)
}
