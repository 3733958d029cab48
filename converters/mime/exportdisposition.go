package mime

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// disposition returns the group of a message/disposition-notification
// ([MS-OXCMAIL] 2.1.3.6.2, RFC 8098 3.1).
func (r *reportParts) disposition(o *object) [][]byte {
	var b bytes.Buffer
	ps := o.m.Props
	who, ok := o.address(ps, senderTags, "")
	if !ok {
		who, _ = o.address(ps, representingTags, "")
	}
	b.Write(rfc5322.Raw("Final-Recipient", finalRecipient(who)))
	if id := o.text(ps, proptag.OriginalMessageId); id != "" {
		b.Write(o.ids(rfc5322.Style{}, "Original-Message-ID", proptag.OriginalMessageId, id))
	}
	b.Write(rfc5322.Raw("Disposition", r.dispositionOf(o)))
	if key := ps.Binary(proptag.ParentKey); len(key) > 0 {
		b.Write(rfc5322.Raw("X-MSExch-Correlation-Key", base64.StdEncoding.EncodeToString(key)))
	}
	if who.Name != "" {
		b.Write(rfc5322.Text("X-Display-Name", who.Name))
	}
	return [][]byte{b.Bytes()}
}

// dispositionOf returns the Disposition field ([MS-OXCMAIL] 2.1.3.6.2.1): what
// the message has of it, else what its class means.
func (r *reportParts) dispositionOf(o *object) string {
	ps := o.m.Props
	if text := o.text(ps, proptag.ReportText); isDisposition(text) {
		return text
	}
	mode, what := o.text(ps, proptag.ReportDispositionMode), o.text(ps, proptag.ReportDisposition)
	if what == "" {
		what = r.action
	}
	if whole := mode + "; " + what; isDisposition(whole) {
		return whole
	}
	return "manual-action/MDN-sent-automatically; " + r.action
}

// isDisposition reports whether s has the form of a Disposition field
// (RFC 8098 3.2.6).
func isDisposition(s string) bool {
	mode, what, ok := strings.Cut(s, ";")
	action, sending, slash := strings.Cut(mode, "/")
	what, _, _ = strings.Cut(what, "/")
	return ok && slash && isToken(strings.TrimSpace(action)) && isToken(strings.TrimSpace(sending)) && isToken(strings.TrimSpace(what))
}

// words returns the text of a report that has no body: PidTagReportText, else
// what its properties say.
func (r *reportParts) words(o *object) []byte {
	ps := o.m.Props
	if text := o.text(ps, proptag.ReportText); text != "" && !isDisposition(text) {
		return canonicalLines([]byte(text))
	}
	var b strings.Builder
	b.WriteString("Your message\r\n\r\n")
	for _, l := range []struct {
		label string
		tag   mapi.Tag
	}{{"To", proptag.OriginalDisplayTo}, {"Cc", proptag.OriginalDisplayCc}, {"Subject", proptag.OriginalSubject}} {
		if s := oneLine(o.text(ps, l.tag)); s != "" {
			fmt.Fprintf(&b, "  %s: %s\r\n", l.label, s)
		}
	}
	if t, ok := ps.Time(proptag.OriginalSubmitTime).Time(); ok {
		fmt.Fprintf(&b, "  Sent: %s\r\n", t.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	}
	fmt.Fprintf(&b, "\r\n%s", r.verdict())
	if t, ok := ps.Time(proptag.ReportTime).Time(); ok {
		fmt.Fprintf(&b, " on %s", t.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	}
	b.WriteString(".\r\n")
	if r.kind == deliveryKind {
		for _, row := range o.m.Recipients {
			fmt.Fprintf(&b, "\r\n  %s\r\n", oneLine(o.text(row, proptag.DisplayName)))
			for _, tag := range []mapi.Tag{proptag.ReportText, proptag.SupplementaryInfo} {
				if s := oneLine(o.text(row, tag)); s != "" {
					fmt.Fprintf(&b, "    %s\r\n", s)
				}
			}
		}
	}
	return []byte(b.String())
}

// verdict says in words what became of the message.
func (r *reportParts) verdict() string {
	switch r.action {
	case "failed":
		return "could not be delivered"
	case "delayed":
		return "has not been delivered yet"
	case "displayed":
		return "was read"
	case "deleted":
		return "was deleted without being read"
	}
	return "was " + r.action
}

// oneLine returns text without line breaks and controls.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
