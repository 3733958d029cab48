package mbox

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

func message() *mapi.Message {
	m := &mapi.Message{}
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, "The engine")
	m.Props.Set(proptag.SentRepresentingName, "Ada")
	m.Props.Set(proptag.SentRepresentingAddressType, "SMTP")
	m.Props.Set(proptag.SentRepresentingEmailAddress, "ada@example.org")
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)))
	m.Props.Set(proptag.InternetMessageId, "<1@example.org>")
	m.Props.Set(proptag.Body, "It weaves.\r\nFrom here on\r\n>From there\r\n")
	return m
}

func TestGolden(t *testing.T) {
	t.Parallel()
	got, problems := plugintest.Export(t, New(), "mbox", message())
	if len(problems) != 0 {
		t.Errorf("problems: %v", problems)
	}
	plugintest.Golden(t, "testdata/engine.mbox", got)
}

// TestThereAndBack converts a message with an attachment that is far above what
// travels inline, and with lines that have to be quoted or not.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"quoted": "It weaves.\r\nFrom here on\r\n", "not quoted": "It weaves.\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := bytes.Repeat([]byte{0, 1, 254, '\n'}, 1<<18)
			m := message()
			m.Props.Set(proptag.Body, body)
			a := &mapi.Attachment{}
			a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
			a.Props.Set(proptag.AttachLongFilename, "a.bin")
			a.Props.Set(proptag.AttachDataBinary, file)
			m.Attachments = append(m.Attachments, a)
			box, _ := plugintest.Export(t, New(), "mbox", m)
			if bytes.Contains(box, []byte("\r")) {
				t.Error("a line ends in CRLF")
			}
			back, problems := plugintest.Import(t, New(), "mbox", box)
			if got := back.Props.String(proptag.Body); got != body {
				t.Errorf("body is %q, %v", got, problems)
			}
			if len(back.Attachments) != 1 {
				t.Fatalf("%d attachments", len(back.Attachments))
			}
			if got, err := back.Attachments[0].Props.Bytes(proptag.AttachDataBinary, 2<<20); err != nil || !bytes.Equal(got, file) {
				t.Errorf("file of %d bytes, %v", len(got), err)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	one, _ := plugintest.Export(t, New(), "mbox", message())
	for in, want := range map[string]string{
		"":                             "not an mbox file",
		"Subject: mail\n\n":            "not an mbox file",
		strings.Repeat(string(one), 2): "several messages: convert it with --to msg",
	} {
		res := plugintest.Start(t, New()).Import("mbox", []byte(in), nil)
		if res.Err == nil || !strings.Contains(res.Err.Error(), "BAD_INPUT") || !strings.Contains(res.Err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", in, res.Err, want)
		}
	}
}
