package batch

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

func mboxOf(t testing.TB, messages ...string) string {
	t.Helper()
	var b bytes.Buffer
	m := NewMboxWriter(&b)
	for _, text := range messages {
		if err := m.Add(sourceOf(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMboxWriter(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64<<10-15) // the end of its line is at the end of the buffer
	got := mboxOf(t,
		"From: Ada <ada@example.org>\r\nDate: Thu, 29 Feb 2024 13:37:42 +0100\r\n\r\nHello\r\nFrom here\r\n>From there\r\nno From here\r\n",
		"Subject: x\r\n\r\n"+long+"\r\nno end")
	want := "From ada@example.org Thu Feb 29 12:37:42 2024\nFrom: Ada <ada@example.org>\nDate: Thu, 29 Feb 2024 13:37:42 +0100\n\nHello\n>From here\n>>From there\nno From here\n\n" +
		"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nSubject: x\n\n" + long + "\nno end\n\n"
	if got != want {
		t.Errorf("got\n%.400q, want\n%.400q", got, want)
	}
}

// TestOpenerKnowsMailboxes: what was planned as a mailbox is opened as one, also
// when its first message has no header.
func TestOpenerKnowsMailboxes(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"inbox": "From a@b Thu Jan  1 00:00:00 2004\n// nothing\n\nFrom a@b Thu Jan  1 00:00:00 2004\nSubject: m\n\n"})
	o := Opener{In: store.Dir{}, Packed: new(Unpacker)}
	src, err := o.Open(t.Context(), filepath.Join(in, "inbox#000002"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	b, err := io.ReadAll(io.NewSectionReader(src, 0, src.Size()))
	if err != nil || !strings.HasPrefix(string(b), "Subject: m") {
		t.Errorf("%q, %v", b, err)
	}
}

// FuzzMboxWriter holds a file of two messages to having two, which come back as
// they were but for the ends of their lines.
func FuzzMboxWriter(f *testing.F) {
	f.Add("Subject: x\r\n\r\nFrom a\n>>From b\n\nFrom ")
	f.Fuzz(func(t *testing.T, text string) {
		box := mboxOf(t, text, "Subject: last\n\n")
		parts := strings.Split("\n"+box, "\nFrom ")
		if len(parts) != 3 {
			t.Fatalf("%q has %d messages", box, len(parts)-1)
		}
		_, body, _ := strings.Cut(parts[1], "\n")
		var back strings.Builder
		for line := range strings.Lines(body) {
			if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
				line = line[1:]
			}
			back.WriteString(line)
		}
		want := strings.ReplaceAll(text, "\r\n", "\n")
		if !strings.HasSuffix(want, "\n") && want != "" {
			want += "\n"
		}
		if back.String() != want {
			t.Errorf("%q came back as %q", want, back.String())
		}
	})
}
