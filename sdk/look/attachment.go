package look

import (
	"io"
	"path"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// AttachmentName returns the name that an attachment has in the message, as it
// stands there: it may be a path, and is no name for a file. It is "" when there is
// none.
func AttachmentName(a *mapi.Attachment) string {
	for _, tag := range []mapi.Tag{proptag.AttachLongFilename, proptag.AttachFilename, proptag.DisplayName} {
		if s := short(a.Props, tag); s != "" {
			return s
		}
	}
	if a.Embedded != nil {
		return Subject(a.Embedded.Props)
	}
	return ""
}

// AttachmentType returns the media type of an attachment in lower case, without
// parameters, or "".
func AttachmentType(a *mapi.Attachment) string {
	t, _, _ := strings.Cut(short(a.Props, proptag.AttachMimeTag), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// ContentID returns the Content-ID of an attachment without brackets, or "".
func ContentID(a *mapi.Attachment) string {
	return strings.Trim(short(a.Props, proptag.AttachContentId), "<>")
}

// AttachmentData returns the contents of an attachment, a []byte or a Large;
// whatever types its properties claim; nil for an embedded message, a reference or
// nothing.
func AttachmentData(a *mapi.Attachment) mapi.Value {
	if a.Embedded != nil {
		return nil
	}
	for _, tag := range []mapi.Tag{proptag.AttachDataBinary, proptag.AttachDataObject} {
		switch v, _ := a.Props.Get(tag.WithType(mapi.PtypUnspecified)); v := v.(type) {
		case []byte, mapi.Large:
			return v
		}
	}
	return nil
}

// Reference returns the path or address of an attachment that has its contents
// elsewhere, or "". It is never to be opened.
func Reference(a *mapi.Attachment) string {
	if a.Embedded != nil || AttachmentData(a) != nil {
		return ""
	}
	for _, tag := range []mapi.Tag{proptag.AttachLongPathname, proptag.AttachPathname} {
		if s := short(a.Props, tag); s != "" {
			return s
		}
	}
	return ""
}

// Open returns a reader of a []byte, string or Large, which the caller closes.
// Other values read as nothing.
func Open(v mapi.Value) (io.ReadCloser, error) {
	large, err := mapi.AsLarge(v)
	if err != nil {
		large = mapi.Memory(nil)
	}
	return large.Open()
}

// Subject returns the subject of a message.
//
// QUIRK: Outlook marks the prefix of PidTagSubject by U+0001 and a character
// that counts.
func Subject(ps mapi.Props) string {
	s := short(ps, proptag.Subject)
	if s == "" {
		s = strings.TrimSpace(ps.String(proptag.SubjectPrefix) + ps.String(proptag.NormalizedSubject))
	}
	if r := []rune(s[:min(len(s), 8)]); len(r) >= 2 && r[0] == 1 {
		s = strings.TrimPrefix(s, string(r[:2]))
	}
	return s
}

// Date returns when the message was sent; one that does not say, when it was
// delivered. It is 0 when it says neither.
func Date(ps mapi.Props) mapi.Filetime {
	for _, tag := range []mapi.Tag{proptag.ClientSubmitTime, proptag.MessageDeliveryTime} {
		if _, ok := ps.Time(tag).Time(); ok {
			return ps.Time(tag)
		}
	}
	return 0
}

// Extension returns the extension of a file name with its dot, in lower case.
func Extension(name string) string { return strings.ToLower(path.Ext(name)) }
