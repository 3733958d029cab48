package json

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

// TestThereAndBack converts a message to JSON and back through the wire, with
// values on both sides of what travels inline.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	body, file := strings.Repeat("a line\r\n", 1<<15), bytes.Repeat([]byte{0, 1, 254}, 1<<18)
	m := &mapi.Message{}
	m.Props.Set(proptag.Subject, "There \"and\" back")
	m.Props.Set(proptag.Body, body)
	a := &mapi.Attachment{}
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachDataBinary, file)
	m.Attachments = append(m.Attachments, a)

	out, problems := plugintest.Export(t, New(), "json", m)
	if len(problems) != 0 {
		t.Errorf("problems: %v", problems)
	}
	back, _ := plugintest.Import(t, New(), "json", out)
	if got := back.Props.String(proptag.Subject); got != "There \"and\" back" {
		t.Errorf("subject is %q", got)
	}
	if got, err := back.Props.Text(proptag.Body, 1<<20); err != nil || got != body {
		t.Errorf("body of %d bytes, %v", len(got), err)
	}
	if got, err := back.Attachments[0].Props.Bytes(proptag.AttachDataBinary, 1<<20); err != nil || !bytes.Equal(got, file) {
		t.Errorf("file of %d bytes, %v", len(got), err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	res := plugintest.Start(t, New()).Import("json", []byte("Subject: mail"), nil)
	if res.Err == nil || !strings.Contains(res.Err.Error(), "BAD_INPUT: sdk: bad input: not a message in JSON") {
		t.Errorf("got %v", res.Err)
	}
}
