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
// files are read by the built-in plugin for their format, which is started for the
// first of them.
// Not safe for concurrent use.
type reader struct {
	session *session.Session
	pools   map[string]*pluginhost.Pool // by format, once they are needed
	inputs  []*store.Source             // that messages refer to
}

func newReader() (*reader, error) {
	s, err := session.Open(session.NewAllocator(readMemory), session.Unicode)
	return &reader{session: s, pools: map[string]*pluginhost.Pool{}}, err
}

// close ends all messages that were opened.
func (r *reader) close() {
	r.session.Close()
	for _, pool := range r.pools {
		_ = pool.Close() // nothing of the plugin's is wanted any more
	}
	for _, in := range r.inputs {
		in.Close()
	}
}

// A looked is a message that was opened, and how it was found.
type looked struct {
	*mapi.Message
	format   string // msg, eml or json
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
	m := &looked{format: formatOf(src, path)}
	if m.format == "msg" {
		err = r.opens(src, m)
	} else {
		err = r.imports(ctx, src, m)
	}
	if err != nil {
		return nil, readError(path, err)
	}
	return m, nil
}

// formatOf returns the format in which a file is read: that which it looks like,
// else that of its name. Everything else is a .msg file, or fails as one.
func formatOf(src *store.Source, path string) string {
	head := make([]byte, 256<<10)
	n, _ := src.ReadAt(head, 0) // errors show when the message is read
	switch batch.Sniff(head[:n]) {
	case batch.KindEML:
		return "eml"
	case batch.KindJSON:
		return "json"
	case batch.KindMSG:
		return "msg"
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".eml", ".json":
		return ext[1:]
	}
	return "msg"
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
	pool, err := r.plugin(ctx, m.format)
	if err != nil {
		return err
	}
	msg, err := r.session.OpenMessage(session.NewMemory(nil), session.Unicode|session.NoStorageCommit, m.problems.Add, nil)
	if err != nil {
		return err
	}
	m.release = msg.Release
	job := &session.Job{Direction: session.Import, Format: m.format, Message: msg, Input: transfer.NewInput(src, src.Size()), Report: m.problems.Add}
	if err := pool.Convert(ctx, job); err != nil {
		return err
	}
	m.Message, err = msg.Snapshot()
	return err
}

// plugin returns the built-in plugin that reads a format.
func (r *reader) plugin(ctx context.Context, format string) (*pluginhost.Pool, error) {
	if pool := r.pools[format]; pool != nil {
		return pool, nil
	}
	command, err := builtinCommand(format)
	if err != nil {
		return nil, err
	}
	popt, err := pluginOptions("")
	if err != nil {
		return nil, err
	}
	popt.Processes = 1
	pool, err := pluginhost.Start(ctx, command, popt)
	if err == nil {
		r.pools[format] = pool
	}
	return pool, err
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
