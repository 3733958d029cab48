// Package host has the real host for the tests of examples.
package host

import (
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// Start starts one process of a plugin, for as long as the test lasts.
func Start(t testing.TB, c pluginhost.Command) *pluginhost.Pool {
	t.Helper()
	pool, err := pluginhost.Start(t.Context(), c, pluginhost.Options{Processes: 1, StartTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return pool
}

// Message opens a message with the contents of tree, or without any if that is nil,
// in a session of its own that lasts as long as the test.
func Message(t testing.TB, tree *mapi.Message) *session.Message {
	t.Helper()
	s, err := session.Open(session.NewAllocator(1<<30), session.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	m, err := s.OpenMessage(session.NewMemory(nil), session.Unicode, nil, nil)
	if err == nil && tree != nil {
		err = m.SetContents(tree)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}
