package prepare

import (
	"strings"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const (
	// fileType is the media type of .msg files (IANA media type registry).
	fileType = "application/vnd.ms-outlook"
	suffix   = ".msg"
	// maxName bounds the name of a file without its extension, in characters.
	maxName = 120
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
	subject = withoutSuffix(subject)
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"/\|?*`, r), unicode.IsControl(r), r == unicode.ReplacementChar:
			return '_'
		case unicode.Is(unicode.Cf, r): // marks that turn text around, and others that nobody sees
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, subject)
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName])
	}
	name = strings.Trim(name, " .")
	stem, _, _ := strings.Cut(name, ".")
	if name == "" || reserved[strings.ToUpper(strings.TrimSpace(stem))] {
		name = "_" + name
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

// reserved are the names that Windows keeps for devices.
var reserved = func() map[string]bool {
	names := map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true}
	for _, n := range "123456789" {
		names["COM"+string(n)], names["LPT"+string(n)] = true, true
	}
	return names
}()
