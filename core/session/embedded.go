package session

import (
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// setEmbedded changes what message is in the attachment, nil for none.
func (a *Attachment) setEmbedded(tree *mapi.Message, x *msg.Extra) {
	a.embedded = tree
	a.bag.extra = a.bag.extra.WithEmbedded(x)
	if tree == nil {
		if a.open != nil {
			a.open.deleted = true
		}
		return
	}
	if i := a.index(proptag.AttachDataObject); i >= 0 {
		_ = a.charge(-weighProps(a.bag.props[i : i+1]))
		a.bag.remove(i)
	}
	if method, _ := a.bag.props.Int32(proptag.AttachMethod); method != mapi.AttachEmbeddedMessage {
		a.bag.set(proptag.AttachMethod, mapi.AttachEmbeddedMessage)
	}
}

// openEmbedded opens the message in the attachment, or an empty one instead.
func (a *Attachment) openEmbedded(flags OpenFlags) (*Message, error) {
	if a.open != nil && flags&Create == 0 {
		a.open.refs++
		return a.open, nil
	}
	if a.open != nil {
		return nil, mapi.ErrNoAccess
	}
	if a.embedded == nil && flags&Create == 0 {
		if a.index(proptag.AttachDataObject) >= 0 {
			return nil, mapi.ErrInterfaceUnsupported
		}
		return nil, mapi.ErrNotFound
	}
	m := &Message{parent: a, tree: a.embedded, extra: a.bag.extra.Embedded()}
	m.Object = Object{doc: a.doc, node: m, writable: flags&Modify != 0 || flags&BestAccess != 0 && a.writable, refs: 1}
	if flags&Create != 0 {
		m.tree, m.extra = new(mapi.Message), nil
	}
	a.open = m
	return m, nil
}

// commitEmbedded hands an embedded message to its attachment.
func (m *Message) commitEmbedded() error {
	if !m.parent.writable {
		return mapi.ErrNoAccess
	}
	if err := m.view(); err != nil {
		return err
	}
	m.parent.setEmbedded(m.tree, m.extra)
	m.parent.spent += m.spent
	if m.work != nil {
		m.work.show()
		m.version++
	}
	return nil
}
