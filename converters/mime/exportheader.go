package mime

import (
	"encoding/base64"
	"strconv"
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
	fields  [][]byte
	decided map[string]bool // fields, in lower case, about which a property has decided
	unsent  bool
}

// header returns the header fields of the message, without those that describe
// its structure. First comes what only the transport headers say, the trace
// above all, in its order.
func (o *object) header() [][]byte {
	h := &headerWriter{o: o, decided: map[string]bool{}}
	flags, _ := o.m.Props.Int32(proptag.MessageFlags)
	h.unsent = flags&messageUnsent != 0
	h.people()
	h.subject()
	h.date()
	h.ruled()
	h.class()
	h.named()
	if h.unsent {
		h.add("X-Unsent", rfc5322.Raw("X-Unsent", "1"))
	}
	h.add("MIME-Version", rfc5322.Raw("MIME-Version", "1.0"))
	return append(h.transported(), h.fields...)
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
	field := rfc5322.AddressList(name, list)
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
		h.add("Subject", rfc5322.Text("Subject", s))
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
		if i > 1 {
			if h.unsent {
				break
			}
			h.o.say("mime.date.substitute", problem.Info, tag, "the message has no submit or delivery time; another one is written as its date")
		}
		t = t.Truncate(time.Second)
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

// ruled writes the fields of headerRules.
func (h *headerWriter) ruled() {
	for _, r := range headerRules {
		v, ok := h.o.m.Props.Get(r.tag)
		if !r.name.IsZero() {
			if p := h.o.m.Props.Named(r.name); p != nil {
				v, ok = p.Value, true
			}
		}
		if !ok || (r.tag == 0 && r.name.IsZero()) {
			continue
		}
		h.add(r.field, r.write(v))
	}
}

// write returns the field for a value, or nil when there is none.
func (r headerRule) write(v mapi.Value) []byte {
	switch v := v.(type) {
	case string:
		return r.writeString(v)
	case int32:
		return r.writeInteger(v)
	case mapi.Filetime:
		if t, ok := v.Time(); ok && r.kind == kindTime {
			return rfc5322.Date(r.field, t.Truncate(time.Second))
		}
	case bool:
		if v && r.kind == kindTrue {
			return rfc5322.Raw(r.field, "true")
		}
	case []byte:
		if r.kind == kindBase64 && len(v) > 0 {
			return rfc5322.Raw(r.field, base64.StdEncoding.EncodeToString(v))
		}
	case []string:
		if r.kind == kindList && len(v) > 0 {
			return rfc5322.Text(r.field, strings.Join(v, ", "))
		}
	}
	return nil
}

func (r headerRule) writeString(s string) []byte {
	if s = strings.TrimRight(s, "\x00"); strings.TrimSpace(s) == "" {
		return nil
	}
	switch r.kind {
	case kindText, kindList:
		return rfc5322.Text(r.field, s)
	case kindRaw:
		return rfc5322.Raw(r.field, s)
	case kindIDs:
		return rfc5322.MessageIDs(r.field, s)
	}
	return nil
}

func (r headerRule) writeInteger(n int32) []byte {
	switch r.kind {
	case kindNumber:
		return rfc5322.Raw(r.field, strconv.Itoa(int(n)))
	case kindWord:
		for _, w := range r.words {
			if w.value == n && w.text != "" {
				return rfc5322.Raw(r.field, w.text)
			}
		}
	case kindFlags:
		return rfc5322.Raw(r.field, flagWords(n, r.words))
	case kindLanguage:
		if tag := languageTag(uint32(n)); tag != "" {
			return rfc5322.Raw(r.field, tag)
		}
	}
	return nil
}

// flagWords names the bits of n.
func flagWords(n int32, words []headerWord) string {
	switch n {
	case 0:
		return "None"
	case -1:
		return "All"
	}
	var list []string
	for _, w := range words {
		if n&w.value != 0 {
			list = append(list, w.text)
		}
	}
	return strings.Join(list, ", ")
}

// named writes the fields that the message keeps by name
// ([MS-OXCMAIL] 2.1.3.2.4), except those that are in the transport headers,
// which know their order and spelling.
func (h *headerWriter) named() {
	for _, p := range h.o.m.Props {
		lower := strings.ToLower(p.Name.Text)
		if p.Name.Set != mapi.PSInternetHeaders || h.skipNamed(lower) {
			continue
		}
		var list []string
		switch v := p.Value.(type) {
		case string:
			list = []string{v}
		case []string:
			list = v
		default:
			h.o.say("mime.header.type", problem.Loss, p.Tag, "the header field %s is not a string", p.Name.Text)
			continue
		}
		if h.o.trace.header.Has(p.Name.Text) {
			continue
		}
		for _, s := range list {
			h.add(p.Name.Text, rfc5322.Text(fieldCase(p.Name.Text), s))
		}
	}
}

// skipNamed reports whether a field kept by name is not to be written: it has
// been decided about, describes the structure of another file, or concerns the
// inside of an organisation.
func (h *headerWriter) skipNamed(lower string) bool {
	if !isFieldName(lower) || h.decided[lower] || structuralField(lower) || ownFields[lower] {
		return true
	}
	for _, r := range headerRules {
		if strings.EqualFold(r.field, lower) {
			return true
		}
	}
	return organisationField(lower) && h.o.depth == 0
}

func organisationField(lower string) bool {
	for _, prefix := range []string{"x-microsoft-exchange-organization-", "x-microsoft-exchange-forest-",
		"x-ms-exchange-organization-", "x-ms-exchange-forest-"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return false
}

// isFieldName follows RFC 5322 3.6.8.
func isFieldName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || c == ':' {
			return false
		}
	}
	return s != ""
}

// fieldWords are words of field names that are not written like This.
var fieldWords = map[string]string{
	"id": "ID", "dkim": "DKIM", "mime": "MIME", "spf": "SPF", "arc": "ARC", "ms": "MS", "ip": "IP", "uidl": "UIDL",
	"scl": "SCL", "url": "URL", "tnef": "TNEF", "mimeole": "MimeOLE", "msmail": "MSMail",
}

// fieldCase restores the capitals of a field name: servers keep names in lower
// case.
func fieldCase(name string) string {
	if strings.ToLower(name) != name {
		return name
	}
	words := strings.Split(name, "-")
	for i, w := range words {
		if s, ok := fieldWords[w]; ok {
			words[i] = s
		} else if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "-")
}

// transported returns the fields of the transport headers about which no
// property has decided.
func (h *headerWriter) transported() [][]byte {
	var list [][]byte
	once := map[string]bool{}
	for _, f := range h.o.trace.header {
		lower := strings.ToLower(f.Name)
		if h.decided[lower] || structuralField(lower) || once[lower] || (!isFieldName(lower)) {
			continue
		}
		once[lower] = singleFields[lower]
		if field := rewriteField(f); field != nil {
			list = append(list, field)
		}
	}
	return list
}

// singleFields are the fields, in lower case, that a message has at most once
// (RFC 5322 3.6).
var singleFields = map[string]bool{
	"from": true, "sender": true, "reply-to": true, "to": true, "cc": true, "bcc": true, "subject": true,
	"date": true, "message-id": true, "in-reply-to": true, "references": true, "content-class": true, "x-unsent": true,
	"importance": true, "sensitivity": true, "thread-index": true, "thread-topic": true,
}

// rewriteField writes a field again, in 7 bits and folded.
func rewriteField(f rfc5322.Field) []byte {
	switch strings.ToLower(f.Name) {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "disposition-notification-to", "return-receipt-to":
		return rfc5322.AddressList(f.Name, rfc5322.ParseAddressList(f.Raw))
	case "message-id", "in-reply-to", "references":
		return rfc5322.MessageIDs(f.Name, string(f.Raw))
	case "date":
		if t, ok := rfc5322.ParseDate(string(f.Raw)); ok {
			return rfc5322.Date(f.Name, t)
		}
		return nil
	case "subject":
		return rfc5322.Text(f.Name, rfc5322.DecodeText(f.Raw))
	}
	return rfc5322.Raw(f.Name, string(f.Raw))
}
