package mime

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// TestAddressesAsTheyCame reads mail and writes it again: an address field that
// nothing was changed of keeps its form, as far as that is a form.
func TestAddressesAsTheyCame(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, field, in, want string
	}{
		{"no domain", "To", "root, Postmaster <postmaster>", "root, Postmaster <postmaster>"},
		{"words in place of an address", "From", "<Saved by Windows Internet Explorer 8>", "<Saved by Windows Internet Explorer 8>"},
		{"people without addresses", "Cc", "Grace Hopper, Ada L", "Grace Hopper, Ada L"},
		{"a comment", "To", "g@example.com (Grace, at work)", "g@example.com (Grace, at work)"},
		{"a comment beside the name", "To", "Grace <g@example.com> (at work)", "Grace <g@example.com> (at work)"},
		{"an encoded word", "Reply-To", "=?iso-8859-1?Q?Zo=EB?= <z@example.com>", "=?iso-8859-1?Q?Zo=EB?= <z@example.com>"},
		{"folded", "To", "Ada   L\n\t\t<a@example.com>,\n  \"B  C\" <b@example.com>", `Ada L <a@example.com>, "B  C" <b@example.com>`},
		{"a group", "To", "Friends: a@example.com, b@example.com;", "Friends: a@example.com, b@example.com;"},
		{"several authors", "From", "Ada <a@example.com>, Bob <b@example.com>", "Ada <a@example.com>, Bob <b@example.com>"},
		{"another sender", "Sender", "root", "root"},
		{"a receipt", "Disposition-Notification-To", "root", "root"},
		{"8-bit text", "To", "Zo\xc3\xab <z@example.com>", "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"no separator", "To", "A <a@example.com> B <b@example.com>", "A <a@example.com>, B <b@example.com>"},
		{"an encoded word in quotes", "To", `"=?utf-8?Q?Zo=C3=AB?=" <z@example.com>`, "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"quotes that never end", "To", `"A <a@example.com>`, `"\"A" <a@example.com>`},
		{"a name in quotes alone", "To", `"Grace Hopper"`, "Grace Hopper:;"},
		{"a line break in an encoded word", "To", "=?utf-8?Q?A=0D=0ABcc:_x?= <a@example.com>", `"A Bcc: x" <a@example.com>`},
		{"a character in two encoded words", "To", "=?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?= <z@example.com>", "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"an encoded word too long", "To", "=?utf-8?Q?Zo=C3=AB" + strings.Repeat("_a", 40) + "?= <z@example.com>",
			"=?utf-8?Q?Zo=C3=AB" + strings.Repeat("_a", 27) + "_?= =?utf-8?Q?a" + strings.Repeat("_a", 12) + "?= <z@example.com>"},
		{"an encoded word without blanks around it", "To", "=?utf-8?Q?Zo=C3=AB?=<z@example.com>", "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"resent to a character in two encoded words", "Resent-To", "=?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?= <z@example.com>", "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"resent by an encoded word in quotes", "Resent-From", `"=?utf-8?Q?Zo=C3=AB?=" <z@example.com>`, "=?utf-8?B?Wm/Dqw==?= <z@example.com>"},
		{"resent by a group", "Resent-Cc", "Friends: a@example.com;", "Friends: a@example.com;"},
		{"a local part in quotes", "From", `"Ada L." <"a l"@example.com>`, `"Ada L." <"a l"@example.com>`},
		{"a local part with quotes in quotes", "To", `"a\"b"@example.com, "Bob" <"x,<>@;"@example.com>`, `"a\"b"@example.com, "Bob" <"x,<>@;"@example.com>`},
		{"asking for a receipt for another", "Return-Receipt-To", "Grace <g@example.com>", "Grace <g@example.com>"},
		{"a word too long for a line", "To", strings.Repeat("a", 990) + " <a@example.com>", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from := "From: Zed <zed@example.com>\n"
			if tt.field == "From" {
				from = ""
			}
			m, _ := importBytes(t, from+tt.field+": "+tt.in+"\nDate: Thu, 29 Feb 2024 13:37:42 +0000\n\na", ImportOptions{})
			file, _ := export(t, m)
			got := strings.Join(field(file, tt.field), "|")
			if tt.want != "" && got != tt.want {
				t.Errorf("%s: %s, want %s", tt.field, got, tt.want)
			}
			if bcc := field(file, "Bcc"); len(bcc) > 0 {
				t.Errorf("Bcc: %q", bcc)
			}
		})
	}
}

// TestAddressesChanged holds that the transport headers say nothing about people
// other than those whom the properties name.
func TestAddressesChanged(t *testing.T) {
	t.Parallel()
	const in = "From: Ada <a@example.com> (at home)\nTo: Bob <b@example.com> (at work), Cy <c@example.com>\n" +
		"Date: Thu, 29 Feb 2024 13:37:42 +0000\nMessage-ID: 123\n\na"
	tests := []struct {
		name, field, want string
		change            func(m *mapi.Message)
		opt               ExportOptions
	}{
		{name: "nothing", field: "To", want: "Bob <b@example.com> (at work), Cy <c@example.com>"},
		{name: "a name", field: "To", want: "Robert <b@example.com>, Cy <c@example.com>", change: func(m *mapi.Message) {
			m.Recipients[0].Set(proptag.DisplayName, "Robert")
		}},
		{name: "an address", field: "To", want: "Bob <x@example.com>, Cy <c@example.com>", change: func(m *mapi.Message) {
			m.Recipients[0].Set(proptag.EmailAddress, "x@example.com")
			m.Recipients[0].Set(proptag.SmtpAddress, "x@example.com")
		}},
		{name: "the order", field: "To", want: "Cy <c@example.com>, Bob <b@example.com>", change: func(m *mapi.Message) {
			m.Recipients[0], m.Recipients[1] = m.Recipients[1], m.Recipients[0]
		}},
		{name: "one less", field: "To", want: "Bob <b@example.com>", change: func(m *mapi.Message) { m.Recipients = m.Recipients[:1] }},
		{name: "one moved", field: "Cc", want: "Cy <c@example.com>", change: func(m *mapi.Message) {
			m.Recipients[1].Set(proptag.RecipientType, mapi.RecipientCc)
		}},
		{name: "the author", field: "From", want: "Eve <a@example.com>", change: func(m *mapi.Message) {
			m.Props.Set(proptag.SentRepresentingName, "Eve")
		}},
		{name: "an option of form", field: "From", want: "Ada <a@example.com>", opt: ExportOptions{EightBitHeaders: true}},
		{name: "no change of an identifier", field: "Message-ID", want: "123"},
		{name: "an identifier", field: "Message-ID", want: "<456>", change: func(m *mapi.Message) { m.Props.Set(proptag.InternetMessageId, "456") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, in, ImportOptions{})
			if tt.change != nil {
				tt.change(m)
			}
			if got := strings.Join(field(exportWith(t, m, tt.opt), tt.field), "|"); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.field, got, tt.want)
			}
		})
	}
}

// FuzzAddressesAsTheyCame holds that whatever a field has comes back as one
// field, in 7 bits.
func FuzzAddressesAsTheyCame(f *testing.F) {
	f.Add([]byte(`"a\" b" <x>, (c (d)) e, =?utf-8?Q?=0D=0A?= <a@b>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := &headerWriter{}
		if out := h.unchangedAddresses("To", raw, rfc5322.ParseAddressList(raw)); out != nil {
			head := strings.TrimSuffix(string(out), "\r\n")
			for _, line := range strings.Split(head, "\r\n")[1:] {
				if line == "" || line[0] != ' ' {
					t.Errorf("%q becomes %q", raw, out)
				}
			}
		}
	})
}

// TestIdentifiersThatMailCannotHold are reported: a reply is found by comparing
// them.
func TestIdentifiersThatMailCannotHold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id, want string
		reported       bool
	}{
		{"plain", "<a@b>", "<a@b>", false},
		{"without brackets", "a@b", "<a@b>", false},
		{"not ASCII", "<é@b>", "<%C3%A9@b>", true},
		{"with a blank", "<a b@c>", "<ab@c>", true},
		{"two of them", "<a@b> <c@d>", "<a@b>", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, said := export(t, note(func(m *mapi.Message) { m.Props.Set(proptag.InternetMessageId, tt.id) }))
			if got := strings.Join(field(file, "Message-ID"), "|"); got != tt.want {
				t.Errorf("Message-ID: %s, want %s", got, tt.want)
			}
			var want problem.List
			if tt.reported {
				want.Add(problem.Problem{Code: "mime.header.identifier", Severity: problem.Loss, Tag: proptag.InternetMessageId,
					Detail: "the field Message-ID has an identifier that was changed or left out"})
			}
			if diff := cmp.Diff(want, said); diff != "" {
				t.Errorf("problems -want +got:\n%s", diff)
			}
		})
	}
}

// TestIdentifiersFromElsewhere are reported as well: those of the header that the
// message came with, and of the message that a report is about.
func TestIdentifiersFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		m     *mapi.Message
		field string
		tag   mapi.Tag
	}{
		{"transport headers", note(func(m *mapi.Message) {
			m.Props.Set(proptag.TransportMessageHeaders, "In-Reply-To: <é@b>\r\n")
		}), "In-Reply-To", proptag.TransportMessageHeaders},
		{"a receipt", report("REPORT.IPM.Note.IPNRN", func(m *mapi.Message) {
			m.Props.Set(proptag.OriginalMessageId, "<é@b>")
		}), "Original-Message-ID", proptag.OriginalMessageId},
		{"a body", note(func(m *mapi.Message) {
			m.Props.Set(proptag.BodyContentId, "é@b")
		}), "Content-ID", proptag.BodyContentId},
	} {
		file, said := export(t, tt.m)
		if !strings.Contains("\r\n"+file, "\r\n"+tt.field+": <%C3%A9@b>\r\n") {
			t.Errorf("%s: no %s of that message in:\n%s", tt.name, tt.field, file)
		}
		told := slices.ContainsFunc(said, func(p problem.Problem) bool {
			return p.Code == "mime.header.identifier" && p.Tag == tt.tag && strings.Contains(p.Detail, tt.field)
		})
		if !told {
			t.Errorf("%s: problems %v", tt.name, said)
		}
	}
}
