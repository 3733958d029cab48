package text

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

func message() *mapi.Message {
	m := &mapi.Message{}
	prop.MessageClass.Set(&m.Props, "IPM.Note")
	prop.Subject.Set(&m.Props, "The engine")
	prop.SentRepresentingName.Set(&m.Props, "Ada")
	prop.SentRepresentingSmtpAddress.Set(&m.Props, "ada@example.org")
	prop.ClientSubmitTime.Set(&m.Props, mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC)))
	prop.Html.Set(&m.Props, []byte(`<p>It <b>weaves</b> <a href="https://example.org/p">patterns</a>:</p><ul><li>one<li>two</ul>`))
	a := &mapi.Attachment{}
	prop.AttachLongFilename.Set(&a.Props, "plan.bin")
	prop.AttachDataBinary.Set(&a.Props, bytes.Repeat([]byte{'x'}, 1<<20))
	inner := &mapi.Message{}
	prop.Subject.Set(&inner.Props, "The first one")
	prop.Body.Set(&inner.Props, "Different.\r\n")
	m.Attachments = append(m.Attachments, a, &mapi.Attachment{Embedded: inner})
	return m
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]map[string]string{
		"plain": nil,
		"links": {"links": "true", "wrap": "30"},
		"bare":  {"no-header": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := plugintest.Start(t, New()).Export("text", message(), options)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			plugintest.Golden(t, "testdata/"+name+".txt", res.Output)
			if len(res.Problems) != 2 || res.Problems[0].Code != "text.formatting" || res.Problems[1].Code != "text.attachment" {
				t.Errorf("problems: %v", res.Problems)
			}
		})
	}
}

// TestOnlyWrites asks for a message out of a text.
func TestOnlyWrites(t *testing.T) {
	t.Parallel()
	res := plugintest.Start(t, New()).Import("text", []byte("Subject: x\n"), nil)
	if res.Err == nil || !strings.Contains(res.Err.Error(), "UNSUPPORTED") {
		t.Errorf("got %v", res.Err)
	}
}
