package plaintext

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// bag makes a bag of tags and values.
func bag(pairs ...any) mapi.Props {
	var ps mapi.Props
	for i := 0; i < len(pairs); i += 2 {
		ps.Set(pairs[i].(mapi.Tag), pairs[i+1])
	}
	return ps
}

// large is a value that is read in small pieces.
type large string

func (l large) Size() int64 { return int64(len(l)) }

func (l large) Open() (io.ReadCloser, error) {
	return io.NopCloser(iotest.HalfReader(strings.NewReader(string(l)))), nil
}

// broken is a value that ends in an error.
type broken struct {
	text string
	err  error
}

func (b broken) Size() int64 { return -1 }

func (b broken) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.MultiReader(strings.NewReader(b.text), iotest.ErrReader(b.err))), nil
}

func export(t testing.TB, m *mapi.Message, opt Options) (string, problem.List, error) {
	t.Helper()
	var out bytes.Buffer
	var problems problem.List
	err := Export(t.Context(), m, transfer.NewOutput(&out), opt, problems.Add)
	return out.String(), problems, err
}

// letter is a message with all that the text has.
func letter() *mapi.Message {
	m := &mapi.Message{Props: bag(
		proptag.MessageClass, "IPM.Note",
		proptag.Subject, "The engine",
		proptag.SentRepresentingName, "Ada", proptag.SentRepresentingSmtpAddress, "ada@example.org",
		proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(1843, 7, 10, 9, 30, 0, 0, time.UTC)),
		proptag.Body, "It weaves\r\n\r\n  algebraic patterns.\r\n",
	)}
	m.Recipients = []mapi.Props{bag(proptag.DisplayName, "Charles", proptag.SmtpAddress, "charles@example.org", proptag.RecipientType, int32(1))}
	m.Attachments = []*mapi.Attachment{
		{Props: bag(proptag.AttachLongFilename, "notes.pdf", proptag.AttachMimeTag, "application/pdf", proptag.AttachDataBinary, make([]byte, 2000))},
		{Props: bag(proptag.AttachLongFilename, "logo.png", proptag.AttachmentHidden, true, proptag.AttachDataBinary, []byte("x"))},
		{Props: bag(proptag.DisplayName, "First\r\nFrom: nobody"), Embedded: &mapi.Message{Props: bag(proptag.Subject, "First", proptag.Body, "\x1b[2Jold")}},
		nil,
		{Props: bag(proptag.DisplayName, "plans", proptag.AttachLongPathname, `\\server\plans`)},
	}
	return m
}

const wantLetter = `From:        Ada <ada@example.org>
To:          Charles <charles@example.org>
Date:        Mon, 10 Jul 1843 09:30:00 UTC
Subject:     The engine
Attached:    notes.pdf (application/pdf, 2.0 kB)
             First From: nobody (message)
             plans (not here: \\server\plans)

It weaves

  algebraic patterns.

--> First From: nobody
Subject:     First

\x1b[2Jold
`

func TestExport(t *testing.T) {
	t.Parallel()
	got, problems, err := export(t, letter(), Options{})
	if got != wantLetter || err != nil {
		t.Errorf("got\n%s%v", got, err)
	}
	want := []problem.Problem{
		{Code: "text.attachment", Severity: problem.Loss, Object: "attachment 0", Tag: proptag.AttachDataBinary},
		{Code: "text.picture", Severity: problem.Info, Object: "attachment 1", Tag: proptag.AttachDataBinary},
	}
	for i := range problems {
		problems[i].Detail = ""
	}
	if len(problems) != len(want) || problems[0] != want[0] || problems[1] != want[1] {
		t.Errorf("problems %v", problems)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	html := &mapi.Message{Props: bag(proptag.Subject, "Größe", proptag.Html, []byte(`<p>See <a href="https://example.org/x">here</a> — ok</p>`),
		proptag.InternetCodepage, int32(65001))}
	tests := []struct {
		name  string
		m     *mapi.Message
		opt   Options
		want  string
		codes string
	}{
		{"no header", letter(), Options{NoHeader: true}, "It weaves\n\n  algebraic patterns.\n\n--> First From: nobody\n\\x1b[2Jold\n",
			"text.attachment text.picture text.attachment"},
		{"wrapped", &mapi.Message{Props: bag(proptag.Body, "one two three four five six seven\n")}, Options{Wrap: 20},
			"\none two three four\nfive six seven\n", ""},
		{"HTML", html, Options{}, "Subject:     Größe\n\nSee here — ok\n", "text.formatting"},
		{"links", html, Options{Links: true}, "Subject:     Größe\n\nSee here[1] — ok\n\n[1] https://example.org/x\n", "text.formatting"},
		{"a character set", html, Options{Charset: "iso-8859-1"}, "Subject:     Gr\xF6\xDFe\n\nSee here ? ok\n", "text.formatting text.charset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, problems, err := export(t, tt.m, tt.opt)
			if got != tt.want || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
			if codes := codesOf(problems); codes != tt.codes {
				t.Errorf("problems %s", codes)
			}
		})
	}
	if _, _, err := export(t, html, Options{Charset: "klingon"}); !errors.Is(err, ErrCharset) {
		t.Errorf("an unknown character set: %v", err)
	}
	if got, problems, _ := export(t, letter(), Options{NoList: true}); strings.Contains(got, "Attached") || len(problems) != 3 {
		t.Errorf("without the list, the reference is lost: %v in\n%s", problems, got)
	}
}

func codesOf(list problem.List) string {
	var codes []string
	for _, p := range list {
		codes = append(codes, p.Code)
	}
	return strings.Join(codes, " ")
}

func TestBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("größer ", 1<<15) + "\n" + strings.Repeat("ab\r\n", 1<<15)
	gone := errors.New("gone")
	tests := []struct {
		name  string
		in    mapi.Props
		want  string
		codes string
		err   error
	}{
		{"none", bag(), "", "", nil},
		{"no line end", bag(proptag.Body, "x"), "x\n", "", nil},
		{"long", bag(proptag.Body, large(long)), strings.ReplaceAll(long, "\r", ""), "", nil},
		{"long, of one line", bag(proptag.Body, large(strings.Repeat("ä", 1<<17)+"\r")), strings.Repeat("ä", 1<<17) + "\n", "", nil},
		{"nothing that shows", bag(proptag.Body, "\u200b"), "", "", nil},
		{"blank beside HTML", bag(proptag.Body, " \r\n", proptag.Html, []byte("<b>x")), "x\n", "text.formatting", nil},
		{"RTF", bag(proptag.RtfCompressed, lzfu.Compress([]byte(`{\rtf1\ansi plain \b bold\par}`))), "plain bold\n", "text.formatting", nil},
		{"damaged RTF", bag(proptag.RtfCompressed, []byte("?")), "", "text.body.unreadable", nil},
		{"damaged text", bag(proptag.Body, broken{"half", mapi.ErrCorruptData}), "half\n", "text.body.unreadable", nil},
		{"damaged HTML beside text", bag(proptag.Body, "x", proptag.Html, broken{"h", mapi.ErrCorruptData}), "x\n", "", nil},
		{"damaged HTML", bag(proptag.Html, broken{"h", mapi.ErrCorruptData}), "", "text.body.unreadable", nil},
		{"a storage that is gone", bag(proptag.Body, broken{"half", gone}), "", "", gone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, problems, err := export(t, &mapi.Message{Props: tt.in}, Options{NoHeader: true})
			if !errors.Is(err, tt.err) {
				t.Fatalf("Export() = %v", err)
			}
			if tt.err == nil && got != tt.want {
				t.Errorf("got %d bytes, want %d: %.200q", len(got), len(tt.want), got)
			}
			if codes := codesOf(problems); codes != tt.codes {
				t.Errorf("problems %s, want %q", codes, tt.codes)
			}
		})
	}
}

func TestClasses(t *testing.T) {
	t.Parallel()
	for class, mail := range map[string]bool{
		"": true, "IPM": true, "ipm.note": true, "IPM.Note.SMIME": true, "REPORT.IPM.Note.NDR": true, "IPM.Post": true,
		"IPM.Appointment": false, "IPM.NoteSomething": false, "IPM.Contact": false, "IPM.Schedule.Meeting.Request": false,
	} {
		_, problems, err := export(t, &mapi.Message{Props: bag(proptag.MessageClass, class)}, Options{})
		if err != nil || (len(problems) == 0) != mail {
			t.Errorf("%q: %v, %v", class, problems, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Export(ctx, letter(), transfer.NewOutput(io.Discard), Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Export() = %v", err)
	}
}

// FuzzExport holds texts of all sorts to lines that do no harm.
func FuzzExport(f *testing.F) {
	f.Add("Subject", "text\r\nmore", "<p>html", "name", uint8(0))
	f.Add("\x1b[31m", "\u202e\x00", "<a href=http://a>b</a>", "\r\nTo: x", uint8(3))
	f.Fuzz(func(t *testing.T, subject, text, html, name string, how uint8) {
		m := &mapi.Message{Props: bag(proptag.Subject, subject, proptag.Body, large(text), proptag.Html, []byte(html))}
		m.Attachments = []*mapi.Attachment{{Props: bag(proptag.AttachLongFilename, name), Embedded: &mapi.Message{Props: bag(proptag.Subject, subject)}}}
		got, _, err := export(t, m, Options{Links: how&1 != 0, Wrap: int(how & 6 * 10)})
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(got, "\x1b\x00\r\u202e") {
			t.Errorf("got %q", got)
		}
		if lines := strings.Count(got, "\n--> "); lines > 1+strings.Count(text, "--> ")+strings.Count(html, "--") {
			t.Errorf("a second message in %q", got)
		}
	})
}
