package main

import (
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// openTree reads a .msg file; the tree lives as long as the session.
func openTree(s *session.Session, path string) (*mapi.Message, problem.List, error) {
	src, err := store.OpenSource(path)
	if err != nil {
		return nil, nil, err
	}
	var m looked
	err = (&reader{session: s}).opens(src, &m)
	return m.Message, m.problems, err
}
