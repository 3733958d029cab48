package mime

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// people writes the address fields ([MS-OXCMAIL] 2.1.3.1).
func (h *headerWriter) people() {
	o := h.o
	from, hasFrom := o.address(o.m.Props, representingTags, "")
	sender, hasSender := o.address(o.m.Props, senderTags, "")
	if !hasFrom {
		from, hasFrom = sender, hasSender
	}
	switch {
	case hasFrom && h.addresses("From", o.authors(from)):
	case len(o.trace.addresses("From")) > 0: // taken from there
	case !h.unsent:
		h.declareUnsent("it has no sender")
	}
	if hasSender && hasFrom {
		h.sender(sender, from)
	}
	h.replyTo()
	h.recipients()
	h.receipts(from, sender)
}

// authors returns who wrote the message: from, and whoever the transport headers
// name after the same person. A message has properties for one author only.
func (o *object) authors(from rfc5322.Address) []rfc5322.Address {
	if list := o.trace.addresses("From"); len(list) > 1 && list[0].Addr != "" && strings.EqualFold(list[0].Addr, from.Addr) {
		list[0] = from
		return list
	}
	return []rfc5322.Address{from}
}

// sender writes Sender when it is somebody else than From
// ([MS-OXCMAIL] 2.1.3.1.4).
func (h *headerWriter) sender(sender, from rfc5322.Address) {
	h.decided["sender"] = true
	same := strings.EqualFold(sender.Addr, from.Addr)
	if sender.Addr == "" || same || !isInternetAddress(sender.Addr) {
		return
	}
	h.addresses("Sender", []rfc5322.Address{sender})
}

// replyTo writes Reply-To ([MS-OXCMAIL] 2.1.3.1.2).
func (h *headerWriter) replyTo() {
	o := h.o
	entries := flatEntries(o.m.Props.Binary(proptag.ReplyRecipientEntries))
	names := strings.Split(o.text(o.m.Props, proptag.ReplyRecipientNames), ";")
	var list []rfc5322.Address
	for i, id := range entries {
		entry, ok := parseEntryID(id)
		if !ok {
			continue
		}
		a := rfc5322.Address{Name: entry.name}
		if a.Name == "" && len(names) == len(entries) {
			a.Name = strings.TrimSpace(names[i])
		}
		a.Addr = o.resolve(a.Name, entry.email, "", entry)
		if a.Addr == "" {
			a.Addr = o.unresolved("", proptag.ReplyRecipientEntries, a.Name, entry.addrType, entry.email)
		}
		if strings.EqualFold(a.Name, a.Addr) {
			a.Name = ""
		}
		list = append(list, a)
	}
	h.addresses("Reply-To", list)
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
	lists := map[int32][]rfc5322.Address{}
	for i, r := range o.m.Recipients {
		kind, _ := r.Int32(proptag.RecipientType)
		if kind &= 0xF; kind < mapi.RecipientTo || kind > mapi.RecipientBcc {
			kind = mapi.RecipientTo
		}
		if a, ok := o.address(r, recipientTags, fmt.Sprintf("recipient %d", i)); ok {
			lists[kind] = append(lists[kind], a)
		}
	}
	for _, f := range recipientFields {
		switch {
		case h.addresses(f.name, lists[f.kind]):
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
		to, ok := h.o.address(ps, receiptTags, "")
		if !ok {
			to = sender
		}
		if to.Addr == "" {
			to = from
		}
		if to.Addr != "" {
			h.addresses(f.name, []rfc5322.Address{to})
		}
	}
}
