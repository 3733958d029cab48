package diff

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A fact is something that a message says in one value.
type fact struct {
	what string
	// value returns it in the form that is compared; "" when it is not there.
	value func(mapi.Props) string
	mail  bool // Internet messages have a place for it
	// fold says that capitals do not count.
	fold bool
}

// messageFacts are the facts of a message, in the order in which they are
// reported.
var messageFacts = []fact{
	{what: "class", value: messageClass, mail: true, fold: true},
	{what: "from", value: func(ps mapi.Props) string { return personKey(look.From(ps)) }, mail: true, fold: true},
	{what: "sender", value: sender, mail: true, fold: true},
	{what: "subject", value: func(ps mapi.Props) string { return oneLine(look.Subject(ps)) }, mail: true},
	{what: "date", value: func(ps mapi.Props) string { return seconds(look.Date(ps)) }, mail: true},
	{what: "delivered", value: timeOf(proptag.MessageDeliveryTime)},
	{what: "message-id", value: identifiers(proptag.InternetMessageId), mail: true},
	{what: "in-reply-to", value: identifiers(proptag.InReplyToId), mail: true},
	{what: "references", value: identifiers(proptag.InternetReferences), mail: true},
	{what: "topic", value: topic, mail: true},
	{what: "importance", value: word(proptag.Importance, 1, map[int32]string{0: "low", 1: "normal", 2: "high"}), mail: true},
	{what: "priority", value: word(proptag.Priority, 0, map[int32]string{-1: "non-urgent", 0: "normal", 1: "urgent"})},
	{what: "sensitivity", value: word(proptag.Sensitivity, 0, map[int32]string{0: "normal", 1: "personal", 2: "private", 3: "confidential"}), mail: true},
	{what: "draft", value: draft, mail: true},
	{what: "flags", value: otherFlags},
	{what: "follow-up", value: named(propname.LidFlagRequest), mail: true},
	{what: "categories", value: categories, mail: true},
	{what: "receipt requested", value: flag(proptag.ReadReceiptRequested), mail: true},
	{what: "delivery report requested", value: flag(proptag.OriginatorDeliveryReportRequested), mail: true},
	{what: "expires", value: timeOf(proptag.ExpiryTime), mail: true},
	{what: "reply by", value: timeOf(proptag.ReplyTime), mail: true},
}

// facts compares what two messages say in one value each.
func (c *comparer) facts(path string, a, b mapi.Props, x, y header) {
	for _, f := range messageFacts {
		v, w := f.value(a), f.value(b)
		if v == w || f.fold && strings.EqualFold(v, w) || saidInHeader(f.what, v, w, x, y) {
			continue
		}
		mail := f.mail
		switch f.what {
		case "class":
			mail = mailClass(v) && mailClass(w)
		case "from":
			mail = samePlace(look.From(a), look.From(b))
		case "sender":
			mail = samePlace(look.Sender.Of(a), look.Sender.Of(b))
		}
		c.add(path, f.what, v, w, mail)
	}
}

// messageClass is PidTagMessageClass, which a note need not have.
func messageClass(ps mapi.Props) string {
	if s := strings.Trim(ps.String(proptag.MessageClass), " \x00"); s != "" {
		return s
	}
	return "IPM.Note"
}

// mailClass reports whether an Internet message can be of the class
// ([MS-OXCMAIL] 2.1.3.2.2, 2.2.3.2.15, [MS-OXOSMIME] 2.1.1).
func mailClass(class string) bool {
	class = strings.ToLower(class)
	if class == "ipm.note" {
		return true
	}
	for _, prefix := range []string{"ipm.note.smime", "ipm.note.microsoft.", "report.", "ipm.schedule.meeting.", "ipm.note.custom.", "ipm.note.rpmsg."} {
		if strings.HasPrefix(class+".", prefix) || strings.HasPrefix(class, prefix) {
			return true
		}
	}
	return false
}

// sender is who sent the message, when that is somebody else than the author.
func sender(ps mapi.Props) string {
	from, sender := look.From(ps), look.Sender.Of(ps)
	if sender.Address == "" || strings.EqualFold(from.Address, sender.Address) {
		return ""
	}
	return personKey(sender)
}

// topic is PidTagConversationTopic; a message without one is of the topic that
// its subject names ([MS-OXOMSG] 2.2.1.5).
func topic(ps mapi.Props) string {
	for _, tag := range []mapi.Tag{proptag.ConversationTopic, proptag.NormalizedSubject} {
		if s := oneLine(ps.String(tag)); s != "" {
			return s
		}
	}
	return withoutPrefix(oneLine(look.Subject(ps)))
}

// withoutPrefix takes the prefix off a subject: one to three characters that are
// no digits, a colon and a blank ([MS-OXCMSG] 3.2.5.2).
func withoutPrefix(subject string) string {
	prefix, rest, ok := strings.Cut(subject, ": ")
	n := utf8.RuneCountInString(prefix)
	if !ok || n < 1 || n > 3 || strings.ContainsAny(prefix, ": 0123456789") {
		return subject
	}
	return rest
}

// Bits of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const (
	flagUnsent    = 0x08
	flagHasAttach = 0x10
	flagUnread    = 0x100 // asks for a report of not being read
	flagReceipt   = 0x200
)

func draft(ps mapi.Props) string {
	if flags, _ := ps.Int32(proptag.MessageFlags); flags&flagUnsent != 0 {
		return "yes"
	}
	return ""
}

// otherFlags are the flags that are no facts of their own and that follow from
// nothing else.
func otherFlags(ps mapi.Props) string {
	flags, _ := ps.Int32(proptag.MessageFlags)
	return look.Flags(proptag.MessageFlags, flags&^(flagUnsent|flagHasAttach|flagUnread|flagReceipt))
}

func categories(ps mapi.Props) string {
	p := ps.Named(propname.NameKeywords)
	if p == nil {
		return ""
	}
	var list []string
	switch v := p.Value.(type) {
	case []string:
		for _, s := range v {
			if s = oneLine(s); s != "" {
				list = append(list, s)
			}
		}
	case string:
		list = append(list, oneLine(v))
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func flag(tag mapi.Tag) func(mapi.Props) string {
	return func(ps mapi.Props) string {
		if ps.Bool(tag) {
			return "yes"
		}
		return ""
	}
}

// word is an integer property; absent means def.
func word(tag mapi.Tag, def int32, words map[int32]string) func(mapi.Props) string {
	return func(ps mapi.Props) string {
		n, ok := ps.Int32(tag)
		if !ok {
			n = def
		}
		if s, ok := words[n]; ok {
			return s
		}
		return strconv.Itoa(int(n))
	}
}

func named(name mapi.Name) func(mapi.Props) string {
	return func(ps mapi.Props) string {
		if p := ps.Named(name); p != nil {
			s, _ := p.Value.(string)
			return oneLine(s)
		}
		return ""
	}
}

func timeOf(tag mapi.Tag) func(mapi.Props) string {
	return func(ps mapi.Props) string { return seconds(ps.Time(tag)) }
}

// seconds is a time in the precision of Internet messages (RFC 5322 3.3).
func seconds(f mapi.Filetime) string {
	t, ok := f.Time()
	if !ok {
		return ""
	}
	return t.Truncate(time.Second).Format(time.RFC3339)
}

// identifiers is a list of message identifiers (RFC 5322 3.6.4).
func identifiers(tag mapi.Tag) func(mapi.Props) string {
	return func(ps mapi.Props) string { return identifierList(ps.String(tag)) }
}

func identifierList(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("<", " ", ">", " ", ",", " ", "\x00", "").Replace(s)), " ")
}

// oneLine is text with runs of blanks as one.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\x00", "")), " ")
}
