package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// attachments compares the contents of files, in any order, and the messages
// within in theirs.
func (c *comparison) attachments(object string, a, b *mapi.Message, depth int) {
	filesA, messagesA, at := split(a)
	filesB, messagesB, _ := split(b)
	gone, more := unmatched(filesA, filesB)
	if isReport(a) {
		more = slices.DeleteFunc(more, func(f *mapi.Attachment) bool { return reportTypes[mediaType(f)] })
	}
	if !a.Props.Has(proptag.Html) && a.Props.Has(proptag.RtfCompressed) {
		more = slices.DeleteFunc(more, isPicture)
	}
	if gone, more := digests(gone), digests(more); len(gone)+len(more) > 0 {
		c.add(object, "attachments", 0, gone, more)
	}
	if len(messagesA) != len(messagesB) {
		c.add(object, "embedded messages", 0, len(messagesA), len(messagesB))
		return
	}
	for i := range messagesA {
		name := fmt.Sprintf("attachment %d/embedded", at[i]) // as problems call it
		if object != "" {
			name = object + "/" + name
		}
		if depth < limits.AuditDepth.Int() {
			c.message(name, messagesA[i], messagesB[i], depth+1)
		}
	}
}

// isPicture reports whether an attachment is one that HTML shows, as RTF holds them
// in itself.
func isPicture(a *mapi.Attachment) bool {
	return strings.HasPrefix(mediaType(a), "image/") && a.Props.String(proptag.AttachContentId) != ""
}

// isReport reports whether a message is a report about another, of which mail has
// the fields in parts of their own.
func isReport(m *mapi.Message) bool {
	const report = "REPORT."
	class := m.Props.String(proptag.MessageClass)
	return len(class) > len(report) && strings.EqualFold(class[:len(report)], report)
}

// reportTypes are the types of those parts, which are made of properties
// ([MS-OXCMAIL] 2.1.3.6).
var reportTypes = map[string]bool{"message/delivery-status": true, "message/disposition-notification": true, "text/rfc822-headers": true}

// split tells attachments with messages from the others. at are the places of the
// messages among all.
func split(m *mapi.Message) (files []*mapi.Attachment, messages []*mapi.Message, at []int) {
	for i, a := range m.Attachments {
		if a.Embedded != nil {
			messages, at = append(messages, a.Embedded), append(at, i)
		} else {
			files = append(files, a)
		}
	}
	return files, messages, at
}

// unmatched returns the files of each side that the other has not. Files of some
// types are the same when their lines are.
func unmatched(a, b []*mapi.Attachment) (gone, more []*mapi.Attachment) {
	a, b = differing(a, b, contents)
	return differing(a, b, lines)
}

// differing returns the files of each side that have no counterpart on the other,
// when their contents are seen by view. An attachment without contents is none in
// mail.
func differing(a, b []*mapi.Attachment, view func(*mapi.Attachment) mapi.Value) (restA, restB []*mapi.Attachment) {
	there := map[string][]*mapi.Attachment{}
	for _, x := range b {
		d := digestValue(view(x))
		there[d] = append(there[d], x)
	}
	matched := map[*mapi.Attachment]bool{}
	for _, x := range a {
		d := digestValue(view(x))
		if same := there[d]; len(same) > 0 {
			there[d], matched[same[0]] = same[1:], true
		} else if d != "" {
			restA = append(restA, x)
		}
	}
	for _, x := range b {
		if !matched[x] && digestValue(view(x)) != "" {
			restB = append(restB, x)
		}
	}
	return restA, restB
}

// digests returns the sizes and hashes of the contents of files, sorted.
func digests(files []*mapi.Attachment) []string {
	var out []string
	for _, a := range files {
		out = append(out, digestValue(contents(a)))
	}
	slices.Sort(out)
	return out
}

// contents returns what is in a file.
func contents(a *mapi.Attachment) mapi.Value {
	v, ok := a.Props.Get(proptag.AttachDataBinary)
	if !ok {
		v, _ = a.Props.Get(proptag.AttachDataObject)
	}
	if entityTypes[mediaType(a)] {
		return afterHeader(v)
	}
	return v
}

// lines returns what is in a file, with one form of line end if its type is one of
// lines.
func lines(a *mapi.Attachment) mapi.Value {
	if lineTypes[mediaType(a)] {
		return withoutCR(contents(a))
	}
	return contents(a)
}

func mediaType(a *mapi.Attachment) string {
	return strings.ToLower(a.Props.String(proptag.AttachMimeTag))
}

// entityTypes are media types of attachments that hold a whole MIME entity, whose
// header is written anew ([MS-OXOSMIME] 2.1.3.2).
var entityTypes = map[string]bool{"multipart/signed": true}

// afterHeader returns what follows the header of an entity.
func afterHeader(v mapi.Value) mapi.Value {
	b, err := mapi.ReadValue(v, limits.AuditText.Get())
	if err != nil {
		return v
	}
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if _, rest, ok := bytes.Cut(b, []byte(end)); ok {
			return bytes.TrimRight(rest, "\r\n")
		}
	}
	return v
}

// lineTypes are media types of attachments that stand in mail as lines, whose ends
// are the format's own (RFC 3464 2.1, RFC 8098 3.1, RFC 6522 4, RFC 1847 2.1).
var lineTypes = map[string]bool{
	"message/delivery-status": true, "message/disposition-notification": true, "text/rfc822-headers": true, "multipart/signed": true,
}

// withoutCR returns lines with one form of end.
func withoutCR(v mapi.Value) mapi.Value {
	b, err := mapi.ReadValue(v, limits.AuditText.Get())
	if err != nil {
		return v
	}
	return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
}

func digestValue(v mapi.Value) string {
	h := sha256.New()
	n, err := feed(h, v)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes %x", n, h.Sum(nil)[:8])
}

var errNoBytes = errors.New("not bytes")

// feed hashes the bytes of a value.
func feed(h hash.Hash, v mapi.Value) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case []byte:
		h.Write(v)
		return int64(len(v)), nil
	case mapi.Large:
		r, err := v.Open()
		if err != nil {
			return 0, err
		}
		defer r.Close()
		return io.CopyBuffer(h, r, make([]byte, 32<<10))
	}
	return 0, errNoBytes
}
