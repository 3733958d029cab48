package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// seedFiles adds the files of testdata with an extension to a corpus.
func seedFiles(f *testing.F, ext string) {
	f.Helper()
	paths, _ := filepath.Glob(filepath.Join("..", "..", "testdata", ext, "*."+ext))
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// pluginProcess is the built-in plugin as a process of its own.
func pluginProcess(f *testing.F) converter {
	f.Helper()
	command, err := builtinCommand("eml")
	if err != nil {
		f.Fatal(err)
	}
	pool, err := pluginhost.Start(f.Context(), command, pluginhost.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = pool.Close() })
	return pool
}

// FuzzMessageBecomesMail makes mail of any bytes that open as a message: a
// header of nothing but fields, and the same mail each time. What is made of
// that mail is a sound file.
func FuzzMessageBecomesMail(f *testing.F) {
	seedFiles(f, "msg")
	f.Fuzz(func(t *testing.T, file []byte) {
		mail, err := toEml(t, inProcess(), file, nil, nil)
		if errors.Is(err, errNoMessage) {
			return
		}
		if err != nil {
			t.Fatalf("export: %v", err)
		}
		if again := throughEml(t, file, nil); !bytes.Equal(mail, again) {
			t.Error("another time it is other mail")
		}
		checkHeader(t, "the mail", mail)
		throughMsg(t, mail, nil)
	})
}

// FuzzMailOverTheWire makes .msg files of any bytes, in this process and by the
// plugin process: the same file with the same problems, or the same refusal.
func FuzzMailOverTheWire(f *testing.F) {
	seedFiles(f, "eml")
	for _, seed := range []string{signedMail, bounce, "From: a\n\nb", "Subject: =?utf-8?q?=00?=\n\nbegin 644 a\n#86)C\n`\nend\n"} {
		f.Add([]byte(seed))
	}
	over := pluginProcess(f)
	f.Fuzz(func(t *testing.T, mail []byte) {
		sameByBoth(t, over, mail, toMsg)
	})
}

// FuzzMessageOverTheWire makes mail of any bytes that open as a message, in this
// process and by the plugin process.
func FuzzMessageOverTheWire(f *testing.F) {
	seedFiles(f, "msg")
	over := pluginProcess(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		sameByBoth(t, over, file, toEml)
	})
}

// sameByBoth converts an input in this process and over the wire.
func sameByBoth(t *testing.T, over converter, in []byte, convert func(*testing.T, converter, []byte, map[string]string, problem.Reporter) ([]byte, error)) {
	t.Helper()
	var said [2]problem.List
	direct, err1 := convert(t, inProcess(), in, nil, said[0].Add)
	wired, err2 := convert(t, over, in, nil, said[1].Add)
	if (err1 == nil) != (err2 == nil) {
		t.Fatalf("in process: %v; over the wire: %v", err1, err2)
	}
	if err1 == nil && !bytes.Equal(direct, wired) {
		t.Errorf("in process %d bytes, over the wire %d others", len(direct), len(wired))
	}
	if diff := cmp.Diff(said[0], said[1]); diff != "" {
		t.Errorf("problems -in process +over the wire:\n%s", diff)
	}
}
