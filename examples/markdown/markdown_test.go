package markdown

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/examples/internal/python"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

const script = "oxbridge-plugin-markdown.py"

// A bench is a session with what a job needs.
type bench struct {
	s        *session.Session
	problems problem.List
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s, err := session.Open(session.NewAllocator(1<<30), session.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &bench{s: s}
}

func (b *bench) message(t *testing.T, tree *mapi.Message) *session.Message {
	t.Helper()
	m, err := b.s.OpenMessage(session.NewMemory(nil), session.Unicode, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tree != nil {
		if err := m.SetContents(tree); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// export converts m and returns the file.
func (b *bench) export(t *testing.T, pool *pluginhost.Pool, m *mapi.Message, options map[string]string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := pool.Convert(t.Context(), &session.Job{
		Direction: session.Export, Format: "markdown", Options: options, Message: b.message(t, m), Output: &out,
		Report: b.problems.Add,
	})
	return out.String(), err
}

// imports converts a file and returns the message.
func (b *bench) imports(t *testing.T, pool *pluginhost.Pool, file string) (*mapi.Message, error) {
	t.Helper()
	m := b.message(t, nil)
	err := pool.Convert(t.Context(), &session.Job{
		Direction: session.Import, Format: "markdown", Message: m, Input: transfer.NewBytesInput([]byte(file)), Report: b.problems.Add,
	})
	if err != nil {
		return nil, err
	}
	return m.Snapshot()
}

func mail() *mapi.Message {
	m := &mapi.Message{}
	m.Props.Set(proptag.Subject, "A *plan*")
	m.Props.Set(proptag.SentRepresentingName, "Ada")
	m.Props.Set(proptag.SentRepresentingSmtpAddress, "ada@example.org")
	m.Props.Set(proptag.ClientSubmitTime, mapi.NewFiletime(time.Date(1843, 7, 10, 9, 30, 0, 0, time.UTC)))
	m.Props.Set(proptag.Body, "It weaves.\r\nÄgir\r\n")
	m.Props.SetNamed(propname.NameKeywords, mapi.PtypMultipleString, []string{"engine"})
	var r mapi.Props
	r.Set(proptag.DisplayName, "Charles <C>")
	r.Set(proptag.SmtpAddress, "charles@example.org")
	m.Recipients = append(m.Recipients, r)
	return m
}

func attach(m *mapi.Message, name string, data []byte) {
	a := &mapi.Attachment{}
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, name)
	a.Props.Set(proptag.AttachDataBinary, data)
	m.Attachments = append(m.Attachments, a)
}

const wantMail = `# A \*plan\*

From: Ada <ada@example.org>
To: Charles \<C\> <charles@example.org>
Date: 1843-07-10 09:30 UTC

It weaves.
Ägir
`

func TestMarkdown(t *testing.T) {
	t.Parallel()
	pool := python.Start(t, script)
	d := pool.Description()
	if d.Name != "markdown" || !d.Can(session.Export, "markdown") || !d.Can(session.Import, "markdown") || !d.Can(session.Probe, "markdown") || len(d.Options) != 1 {
		t.Errorf("described as %+v", d)
	}

	t.Run("export", func(t *testing.T) {
		b := newBench(t)
		if got, err := b.export(t, pool, mail(), nil); err != nil || got != wantMail || len(b.problems) != 0 {
			t.Errorf("got %q, %v, %v", got, err, b.problems)
		}
	})
	t.Run("a large body is pulled", func(t *testing.T) {
		b, m := newBench(t), mail()
		text := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
		m.Props.Set(proptag.Body, text)
		got, err := b.export(t, pool, m, nil)
		if err != nil || !strings.HasSuffix(got, "\n\n"+text+"\n") {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
	t.Run("a large attachment is placed", func(t *testing.T) {
		b, m := newBench(t), mail()
		attach(m, "big.bin", bytes.Repeat([]byte{'x'}, 3<<20))
		attach(m, "small.txt", []byte("hello"))
		got, err := b.export(t, pool, m, map[string]string{"attachments": "true"})
		if err != nil || len(got) < 4<<20 || !strings.HasSuffix(got, "\n## small.txt\n\n```base64\naGVsbG8=\r\n```\n") {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
	t.Run("a problem is reported", func(t *testing.T) {
		b := newBench(t)
		if _, err := b.export(t, pool, &mapi.Message{}, nil); err != nil || len(b.problems) != 1 || b.problems[0].Code != "markdown.body.missing" {
			t.Errorf("got %v, %v", err, b.problems)
		}
	})
	t.Run("import", func(t *testing.T) {
		m, err := newBench(t).imports(t, pool, wantMail)
		if err != nil || m.Props.String(proptag.Subject) != `A \*plan\*` || m.Props.String(proptag.Body) != "It weaves.\r\nÄgir\r\n" {
			t.Errorf("got %v, %v", m, err)
		}
	})
	t.Run("a large body is sent", func(t *testing.T) {
		text := strings.Repeat("0123456789abcdef", 1<<16)
		m, err := newBench(t).imports(t, pool, "# Long\n\nFrom: Ada\n\n"+text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Props.Text(proptag.Body, 2<<20); err != nil || got != text {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	})
	t.Run("probe", func(t *testing.T) {
		for file, want := range map[string]bool{
			wantMail: true, "": false, "# A note\n\nof no mail\n": false, "From: Ada\n\nFrom: Ada\n": false,
			"# " + strings.Repeat("long ", 100_000) + "\n\nFrom: Ada\n": false,
		} {
			if yes, err := pool.Probe(t.Context(), "markdown", transfer.NewBytesInput([]byte(file))); err != nil || yes != want {
				t.Errorf("%.40q: %v, %v", file, yes, err)
			}
		}
	})
	t.Run("bad input", func(t *testing.T) {
		_, err := newBench(t).imports(t, pool, "no title")
		if !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an exception costs the one message", func(t *testing.T) {
		b := newBench(t)
		m := mail()
		m.Props.Set(proptag.Body, strings.Repeat("x", 17<<20)) // more than text() takes
		if _, err := b.export(t, pool, m, nil); !errors.Is(err, hostsvc.ErrPlugin) || !strings.Contains(err.Error(), "at most") {
			t.Errorf("got %v", err)
		}
		if got, err := b.export(t, pool, mail(), nil); err != nil || got != wantMail {
			t.Errorf("then: %q, %v", got, err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		b := newBench(t)
		failed := make(chan error)
		for range 50 {
			go func() {
				var out bytes.Buffer
				m, err := b.s.OpenMessage(session.NewMemory(nil), session.Unicode, nil, nil)
				if err == nil {
					err = m.SetContents(mail())
				}
				if err == nil {
					err = pool.Convert(t.Context(), &session.Job{Direction: session.Export, Format: "markdown", Message: m, Output: &out})
				}
				if err == nil && out.String() != wantMail {
					err = errors.New("wrong file")
				}
				failed <- err
			}()
		}
		for range 50 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("the session closes", func(t *testing.T) {
		b := newBench(t)
		m := b.message(t, mail())
		b.s.Close()
		if err := pool.Convert(context.Background(), &session.Job{Direction: session.Export, Format: "markdown", Message: m, Output: &bytes.Buffer{}}); !errors.Is(err, mapi.ErrInvalidObject) {
			t.Errorf("got %v", err)
		}
	})
}
