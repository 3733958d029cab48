package mime

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// ruled writes the fields of headerRules.
func (h *headerWriter) ruled() {
	for i := range headerRules {
		r := &headerRules[i]
		v, ok := r.value(h.o.m.Props)
		if !ok || h.decided[strings.ToLower(r.field)] {
			continue
		}
		field := h.ruledField(r, v)
		if field == nil && r.kind == kindLanguage {
			h.sayLocale(v) // a locale without a tag says nothing about the field
			continue
		}
		if field == nil && r.kind == kindWord {
			h.sayWord(r, v)
		}
		h.add(r.field, field)
	}
}

// sayWord reports a number for which the field has no word, once for a property.
func (h *headerWriter) sayWord(r *headerRule, v mapi.Value) {
	n, ok := v.(int32)
	if ok && !strings.HasPrefix(r.field, "X-") && !slices.ContainsFunc(r.words, func(w headerWord) bool { return w.value == n }) {
		h.o.say("mime.property.unreadable", problem.Loss, r.tag, "the field %s has no word for %d", r.field, n)
	}
}

// sayLocale reports a locale that no language tag stands for, such as "the
// default of the user".
func (h *headerWriter) sayLocale(v mapi.Value) {
	if n, ok := v.(int32); ok && n != 0 {
		h.o.say("mime.language", problem.Info, proptag.MessageLocaleId, "no language tag stands for the locale %#04x", uint32(n))
	}
}

// value returns the value for a field, false when the message has none.
func (r *headerRule) value(ps mapi.Props) (mapi.Value, bool) {
	if !r.under.IsZero() {
		if p := ps.Named(r.under); p == nil || p.Value != true {
			return nil, false
		}
	}
	if r.tag != 0 {
		if v, ok := ps.Get(r.tag); ok {
			return v, true
		}
	}
	if p := ps.Named(r.name); p != nil {
		return p.Value, true
	}
	for _, name := range r.also {
		if p := ps.Named(name); p != nil {
			return p.Value, true
		}
	}
	return nil, false
}

// ruledField writes the field of a rule, nil when the value asks for none.
func (h *headerWriter) ruledField(r *headerRule, v mapi.Value) []byte {
	switch v := v.(type) {
	case string:
		return h.ruledString(r, v)
	case int16:
		return h.ruledInteger(r, int32(v))
	case int32:
		return h.ruledInteger(r, v)
	case mapi.Filetime:
		if t, ok := v.Time(); ok && r.kind == kindTime {
			return rfc5322.Date(r.field, t.Truncate(time.Second))
		}
	case bool:
		if v && r.kind == kindTrue {
			return h.form.Raw(r.field, "true")
		}
	case []byte:
		if r.kind == kindBase64 && len(v) > 0 {
			return h.form.Raw(r.field, base64.StdEncoding.EncodeToString(v))
		}
	case []string:
		if r.kind == kindList && len(v) > 0 {
			return h.form.Text(r.field, strings.Join(v, ", "))
		}
	}
	return nil
}

func (h *headerWriter) ruledString(r *headerRule, s string) []byte {
	if s = strings.TrimRight(s, "\x00"); strings.TrimSpace(s) == "" {
		return nil
	}
	switch r.kind {
	case kindText, kindList:
		return h.form.Text(r.field, s)
	case kindRaw:
		return h.form.Raw(r.field, s)
	case kindIDs:
		if field := h.idsAsTheyCame(r.field, s); field != nil {
			return field
		}
		return h.o.ids(h.form, r.field, r.tag, s)
	}
	return nil
}

// ids writes identifiers of messages, and reports those that a field cannot hold
// as they are: programs find the messages of a conversation by comparing them.
func (o *object) ids(form rfc5322.Style, field string, tag mapi.Tag, value string) []byte {
	if !form.CanMessageIDs(field, value) {
		o.say("mime.header.identifier", problem.Loss, tag, "the field %s has an identifier that was changed or left out", field)
	}
	return form.MessageIDs(field, value)
}

func (h *headerWriter) ruledInteger(r *headerRule, n int32) []byte {
	text := ""
	switch r.kind {
	case kindNumber:
		text = strconv.Itoa(int(n))
	case kindWord:
		text = wordFor(n, r.words)
	case kindFlags:
		text = flagWords(n, r.words)
	case kindLanguage:
		text = languageTag(uint32(n))
		came := rawText(h.o.trace.header.Get(r.field))
		if v, ok := readLanguage(came); ok && v == mapi.Value(n) {
			text = came // which may name a language alone, or several
		}
	}
	if text == "" {
		return nil
	}
	return h.form.Raw(r.field, text)
}

// wordFor returns the first word for n, "" if there is none.
func wordFor(n int32, words []headerWord) string {
	for _, w := range words {
		if w.value == n {
			return w.text
		}
	}
	return ""
}

// flagWords names the bits of n.
func flagWords(n int32, words []headerWord) string {
	switch n {
	case 0:
		return "None"
	case -1:
		return "All"
	}
	var list []string
	for _, w := range words {
		if n&w.value != 0 {
			list = append(list, w.text)
		}
	}
	return strings.Join(list, ", ")
}
