package session

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A Message is a message of a session (IMessage), either at the top or embedded
// in an attachment. Its methods are safe for concurrent use; after the end of
// the message or the session they return MAPI_E_INVALID_OBJECT.
type Message struct {
	Object
	parent *Attachment // nil at the top

	// All guarded by the mutex of the document.
	tree    *mapi.Message         // nil until it is read or set, and after a change
	extra   *msg.Extra            // what goes with tree
	work    *contents             // nil until the message is worked on
	opened  map[int32]*Attachment // open attachments by number
	stale   []*Attachment         // open ones that SetContents has left without a place
	version int                   // counts changes that tables show
}

var _ node = (*Message)(nil)

// newMessageOn returns the top-level message of a document that is open.
func newMessageOn(d *document) *Message {
	m := &Message{}
	m.Object = Object{doc: d, node: m, writable: !d.readOnly, refs: 1}
	if d.file == nil {
		m.tree = new(mapi.Message)
	}
	return m
}

// Session returns the session that owns the message. A free-standing message
// has one of its own.
func (m *Message) Session() *Session { return m.doc.session }

// Snapshot returns the message as a tree. Values held in memory count against
// the session's allocator; larger ones are read when they are opened, and only
// as long as the message and its session live. The tree belongs to the message
// and must not be changed; later changes of the message do not show in it.
//
// It returns MAPI_E_NOT_ENOUGH_MEMORY when the allocator refuses.
func (m *Message) Snapshot() (*mapi.Message, error) {
	if err := m.doc.enter(); err != nil {
		return nil, err
	}
	defer m.doc.leave()
	if m.dead {
		return nil, mapi.ErrInvalidObject
	}
	err := m.view()
	return m.tree, err
}

// view makes m.tree and m.extra what the message is at the moment.
func (m *Message) view() error {
	switch {
	case m.tree != nil:
		return nil
	case m.work != nil:
		m.tree, m.extra = m.work.tree()
		return nil
	}
	tree, extra, err := m.doc.file.MessageExtra(m.doc.report)
	if err != nil {
		return err
	}
	n := weigh(tree)
	if err := m.doc.charge(n); err != nil {
		return fmt.Errorf("message of %d bytes without its large values: %w", n, err)
	}
	m.doc.guard(tree)
	m.doc.names.take(tree)
	m.tree, m.extra = tree, extra
	return nil
}

// load makes m.work and the property bag ready.
func (m *Message) load() error {
	if m.work != nil {
		return nil
	}
	if err := m.view(); err != nil {
		return err
	}
	m.work = newContents(m.tree, m.extra, &m.doc.names)
	m.bag = &m.work.bag
	return nil
}

// touch says that the contents have changed.
func (m *Message) touch() {
	m.tree, m.extra = nil, nil
	m.version++
}

// SetContents replaces the whole contents of the message by tree, which belongs
// to the message from here on. Attachments that are open lose their place:
// saving one is MAPI_E_OBJECT_DELETED. Nothing is written before SaveChanges.
func (m *Message) SetContents(tree *mapi.Message) error {
	if tree == nil {
		return mapi.ErrInvalidParameter
	}
	if err := m.doc.enter(); err != nil {
		return err
	}
	defer m.doc.leave()
	if err := m.mayWrite(); err != nil {
		return err
	}
	n := weigh(tree)
	if m.parent != nil {
		if err := m.charge(n); err != nil {
			return err
		}
	} else {
		if err := m.doc.session.alloc.Take(n); err != nil {
			return err
		}
		m.doc.session.alloc.Give(m.doc.spent)
		m.doc.spent = n
	}
	for _, a := range m.opened {
		a.deleted = true
		m.stale = append(m.stale, a)
	}
	m.opened = nil
	m.touch()
	m.tree, m.work, m.bag = tree, nil, nil
	return nil
}

// Template reports whether the file of the message is an Outlook template (.oft).
func (m *Message) Template() bool {
	m.doc.mu.Lock()
	defer m.doc.mu.Unlock()
	return m.doc.oft
}

// SetTemplate says whether the file that the next SaveChanges writes is an
// Outlook template.
func (m *Message) SetTemplate(template bool) {
	m.doc.mu.Lock()
	defer m.doc.mu.Unlock()
	m.doc.oft = template
}

// commit writes a top-level message to its storage, and hands an embedded one
// to its attachment.
func (m *Message) commit(force bool) error {
	if m.parent != nil {
		return m.commitEmbedded()
	}
	if m.tree == nil && m.work == nil && !m.doc.recode { // an existing message that nobody looked into
		return nil
	}
	if err := m.doc.changed(force); err != nil {
		return err
	}
	if err := m.view(); err != nil {
		return err
	}
	if err := m.doc.write(m.tree, m.extra); err != nil {
		return err
	}
	if m.work != nil {
		m.work.show()
		m.version++
	}
	return nil
}

// Release gives back one reference to the message. The last one ends the
// message and everything opened through it, before the session does. The
// session is the backstop: forgetting to call Release costs memory until the
// session closes, nothing else. Calling it too often does nothing.
func (m *Message) Release() {
	if m.parent != nil {
		m.Object.Release()
		return
	}
	m.doc.session.forget(m)
	m.free()
}

// free ends a top-level message.
func (m *Message) free() {
	m.doc.free(func() {
		m.tree, m.extra, m.work, m.bag, m.opened, m.dead = nil, nil, nil, nil, nil, true
	})
}

// forget is node.forget, for an embedded message.
func (m *Message) forget() {
	for _, a := range m.opened {
		a.kill()
	}
	for _, a := range m.stale {
		a.kill()
	}
	m.tree, m.extra, m.work, m.bag, m.opened, m.stale = nil, nil, nil, nil, nil, nil
	if m.parent.open == m {
		m.parent.open = nil
	}
}

// NewSpool returns an empty spool that is freed with the document of the
// message.
func (m *Message) NewSpool() *Spool { return m.doc.newSpool() }

// OpenMessage makes a free-standing message over st, which no session closes
// (OpenIMsgOnIStg without a session): it lives until its Release. Otherwise it
// is as [Session.OpenMessage].
func OpenMessage(alloc *Allocator, st Storage, flags Flags, report problem.Reporter, released func()) (*Message, error) {
	s, err := Open(alloc, 0)
	if err != nil {
		if st != nil {
			newDocument(nil, st, flags, report, released).abandon()
		}
		return nil, err
	}
	return s.OpenMessage(st, flags, report, released)
}
