package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// readMemory is what the messages that a command looks at may take, in bytes.
const readMemory = 1 << 30

// A reader opens messages of any format to be looked at. Those that are no .msg
// files are read by the built-in plugin, which is started for the first of them.
// Not safe for concurrent use.
type reader struct {
	session *session.Session
	pool    *pluginhost.Pool // nil until it is needed
	inputs  []*store.Source  // that messages refer to
}

func newReader() (*reader, error) {
	s, err := session.Open(session.NewAllocator(readMemory), session.Unicode)
	return &reader{session: s}, err
}

// close ends all messages that were opened.
func (r *reader) close() {
	r.session.Close()
	if r.pool != nil {
		_ = r.pool.Close() // nothing of the plugin's is wanted any more
	}
	for _, in := range r.inputs {
		in.Close()
	}
}

// A looked is a message that was opened, and how it was found.
type looked struct {
	*mapi.Message
	format   string // msg or eml
	problems problem.List
	release  func() // frees the message before the reader is closed
}

// open reads the message in a file; the tree lives as long as the reader. Errors
// have their exit code: usage for a file that cannot be opened.
func (r *reader) open(ctx context.Context, path string) (*looked, error) {
	src, err := store.OpenSource(path)
	if err != nil {
		return nil, readError(path, err)
	}
	m := &looked{format: "msg"}
	if isMail(src, path) {
		m.format = "eml"
		err = r.imports(ctx, src, m)
	} else {
		err = r.opens(src, m)
	}
	if err != nil {
		return nil, readError(path, err)
	}
	return m, nil
}

// isMail reports whether a file is read as an Internet message: by what it looks
// like, else by its name. Everything else is a .msg file, or fails as one.
func isMail(src *store.Source, path string) bool {
	head := make([]byte, 256<<10)
	n, _ := src.ReadAt(head, 0) // errors show when the message is read
	switch batch.Sniff(head[:n]) {
	case batch.KindEML:
		return true
	case batch.KindMSG:
		return false
	}
	return strings.EqualFold(filepath.Ext(path), ".eml")
}

// opens opens a .msg file. It takes src.
func (r *reader) opens(src *store.Source, m *looked) error {
	msg, err := r.session.OpenMessage(src, session.Unicode, m.problems.Add, nil)
	if err != nil {
		return err
	}
	m.release = msg.Release
	m.Message, err = msg.Snapshot()
	return err
}

// imports reads another file by the plugin. It takes src.
func (r *reader) imports(ctx context.Context, src *store.Source, m *looked) error {
	r.inputs = append(r.inputs, src)
	if r.pool == nil {
		command, err := builtinCommand("eml")
		if err != nil {
			return err
		}
		popt, err := pluginOptions("")
		if err != nil {
			return err
		}
		popt.Processes = 1
		if r.pool, err = pluginhost.Start(ctx, command, popt); err != nil {
			return err
		}
	}
	msg, err := r.session.OpenMessage(session.NewMemory(nil), session.Unicode|session.NoStorageCommit, m.problems.Add, nil)
	if err != nil {
		return err
	}
	m.release = msg.Release
	job := &session.Job{Direction: session.Import, Format: m.format, Message: msg, Input: transfer.NewInput(src, src.Size()), Report: m.problems.Add}
	if err := r.pool.Convert(ctx, job); err != nil {
		return err
	}
	m.Message, err = msg.Snapshot()
	return err
}

// readError says which file could not be read.
func readError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return &exitError{code: exitUsage, err: err}
	}
	return &exitError{code: exitPartial, err: fmt.Errorf("%s: %w", path, err)}
}

// warn prints what had to be repaired in reading.
func (m *looked) warn(stderr io.Writer, path string) {
	for _, p := range m.problems {
		fmt.Fprintf(stderr, "oxbridge: %s: %s\n", path, p)
	}
}
