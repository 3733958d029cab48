package batch

import (
	"bytes"
	"strings"
	"testing"
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
