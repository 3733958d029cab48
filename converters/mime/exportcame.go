package mime

import (
	"bytes"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// everybody adds an address field that names people, if there are any.
func (h *headerWriter) everybody(name string, people []somebody) bool {
	return h.cameAs(name, people) || h.addresses(name, h.o.settleAll(people))
}

// cameAs adds an address field as it stands in the transport headers where it
// names these people and nobody else, in this order: what comments it has, what
// form its names are in and what stands for an address that is none is kept so.
// Of From the first counts, as a message has properties for one author only.
func (h *headerWriter) cameAs(name string, people []somebody) bool {
	raw := h.o.trace.header.Get(name)
	if len(raw) == 0 || len(people) == 0 {
		return false
	}
	list := h.o.trace.addresses(name)
	named := make([]rfc5322.Address, 0, len(list))
	for _, a := range list {
		if a.Name != "" || a.Addr != "" {
			named = append(named, a)
		}
	}
	if strings.EqualFold(name, "From") && len(named) > 1 {
		named = named[:1]
	}
	if !slices.EqualFunc(people, named, somebody.is) {
		return false
	}
	field := h.unchangedAddresses(name, raw, list)
	if field == nil {
		return false
	}
	h.add(name, field)
	return true
}

// is reports whether the properties of somebody say what an entry of an address
// list says.
func (s somebody) is(a rfc5322.Address) bool {
	p := newMailbox(a)
	if p.kind != "SMTP" || s.own == "" || p.email != s.own {
		return false
	}
	return p.name == s.name || isAddressName(p.name, p.email) && isAddressName(s.name, s.own)
}

// unchangedAddresses returns an address field with the body that it came with,
// nil where that says something else when it is written again, or where others
// would read it in another way. list is the addresses in raw.
func (h *headerWriter) unchangedAddresses(name string, raw []byte, list []rfc5322.Address) []byte {
	if !isClearList(raw, list) {
		return nil
	}
	return h.unchanged(name, oneBlank(raw), func(a, b []byte) bool {
		return slices.Equal(rfc5322.ParseAddressList(a), rfc5322.ParseAddressList(b))
	})
}

// oneBlank makes one blank of each run of them outside of quotes: they are what
// is left of folding.
func oneBlank(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	quoted := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && i+1 < len(raw):
			out = append(out, c)
			i++
			c = raw[i]
		case c == '"':
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			c = ' '
			if len(out) > 0 && out[len(out)-1] == ' ' {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

// isClearList reports whether an address field with these addresses leaves no
// doubt: its quotes and comments end, its entries are separated, its encoded
// words are whole and outside of quotes, and no name in quotes, as no address
// is, stands alone.
func isClearList(raw []byte, list []rfc5322.Address) bool {
	quoted, depth, closed := false, 0, false // closed: behind an address in brackets
	names := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case quoted && c == '"':
			quoted = false
		case quoted:
			if bytes.HasPrefix(raw[i:], []byte("=?")) {
				return false
			}
		case c == '(':
			depth++
		case depth > 0:
			if c == ')' {
				depth--
			}
		case c == ' ' || c == '\t':
		case c == ',' || c == ';':
			closed = false
		case closed:
			return false
		case c == '"':
			quoted, names = true, true
		case c == '>':
			closed = true
		}
	}
	if quoted || depth > 0 || rfc5322.HidesControls(raw) || !rfc5322.WholeWords(raw) {
		return false
	}
	return !names || !slices.ContainsFunc(list, func(a rfc5322.Address) bool { return a.Addr == "" && a.Group == "" })
}

// idsAsTheyCame returns the field of the transport headers that the identifiers
// of a property were read from, nil where they are others.
func (h *headerWriter) idsAsTheyCame(name, ids string) []byte {
	raw := h.o.trace.header.Get(name)
	if len(raw) == 0 || identifiers(rawText(raw)) != ids {
		return nil
	}
	return h.unchangedIDs(name, raw)
}

// unchangedIDs is unchangedAddresses for identifiers of messages.
func (h *headerWriter) unchangedIDs(name string, raw []byte) []byte {
	return h.unchanged(name, raw, func(a, b []byte) bool {
		return identifiers(rawText(a)) == identifiers(rawText(b))
	})
}

// unchanged returns a field with the body that it came with, folded again. It
// returns nil where the options ask for another form than the one it has, or
// where it is not in 7 bits or does not survive folding.
func (h *headerWriter) unchanged(name string, raw []byte, same func(a, b []byte) bool) []byte {
	if h.form.UTF8 || len(raw) > limits.MIMEText.Int() || !isASCIIText(raw) {
		return nil
	}
	field := rfc5322.Raw(name, string(raw))
	again, defects := rfc5322.ParseHeader(field)
	if len(again) != 1 || len(defects) > 0 || !bytes.Equal(raw, again[0].Raw) && !same(raw, again[0].Raw) {
		return nil
	}
	return field
}

// isASCIIText reports whether raw has neither DEL nor bytes above.
func isASCIIText(raw []byte) bool {
	for _, c := range raw {
		if c >= 0x7F {
			return false
		}
	}
	return true
}
