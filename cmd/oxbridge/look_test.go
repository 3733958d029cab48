package main

import (
	"context"
	"strings"
	"testing"
	"unicode"

	"github.com/oxbridge-mail/oxbridge/core/diff"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// hostile is a message that has text wherever there may be some.
func hostile(text string, data []byte) *mapi.Message {
	m := new(mapi.Message)
	for _, tag := range []mapi.Tag{
		proptag.MessageClass, proptag.Subject, proptag.SentRepresentingName, proptag.SentRepresentingEmailAddress, proptag.SentRepresentingAddressType,
		proptag.SenderName, proptag.SenderEmailAddress, proptag.Body, proptag.TransportMessageHeaders, proptag.InternetMessageId, proptag.DisplayBcc,
	} {
		m.Props.Set(tag, text)
	}
	for _, tag := range []mapi.Tag{proptag.Html, proptag.RtfCompressed, proptag.ConversationIndex, proptag.SenderEntryId, proptag.ReplyRecipientEntries} {
		m.Props.Set(tag, data)
	}
	m.Props.SetNamed(mapi.Name{Set: mapi.PSPublicStrings, Text: text + "x"}, mapi.PtypString, text)
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{text, text})
	var r mapi.Props
	r.Set(proptag.DisplayName, text)
	r.Set(proptag.EmailAddress, text)
	m.Recipients = append(m.Recipients, r)
	a := new(mapi.Attachment)
	for _, tag := range []mapi.Tag{proptag.AttachLongFilename, proptag.AttachMimeTag, proptag.AttachContentId, proptag.AttachLongPathname} {
		a.Props.Set(tag, text)
	}
	m.Attachments = append(m.Attachments, a, &mapi.Attachment{Embedded: &mapi.Message{Props: mapi.Props{{Tag: proptag.Subject, Value: text}}}})
	return m
}

// checkHarmless fails when something in the output of a command does anything to
// a terminal, its own colours left aside.
func checkHarmless(t *testing.T, what, out string) {
	t.Helper()
	for _, st := range []style{bold, faint, red, green, cyan, "0"} {
		out = strings.ReplaceAll(out, "\x1b["+string(st)+"m", "")
	}
	for _, c := range out {
		if c == '\n' || c == '\t' || c == 0x200C || c == 0x200D {
			continue
		}
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == 0x2028 || c == 0x2029 {
			t.Errorf("%s lets %U through in %q", what, c, out)
			return
		}
	}
}

// FuzzScreens prints hostile messages by every command that prints messages.
func FuzzScreens(f *testing.F) {
	f.Add("\x1b]0;owned\x07\u202E\r\n\u009b", []byte("<a href=http://\x1b>\x1b[2J</a>"), 80, false)
	f.Add("a", []byte("\x00"), 0, true)
	f.Fuzz(func(t *testing.T, text string, data []byte, width int, colour bool) {
		if colour && strings.Contains(text+string(data), "m") {
			return // might be taken for a colour of ours
		}
		m := hostile(text, data)
		s := screen{width: max(0, width%300), colour: colour}

		var inspect strings.Builder
		s.Writer = &inspect
		if err := printTree(s, messageView(m)); err != nil {
			t.Error(err)
		}
		checkHarmless(t, "inspect", inspect.String())

		l := &letter{screen: s, links: true, embedded: true}
		_ = l.message(m, 0) // bodies that make no sense are errors, said elsewhere
		checkHarmless(t, "cat", l.out.String())

		var out strings.Builder
		s.Writer = &out
		r, err := diff.Compare(context.Background(), m, hostile(text+"\x1b", append(data, 0x1B)), diff.Options{Rich: richText})
		if err != nil {
			t.Fatal(err)
		}
		if err := printDiff(s, []string{text, text}, r, tally(r, true), true); err != nil {
			t.Error(err)
		}
		checkHarmless(t, "diff", out.String())
	})
}

func TestNewScreen(t *testing.T) {
	t.Parallel()
	for flag, want := range map[colourFlag]bool{"auto": false, "always": true, "never": false} {
		if s := newScreen(new(strings.Builder), flag); s.colour != want || s.width != 0 || s.terminal {
			t.Errorf("--color %s in a pipe: %+v", flag, s)
		}
	}
}
