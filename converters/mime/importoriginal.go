package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// original sets what is known of the message that a report is about, where the
// report returns it or its header ([MS-OXOMSG] 2.2.2).
func (b *builder) original() {
	var h rfc5322.Header
	if p := findPart(b.root, "message/rfc822", "message/global"); p != nil && p.message != nil {
		h = p.message.header
	} else if p := findPart(b.root, "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"); p != nil && p.size() <= limits.MIMEReport.Get() {
		h, _ = rfc5322.ParseHeader(p.decoded())
	}
	if len(h) == 0 {
		return
	}
	b.set(proptag.OriginalMessageClass, "IPM.Note")
	for _, f := range []struct {
		field string
		tag   mapi.Tag
	}{
		{"Subject", proptag.OriginalSubject}, {"Message-ID", proptag.OriginalMessageId},
	} {
		if !b.m.Props.Has(f.tag) {
			b.setText(f.tag, h.Text(f.field))
		}
	}
	if t, ok := rfc5322.ParseDate(string(h.Get("Date"))); ok {
		b.set(proptag.OriginalSubmitTime, mapi.NewFiletime(t))
	}
	if p, ok := firstMailbox(h.Get("From")); ok {
		b.setText(proptag.OriginalAuthorName, p.name)
		b.setText(proptag.OriginalSenderName, p.name)
	}
	if p, ok := firstMailbox(h.Get("Sender")); ok {
		b.setText(proptag.OriginalSenderName, p.name)
	}
	for _, f := range []struct {
		field string
		tag   mapi.Tag
	}{
		{"To", proptag.OriginalDisplayTo}, {"Cc", proptag.OriginalDisplayCc}, {"Bcc", proptag.OriginalDisplayBcc},
	} {
		if !b.m.Props.Has(f.tag) {
			b.setText(f.tag, displayNames(h.Get(f.field)))
		}
	}
}

// displayNames joins the names of an address list.
func displayNames(raw []byte) string {
	var names []string
	for _, a := range rfc5322.ParseAddressList(raw) {
		if p := newMailbox(a); p.name != "" && len(names) < limits.MIMEValues.Int() {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, "; ")
}
