package session

import (
	"fmt"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A Message is a message of a session. Its methods are safe for concurrent use;
// after the end of the message or the session they return
// MAPI_E_INVALID_OBJECT.
type Message struct {
	session  *Session
	storage  Storage
	flags    Flags
	report   problem.Reporter
	released func()

	gate gate // shut when the message or its session ends

	mu     sync.Mutex
	tree   *mapi.Message // guarded by mu; nil until it is read or set
	file   *msg.File     // guarded by mu; nil for a new message
	spent  int64         // guarded by mu; bytes taken from the allocator
	spools []*Spool      // guarded by mu
}

// open reads the directory and the named properties of an existing message.
func (m *Message) open() error {
	if m.storage.Size() == 0 {
		m.tree = new(mapi.Message)
		return nil
	}
	f, err := msg.Open(m.storage, m.storage.Size(), msg.ReadOptions{})
	if err != nil {
		return err
	}
	m.file = f
	return nil
}

// fail frees a message that did not come to be.
func (m *Message) fail(err error) error {
	m.free()
	return err
}

// Session returns the session that owns the message.
func (m *Message) Session() *Session { return m.session }

// Snapshot returns the message as a tree. Values held in memory count against
// the session's allocator; larger ones are read when they are opened, and only
// as long as the message and its session live. The tree belongs to the message
// and must not be changed.
//
// It returns MAPI_E_NOT_ENOUGH_MEMORY when the allocator refuses.
func (m *Message) Snapshot() (*mapi.Message, error) {
	if err := m.gate.enter(); err != nil {
		return nil, err
	}
	defer m.gate.leave()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tree != nil {
		return m.tree, nil
	}
	tree, err := m.file.Message(m.report)
	if err != nil {
		return nil, err
	}
	n := weigh(tree)
	if err := m.session.alloc.Take(n); err != nil {
		return nil, fmt.Errorf("message of %d bytes without its large values: %w", n, err)
	}
	m.spent += n
	m.guard(tree)
	m.tree = tree
	return tree, nil
}

// SetContents replaces the whole contents of the message by tree, which belongs
// to the message from here on. Nothing is written before SaveChanges.
func (m *Message) SetContents(tree *mapi.Message) error {
	if tree == nil {
		return mapi.ErrInvalidParameter
	}
	if err := m.gate.enter(); err != nil {
		return err
	}
	defer m.gate.leave()
	n := weigh(tree)
	if err := m.session.alloc.Take(n); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session.alloc.Give(m.spent)
	m.tree, m.spent = tree, n
	return nil
}

// SaveChanges writes the message to its storage and, unless the message was
// opened with NoStorageCommit, commits that. On an error nothing is committed
// and the message stays as it was.
func (m *Message) SaveChanges() error {
	if err := m.gate.enter(); err != nil {
		return err
	}
	defer m.gate.leave()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tree == nil { // an existing message that nobody looked into
		return nil
	}
	w, err := m.storage.Rewrite()
	if err != nil {
		return err
	}
	if err := msg.Write(w, m.tree, msg.WriteOptions{}, m.report); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if m.flags&NoStorageCommit != 0 {
		return nil
	}
	return m.storage.Commit()
}

// Release ends the message before its session does. The session is the
// backstop: forgetting to call Release costs memory until the session closes,
// nothing else. Calling it twice does nothing.
func (m *Message) Release() {
	m.session.forget(m)
	m.free()
}

// free waits for operations under way, gives everything back and runs released.
// Only the first call does anything.
func (m *Message) free() {
	if !m.gate.close() {
		return
	}
	m.mu.Lock()
	m.session.alloc.Give(m.spent)
	spools := m.spools
	m.tree, m.file, m.spent, m.spools = nil, nil, 0, nil
	m.mu.Unlock()
	for _, sp := range spools {
		sp.free()
	}
	_ = m.storage.Close() // what was not committed is dropped in any case
	if m.released != nil {
		m.released()
	}
}

// guard replaces the large values of a tree by ones that die with the message.
func (m *Message) guard(tree *mapi.Message) {
	each(tree, func(p *mapi.Prop) {
		if v, ok := p.Value.(mapi.Large); ok {
			p.Value = &guarded{m, v}
		}
	})
}

// guarded is a large value of a message.
type guarded struct {
	m *Message
	v mapi.Large
}

func (g *guarded) Size() int64 { return g.v.Size() }

func (g *guarded) Open() (io.ReadCloser, error) {
	if err := g.m.gate.enter(); err != nil {
		return nil, err
	}
	defer g.m.gate.leave()
	r, err := g.v.Open()
	if err != nil {
		return nil, err
	}
	return &guardedReader{g.m, r}, nil
}

// guardedReader is a stream of a message. Each Read is one operation.
type guardedReader struct {
	m *Message
	r io.ReadCloser
}

func (g *guardedReader) Read(p []byte) (int, error) {
	if err := g.m.gate.enter(); err != nil {
		return 0, err
	}
	defer g.m.gate.leave()
	return g.r.Read(p)
}

func (g *guardedReader) Close() error { return g.r.Close() }
