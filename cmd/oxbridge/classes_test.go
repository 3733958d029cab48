package main

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// classes are messages of every class that mail has a form of its own for, by
// name. Together with the samples they are what other programs are shown.
func classes(t testing.TB) map[string]*mapi.Message {
	t.Helper()
	return map[string]*mapi.Message{
		"signed": signed(), "encrypted": encrypted(), "pgp": pgp(), "failed": notDelivered(), "read": wasRead(),
		"ole": drawing(t), "linked": linked(), "mac": fromMac(), "names": oddNames(),
	}
}

const clearSigned = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;\r\n boundary=s\r\n\r\n" +
	"--s\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nSigned text.\r\n\r\n" +
	"--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n" +
	"Content-Disposition: attachment; filename=smime.p7s\r\n\r\nMIIB\r\n\r\n--s--\r\n"

func signed() *mapi.Message {
	m := mail("Signed", "signed")
	m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME.MultipartSigned")
	m.Attachments = append(m.Attachments, attach("smime.p7m", "multipart/signed", []byte(clearSigned)))
	return m
}

func encrypted() *mapi.Message {
	m := mail("Encrypted", "encrypted")
	m.Props.Set(proptag.MessageClass, "IPM.Note.SMIME")
	der := []byte{0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03, 0xA0, 0x80, 0, 0, 0, 0}
	m.Attachments = append(m.Attachments, attach("smime.p7m", "application/pkcs7-mime", der))
	return m
}

func pgp() *mapi.Message {
	m := mail("Encrypted with PGP", "pgp")
	m.Attachments = append(m.Attachments, attach("version.asc", "application/pgp-encrypted", []byte("Version: 1\r\n")),
		attach("encrypted.asc", "application/octet-stream", []byte("-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n-----END PGP MESSAGE-----\r\n")))
	return m
}

// about makes a report of m, about a message from Ada to Grace.
func about(m *mapi.Message, class string) *mapi.Message {
	m.Props.Set(proptag.MessageClass, class)
	m.Props.Set(proptag.OriginalSubject, "Hello")
	m.Props.Set(proptag.OriginalMessageId, "<hello@example.org>")
	m.Props.Set(proptag.OriginalSubmitTime, mapi.NewFiletime(sampleTime))
	m.Props.Set(proptag.ReportTime, mapi.NewFiletime(sampleTime))
	return m
}

func notDelivered() *mapi.Message {
	m := about(mail("Undeliverable: Hello", "failed"), "REPORT.IPM.Note.NDR")
	m.Props.Set(proptag.ReceivedByName, "Barbara Liskov")
	m.Props.Set(proptag.ReceivedByAddressType, "SMTP")
	m.Props.Set(proptag.ReceivedByEmailAddress, "barbara@example.org")
	m.Props.Set(proptag.ReportingMessageTransferAgent, "mx.example.org")
	m.Props.Set(proptag.Body, "Your message could not be delivered.\r\n")
	m.Recipients[0].Set(proptag.NonDeliveryReportDiagCode, int32(35))
	m.Recipients[0].Set(proptag.SupplementaryInfo, "550 5.1.1 no such user")
	m.Attachments = append(m.Attachments, &mapi.Attachment{Embedded: hello()})
	return m
}

func wasRead() *mapi.Message { return about(mail("Read: Hello", "read"), "REPORT.IPM.Note.IPNRN") }

// drawing has an object in its text, and what it looks like in the object.
func drawing(t testing.TB) *mapi.Message {
	m := mail("A drawing", "ole")
	m.Props.Set(proptag.RtfCompressed, lzfu.Compress([]byte(`{\rtf1\ansi Before {\objattph  {\rtlch}} and after.\par}`)))
	a := object("Drawing", objectFile(t, "CONTENTS", picture()))
	a.Props.Set(proptag.RenderingPosition, int32(7))
	m.Attachments = append(m.Attachments, a)
	return m
}

func linked() *mapi.Message {
	m := mail("A link", "linked")
	m.Props.Set(proptag.Body, "See there.\r\n")
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByWebReference)
	a.Props.Set(proptag.AttachLongFilename, "plan.docx")
	a.Props.Set(proptag.AttachLongPathname, "https://example.org/plan.docx")
	m.Attachments = append(m.Attachments, a)
	return m
}

func fromMac() *mapi.Message {
	m := mail("From a Macintosh", "mac")
	m.Props.Set(proptag.Body, "Two forks.\r\n")
	h := make([]byte, 128, 384)
	h[1] = 4
	copy(h[2:], "note")
	copy(h[65:], "TEXTttxt")
	h[86], h[90] = 4, 4 // lengths of the forks
	b := append(append(h, append([]byte("data"), make([]byte, 124)...)...), append([]byte("fork"), make([]byte, 124)...)...)
	a := attach("note.txt", "text/plain", b)
	a.Props.Set(proptag.AttachEncoding, []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0B, 0x01})
	m.Attachments = append(m.Attachments, a)
	return m
}

func oddNames() *mapi.Message {
	m := mail("Names", "names")
	m.Props.Set(proptag.Body, "Names.\r\n")
	for _, name := range []string{"Übersicht.txt", "with \"quotes\" and; more.txt", strings.Repeat("long ", 40) + "end.txt", "春.txt", "Attachment[1.pdf"} {
		m.Attachments = append(m.Attachments, attach(name, "application/octet-stream", []byte(name)))
	}
	return m
}
