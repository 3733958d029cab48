package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// transportHeaders is the header block that the message came with.
const transportHeaders = proptag.TransportMessageHeaders

// A transport is the parsed PidTagTransportMessageHeaders of a message. What no
// property says is taken from it.
type transport struct {
	header rfc5322.Header
	lower  []string                     // names of its fields in lower case
	names  map[string]bool              // the same; nil until asked
	parsed map[string][]rfc5322.Address // entries of address fields that were asked for
	people map[string]string            // display name in lower case to address; nil until asked
}

// parseTransport reads a header block.
//
// QUIRK: it may begin with "Microsoft Mail Internet Headers Version 2.0", which
// is no field and is dropped by the parser like everything that is none.
func parseTransport(block string) *transport {
	h, _ := rfc5322.ParseHeader([]byte(block))
	t := &transport{header: h, lower: make([]string, len(h))}
	for i, f := range h {
		t.lower[i] = strings.ToLower(f.Name)
	}
	return t
}

// has reports whether there is a field of that name, which is in lower case.
func (t *transport) has(lower string) bool {
	if t.names == nil {
		t.names = make(map[string]bool, len(t.lower))
		for _, name := range t.lower {
			t.names[name] = true
		}
	}
	return t.names[lower]
}

// addresses returns the entries of an address field, which belong to t.
func (t *transport) addresses(field string) []rfc5322.Address {
	list, known := t.parsed[field]
	if known {
		return list
	}
	if raw := t.header.Get(field); len(raw) > 0 {
		list = rfc5322.ParseAddressList(raw)
	}
	if t.parsed == nil {
		t.parsed = map[string][]rfc5322.Address{}
	}
	t.parsed[field] = list
	return list
}

// only returns the Internet address of a field that holds just one, or "".
func (t *transport) only(field string) string {
	list := t.addresses(field)
	if len(list) == 1 && isForeign(list[0].Addr) {
		return list[0].Addr
	}
	return ""
}

// isForeign reports whether addr is an Internet address that was not made by
// encapsulation here.
func isForeign(addr string) bool {
	return isInternetAddress(addr) && !strings.HasSuffix(strings.ToLower(addr), "@"+imceaDomain)
}

// lookUp returns the address that stands beside a display name in one of the
// address fields, or "".
func (t *transport) lookUp(name string) string {
	if t.people == nil {
		t.people = map[string]string{}
		for _, field := range []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc"} {
			for _, a := range t.addresses(field) {
				key := strings.ToLower(a.Name)
				if _, known := t.people[key]; !known && isForeign(a.Addr) {
					t.people[key] = a.Addr
				}
			}
		}
	}
	if name == "" {
		return ""
	}
	return t.people[strings.ToLower(name)]
}
