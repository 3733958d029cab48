package prepare

import (
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	// fileType is the media type of .msg files (IANA media type registry).
	fileType = "application/vnd.ms-outlook"
	suffix   = ".msg"
)

// toFiles makes .msg files of the messages attached to m. What is attached to
// them stays inside.
func toFiles(m *mapi.Message, report problem.Reporter) {
	for i, a := range m.Attachments {
		if a == nil || a.Embedded == nil {
			continue
		}
		file := msg.AsFile(a.Embedded, msg.WriteOptions{}, report.Under(attachmentAt(i)).Under("embedded"))
		name := fileName(nameOf(a))
		a.Embedded = nil
		a.Props.Delete(proptag.AttachDataObject)
		a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		a.Props.Set(proptag.AttachDataBinary, file)
		a.Props.Set(proptag.AttachLongFilename, name)
		a.Props.Delete(proptag.AttachFilename)
		a.Props.Set(proptag.AttachExtension, suffix)
		a.Props.Set(proptag.AttachMimeTag, fileType)
	}
}

// nameOf returns what an attached message is called: its subject, else the name
// of the attachment.
func nameOf(a *mapi.Attachment) string {
	for _, s := range []string{
		a.Embedded.Props.String(proptag.Subject), a.Props.String(proptag.DisplayName), a.Props.String(proptag.AttachLongFilename),
	} {
		if s = strings.TrimSpace(plain(s)); s != "" {
			return s
		}
	}
	return "message"
}

// plain takes off the mark that Outlook puts before the prefix of a subject:
// U+0001 and a character that counts.
func plain(s string) string {
	if r := []rune(s[:min(len(s), 8)]); len(r) >= 2 && r[0] == 1 {
		s = strings.TrimPrefix(s, string(r[:2]))
	}
	return s
}

// fileName makes a name that every file system takes of a subject.
func fileName(subject string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r): // marks that turn text around, and others that nobody sees
			return -1
		case unicode.IsSpace(r) && !unicode.IsControl(r):
			return ' '
		}
		return r
	}, withoutSuffix(subject))
	name = store.FileName(strings.Trim(name, " ."))
	if name == "" {
		name = "_"
	}
	return name + suffix
}

// withoutSuffix takes off the extension of .msg files.
func withoutSuffix(name string) string {
	if n := len(name) - len(suffix); n >= 0 && strings.EqualFold(name[n:], suffix) {
		return name[:n]
	}
	return name
}
