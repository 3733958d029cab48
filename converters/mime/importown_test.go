package mime

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestVotingComesBack exports a message with voting buttons and an answer, and
// reads the file.
func TestVotingComesBack(t *testing.T) {
	t.Parallel()
	stream := verbs("Yes", "No")
	file, _ := export(t, note(func(m *mapi.Message) {
		m.Props.Set(proptag.MessageClass, "IPM.Note.Vote")
		m.Props.SetNamed(propname.LidVerbStream, mapi.PtypBinary, stream)
		m.Props.SetNamed(propname.LidVerbResponse, mapi.PtypString, "Yes")
	}))
	m, _ := importBytes(t, file, ImportOptions{})
	if p := m.Props.Named(propname.LidVerbStream); p == nil || cmp.Diff(stream, p.Value) != "" {
		t.Errorf("PidLidVerbStream is %v", p)
	}
	if p := m.Props.Named(propname.LidVerbResponse); p == nil || p.Value != "Yes" {
		t.Errorf("PidLidVerbResponse is %v", p)
	}
	if p := m.Props.Named(propname.InternetHeader(optionsField)); p != nil {
		t.Errorf("the names of the buttons are also %v", p)
	}
	again, _ := export(t, m)
	for _, name := range []string{classField, verbsField, optionsField, responseField} {
		if a, b := field(file, name), field(again, name); len(a) != 1 || cmp.Diff(a, b) != "" {
			t.Errorf("%s: %q, then %q", name, a, b)
		}
	}
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props = slices.DeleteFunc(m.Props, func(p mapi.Prop) bool { return p.Name == propname.LidVerbStream })
	changed, _ := export(t, m)
	if got := append(field(changed, classField), field(changed, verbsField)...); len(got) > 0 {
		t.Errorf("fields of what the message no longer has: %q", got)
	}
}

// TestOwnFieldsAreNotBelieved holds that mail from outside cannot use the fields
// to become something else than mail.
func TestOwnFieldsAreNotBelieved(t *testing.T) {
	t.Parallel()
	b64 := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	tests := []struct {
		name, field, value string
		class              string
		taken              bool
	}{
		{"mail of a kind", classField, "IPM.Note.Microsoft.Conversation", "IPM.Note.Microsoft.Conversation", true},
		{"an appointment", classField, "IPM.Appointment", "IPM.Note", false},
		{"a request", classField, "IPM.Schedule.Meeting.Request", "IPM.Note", false},
		{"a rule", classField, "IPM.Note.Rules.OofTemplate.Microsoft", "IPM.Note", false},
		{"a rule message", classField, "IPM.Rule.Version2.Message", "IPM.Note", false},
		{"a form", classField, "IPM.InfoPathForm.x", "IPM.Note", false},
		{"a configuration", classField, "IPM.Configuration.x", "IPM.Note", false},
		{"a report", classField, "REPORT.IPM.Note.NDR", "IPM.Note", false},
		{"secure mail", classField, "ipm.note.smime", "IPM.Note", false},
		{"nearly mail", classField, "IPM.Notebook", "IPM.Note", false},
		{"too long", classField, "IPM.Note." + strings.Repeat("x", maxClass), "IPM.Note", false},
		{"not in ASCII", classField, "IPM.Note.=?utf-8?Q?=C3=A9?=", "IPM.Note", false},
		{"no base64", verbsField, "!", "IPM.Note", false},
		{"no stream", verbsField, b64([]byte("x")), "IPM.Note", false},
		{"no buttons", verbsField, b64(verbs()), "IPM.Note", false},
		{"a stream too long", verbsField, b64(append(verbs("Yes"), make([]byte, maxVerbStream)...)), "IPM.Note", false},
		{"buttons", verbsField, b64(verbs("Yes")), "IPM.Note", true},
		{"an answer too long", responseField, strings.Repeat("y", maxResponse+1), "IPM.Note", false},
		{"names without a stream", optionsField, "Yes; No", "IPM.Note", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, "From: a@example.com\n"+tt.field+": "+tt.value+"\n\nx", ImportOptions{})
			if got := m.Props.String(proptag.MessageClass); got != tt.class {
				t.Errorf("class %q, want %q", got, tt.class)
			}
			if kept := m.Props.Named(propname.InternetHeader(tt.field)) != nil; kept == tt.taken {
				t.Errorf("the field is kept by name: %v", kept)
			}
			if p := m.Props.Named(propname.LidVerbStream); (p != nil) != (tt.taken && tt.field == verbsField) {
				t.Errorf("PidLidVerbStream is %v", p)
			}
		})
	}
}
