package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A mailView is what a user sees of a message, and what both formats carry.
type mailView struct {
	Subject, From, Date, MessageID, InReplyTo, References string
	To, Cc, Bcc                                           []string
	Text, HTML                                            string // words only: line ends are the formats' own
	Importance                                            int32
	Categories                                            []string
	Attachments                                           []fileView
	Embedded                                              []mailView
}

type fileView struct {
	Name, ContentID string
	Data            string
}

const viewLimit = 1 << 20 // bytes of one value

func viewOf(t *testing.T, m *mapi.Message) mailView {
	t.Helper()
	p := m.Props
	v := mailView{
		Subject: p.String(proptag.Subject), MessageID: p.String(proptag.InternetMessageId),
		InReplyTo: p.String(proptag.InReplyToId), References: p.String(proptag.InternetReferences),
		From: p.String(proptag.SentRepresentingName) + " <" + p.String(proptag.SentRepresentingEmailAddress) + ">",
	}
	if when, ok := p.Time(proptag.ClientSubmitTime).Time(); ok {
		v.Date = when.String()
	}
	v.Importance = 1
	if n, ok := p.Int32(proptag.Importance); ok {
		v.Importance = n
	}
	if k := p.Named(propname.NameKeywords); k != nil {
		v.Categories = k.Value.([]string)
	}
	lists := map[int32]*[]string{mapi.RecipientTo: &v.To, mapi.RecipientCc: &v.Cc, mapi.RecipientBcc: &v.Bcc}
	for _, r := range m.Recipients {
		kind, _ := r.Int32(proptag.RecipientType)
		name := r.String(proptag.DisplayName)
		if addr := r.String(proptag.SmtpAddress); name == addr {
			name = ""
		}
		*lists[kind] = append(*lists[kind], name+" <"+r.String(proptag.SmtpAddress)+">")
	}
	text, _ := p.Text(proptag.Body, viewLimit)
	v.Text = strings.Join(strings.Fields(text), " ")
	html, _ := p.Bytes(proptag.Html, viewLimit)
	v.HTML = strings.Join(strings.Fields(string(html)), " ")
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			v.Embedded = append(v.Embedded, viewOf(t, a.Embedded))
			continue
		}
		data, err := a.Props.Bytes(proptag.AttachDataBinary, viewLimit)
		if err != nil {
			t.Fatalf("attachment: %v", err)
		}
		v.Attachments = append(v.Attachments, fileView{a.Props.String(proptag.AttachLongFilename), a.Props.String(proptag.AttachContentId), string(data)})
	}
	slices.SortFunc(v.Attachments, func(a, b fileView) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// viewFile reads a .msg file.
func viewFile(t *testing.T, path string) mailView {
	t.Helper()
	s, err := session.Open(session.NewAllocator(64<<20), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tree, problems, err := openTree(s, path)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%s: %v %v", path, err, problems)
	}
	return viewOf(t, tree)
}

// convert runs the program, in this process, with real plugin processes.
func convert(t *testing.T, to, out string, in ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(append([]string{"convert", "--to", to, "--out", out}, in...), &stdout, &stderr); code != exitOK {
		t.Fatalf("convert --to %s: status %d\n%s", to, code, stderr.String())
	}
}

func TestRoundTripFromMsg(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	samples := filepath.Join("..", "..", "testdata", "msg")
	convert(t, "eml", filepath.Join(dir, "eml"), samples)
	convert(t, "msg", filepath.Join(dir, "msg"), filepath.Join(dir, "eml"))
	paths, err := filepath.Glob(filepath.Join(samples, "*.msg"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, got := viewFile(t, path), viewFile(t, filepath.Join(dir, "msg", filepath.Base(path)))
			if filepath.Base(path) == "rtf.msg" { // the HTML comes out of the RTF
				if !strings.Contains(got.HTML, "Café € and Привет!") {
					t.Errorf("HTML %q", got.HTML)
				}
				want.HTML = got.HTML
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-before +after:\n%s", diff)
			}
		})
	}
}

func TestRoundTripFromEml(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	samples := filepath.Join("..", "..", "testdata", "eml")
	convert(t, "msg", filepath.Join(dir, "msg1"), samples)
	convert(t, "eml", filepath.Join(dir, "eml"), filepath.Join(dir, "msg1"))
	convert(t, "msg", filepath.Join(dir, "msg2"), filepath.Join(dir, "eml"))
	paths, err := filepath.Glob(filepath.Join(dir, "msg1", "*.msg"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no samples", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, got := viewFile(t, path), viewFile(t, filepath.Join(dir, "msg2", filepath.Base(path)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-before +after:\n%s", diff)
			}
			if want.Subject == "" || want.Date == "" || len(want.To) == 0 || want.Text == "" {
				t.Errorf("something is missing in %+v", want)
			}
		})
	}
}

// TestImportReadsWhatTheSamplesSay holds the first step of the round trip to the
// samples themselves.
func TestImportReadsWhatTheSamplesSay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	convert(t, "msg", dir, filepath.Join("..", "..", "testdata", "eml"))
	plain := viewFile(t, filepath.Join(dir, "plain.msg"))
	want := mailView{
		Subject: "Grüße from Zurich", From: "Ada Lovelace <ada@example.org>", Date: "2024-02-29 13:37:42 +0000 UTC",
		MessageID: "<plain@example.org>", InReplyTo: "<hello@example.org>", References: "<first@example.org> <hello@example.org>",
		To: []string{"Grace Hopper <grace@example.com>", "Doe, John <john@example.com>"}, Cc: []string{"Андрей Ершов <ershov@example.net>"},
		Text:       "Grüße aus Zürich, this line is long enough to need a soft break at its end, because it goes on and on.",
		Importance: 2,
	}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Errorf("plain.eml: -want +got:\n%s", diff)
	}
	alt := viewFile(t, filepath.Join(dir, "alternative.msg"))
	if len(alt.Attachments) != 2 || alt.Attachments[0].Name != "Preise für März.pdf" || alt.Attachments[1].ContentID != "pic@example.org" {
		t.Errorf("alternative.eml: attachments %q", fmt.Sprint(alt.Attachments))
	}
	if want := "<p>See the picture – it is small.</p><img src=\"cid:pic@example.org\">"; alt.HTML != want {
		t.Errorf("alternative.eml: HTML %q", alt.HTML)
	}
	nested := viewFile(t, filepath.Join(dir, "nested.msg"))
	if len(nested.Embedded) != 1 || nested.Embedded[0].Text != "Grüße von innen" || nested.Embedded[0].MessageID != "<inside@example.org>" {
		t.Errorf("nested.eml: %+v", nested.Embedded)
	}
}

// TestConversionIsDeterministic converts twice and compares bytes.
func TestConversionIsDeterministic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, n := range []string{"1", "2"} {
		convert(t, "eml", filepath.Join(dir, n), filepath.Join("..", "..", "testdata", "msg"))
		convert(t, "msg", filepath.Join(dir, n), filepath.Join("..", "..", "testdata", "eml"))
	}
	entries, err := os.ReadDir(filepath.Join(dir, "1"))
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == store.StateFolder {
			continue // the ledger has times in it
		}
		a, err1 := os.ReadFile(filepath.Join(dir, "1", e.Name()))
		b, err2 := os.ReadFile(filepath.Join(dir, "2", e.Name()))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs %v %v", e.Name(), err1, err2)
		}
	}
}
