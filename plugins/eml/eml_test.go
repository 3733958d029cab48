package eml

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

const mail = "From: Ada <ada@example.org>\r\n" +
	"To: Charles <charles@example.org>\r\n" +
	"Subject: The engine\r\n" +
	"Date: Mon, 2 Jan 2006 15:04:05 +0000\r\n" +
	"Message-ID: <1@example.org>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"\r\n" +
	"It weaves algebraic patterns.\r\n"

// TestThereAndBack converts a mail to a message and back through the wire.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	m, _ := plugintest.Import(t, New(), "eml", []byte(mail))
	if got := m.Props.String(proptag.Subject); got != "The engine" {
		t.Errorf("subject is %q", got)
	}
	out, _ := plugintest.Export(t, New(), "eml", m)
	for _, want := range []string{"The engine", "charles@example.org", "It weaves algebraic patterns."} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestAttachmentIsPlaced exports an attachment that is far above what travels
// inline.
func TestAttachmentIsPlaced(t *testing.T) {
	t.Parallel()
	m := &mapi.Message{}
	m.Props.Set(proptag.Subject, "Big")
	a := &mapi.Attachment{}
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, "a.bin")
	a.Props.Set(proptag.AttachDataBinary, bytes.Repeat([]byte{'x'}, 1<<20))
	m.Attachments = append(m.Attachments, a)
	out, _ := plugintest.Export(t, New(), "eml", m)
	if n := len(out); n < 1<<20*4/3 {
		t.Errorf("%d bytes came, less than the attachment has in base64", n)
	}
}
