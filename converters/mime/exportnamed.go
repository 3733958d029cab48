package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// named writes the fields that the message keeps by name
// ([MS-OXCMAIL] 2.1.3.2.4), except those that are in the transport headers,
// which know their order and spelling.
func (h *headerWriter) named() {
	for i := range h.o.m.Props {
		p := &h.o.m.Props[i]
		if p.Name.Set != mapi.PSInternetHeaders {
			continue
		}
		lower := strings.ToLower(p.Name.Text)
		if h.skipNamed(lower) {
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
		if h.o.trace.has(lower) {
			continue
		}
		for _, s := range list {
			h.add(p.Name.Text, h.form.Text(fieldCase(p.Name.Text), s))
		}
	}
}

// skipNamed reports whether a field kept by name is not to be written: it has
// been decided about, describes the structure of another file, or concerns the
// inside of an organisation.
func (h *headerWriter) skipNamed(lower string) bool {
	if !isFieldName(lower) || h.decided[lower] || structuralField(lower) || ownFields[lower] || ruleFor[lower] != nil {
		return true
	}
	return alsoNames[lower] || (organisationField(lower) && h.o.depth == 0)
}

// alsoNames are the names, in lower case, under which a field that has another
// one is kept.
var alsoNames = func() map[string]bool {
	m := map[string]bool{}
	for _, r := range headerRules {
		for _, n := range r.also {
			m[strings.ToLower(n.Text)] = true
		}
	}
	return m
}()

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
	for i, f := range h.o.trace.header {
		lower := h.o.trace.lower[i]
		if h.decided[lower] || structuralField(lower) || once[lower] || (!isFieldName(lower)) {
			continue
		}
		if singleFields[lower] {
			once[lower] = true
		}
		if field := h.rewriteField(f, lower); field != nil {
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

// rewriteField writes a field, whose name is also given in lower case, again,
// folded and in the form that is asked for.
func (h *headerWriter) rewriteField(f rfc5322.Field, lower string) []byte {
	switch lower {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "disposition-notification-to", "return-receipt-to",
		"resent-from", "resent-sender", "resent-to", "resent-cc", "resent-bcc":
		list := rfc5322.ParseAddressList(f.Raw)
		if field := h.unchangedAddresses(f.Name, f.Raw, list); field != nil {
			return field
		}
		return h.form.AddressList(f.Name, list)
	case "message-id", "in-reply-to", "references":
		if field := h.unchangedIDs(f.Name, f.Raw); field != nil {
			return field
		}
		return h.o.ids(h.form, f.Name, transportHeaders, string(f.Raw))
	case "date":
		if t, ok := rfc5322.ParseDate(string(f.Raw)); ok {
			return rfc5322.Date(f.Name, t)
		}
		return nil
	case "resent-date":
		if t, ok := rfc5322.ParseDate(string(f.Raw)); ok {
			return rfc5322.Date(f.Name, t)
		}
	case "subject":
		return h.form.Text(f.Name, rfc5322.DecodeText(f.Raw))
	}
	if !rfc5322.WholeWords(f.Raw) {
		return h.form.Text(f.Name, rfc5322.DecodeText(f.Raw))
	}
	return h.form.Raw(f.Name, string(f.Raw))
}
