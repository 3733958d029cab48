package slim

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/examples/internal/host"
	"github.com/oxbridge-mail/oxbridge/examples/internal/python"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

const script = "oxbridge-plugin-slim.py"

// TestConformance holds the plugin against the rules of the wire.
func TestConformance(t *testing.T) {
	t.Parallel()
	python.Conform(t, script, "transform")
}

// transform has the plugin change a message, and returns what it has become.
func transform(t *testing.T, pool *pluginhost.Pool, tree *mapi.Message, options map[string]string) (*mapi.Message, problem.List, error) {
	t.Helper()
	m := host.Message(t, tree)
	var made *mapi.Message
	var problems problem.List
	err := pool.Convert(t.Context(), &session.Job{
		Direction: session.Transform, Options: options, Message: m, Report: problems.Add,
		Take: func(m *mapi.Message) error { made = m; return nil },
	})
	return made, problems, err
}

func attached(name string, size int) *mapi.Attachment {
	a := &mapi.Attachment{}
	prop.AttachLongFilename.Set(&a.Props, name)
	prop.AttachDataBinary.Set(&a.Props, bytes.Repeat([]byte{'x'}, size))
	return a
}

// letter has a large text, attachments of three sizes, and itself inside.
func letter() *mapi.Message {
	m := &mapi.Message{Recipients: make([]mapi.Props, 1)}
	prop.MessageClass.Set(&m.Props, "IPM.Note")
	prop.Body.Set(&m.Props, strings.Repeat("text ", 40_000))
	prop.NameKeywords.Set(&m.Props, []string{})
	prop.DisplayName.Set(&m.Recipients[0], "Ada")
	m.Attachments = []*mapi.Attachment{attached("small.txt", 10), attached("some.bin", 100_000), attached("large.bin", 300_000)}
	return m
}

func TestSlim(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, script)
	if d := pool.Description(); !d.Can(session.Transform, "") || len(d.Formats) != 0 {
		t.Errorf("described as %+v", d)
	}
	before := letter()
	before.Attachments = append(before.Attachments, &mapi.Attachment{Embedded: letter()})
	m, problems, err := transform(t, pool, before, map[string]string{"above": "200"})
	if err != nil || len(m.Attachments) != 4 || m.Attachments[3].Embedded == nil {
		t.Fatalf("got %v, %v", m, err)
	}
	for _, m := range []*mapi.Message{m, m.Attachments[3].Embedded} {
		body, err := m.Props.Text(proptag.Body, 1<<20)
		if err != nil || len(body) != 200_000 || len(m.Recipients) != 1 || prop.DisplayName.Of(m.Recipients[0]) != "Ada" {
			t.Errorf("the rest has changed: %d bytes of text, %v, %v", len(body), m.Recipients, err)
		}
		if got := prop.NameKeywords.Of(m.Props); len(got) != 1 || got[0] != "slimmed" {
			t.Errorf("keywords are %q", got)
		}
		for i, want := range []int{10, 100_000, len("large.bin of 300000 bytes was taken out.\r\n")} {
			data, err := m.Attachments[i].Props.Bytes(proptag.AttachDataBinary, 1<<20)
			if err != nil || len(data) != want {
				t.Errorf("attachment %d: %d bytes, want %d, %v", i, len(data), want, err)
			}
		}
		if got := prop.AttachLongFilename.Of(m.Attachments[2].Props); got != "large.bin.txt" {
			t.Errorf("the note is called %q", got)
		}
	}
	if len(problems) != 2 || problems[0].Object != "attachment 2" || problems[1].Object != "attachment 3/embedded/attachment 2" {
		t.Errorf("reported %v", problems)
	}
}
