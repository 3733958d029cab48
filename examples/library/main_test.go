package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	hello, err := os.ReadFile(filepath.Join("..", "..", "testdata", "msg", "hello.msg"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hello.msg")
	if err := os.WriteFile(path, hello, 0o600); err != nil {
		t.Fatal(err)
	}
	subject, err := edit(path)
	if err != nil {
		t.Fatal(err)
	}
	edited, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := session.OpenMessage(session.NewAllocator(1<<20), session.NewReaderStorage(bytes.NewReader(edited), int64(len(edited))), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Release()
	tree, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Props.String(proptag.Subject); got == "" || got != subject {
		t.Errorf("edit() = %q, the message says %q", subject, got)
	}
	if n := len(tree.Attachments); n != 1 || tree.Attachments[0].Props.String(proptag.AttachLongFilename) != "note.txt" {
		t.Errorf("%d attachments", n)
	}
	last := tree.Recipients[len(tree.Recipients)-1]
	if last.String(proptag.EmailAddress) != "ann@example.com" || tree.Props.String(proptag.DisplayCc) != "Ann Example" {
		t.Errorf("recipient %v, Cc %q", last, tree.Props.String(proptag.DisplayCc))
	}
}

// TestREADMEQuotesTheProgram holds the README to what is run here.
func TestREADMEQuotesTheProgram(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, edit, ok := strings.Cut(string(source), "// edit changes")
	if !ok || !strings.Contains(string(readme), strings.TrimSpace(edit)) {
		t.Error("README.md does not quote edit as it is in main.go")
	}
}
