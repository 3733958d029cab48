package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A readerView is what an independent reader tells of a .msg file.
type readerView struct {
	Subject, From, Date, MessageID string
	To, Cc                         []string // addresses
	Text, HTML                     string   // words
	Files                          []string // name and SHA-256
	Embedded                       []string // subjects
}

// readerViewOf returns what a reader should tell.
func readerViewOf(v mailView) readerView {
	addresses := func(people []string) []string {
		list := []string{}
		for _, p := range people {
			list = append(list, strings.TrimSuffix(p[strings.LastIndexByte(p, '<')+1:], ">"))
		}
		return list
	}
	r := readerView{Subject: v.Subject, From: v.From, Date: v.Date, MessageID: v.MessageID, To: addresses(v.To), Cc: addresses(v.Cc),
		Text: v.Text, HTML: v.HTML, Files: []string{}, Embedded: []string{}}
	for _, a := range v.Attachments {
		r.Files = append(r.Files, fmt.Sprintf("%s %x", a.Name, sha256.Sum256([]byte(a.Data))))
	}
	slices.Sort(r.Files)
	for _, e := range v.Embedded {
		r.Embedded = append(r.Embedded, e.Subject)
	}
	return r
}

// extractMsg returns a Python that has extract-msg, or "".
func extractMsg() string {
	for _, python := range []string{filepath.Join("..", "..", ".bin", "readers", "bin", "python3"), "python3"} {
		if exec.Command(python, "-c", "import extract_msg").Run() == nil {
			return python
		}
	}
	return ""
}

// TestExtractMsgReadsWhatTheMailSaid asks a reader that knows messages, not only
// compound files.
func TestExtractMsgReadsWhatTheMailSaid(t *testing.T) {
	t.Parallel()
	python := extractMsg()
	if python == "" {
		t.Skip("extract-msg is not installed")
	}
	dir := t.TempDir()
	convert(t, "msg", dir, filepath.Join("..", "..", "testdata", "eml"))
	made, err := filepath.Glob(filepath.Join(dir, "*.msg"))
	if err != nil || len(made) == 0 {
		t.Fatal("nothing was made", err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(python, append([]string{filepath.Join("testdata", "readers", "extractmsg.py")}, made...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for _, path := range made {
		var got readerView
		if err := dec.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(readerViewOf(viewFile(t, path)), got); diff != "" {
			t.Errorf("%s: -ours +extract-msg:\n%s", filepath.Base(path), diff)
		}
	}
}

// TestMsgconvertReadsWhatTheMailSaid lets another program make mail of our
// messages, and reads that.
func TestMsgconvertReadsWhatTheMailSaid(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("msgconvert"); err != nil {
		t.Skip("msgconvert is not installed")
	}
	dir := t.TempDir()
	convert(t, "msg", filepath.Join(dir, "msg"), filepath.Join("..", "..", "testdata", "eml"))
	made, err := filepath.Glob(filepath.Join(dir, "msg", "*.msg"))
	if err != nil || len(made) == 0 {
		t.Fatal("nothing was made", err)
	}
	mail := filepath.Join(dir, "mail")
	if err := os.Mkdir(mail, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range made {
		name := strings.TrimSuffix(filepath.Base(path), ".msg") + ".eml"
		if out, err := exec.Command("msgconvert", "--outfile", filepath.Join(mail, name), path).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", path, err, out)
		}
	}
	convert(t, "msg", filepath.Join(dir, "again"), mail)
	for _, path := range made {
		want, got := readerViewOf(viewFile(t, path)), readerViewOf(viewFile(t, filepath.Join(dir, "again", filepath.Base(path))))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -ours +msgconvert:\n%s", filepath.Base(path), diff)
		}
	}
}
