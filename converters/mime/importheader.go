package mime

import (
	"bytes"
	"net/textproto"
	"strings"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// envelope is what several fields say together.
type envelope struct {
	seen    map[string]int // how often a field came, by its name in lower case
	extra   map[string]int // fields without a rule: index of the property
	dropped int            // fields without a rule beyond the limit

	author, sender *mailbox
	people         [4][]mailbox        // by recipient type
	grouped        bool                // some of them in a group with a name
	total, lost    int                 // recipients taken, and beyond the limit
	reported       []reportedRecipient // those that a delivery report is about
	readAt         mapi.Filetime       // the time of a read receipt
	sent, arrived  mapi.Filetime
	unsent         bool
	priority       int32 // Importance by the field Priority
}

// fieldRules are the fields that no single property stands for, by their names
// in lower case. Each takes the first field of its name unless repeats has it.
var fieldRules = map[string]func(b *builder, raw []byte){
	"from":                        (*builder).from,
	"sender":                      (*builder).sender,
	"reply-to":                    (*builder).replyTo,
	"to":                          func(b *builder, raw []byte) { b.people(mapi.RecipientTo, raw) },
	"cc":                          func(b *builder, raw []byte) { b.people(mapi.RecipientCc, raw) },
	"bcc":                         func(b *builder, raw []byte) { b.people(mapi.RecipientBcc, raw) },
	"return-receipt-to":           func(b *builder, _ []byte) { b.set(proptag.OriginatorDeliveryReportRequested, true) },
	"disposition-notification-to": (*builder).readReceipt,
	"subject":                     (*builder).subject,
	"date":                        (*builder).date,
	"received":                    (*builder).receivedField,
	"x-unsent":                    func(b *builder, raw []byte) { b.env.unsent = string(raw) == "1" },
	"x-msmail-priority":           (*builder).mailPriority,
	"priority":                    (*builder).priority,
	"x-message-flag":              (*builder).messageFlag,
	"x-payload-class":             func(b *builder, raw []byte) { b.setText(proptag.AttachPayloadClass, rawText(raw)) },
	"content-class":               (*builder).contentClass,
	"x-ms-tnef-correlator":        func(b *builder, raw []byte) { b.set(proptag.TnefCorrelationKey, append(bytes.Clone(raw), 0)) },
	"content-id":                  func(b *builder, raw []byte) { b.setText(proptag.BodyContentId, strings.Trim(rawText(raw), "<> ")) },
	"content-location":            func(b *builder, raw []byte) { b.setText(proptag.BodyContentLocation, rawText(raw)) },
}

// repeats are the fields every one of which counts.
var repeats = map[string]bool{"to": true, "cc": true, "bcc": true, "keywords": true, "received": true}

// transportOnly are the fields, in lower case, that say how the message came
// here, and are found in PidTagTransportMessageHeaders alone.
var transportOnly = map[string]bool{"return-path": true, "delivered-to": true, "x-original-to": true}

// otherNames are fields that mean the same as the one that a rule is for, in
// lower case. The latter wins.
var otherNames = map[string]string{
	"expiry-date": "expires", "x-accept-language": "accept-language", "x-ref": "xref",
	"x-list-help": "list-help", "x-list-subscribe": "list-subscribe", "x-list-unsubscribe": "list-unsubscribe",
}

// ruleFor is headerRules by field, in lower case.
var ruleFor = func() map[string]*headerRule {
	m := make(map[string]*headerRule, len(headerRules))
	for i := range headerRules {
		m[strings.ToLower(headerRules[i].field)] = &headerRules[i]
	}
	return m
}()

// lowerNames are the names of the usual fields in lower case, by the spelling that
// most mail has.
var lowerNames = func() map[string]string {
	m := map[string]string{"Content-ID": "content-id", "MIME-Version": "mime-version"}
	for i := range headerRules {
		m[headerRules[i].field] = strings.ToLower(headerRules[i].field)
	}
	for lower := range fieldRules {
		m[textproto.CanonicalMIMEHeaderKey(lower)] = lower
	}
	for lower := range carriedFields {
		m[textproto.CanonicalMIMEHeaderKey(lower)] = lower
	}
	return m
}()

// lowerName returns the name of a field in lower case.
func lowerName(name string) string {
	if lower, ok := lowerNames[name]; ok {
		return lower
	}
	return strings.ToLower(name)
}

// header makes properties of the header fields ([MS-OXCMAIL] 2.2.3.1,
// 2.2.3.2). Of a field that should stand once, the first counts.
func (b *builder) header() {
	b.env.seen = make(map[string]int, len(b.root.header))
	b.env.priority = 1
	b.transportHeaders()
	for i := range b.root.header {
		f := &b.root.header[i]
		b.field(lowerName(f.Name), f)
	}
	if b.env.dropped > 0 {
		b.problem("mime.limit.fields", problem.Info, "header", "%d fields are in the transport headers only", b.env.dropped)
	}
}

// field takes one header field.
func (b *builder) field(lower string, f *rfc5322.Field) {
	if name := otherNames[lower]; name != "" {
		if b.env.seen[lower]++; b.env.seen[lower] == 1 && !b.root.header.Has(name) {
			lower = name
		}
	}
	rule, own := ruleFor[lower], fieldRules[lower]
	if rule == nil && own == nil || b.classification(lower) {
		if b.env.seen[lower]++; b.env.seen[lower] > 1 || !b.ownField(lower, f.Raw) {
			b.otherField(lower, f)
		}
		return
	}
	if b.env.seen[lower]++; b.env.seen[lower] > 1 && !repeats[lower] {
		if b.env.seen[lower] == 2 {
			b.problem("mime.header.repeated", problem.Info, f.Name, "the first of several counts")
		}
		return
	}
	if own != nil {
		own(b, f.Raw)
	} else {
		b.rule(rule, f.Raw)
	}
}

// classification reports whether a field describes a classification that
// X-Microsoft-Classified does not claim ([MS-OXCMAIL] 2.2.3.2): nothing special
// then.
func (b *builder) classification(lower string) bool {
	const claim = "x-microsoft-classified"
	return lower != claim && strings.HasPrefix(lower, "x-microsoft-class") && !strings.EqualFold(b.root.header.Text(claim), "true")
}

// rule sets the property of a rule.
func (b *builder) rule(rule *headerRule, raw []byte) {
	v, ok := readHeader(rule, raw)
	switch {
	case !ok:
		if len(raw) > 0 {
			b.problem("mime.header.value", problem.Info, rule.field, "%.80q is no value of the field", raw)
		}
	case rule.tag == proptag.Importance && b.m.Props.Has(proptag.Importance) && rule.field != "Importance":
		// Importance wins over X-Priority ([MS-OXCMAIL] 2.2.3.2.5).
	case rule.tag != 0:
		b.set(rule.tag, v)
	case rule.kind == kindList:
		b.appendNamed(rule.name, v.([]string))
	default:
		b.m.Props.SetNamed(rule.name, typeOf(v), v)
	}
}

// appendNamed adds values to a named property.
func (b *builder) appendNamed(name mapi.Name, values []string) {
	if p := b.m.Props.Named(name); p != nil {
		old, _ := p.Value.([]string)
		values = append(old, values...)
	}
	if n := withinText(values); n < len(values) {
		b.problem("mime.limit.values", problem.Loss, name.Text, "%d values beyond the first %d were left out", len(values)-n, n)
		values = values[:n]
	}
	if len(values) > 0 {
		b.m.Props.SetNamed(name, mapi.PtypMultipleString, values)
	}
}

// otherField makes a named property of a field that no rule takes
// ([MS-OXCMAIL] 2.2.3.2.4). Of a repeated one all values are kept, in a
// property of several.
func (b *builder) otherField(lower string, f *rfc5322.Field) {
	if structuralField(lower) && lower != "content-base" || transportOnly[lower] || strings.HasPrefix(lower, "resent-") {
		return
	}
	text := bounded(rfc5322.DecodeText(f.Raw))
	name := mapi.Name{Set: mapi.PSInternetHeaders, Text: lower}
	if i, found := b.env.extra[lower]; found {
		b.repeatedField(&b.m.Props[i], text)
		return
	}
	if b.r.named++; len(b.env.extra) >= b.r.opt.MaxHeaders || b.r.named > limits.MIMENamed.Int() {
		b.env.dropped++
		return
	}
	if b.env.extra == nil {
		b.env.extra = make(map[string]int)
	}
	b.env.extra[lower] = len(b.m.Props)
	b.m.Props = append(b.m.Props, mapi.Prop{Tag: mapi.NewTag(0, mapi.PtypString), Name: name, Value: text})
}

// repeatedField adds a value to the property of a field.
func (b *builder) repeatedField(p *mapi.Prop, text string) {
	var list []string
	switch old := p.Value.(type) {
	case string:
		list = []string{old}
	case []string:
		list = old
	}
	list = append(list, text)
	if withinText(list) < len(list) {
		b.env.dropped++
		return
	}
	p.Tag, p.Value = mapi.NewTag(0, mapi.PtypMultipleString), list
}
