package extract

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// bag makes a bag of tags and values.
func bag(pairs ...any) mapi.Props {
	var ps mapi.Props
	for i := 0; i < len(pairs); i += 2 {
		ps.Set(pairs[i].(mapi.Tag), pairs[i+1])
	}
	return ps
}

// large is a value that is read as a stream.
type large string

func (l large) Size() int64                  { return -1 }
func (l large) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(l))), nil }

// fakeRich takes RTF that says itself what it holds.
func fakeRich(rtf []byte) (look.Rich, error) {
	html, ok := strings.CutPrefix(string(rtf), "html:")
	if !ok {
		return look.Rich{}, errors.New("no RTF")
	}
	return look.Rich{HTML: html}, nil
}

func file(name, data string) *mapi.Attachment {
	return &mapi.Attachment{Props: bag(proptag.AttachLongFilename, name, proptag.AttachDataBinary, []byte(data))}
}

// extract writes a message into a folder.
func extract(t *testing.T, dir string, m *mapi.Message) error {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return (&Extractor{Root: root, Rich: fakeRich}).Message(".", m)
}

// contents are the files in a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		all[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestExtract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner := &mapi.Message{Props: bag(proptag.Subject, "In/side", proptag.Body, "inner")}
	inner.Attachments = []*mapi.Attachment{file("a.txt", "deep")}
	m := &mapi.Message{Props: bag(proptag.Body, "text", proptag.RtfCompressed, lzfu.Compress([]byte("html:<p>x")),
		proptag.TransportMessageHeaders, "From: a\r\n")}
	m.Attachments = []*mapi.Attachment{
		file("a.txt", "1"), file("A.TXT", "2"), file("../../escape.txt", "3"), file("body.txt", "4"), file("nul", "5"),
		{Embedded: inner}, nil, file("", "6"),
		{Props: bag(proptag.AttachLongPathname, "/etc/passwd", proptag.AttachLongFilename, "passwd")},
		{Props: bag(proptag.AttachMimeTag, "image/png", proptag.AttachDataBinary, large("7"))},
	}
	if err := extract(t, dir, m); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"body.txt": "text", "body.html": "<p>x", "body.rtf": "html:<p>x", "header.txt": "From: a\r\n",
		"a.txt": "1", "A (2).TXT": "2", "_.._.._escape.txt": "3", "body (2).txt": "4", "_nul": "5",
		"In_side/body.txt": "inner", "In_side/a.txt": "deep", "attachment 7": "6", "attachment 9.png": "7",
	}
	if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := extract(t, dir, m); err != nil {
		t.Fatal(err)
	}
	again := contents(t, dir)
	for name, data := range want {
		if again[name] != data {
			t.Errorf("%s was changed to %q", name, again[name])
		}
	}
	if len(again) != 2*len(want) || again["body (3).txt"] != "text" && again["body (4).txt"] != "text" {
		t.Errorf("a second time makes %v", again)
	}
}

// TestExtractStaysInside puts a link that leads out of the folder in the way.
func TestExtractStaysInside(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights on Windows")
	}
	dir, outside := t.TempDir(), t.TempDir()
	for _, name := range []string{"Inside", "a.txt"} {
		if err := os.Symlink(filepath.Join(outside, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	inner := &mapi.Message{Props: bag(proptag.Subject, "Inside", proptag.Body, "x")}
	m := &mapi.Message{Attachments: []*mapi.Attachment{{Embedded: inner}, file("a.txt", "x")}}
	if err := extract(t, dir, m); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, outside); len(got) != 0 {
		t.Errorf("written outside: %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "Inside (2)", "body.txt")); err != nil {
		t.Error(err)
	}
}
