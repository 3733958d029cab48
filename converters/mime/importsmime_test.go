package mime

import (
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

const signedType = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\n\tboundary=b\n"

func signedMail(text string) (fields, entity string) {
	entity = "\nThis is signed.\n--b\nContent-Type: text/plain\n\n" + text + "\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nSIG\n--b--\n"
	return "Subject: s\n" + signedType + "MIME-Version: 1.0\n", entity
}

func TestImportClearSigned(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, maxSigned} {
		fields, entity := signedMail(strings.Repeat("a line\n", size/7))
		want := strings.ReplaceAll(signedType+entity, "\n", "\r\n")
		for _, eol := range []string{"\n", "\r\n"} {
			m, problems := importBytes(t, strings.ReplaceAll(fields+entity, "\n", eol), ImportOptions{})
			if got := m.Props.String(proptag.MessageClass); got != "IPM.Note.SMIME.MultipartSigned" {
				t.Errorf("class is %s", got)
			}
			if len(m.Attachments) != 1 || len(problems) != 0 {
				t.Fatalf("%d attachments, problems %v", len(m.Attachments), problems)
			}
			if got := fileContent(t, m.Attachments[0]); got != want {
				t.Errorf("lines ended by %q: the entity is\n%.300q\nwant\n%.300q", eol, got, want)
			}
			if text, _ := m.Props.Text(proptag.Body, 1<<22); !strings.HasPrefix(text, "a line\r\n") {
				t.Errorf("the text is %.80q", text)
			}
		}
	}
}

func TestImportSMIMEKinds(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, class, file, mimetag string }{
		{"enveloped", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=x.p7m\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note.SMIME", "x.p7m", "application/pkcs7-mime"},
		{"old type", "Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note.SMIME", "smime.p7m", "application/x-pkcs7-mime"},
		{"by name", "Content-Type: application/octet-stream; name=smime.P7M\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note.SMIME", "smime.P7M", "application/octet-stream"},
		{"certificates", "Content-Type: application/pkcs7-mime; smime-type=certs-only; name=x.p7c\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note", "x.p7c", "application/pkcs7-mime"},
		{"certificates by name", "Content-Type: application/pkcs7-mime; name=x.p7c\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note", "x.p7c", "application/pkcs7-mime"},
		{"compressed", "Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\nContent-Transfer-Encoding: base64\n\nQUJD", "IPM.Note.SMIME", "smime.p7z", "application/pkcs7-mime"},
		{"PGP", "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\na\n--b\nContent-Type: application/pgp-signature\n\nABC\n--b--", "IPM.Note", "ATT00001.asc", "application/pgp-signature"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importText(t, tt.in)
			if got := m.Props.String(proptag.MessageClass); got != tt.class {
				t.Errorf("class is %s, want %s", got, tt.class)
			}
			if len(m.Attachments) != 1 {
				t.Fatalf("%d attachments", len(m.Attachments))
			}
			p := m.Attachments[0].Props
			if file, tag := p.String(proptag.AttachLongFilename), p.String(proptag.AttachMimeTag); file != tt.file || tag != tt.mimetag {
				t.Errorf("the attachment is %s %s, want %s %s", file, tag, tt.file, tt.mimetag)
			}
			if got := fileContent(t, m.Attachments[0]); got != "ABC" {
				t.Errorf("content is %q", got)
			}
		})
	}
}

func TestCRLFReader(t *testing.T) {
	t.Parallel()
	got, err := io.ReadAll(&crlfReader{r: strings.NewReader("a\nb\r\nc\n\n" + strings.Repeat("x", 16<<10) + "\n")})
	want := "a\r\nb\r\nc\r\n\r\n" + strings.Repeat("x", 16<<10) + "\r\n"
	if err != nil || string(got) != want {
		t.Errorf("got %d bytes %.20q, %v, want %d", len(got), got, err, len(want))
	}
}

const deliveryStatus = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"

func TestImportReports(t *testing.T) {
	t.Parallel()
	report := func(kind, fields string) string {
		body := inParts("report", "b", asText("sorry"), fields, "Content-Type: message/rfc822\n\nSubject: original\n\nx")
		return "Date: Mon, 2 Jan 2023 10:00:00 +0000\n" + strings.Replace(body, "boundary", "report-type="+kind+"; boundary", 1)
	}
	const mdn = "Content-Type: message/disposition-notification\n\nOriginal-Recipient: rfc822;a@b\nOriginal-Message-ID: <1@b>\nDisposition: manual-action/MDN-sent-manually; "
	tests := []struct {
		name, in, class string
		tag             mapi.Tag
		value           string
	}{
		{"failed", report("delivery-status", deliveryStatus+"Action: failed\n"), "REPORT.IPM.Note.NDR", proptag.ReportingMessageTransferAgent, "mx.example.org"},
		{"worst counts", report("delivery-status", deliveryStatus+"Action: delivered\n\nAction: delayed (a while)\n"), "REPORT.IPM.Note.Delayed.DR", 0, ""},
		{"unreadable", report("delivery-status", deliveryStatus), "IPM.Note", 0, ""},
		{"read", report("disposition-notification", mdn+"displayed\n"), "REPORT.IPM.Note.IPNRN", proptag.OriginalMessageId, "<1@b>"},
		{"not read", report("disposition-notification", mdn+"deleted/error\n"), "REPORT.IPM.Note.IPNNRN", proptag.OriginalDisplayTo, "a@b"},
		{"notification alone", mdn + "displayed\n", "REPORT.IPM.Note.IPNRN", proptag.InternetReferences, "<1@b>"},
		{"another report", report("feedback-report", deliveryStatus), "IPM.Note", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, problems := importText(t, tt.in)
			if got := m.Props.String(proptag.MessageClass); got != tt.class {
				t.Errorf("class is %s, want %s", got, tt.class)
			}
			if got := m.Props.String(tt.tag); got != tt.value {
				t.Errorf("%v is %q, want %q", tt.tag, got, tt.value)
			}
			if len(problems) != 0 {
				t.Errorf("problems are %v", problems)
			}
		})
	}
}
