package prepare

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// options make files of messages and collect problems.
func options(said *problem.List) Options {
	return Options{MessagesAsFiles: true, Spool: func() *session.Spool { return new(session.Spool) }, Report: said.Add}
}

// note returns a message with a subject and attachments.
func note(subject string, attachments ...*mapi.Attachment) *mapi.Message {
	m := &mapi.Message{Attachments: attachments}
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, subject)
	return m
}

func embedded(m *mapi.Message) *mapi.Attachment {
	a := &mapi.Attachment{Embedded: m}
	a.Props.Set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
	a.Props.Set(proptag.DisplayName, m.Props.String(proptag.Subject))
	return a
}

func byValue(name string, v mapi.Value) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, name)
	a.Props.Set(proptag.AttachDataBinary, v)
	return a
}

// subjects lists the subjects of a tree, depth first.
func subjects(m *mapi.Message) []string {
	list := []string{m.Props.String(proptag.Subject)}
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			list = append(list, subjects(a.Embedded)...)
		}
	}
	return list
}

// TestThereAndBack makes a file of an attached message and a message of the
// file; what is attached to it comes along, to any depth.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	var said problem.List
	m := note("outer", embedded(note("RE: a/b", byValue("x.bin", bytes.Repeat([]byte("x"), 100_000)), embedded(note("inner", embedded(note("innermost")))))))
	if err := Export(m, options(&said)); err != nil {
		t.Fatal(err)
	}
	a := m.Attachments[0]
	if got := a.Props.String(proptag.AttachLongFilename); a.Embedded != nil || got != "RE_ a_b.msg" {
		t.Errorf("name %q, embedded %v", got, a.Embedded)
	}
	b := readAll(t, a)
	if again := readAll(t, a); !bytes.Equal(b, again) {
		t.Error("the file differs when it is opened again")
	}
	a.Props.Set(proptag.AttachDataBinary, b)
	if err := Import(m, options(&said)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"outer", "RE: a/b", "inner", "innermost"}, subjects(m)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
	if got := m.Attachments[0].Props.String(proptag.DisplayName); got != "RE: a/b" {
		t.Errorf("display name %q", got)
	}
	if method, _ := m.Attachments[0].Props.Int32(proptag.AttachMethod); method != mapi.AttachEmbeddedMessage {
		t.Errorf("method %d", method)
	}
	if got := readAll(t, m.Attachments[0].Embedded.Attachments[0]); len(got) != 100_000 {
		t.Errorf("the file in it has %d bytes", len(got))
	}
}

func readAll(t *testing.T, a *mapi.Attachment) []byte {
	t.Helper()
	r, err := reader(contentsOf(a))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fileOf returns a message as a file.
func fileOf(t *testing.T, m *mapi.Message) []byte {
	t.Helper()
	return readAll(t, byValue("", msg.AsFile(m, msg.WriteOptions{}, nil)))
}

// TestFilesInsideFiles opens files that are attached to messages in files.
func TestFilesInsideFiles(t *testing.T) {
	t.Parallel()
	var said problem.List
	m := note("3")
	for _, subject := range []string{"2", "1", "0"} {
		m = note(subject, byValue("a.MSG", fileOf(t, m)))
	}
	if err := Import(m, options(&said)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0", "1", "2", "3"}, subjects(m)); diff != "" || len(said) > 0 {
		t.Errorf("-want +got:\n%s%v", diff, said)
	}
}

func TestWhatStaysAFile(t *testing.T) {
	t.Parallel()
	whole := fileOf(t, note("x"))
	deep := note("bottom")
	for range limits.AttachedDepth.Int() + 3 {
		deep = note("deep", byValue("a.msg", fileOf(t, deep)))
	}
	tests := []struct {
		name string
		a    *mapi.Attachment
		code string
	}{
		{"another name", byValue("x.doc", whole), ""},
		{"no compound file", byValue("x.msg", []byte("Hello")), "prepare.message.damaged"},
		{"nothing", byValue("x.msg", []byte{}), "prepare.message.damaged"},
		{"cut short", byValue("x.msg", whole[:600]), "prepare.message.damaged"},
		{"no message", byValue("x.msg", objectWith(t, "CONTENTS", []byte("x"))), "prepare.message.damaged"},
		{"too deep", byValue("x.msg", fileOf(t, deep)), "prepare.message.limit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var said problem.List
			m := note("outer", tt.a)
			if err := Import(m, options(&said)); err != nil {
				t.Fatal(err)
			}
			code := ""
			if len(said) > 0 {
				code = said[len(said)-1].Code
			}
			if stays := tt.a.Embedded == nil; stays != (tt.name != "too deep") || code != tt.code {
				t.Errorf("stays %v, problems %v", stays, said)
			}
		})
	}
	m := note("outer", byValue("x.msg", whole))
	if err := Import(m, Options{}); err != nil || m.Attachments[0].Embedded != nil {
		t.Errorf("not asked for: %v", err)
	}
}

// unreadable is a value that the host cannot read.
type unreadable struct{ err error }

func (unreadable) Size() int64                    { return -1 }
func (u unreadable) Open() (io.ReadCloser, error) { return nil, u.err }

func TestErrorsOfTheHost(t *testing.T) {
	t.Parallel()
	disk := errors.New("the disk")
	var said problem.List
	if err := Import(note("x", byValue("a.msg", unreadable{disk})), options(&said)); !errors.Is(err, disk) {
		t.Errorf("got %v", err)
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Hello":                     "Hello.msg",
		"a.msg":                     "a.msg",
		`..\..\etc/passwd`:          "_.._etc_passwd.msg",
		"line\r\nbreak\x00":         "line__break_.msg",
		"con":                       "_con.msg",
		"COM1.txt":                  "_COM1.txt.msg",
		" . ":                       "_.msg",
		"exe\u202Egpj":              "exegpj.msg",
		"Grüße – 春":                 "Grüße – 春.msg",
		strings.Repeat("ä", 300):    strings.Repeat("ä", store.MaxName/2) + ".msg",
		"bad \xff bytes":            "bad _ bytes.msg",
		"non\u00A0breaking":         "non breaking.msg",
		"RE: what? <really> \"no\"": "RE_ what_ _really_ _no_.msg",
	}
	for in, want := range tests {
		if got := fileName(in); got != want || !utf8.ValidString(got) {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
}

// objectWith returns a compound file with one stream.
func objectWith(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var sp session.Spool
	w, err := cfb.NewWriter(&seeker{sp: &sp}, cfb.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := w.Root().CreateStream(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(st.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	return readAll(t, byValue("", &sp))
}

// seeker makes a spool an io.WriteSeeker.
type seeker struct {
	sp  *session.Spool
	pos int64
}

func (s *seeker) Write(p []byte) (int, error) {
	n, err := s.sp.WriteAt(p, s.pos)
	s.pos += int64(n)
	return n, err
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.pos
	case io.SeekEnd:
		offset += s.sp.Size()
	}
	s.pos = offset
	return offset, nil
}
