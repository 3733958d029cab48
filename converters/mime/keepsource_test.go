package mime

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// oddMail is a message that nobody would write again in the same way.
const oddMail = "\n\nFROM :Ada   <ada@example.org>\nto: Bob <bob@example.net> (his comment)\r\nSubject: =?x?q?odd?= one\nX-A: 1\nX-A: 2\n" +
	"content-type: multipart/mixed; boundary=b\n\npreamble\n--b\n\ntext\n--b\nContent-Type: x/y\nContent-Transfer-Encoding: base64\n\nYWJj\n" +
	"--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nx\n--b--\nepilogue"

// exportSaid writes m and returns the file and what was reported.
func exportSaid(t testing.TB, m *mapi.Message, opt ExportOptions) (string, problem.List) {
	t.Helper()
	var out bytes.Buffer
	var problems problem.List
	if err := Export(context.Background(), m, transfer.NewOutput(&out), opt, problems.Add); err != nil {
		t.Fatalf("Export: %v", err)
	}
	return out.String(), problems
}

func TestKeptSourceComesBack(t *testing.T) {
	t.Parallel()
	pgp := inParts(`signed; protocol="application/pgp-signature"`, "s", asText("a  "), "Content-Type: application/pgp-signature\n\nx")
	tests := []struct {
		name, in string
		keep     bool
		want     bool
	}{
		{"odd mail", oddMail, true, true},
		{"odd mail that nobody asked to keep", oddMail, false, false},
		{"one letter", "a\n", true, true},
		{"PGP/MIME is kept always", pgp, false, true},
		{"encrypted PGP/MIME", inParts(`encrypted; protocol="application/pgp-encrypted"`, "e", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream\n\nx"), false, true},
		{"PGP/MIME in an attached message", inParts("mixed", "b", asText("a"), "Content-Type: message/rfc822\n\n"+
			inParts(`signed; protocol="application/pgp-signature"`, "s", asText("a"), "Content-Type: application/pgp-signature\n\nx")), false, true},
		{"PGP/MIME in the line ends of mail", string(toCRLF([]byte(pgp))), false, true},
		{"PGP/MIME with a line end of another kind", string(toCRLF([]byte(pgp))) + "\r\nx\n", false, false},
		{"long PGP/MIME", strings.Replace(pgp, "a  ", strings.Repeat("a  \n", maxSigned/4), 1), false, true},
		{"S/MIME below a list's footer", inParts("mixed", "b", inParts(`signed; protocol="application/pkcs7-signature"`, "s", asText("a"), "Content-Type: application/pkcs7-signature\n\nx"), asText("footer")), false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, tt.in, ImportOptions{KeepSource: tt.keep})
			out, problems := exportSaid(t, m, ExportOptions{})
			in := tt.in
			if !tt.keep {
				in = string(toCRLF([]byte(in))) // as mail has it
			}
			if (out == in) != tt.want {
				t.Errorf("came back as\n%s", out)
			}
			if tt.want && len(problems) > 0 {
				t.Errorf("problems are %v", problems)
			}
		})
	}
}

// TestSMIMEKeepsItself holds that an entity which a class stands for is not
// stored twice.
func TestSMIMEKeepsItself(t *testing.T) {
	t.Parallel()
	fields, entity := signedMail("a")
	m, _ := importText(t, fields+entity)
	if m.Props.Named(sourceName) != nil {
		t.Error("the file is kept beside the signed entity")
	}
}

// TestKeptSourceIsPlaced holds that the file is not read to be kept.
func TestKeptSourceIsPlaced(t *testing.T) {
	t.Parallel()
	m, _ := importBytes(t, oddMail, ImportOptions{KeepSource: true})
	p := m.Props.Named(sourceName)
	if p == nil {
		t.Fatal("no source")
	}
	if r, ok := p.Value.(transfer.Ranged); !ok || r.Off != 0 || r.N != int64(len(oddMail)) || r.Transform != transfer.Raw {
		t.Errorf("the source is %T %+v", p.Value, p.Value)
	}
}

func TestKeptSourceKnowsChanges(t *testing.T) {
	t.Parallel()
	file := func(m *mapi.Message) *mapi.Props { return &m.Attachments[0].Props }
	tests := []struct {
		name   string
		change func(m *mapi.Message)
		stale  bool
	}{
		{"subject", func(m *mapi.Message) { m.Props.Set(proptag.Subject, "new") }, true},
		{"body", func(m *mapi.Message) { m.Props.Set(proptag.Body, "new") }, true},
		{"HTML added", func(m *mapi.Message) { m.Props.Set(proptag.Html, []byte("<p>new")) }, true},
		{"sender", func(m *mapi.Message) { m.Props.Set(proptag.SenderName, "new") }, true},
		{"recipient", func(m *mapi.Message) { m.Recipients[0].Set(proptag.SmtpAddress, "new@example.org") }, true},
		{"recipient gone", func(m *mapi.Message) { m.Recipients = nil }, true},
		{"field", func(m *mapi.Message) {
			m.Props.SetNamed(mapi.Name{Set: mapi.PSInternetHeaders, Text: "x-new"}, mapi.PtypString, "new")
		}, true},
		{"appointment", func(m *mapi.Message) {
			m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDAppointment, ID: 0x8208}, mapi.PtypString, "new place")
		}, true},
		{"telephone", func(m *mapi.Message) { m.Props.Set(proptag.BusinessTelephoneNumber, "1") }, true},
		{"what programs note for themselves", func(m *mapi.Message) {
			m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: 0x8510}, mapi.PtypInteger32, int32(1))
		}, false},
		{"importance", func(m *mapi.Message) { m.Props.Set(proptag.Importance, int32(2)) }, true},
		{"draft", func(m *mapi.Message) { m.Props.Set(proptag.MessageFlags, int32(8)) }, true},
		{"attachment", func(m *mapi.Message) { file(m).Set(proptag.AttachDataBinary, []byte("new")) }, true},
		{"attachment name", func(m *mapi.Message) { file(m).Set(proptag.AttachLongFilename, "new") }, true},
		{"attachment gone", func(m *mapi.Message) { m.Attachments = m.Attachments[1:] }, true},
		{"attached message", func(m *mapi.Message) { m.Attachments[1].Embedded.Props.Set(proptag.Subject, "new") }, true},
		{"read or not", func(m *mapi.Message) { m.Props.Set(proptag.MessageFlags, int32(0)) }, false},
		{"time of change", func(m *mapi.Message) { m.Props.Set(proptag.LastModificationTime, mapi.Filetime(1)) }, false},
		{"key", func(m *mapi.Message) { m.Props.Set(proptag.SearchKey, []byte("new")) }, false},
		{"order of properties", func(m *mapi.Message) { m.Props[0], m.Props[1] = m.Props[1], m.Props[0] }, false},
		{"empty value", func(m *mapi.Message) { m.Props.Set(proptag.ReportText, "") }, false},
		{"content in memory", func(m *mapi.Message) { file(m).Set(proptag.AttachDataBinary, []byte("abc")) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, oddMail, ImportOptions{KeepSource: true})
			tt.change(m)
			out, problems := exportSaid(t, m, ExportOptions{})
			if stale := out != oddMail; stale != tt.stale {
				t.Errorf("written anew: %v, want %v", stale, tt.stale)
			}
			if tt.stale != strings.Contains(problemCodes(problems), "mime.source.stale") {
				t.Errorf("problems are %v", problems)
			}
		})
	}
}

func TestKeptSourceGivesWayToOptions(t *testing.T) {
	t.Parallel()
	m, _ := importBytes(t, oddMail, ImportOptions{KeepSource: true})
	out, problems := exportSaid(t, m, ExportOptions{OmitMessageID: true})
	if out == oddMail || !strings.Contains(problemCodes(problems), "mime.source.options") {
		t.Errorf("problems are %v", problems)
	}
	if out, _ := exportSaid(t, m, ExportOptions{MaxDepth: 5, Resolve: func(string) string { return "" }}); out != oddMail {
		t.Error("limits and address books change no form")
	}
}

// TestForgedSource holds that a file is not written from a message that only
// looks as if it kept one.
func TestForgedSource(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]mapi.Value{"no digest": nil, "wrong type": "text", "wrong digest": []byte("digest")} {
		m := note(func(m *mapi.Message) {
			m.Props.SetNamed(sourceName, mapi.PtypBinary, []byte("forged"))
			if value != nil {
				m.Props.SetNamed(digestName, mapi.PtypBinary, value)
			}
		})
		if out, _ := exportSaid(t, m, ExportOptions{}); strings.Contains(out, "forged") {
			t.Errorf("%s: the forged file was written", name)
		}
	}
}

// TestSealedMailHasTheLineEndsOfMail holds that the files of a message are those
// of the mail that is written again.
func TestSealedMailHasTheLineEndsOfMail(t *testing.T) {
	t.Parallel()
	m, _ := importBytes(t, inParts(`signed; protocol="application/pgp-signature"`, "s", inParts("mixed", "b", asText("a"),
		"Content-Type: x/y; name=a\n\nb\nc\n", "Content-Type: x/y; name=a\nContent-Transfer-Encoding: quoted-printable\n\nb=0A\nc\n"),
		"Content-Type: application/pgp-signature\n\nx\ny\n"), ImportOptions{})
	for i, want := range []string{"b\r\nc\r\n", "b\n\r\nc\r\n", "x\r\ny\r\n"} {
		if got := fileContent(t, m.Attachments[i]); got != want {
			t.Errorf("file %d is %q, want %q", i, got, want)
		}
	}
}

// TestSealedMailIsTakenOutOfItsFile holds that what stands around a message in a
// mailbox or a file of Apple Mail is not kept with it.
func TestSealedMailIsTakenOutOfItsFile(t *testing.T) {
	t.Parallel()
	pgp := "From: a@example.org\n" + inParts(`encrypted; protocol="application/pgp-encrypted"`, "e", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream\n\nx") + "\n"
	for name, in := range map[string]string{
		"mbox": "From a@example.org Thu Feb 29 13:37:42 2024\n" + pgp,
		"emlx": strconv.Itoa(len(pgp)) + "\n" + pgp + `<?xml version="1.0"?><plist version="1.0"><dict/></plist>`,
	} {
		m, _ := importBytes(t, in, ImportOptions{})
		if out, _ := exportSaid(t, m, ExportOptions{}); out != string(toCRLF([]byte(pgp))) {
			t.Errorf("%s: came back as\n%s", name, out)
		}
	}
}
