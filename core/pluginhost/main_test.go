package pluginhost

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost/roletest"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestMain makes the test binary a plugin, good or bad, when a pool starts it so.
func TestMain(m *testing.M) { roletest.Main(m, roles) }

// patience is the safety net of the tests: nothing waits that long.
const patience = 30 * time.Second

// play is the command that starts this binary in a role.
func play(role string, env ...string) Command {
	return Command{Name: "torture", Path: os.Args[0], Env: append(roletest.Env(role), env...)}
}

// within is a context with the safety net.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// start starts a pool of a role and closes it at the end of the test.
func start(t *testing.T, role string, o Options) *Pool {
	t.Helper()
	o.StartTimeout = patience // the machine may be busy
	p, err := Start(within(t), play(role), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return p
}

// storage is a storage that holds nothing.
type storage struct{}

func (storage) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }
func (storage) Size() int64                       { return 0 }
func (storage) Rewrite() (io.WriteSeeker, error)  { return nil, mapi.ErrNoAccess }
func (storage) Commit() error                     { return nil }
func (storage) Close() error                      { return nil }

// export makes a job that exports a message with a subject, and the buffer that
// takes the file.
func export(t *testing.T, subject string) (*session.Job, *bytes.Buffer) {
	t.Helper()
	s, err := session.Open(session.NewAllocator(1<<30), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	m, err := s.OpenMessage(storage{}, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := &mapi.Message{}
	tree.Props.Set(proptag.Subject, subject)
	if err := m.SetContents(tree); err != nil {
		t.Fatal(err)
	}
	out := new(bytes.Buffer)
	return &session.Job{Direction: session.Export, Format: "x", Message: m, Output: out}, out
}
