package mime

import (
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestMailComesBack reads mail and writes it again: what a message has no
// property for comes from its transport headers, and what it has one for from
// that, wherever the mail had it.
func TestMailComesBack(t *testing.T) {
	t.Parallel()
	const from = "From: Zed <zed@example.com>\nDate: Thu, 29 Feb 2024 13:37:42 +0000\n"
	picture := "Content-Type: image/png; name=a.png\n\nx"
	tests := []struct {
		name, in string
		want     []string
	}{
		{"a language alone, and others", "Content-Language: pt, en\n\na", []string{"Content-Language: pt, en\r\n"}},
		{"the base of a mail in parts", "Content-Base: http://example.com/a/\n" + inParts("mixed", "b", asText("a"), picture),
			[]string{"Content-Base: http://example.com/a/\r\n"}},
		{"the name of the HTML", inParts("related", "b", "Content-ID: <root@b>\nContent-Location: http://example.com/a/\n"+asHTML("<img src=a.png>"),
			"Content-Location: a.png\n"+picture), []string{"Content-ID: <root@b>\r\n", "Content-Location: http://example.com/a/\r\n"}},
		{"the name of the text", inParts("mixed", "b", "Content-ID: <root@b>\n"+asText("a"), picture), []string{"Content-ID: <root@b>\r\n"}},
		{"the name of the whole", "Content-Location: http://example.com/a/\n" + inParts("related", "b", asHTML("a"), picture),
			[]string{"Content-Location: http://example.com/a/\r\n"}},
		{"the character set of ASCII that names one", inParts("alternative", "b", asText("a"), asHTML("<meta charset=iso-8859-2>a")),
			[]string{"<meta charset=iso-8859-2>"}},
		{"the character set of the text beside ASCII", inParts("alternative", "b",
			"Content-Type: text/plain; charset=iso-8859-2\n\n\xa1", "Content-Type: text/html; charset=us-ascii\n\na"),
			[]string{"text/plain; charset=iso-8859-2\r\n"}},
		{"creator and type of a file", inParts("mixed", "b", asText("a"), "Content-Type: application/msword; x-mac-creator=4D535744; x-mac-type=5738424E; name=a.doc\n\nx"),
			[]string{"x-mac-creator=4D535744; x-mac-type=5738424E"}},
		{"a leap second", "Resent-Date: 31 Dec 2016 23:59:60 +0000\n\na", []string{"Resent-Date: Sat, 31 Dec 2016 23:59:59 +0000\r\n"}},
		{"what is no date", "Resent-Date: yesterday\n\na", []string{"Resent-Date: yesterday\r\n"}},
		{"a character in two encoded words of text", "Comments: =?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?=\n\na", []string{"Comments: =?utf-8?B?Wm/Dqw==?=\r\n"}},
		{"an empty topic is the subject", "Thread-Topic:\nSubject: Re: Lunch\n\na", []string{"Thread-Topic: Lunch\r\n"}},
		{"what a message in it is called", inParts("mixed", "b", asText("a"), "Content-Type: message/rfc822\nContent-Description: as asked\n\nSubject: Lunch\n\na"),
			[]string{"Content-Description: as asked\r\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, from+tt.in, ImportOptions{})
			file, _ := export(t, m)
			again, _ := importBytes(t, file, ImportOptions{})
			second, _ := export(t, again)
			for _, want := range tt.want {
				if !strings.Contains(unfolded(file), want) {
					t.Errorf("no %q in\n%s", want, file)
				}
				if !strings.Contains(unfolded(second), want) {
					t.Errorf("the second time, there is no %q in\n%s", want, second)
				}
			}
		})
	}
}

func TestImportFlowedText(t *testing.T) {
	t.Parallel()
	const flowed = "; format=Flowed"
	tests := []struct{ name, params, in, want string }{
		{"a paragraph", flowed, "One \ntwo \nthree\nfour\n", "One two three\r\nfour\r\n"},
		{"stuffed", flowed, "One \n two\n  x\n From\n", "One two\r\n x\r\nFrom\r\n"},
		{"quotes stay", flowed, "One \n> two \n> three\n", "One \r\n> two \r\n> three\r\n"},
		{"a signature", flowed, "One \n-- \nZed\n", "One \r\n-- \r\nZed\r\n"},
		{"it never ends", flowed, "One \ntwo ", "One two \r\n"},
		{"empty lines", flowed, "\n\na\n\n", "\r\n\r\na\r\n\r\n"},
		{"no line end", flowed, "a", "a"},
		{"nothing", flowed, "", ""},
		{"fixed", "; format=fixed", "One \ntwo\n", "One \r\ntwo\r\n"},
		{"blanks that are no text", flowed + "; delsp=yes", "One \ntwo\n", "One \r\ntwo\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, _ := importBytes(t, "Content-Type: text/plain"+tt.params+"\n\n"+tt.in, ImportOptions{})
			if got := m.Props.String(proptag.Body); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
