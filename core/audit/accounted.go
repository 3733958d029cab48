package audit

import (
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// accounted reports whether a problem on record may be the reason of a
// difference: it is about the same property of the same object, or it is one of
// the causes of such differences, in the object or in one of its recipients or
// attachments.
func accounted(d Difference, problems problem.List) bool {
	for _, p := range problems {
		below, ok := strings.CutPrefix(p.Object, d.Object)
		switch {
		case below == "" && ok && p.Tag != 0 && d.Tag != 0 && p.Tag.ID() == d.Tag.ID():
			return true
		case ok && !strings.Contains(strings.TrimPrefix(below, "/"), "/") && slices.Contains(causes[d.What], room(p.Code)):
			return true
		}
	}
	return false
}

// causes are the beginnings of the codes that account for differences which are
// not about one property.
var causes = map[string][]string{
	"recipients":        {"address", "mime.limit", "msg.object", "cfb", "msg.property"},
	"attachments":       {"mime.attachment", "mime.rtf", "mime.class", "mime.limit", "mime.smime", "msg.attachment", "msg.object", "mime.encoding", "cfb"},
	"embedded messages": {"mime.limit", "msg.object", "msg.attachment", "mime.encoding", "cfb"},
	"PidTagBody":        {"mime.smime", "mime.charset", "mime.body", "msg.string", "mime.encoding", "cfb"},
	"PidTagHtml":        {"mime.smime", "mime.charset", "mime.body", "mime.html", "msg.string", "mime.encoding", "cfb"},
}

// room returns the beginning of a code that causes are about.
func room(code string) string {
	parts := strings.SplitN(code, ".", 3)
	if len(parts) > 2 || len(parts) == 2 && parts[0] == "mime" {
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}
