package mime

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// derived writes the fields that follow from what the message is.
func (h *headerWriter) derived() {
	class := h.o.text(h.o.m.Props, proptag.MessageClass)
	if word := contentClassOf(class); word != "" {
		h.replace("Content-Class", word)
	}
	if word := autoSubmitted(class); word != "" && !h.o.trace.has("auto-submitted") && h.o.m.Props.Named(autoSubmittedName) == nil {
		h.add("Auto-Submitted", h.form.Raw("Auto-Submitted", word))
	}
	h.normalImportance()
	if hasFiles(h.o.m) {
		h.add("X-MS-Has-Attach", h.form.Raw("X-MS-Has-Attach", "yes"))
	}
}

// normalImportance writes that Importance is normal where Priority is not, which
// readers take for Importance when that is missing ([MS-OXCMAIL] 2.2.3.2.5).
func (h *headerWriter) normalImportance() {
	const normal = 1
	importance, ok := h.o.m.Props.Int32(proptag.Importance)
	if priority, _ := h.o.m.Props.Int32(proptag.Priority); ok && importance == normal && (priority == 1 || priority == -1) {
		h.add("Importance", h.form.Raw("Importance", "Normal"))
	}
}

// replace writes a field in the place of one that a rule may have written.
func (h *headerWriter) replace(name, value string) {
	prefix := strings.ToLower(name) + ":"
	for i, f := range h.fields {
		if len(f) >= len(prefix) && strings.EqualFold(string(f[:len(prefix)]), prefix) {
			h.fields[i] = h.form.Text(name, value)
			return
		}
	}
	h.add(name, h.form.Text(name, value))
}

const infoPathClass = "IPM.InfoPathForm."

// contentClassOf returns the Content-Class that stands for a message class, ""
// when there is none ([MS-OXCMAIL] 2.1.3.2.2). contentClasses is the table.
func contentClassOf(class string) string {
	const custom = "IPM.Note.Custom."
	switch {
	case len(class) > len(custom) && strings.EqualFold(class[:len(custom)], custom):
		return customClass + class[len(custom):]
	case len(class) > len(infoPathClass) && strings.EqualFold(class[:len(infoPathClass)], infoPathClass):
		return class[len("IPM."):]
	}
	word, longest := "", 0
	for w, base := range contentClasses {
		if isClass(class, base) && len(base) > longest {
			word, longest = w, len(base)
		}
	}
	return word
}

var autoSubmittedName = mapi.Name{Set: mapi.PSInternetHeaders, Text: "Auto-Submitted"}

// autoClasses are the classes of what no person sends, and the word of
// Auto-Submitted (RFC 3834 5) for each.
var autoClasses = []struct{ class, word string }{
	{"IPM.Note.Rules.OofTemplate", "auto-replied"},
	{"IPM.Note.Rules.ReplyTemplate", "auto-replied"},
	{"IPM.Note.Rules.ExternalOofTemplate", "auto-replied"},
	{"REPORT", "auto-replied"},
}

func autoSubmitted(class string) string {
	for _, c := range autoClasses {
		if isClass(class, c.class) {
			return c.word
		}
	}
	return ""
}

// hasFiles reports whether the message has an attachment that readers are shown
// ([MS-OXCMAIL] 2.1.3.2.19).
func hasFiles(m *mapi.Message) bool {
	if v, ok := m.Props.Get(proptag.HasAttachments); ok {
		has, _ := v.(bool)
		return has && len(m.Attachments) > 0
	}
	for _, a := range m.Attachments {
		if a != nil && !a.Props.Bool(proptag.AttachmentHidden) {
			return true
		}
	}
	return false
}
