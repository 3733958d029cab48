package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// maxCompared bounds the values that are compared, in bytes.
const maxCompared = 64 << 20

// compare says what of a message did not come back: subject, people, text, files.
// Line ends, and those at the end of the text, are not compared; nor is the order
// of recipients of different kinds.
func compare(want, got *mapi.Message) []error {
	var lost []error
	differ := func(format string, args ...any) { lost = append(lost, fmt.Errorf(format, args...)) }
	if a, b := want.Props.String(proptag.Subject), got.Props.String(proptag.Subject); a != b {
		differ("the subject %q comes back as %q", a, b)
	}
	if a, b := lines(want), lines(got); a != b {
		differ("the text of %d characters comes back as %d", len(a), len(b))
	}
	if a, b := recipients(want), recipients(got); !slices.Equal(a, b) {
		differ("the recipients %q come back as %q", a, b)
	}
	a, b := files(want), files(got)
	if len(a) != len(b) {
		differ("%d files come back as %d", len(a), len(b))
		return lost
	}
	for i := range a {
		if a[i].name != b[i].name || !bytes.Equal(a[i].data, b[i].data) {
			differ("the file %q of %d bytes comes back as %q of %d", a[i].name, len(a[i].data), b[i].name, len(b[i].data))
		}
	}
	return lost
}

// lines is the text of a message.
func lines(m *mapi.Message) string {
	s, _ := m.Props.Text(proptag.Body, maxCompared)
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// recipients are the recipients of a message, each in a line.
func recipients(m *mapi.Message) []string {
	var out []string
	for _, r := range m.Recipients {
		kind, _ := r.Int32(proptag.RecipientType)
		address := r.String(proptag.SmtpAddress)
		if address == "" {
			address = r.String(proptag.EmailAddress)
		}
		out = append(out, fmt.Sprintf("%d %s <%s>", kind&0xF, r.String(proptag.DisplayName), address))
	}
	slices.SortStableFunc(out, func(a, b string) int { return strings.Compare(a[:1], b[:1]) })
	return out
}

type namedFile struct {
	name string
	data []byte
}

// files are the attachments of a message.
func files(m *mapi.Message) []namedFile {
	var out []namedFile
	for _, a := range m.Attachments {
		data, _ := a.Props.Bytes(proptag.AttachDataBinary, maxCompared)
		out = append(out, namedFile{a.Props.String(proptag.AttachLongFilename), data})
	}
	return out
}
