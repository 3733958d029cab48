package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// people collects recipients; recipients makes rows of them. An empty group,
// such as "undisclosed-recipients:;", has none.
func (b *builder) people(kind int32, raw []byte) {
	list := rfc5322.ParseAddressList(raw)
	if len(list) == rfc5322.MaxAddresses {
		b.env.lost++ // and those that were not read
	}
	for _, a := range list {
		if a.Group != "" && a.Name+a.Addr != "" && !b.env.grouped {
			b.env.grouped = true
			b.problem("mime.address.group", problem.Info, "header", "the name of the group %.80q is in the transport headers only", a.Group)
		}
		switch {
		case a.Name == "" && a.Addr == "":
		case b.r.recipients >= b.r.opt.MaxRecipients:
			b.env.lost++
		default:
			b.env.total++
			b.r.recipients++
			b.env.people[kind] = append(b.env.people[kind], newMailbox(a))
		}
	}
}

// displayLists are the properties that hold the names of all recipients of a
// kind.
var displayLists = [4]mapi.Tag{
	mapi.RecipientTo: proptag.DisplayTo, mapi.RecipientCc: proptag.DisplayCc, mapi.RecipientBcc: proptag.DisplayBcc,
}

// recipients makes the recipient table: To, Cc, Bcc, each in the order of the
// header ([MS-OXCMAIL] 2.2.3.1.1).
func (b *builder) recipients() {
	if b.env.lost > 0 {
		b.problem("mime.limit.recipients", problem.Loss, "header", "%d or more recipients beyond the first %d were left out", b.env.lost, b.env.total)
	}
	if b.env.reported != nil {
		b.reportRecipients()
		return
	}
	b.m.Recipients = make([]mapi.Props, 0, b.env.total)
	for kind := mapi.RecipientTo; kind <= mapi.RecipientBcc; kind++ {
		for _, p := range b.env.people[kind] {
			row := recipient(kind, p, int32(len(b.m.Recipients)))
			if b.env.readAt != 0 {
				row.Set(proptag.ReportTime, b.env.readAt)
			}
			b.m.Recipients = append(b.m.Recipients, row)
		}
		b.set(displayLists[kind], joinNames(b.env.people[kind]))
	}
}

// joinNames returns the names of people for a display list.
func joinNames(people []mailbox) string {
	var names strings.Builder
	for _, p := range people {
		if names.Len() > 0 {
			names.WriteString("; ")
		}
		names.WriteString(p.name)
	}
	return bounded(names.String())
}

// reportRecipients makes the recipient table of a delivery report: those that
// it is about ([MS-OXCMAIL] 2.2.3.7.1). Whom it was sent to has received it.
func (b *builder) reportRecipients() {
	var people []mailbox
	for _, p := range b.env.reported {
		row := recipient(mapi.RecipientTo, p.mailbox, int32(len(b.m.Recipients)))
		b.m.Recipients = append(b.m.Recipients, append(row, p.status...))
		people = append(people, p.mailbox)
	}
	b.set(proptag.DisplayTo, joinNames(people))
	b.set(proptag.DisplayCc, "")
	b.set(proptag.DisplayBcc, "")
	if to := b.env.people[mapi.RecipientTo]; len(to) > 0 {
		b.setMailbox(receivedTags, to[0])
		b.setMailbox(receivedForTags, to[0])
	}
}

// recipient returns a row of the recipient table ([MS-OXCMSG] 2.2.1.38,
// [MS-OXOMSG] 2.2.3).
func recipient(kind int32, p mailbox, row int32) mapi.Props {
	// One value serves several properties.
	var name, id mapi.Value = p.name, p.entryID()
	props := append(make(mapi.Props, 0, 20),
		mapi.Prop{Tag: proptag.Rowid, Value: row},
		mapi.Prop{Tag: proptag.RecipientType, Value: kind},
		mapi.Prop{Tag: proptag.DisplayName, Value: name},
		mapi.Prop{Tag: proptag.RecipientDisplayName, Value: name},
		mapi.Prop{Tag: proptag.TransmittableDisplayName, Value: name},
		mapi.Prop{Tag: proptag.AddressType, Value: p.kind},
		mapi.Prop{Tag: proptag.EmailAddress, Value: p.email},
		mapi.Prop{Tag: proptag.SearchKey, Value: p.searchKey()},
		mapi.Prop{Tag: proptag.EntryId, Value: id},
		mapi.Prop{Tag: proptag.RecipientEntryId, Value: id},
		mapi.Prop{Tag: proptag.RecordKey, Value: id},
		mapi.Prop{Tag: proptag.ObjectType, Value: objectMailUser},
		mapi.Prop{Tag: proptag.DisplayType, Value: int32(0)},
		mapi.Prop{Tag: proptag.DisplayTypeEx, Value: int32(0)},
		mapi.Prop{Tag: proptag.Responsibility, Value: true},
		mapi.Prop{Tag: proptag.RecipientFlags, Value: int32(1)}, // recipSendable
		mapi.Prop{Tag: proptag.RecipientOrder, Value: row},
		mapi.Prop{Tag: proptag.RecipientTrackStatus, Value: int32(0)},
		mapi.Prop{Tag: proptag.SendRichInfo, Value: false},
	)
	if p.smtp != "" {
		props = append(props, mapi.Prop{Tag: proptag.SmtpAddress, Value: p.smtp})
	}
	return props
}

// Values of PidTagObjectType ([MS-OXCPRPT] 2.2.1.7).
const (
	objectMessage    int32 = 5
	objectMailUser   int32 = 6
	objectAttachment int32 = 7
)
