package audit

import (
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// accounted reports whether a problem on record may be the reason of a
// difference: it is about the same property, or it is a loss in the same object
// that is not about any property.
func accounted(d Difference, problems problem.List) bool {
	for _, p := range problems {
		switch {
		case p.Tag != 0 && d.Tag != 0 && p.Tag.ID() == d.Tag.ID():
			return true
		case p.Severity >= problem.Info && slices.Contains(causes[d.What], room(p.Code)):
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
	"PidTagBody":        {"mime.charset", "mime.body", "msg.string", "mime.encoding", "cfb"},
	"PidTagHtml":        {"mime.charset", "mime.body", "mime.html", "msg.string", "mime.encoding", "cfb"},
}

// room returns the beginning of a code that causes are about.
func room(code string) string {
	parts := strings.SplitN(code, ".", 3)
	if len(parts) > 2 || len(parts) == 2 && parts[0] == "mime" {
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}
