package mime

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// people writes the address fields ([MS-OXCMAIL] 2.1.3.1).
func (h *headerWriter) people() {
	o := h.o
	author, hasAuthor := o.somebody(o.m.Props, representingTags, "")
	sender, hasSender := o.somebody(o.m.Props, senderTags, "")
	if !hasAuthor {
		author, hasAuthor = sender, hasSender
	}
	if hasAuthor && author.addr == "" {
		author.addr = o.trace.only("From")
	}
	var from rfc5322.Address
	if hasAuthor {
		from, _ = author.shown()
	}
	switch {
	case hasAuthor && h.author(author):
	case len(o.trace.addresses("From")) > 0: // taken from there
	case !h.unsent:
		h.declareUnsent("it has no sender")
	}
	other := from
	if hasSender && hasAuthor {
		other = h.sender(sender, author)
	}
	h.replyTo()
	h.recipients()
	h.receipts(from, other)
}

// author writes From.
func (h *headerWriter) author(author somebody) bool {
	if h.cameAs("From", []somebody{author}) {
		return true
	}
	return h.addresses("From", h.o.authors(h.o.settle(author)))
}

// authors returns who wrote the message: from, and whoever the transport headers
// name after the same person. A message has properties for one author only.
func (o *object) authors(from rfc5322.Address) []rfc5322.Address {
	if list := o.trace.addresses("From"); len(list) > 1 && list[0].Addr != "" && strings.EqualFold(list[0].Addr, from.Addr) {
		return append([]rfc5322.Address{from}, list[1:]...)
	}
	return []rfc5322.Address{from}
}

// samePerson reports whether two groups of properties mean the same person
// ([MS-OXCMAIL] 2.1.3.1.4).
func samePerson(a, b somebody) bool {
	if a.addr != "" && b.addr != "" {
		return strings.EqualFold(a.addr, b.addr)
	}
	if a.email != "" || b.email != "" {
		return strings.EqualFold(a.email, b.email)
	}
	return strings.EqualFold(a.name, b.name)
}

// sender writes Sender when it is somebody else than From
// ([MS-OXCMAIL] 2.1.3.1.4), and returns who that is.
func (h *headerWriter) sender(sender, author somebody) rfc5322.Address {
	h.decided["sender"] = true
	from, _ := author.shown()
	if samePerson(sender, author) {
		return from
	}
	a, _ := sender.shown()
	if strings.EqualFold(a.Addr, from.Addr) || h.cameAs("Sender", []somebody{sender}) {
		return a
	}
	if a = h.o.settle(sender); a.Addr != "" && isInternetAddress(a.Addr) {
		h.addresses("Sender", []rfc5322.Address{a})
	}
	return a
}

// replyTo writes Reply-To ([MS-OXCMAIL] 2.1.3.1.2).
func (h *headerWriter) replyTo() {
	o := h.o
	entries := entryid.List(o.m.Props.Binary(proptag.ReplyRecipientEntries))
	names := strings.Split(o.text(o.m.Props, proptag.ReplyRecipientNames), ";")
	var list []somebody
	for i, id := range entries {
		entry, ok := entryid.ParsePerson(id)
		if !ok {
			continue
		}
		s := somebody{name: entry.Name, kind: entry.Type, email: entry.Email, tag: proptag.ReplyRecipientEntries}
		if s.name == "" && len(names) == len(entries) {
			s.name = strings.TrimSpace(names[i])
		}
		s.own, s.addr = o.resolve(s, "", entry)
		list = append(list, s)
	}
	h.everybody("Reply-To", list)
}

// recipients writes To, Cc and Bcc in stored order ([MS-OXCMAIL] 2.1.3.1.1).
//
// QUIRK: a recipient without a type, or of type 0, is one in To; programs other
// than Outlook forget to say so.
func (h *headerWriter) recipients() {
	o := h.o
	if isDeliveryReport(o.text(o.m.Props, proptag.MessageClass)) && h.reportRecipient() {
		return
	}
	lists := map[int32][]somebody{}
	for i, r := range o.m.Recipients {
		kind, _ := r.Int32(proptag.RecipientType)
		if kind &= 0xF; kind < mapi.RecipientTo || kind > mapi.RecipientBcc {
			kind = mapi.RecipientTo
		}
		if s, ok := o.somebody(r, recipientTags, "recipient "+strconv.Itoa(i)); ok {
			lists[kind] = append(lists[kind], s)
		}
	}
	for _, f := range recipientFields {
		switch {
		case h.decided[strings.ToLower(f.name)]:
		case h.everybody(f.name, lists[f.kind]):
		case len(o.m.Recipients) > 0:
			h.decided[strings.ToLower(f.name)] = true
		case len(o.trace.addresses(f.name)) == 0:
			h.addresses(f.name, displayed(o.text(o.m.Props, f.display)))
		}
	}
}

// isDeliveryReport reports whether the recipient table of a message of the class
// has those that a report is about, not those to whom it goes.
func isDeliveryReport(class string) bool {
	class = strings.ToUpper(class)
	return strings.HasPrefix(class, "REPORT.") && (strings.HasSuffix(class, ".DR") || strings.HasSuffix(class, ".NDR"))
}

// reportRecipient writes To of a delivery report: what the transport headers
// say, else whom it reached ([MS-OXCMAIL] 2.1.3.1.1). It returns false when
// neither is known.
func (h *headerWriter) reportRecipient() bool {
	if len(h.o.trace.addresses("To")) > 0 {
		return true
	}
	for _, who := range []person{receivedForTags, receivedTags} {
		if a, ok := h.o.address(h.o.m.Props, who, ""); ok && h.addresses("To", []rfc5322.Address{a}) {
			return true
		}
	}
	return false
}

// recipientFields are the fields of recipients, and the property that has the
// names of all of them.
var recipientFields = []struct {
	name    string
	kind    int32
	display mapi.Tag
}{
	{"To", mapi.RecipientTo, proptag.DisplayTo},
	{"Cc", mapi.RecipientCc, proptag.DisplayCc},
	{"Bcc", mapi.RecipientBcc, proptag.DisplayBcc},
}

// displayed makes addresses of a list of display names.
func displayed(names string) []rfc5322.Address {
	var list []rfc5322.Address
	for name := range strings.SplitSeq(strings.TrimRight(names, "\x00"), ";") {
		name = strings.TrimSpace(name)
		addr := trimAddress(name)
		switch {
		case name == "":
		case isInternetAddress(addr):
			list = append(list, rfc5322.Address{Addr: addr})
		default:
			list = append(list, rfc5322.Address{Name: name})
		}
	}
	return list
}

// receipts writes the fields that ask for receipts ([MS-OXCMAIL] 2.1.3.1.5).
func (h *headerWriter) receipts(from, sender rfc5322.Address) {
	ps := h.o.m.Props
	for _, f := range []struct {
		name string
		tag  mapi.Tag
	}{
		{"Return-Receipt-To", proptag.OriginatorDeliveryReportRequested},
		{"Disposition-Notification-To", proptag.ReadReceiptRequested},
	} {
		if !ps.Has(f.tag) {
			continue
		}
		h.decided[strings.ToLower(f.name)] = true
		if !ps.Bool(f.tag) {
			continue
		}
		if f.tag == proptag.OriginatorDeliveryReportRequested && h.asTransported(f.name) {
			continue // no property says who asks for it
		}
		s, ok := h.o.somebody(ps, receiptTags, "")
		if ok && h.cameAs(f.name, []somebody{s}) {
			continue
		}
		to := sender
		if ok {
			to = h.o.settle(s)
		}
		if to.Addr == "" {
			to = from
		}
		if to.Addr == "" {
			h.o.say("address.unresolved", problem.Loss, f.tag, "nobody is known to whom a receipt could go; the field %s is left out", f.name)
			continue
		}
		h.addresses(f.name, []rfc5322.Address{to})
	}
}

// asTransported adds an address field of the transport headers, and reports
// whether they have one with an Internet address in it.
func (h *headerWriter) asTransported(name string) bool {
	if !slices.ContainsFunc(h.o.trace.addresses(name), func(a rfc5322.Address) bool { return isInternetAddress(a.Addr) }) {
		return false
	}
	field := h.rewriteField(rfc5322.Field{Name: name, Raw: h.o.trace.header.Get(name)}, strings.ToLower(name))
	if field == nil {
		return false
	}
	h.add(name, field)
	return true
}
