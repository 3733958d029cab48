package main

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
)

// secret is a message with the word Lovelace wherever a message may have it.
func secret() *mapi.Message {
	inner := &mapi.Message{}
	prop.Body.Set(&inner.Props, "Dear Lovelace")
	m := &mapi.Message{Recipients: make([]mapi.Props, 1), Attachments: []*mapi.Attachment{{}, {Embedded: inner}}}
	prop.MessageClass.Set(&m.Props, "IPM.Note")
	prop.Subject.Set(&m.Props, "Ada LOVELACE and the engine")
	prop.Body.Set(&m.Props, strings.Repeat("Lovelace ", 20_000)+"notes")
	prop.Html.Set(&m.Props, []byte("<p>lovelace</p>"))
	prop.RtfCompressed.Set(&m.Props, []byte("compressed"))
	prop.NameKeywords.Set(&m.Props, []string{"Lovelace", "engine"})
	prop.SearchKey.Set(&m.Props, []byte("L\x00o\x00v\x00e\x00l\x00a\x00c\x00e\x00"))
	prop.RecordKey.Set(&m.Props, []byte("key"))
	prop.DisplayName.Set(&m.Recipients[0], "Lovelace, Ada")
	prop.AttachLongFilename.Set(&m.Attachments[0].Props, "lovelace.txt")
	prop.AttachDataBinary.Set(&m.Attachments[0].Props, []byte("by Lovelace"))
	return m
}

func TestRedact(t *testing.T) {
	t.Parallel()
	before := secret()
	r := plugintest.Start(t, plugin).Transform(before, map[string]string{"words": "Lovelace, note"})
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	m := r.Message
	for name, got := range map[string]string{
		"subject":  prop.Subject.Of(m.Props),
		"html":     string(prop.Html.Of(m.Props)),
		"body":     strings.TrimLeft(prop.Body.Of(m.Props), "* "),
		"keywords": strings.Join(prop.NameKeywords.Of(m.Props), " "),
		"class":    prop.MessageClass.Of(m.Props),
		"person":   prop.DisplayName.Of(m.Recipients[0]),
		"file":     prop.AttachLongFilename.Of(m.Attachments[0].Props),
		"contents": string(prop.AttachDataBinary.Of(m.Attachments[0].Props)),
		"inner":    prop.Body.Of(m.Attachments[1].Embedded.Props),
		"key":      string(prop.RecordKey.Of(m.Props)),
	} {
		want := map[string]string{
			"subject": "Ada ******** and the engine", "html": "<p>********</p>", "body": "s", "keywords": "******** engine",
			"class": "IPM.Note", "person": "********, Ada", "file": "********.txt", "contents": "by Lovelace", "inner": "Dear ********", "key": "key",
		}[name]
		if got != want {
			t.Errorf("%s is %.80q, want %q", name, got, want)
		}
	}
	if prop.SearchKey.Has(m.Props) || prop.RtfCompressed.Has(m.Props) {
		t.Error("bytes with the word in them are left")
	}
	if got := prop.Subject.Of(before.Props); got != prop.Subject.Of(secret().Props) {
		t.Errorf("the source has changed: %q", got)
	}
	codes := map[string]int{}
	for _, p := range r.Problems {
		codes[p.Code]++
	}
	if codes["redact.text.blackened"] != 4 || codes["redact.rtf.removed"] != 1 || codes["redact.value.removed"] != 1 {
		t.Errorf("problems %v", r.Problems)
	}
}

func TestDetach(t *testing.T) {
	t.Parallel()
	h := plugintest.Start(t, plugin)
	r := h.Transform(secret(), map[string]string{"attachments": "true"})
	if r.Err != nil || len(r.Message.Attachments) != 1 || r.Message.Attachments[0].Embedded == nil || len(r.Problems) != 1 {
		t.Errorf("got %v, %v, %v", r.Message, r.Problems, r.Err)
	}
	// Without anything to do, large values stay where they are.
	m := &mapi.Message{Attachments: []*mapi.Attachment{{}}}
	m.Attachments[0].Props.Set(proptag.AttachDataBinary, mapi.Memory(make([]byte, 1<<20)))
	plugintest.Modest(t, h.Transform(m, map[string]string{"words": "x"}), plugintest.Traffic{Frames: 2})
}

func TestSurvive(t *testing.T) {
	t.Parallel()
	plugintest.Survive(t, plugin)
}
