package diff

import (
	netmail "net/mail"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// Bounds of the transport headers that are looked at.
const (
	maxHeaders = 1 << 20 // bytes
	maxFields  = 10_000
)

// A header is the fields of a message by name in lower case, unfolded; of several
// with one name, the first.
type header map[string]string

// fields are the fields of PidTagTransportMessageHeaders. A message has the header that it
// came with in whole there, and only some of it in properties of their own.
func fields(ps mapi.Props) header {
	text, err := ps.Text(proptag.TransportMessageHeaders, maxHeaders)
	if err != nil {
		return nil
	}
	all := header{}
	var name string
	var value strings.Builder
	end := func() {
		if _, known := all[name]; name != "" && !known && len(all) < maxFields {
			all[name] = oneLine(value.String())
		}
		value.Reset()
	}
	for line := range strings.Lines(text) {
		if line[0] == ' ' || line[0] == '\t' {
			value.WriteString(line)
			continue
		}
		end()
		var rest string
		name, rest, _ = strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		value.WriteString(rest)
	}
	end()
	return all
}

// inHeader reports whether a header has the field that a property stands for,
// with its value where that is text. Encoded words are not taken apart.
func inHeader(h header, r ref, p *mapi.Prop) bool {
	field, has := h[fieldOf(r)]
	if !has {
		return false
	}
	text, isText := p.Value.(string)
	return !isText || strings.Contains(field, "=?") || strings.EqualFold(unfolded(text), unfolded(field))
}

// unfolded is the text of a field without blanks: programs lose and add them
// where they fold lines (RFC 5322 2.2.3).
func unfolded(s string) string { return strings.Join(strings.Fields(s), "") }

// fieldForms make the values of facts of header fields.
var fieldForms = map[string]func(field string) string{
	"message-id":  identifierList,
	"in-reply-to": identifierList,
	"references":  identifierList,
	"date": func(field string) string {
		t, err := netmail.ParseDate(field)
		if err != nil {
			return ""
		}
		return seconds(mapi.NewFiletime(t))
	},
}

// saidInHeader reports whether one of two values is missing, and the header of
// the message that lacks it has the other.
func saidInHeader(what, a, b string, x, y header) bool {
	form := fieldForms[what]
	switch {
	case form == nil:
		return false
	case a == "":
		return form(x[what]) == b
	}
	return b == "" && form(y[what]) == a
}

// fieldOf returns the name of the field that a property stands for in lower
// case, or "".
func fieldOf(r ref) string {
	if r.name.Set == mapi.PSInternetHeaders {
		return strings.ToLower(r.name.Text)
	}
	return mailProps[r]
}

// mailField reports whether a field belongs in an Internet message that is
// written: not those that describe the MIME structure of one file, or that an
// organisation keeps to itself ([MS-OXCMAIL] 2.1.3.2, 2.2.3.2.26).
func mailField(name string) bool {
	switch name {
	case "content-class", "content-language":
		return true
	case "", "mime-version", "x-ms-tnef-correlator", "x-ms-has-attach", "x-exchange-mime-skeleton-content-id":
		return false
	}
	return !strings.HasPrefix(name, "content-") && !strings.HasPrefix(name, "x-ms-exchange-organization-")
}
