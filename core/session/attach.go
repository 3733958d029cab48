package session

import (
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// An Attachment is an attachment of a message (IAttach). What is done to it
// shows in the message after its SaveChanges, and is stored by the message's.
type Attachment struct {
	Object
	parent *Message
	num    int32

	// All guarded by the mutex of the document.
	work     bag           // what Object.bag points to
	embedded *mapi.Message // the message in it, never changed
	open     *Message      // embedded, while it is open
}

var _ node = (*Attachment)(nil)

// Number returns PidTagAttachNumber, by which the open message knows the
// attachment. It may be another one when the message is opened again.
func (a *Attachment) Number() int32 { return a.num }

// OpenAttach opens the attachment with a number from the attachment table:
// read-only, or for changes with Modify or, where the message allows it,
// BestAccess. An attachment that is open already is given out once more, with
// the access of its first open; each open takes a Release.
//
// Errors are MAPI_E_NOT_FOUND, and MAPI_E_NO_ACCESS for Modify on a read-only
// message.
func (m *Message) OpenAttach(num int32, flags OpenFlags) (*Attachment, error) {
	if err := m.begin(); err != nil {
		return nil, err
	}
	defer m.end()
	if err := checkFlags(flags, Modify|BestAccess); err != nil {
		return nil, m.fail(err)
	}
	i := m.work.find(num)
	if i < 0 {
		return nil, m.fail(fmt.Errorf("attachment %d: %w", num, mapi.ErrNotFound))
	}
	if a := m.opened[num]; a != nil {
		a.refs++
		return a, nil
	}
	writable := flags&BestAccess != 0 && m.writable
	if flags&Modify != 0 {
		if !m.writable {
			return nil, m.fail(mapi.ErrNoAccess)
		}
		writable = true
	}
	at := &m.work.attachments[i]
	a := m.newAttachment(num, writable)
	a.work = bag{props: slices.Clone(m.doc.names.adopt(at.a.Props)), extra: at.extra}
	a.embedded = at.a.Embedded
	return a, nil
}

// newAttachment registers an open attachment.
func (m *Message) newAttachment(num int32, writable bool) *Attachment {
	a := &Attachment{parent: m, num: num}
	a.Object = Object{doc: m.doc, node: a, writable: writable, refs: 1}
	a.bag = &a.work
	if m.opened == nil {
		m.opened = make(map[int32]*Attachment)
	}
	m.opened[num] = a
	return a
}

// CreateAttach makes a new attachment, open for changes. Its
// PidTagAttachMethod is 0, none, until it is set. Without SaveChanges of the
// attachment nothing comes of it. It returns MAPI_E_NO_ACCESS on a read-only
// message.
func (m *Message) CreateAttach(flags OpenFlags) (*Attachment, error) {
	if err := m.beginWrite(); err != nil {
		return nil, err
	}
	defer m.end()
	if err := checkFlags(flags, 0); err != nil {
		return nil, m.fail(err)
	}
	a := m.newAttachment(m.work.nextNum, true)
	m.work.nextNum++
	a.bag.set(proptag.AttachMethod, mapi.AttachNone)
	a.bag.set(proptag.RenderingPosition, int32(-1))
	return a, nil
}

// DeleteAttach deletes an attachment; the file has it until SaveChanges. If it
// is open it stays so, but saving it is MAPI_E_OBJECT_DELETED. Errors are
// MAPI_E_NOT_FOUND and MAPI_E_NO_ACCESS.
func (m *Message) DeleteAttach(num int32) error {
	if err := m.beginWrite(); err != nil {
		return err
	}
	defer m.end()
	i := m.work.find(num)
	if i < 0 {
		return m.fail(fmt.Errorf("attachment %d: %w", num, mapi.ErrNotFound))
	}
	m.setAttachments(slices.Delete(slices.Clone(m.work.attachments), i, i+1))
	return nil
}

// setAttachments replaces the list of attachments. Open ones that are in it no
// longer are deleted.
func (m *Message) setAttachments(list []attached) {
	old := m.work.attachments
	m.work.attachments = list
	for _, x := range old {
		if m.work.find(x.num) >= 0 {
			continue
		}
		_ = m.charge(-weighAttachment(x.a))
		if a := m.opened[x.num]; a != nil {
			a.deleted = true
		}
	}
	m.hasAttachments()
	m.touch()
}

// hasAttachments corrects PidTagHasAttachments, where the message has it, after
// a change of the list.
func (m *Message) hasAttachments() {
	if i := m.index(proptag.HasAttachments); i >= 0 {
		m.bag.props[i] = mapi.Prop{Tag: proptag.HasAttachments, Value: m.work.visible()}
	}
}

func weighAttachment(a *mapi.Attachment) int64 {
	n := weighProps(a.Props)
	if a.Embedded != nil {
		n += weigh(a.Embedded)
	}
	return n
}

// load is node.load.
func (a *Attachment) load() error { return nil }

// touch is node.touch: nothing of it shows before it is saved.
func (a *Attachment) touch() {}

// commit is node.commit: it puts the attachment into the message.
func (a *Attachment) commit(bool) error {
	m := a.parent
	if !m.writable {
		return mapi.ErrNoAccess
	}
	if err := m.load(); err != nil {
		return err
	}
	saved := attached{
		num: a.num, extra: a.bag.extra.Changed(),
		a: &mapi.Attachment{Props: slices.Clone(a.bag.props), Embedded: a.embedded},
	}
	if i := m.work.find(a.num); i >= 0 {
		saved.shown = m.work.attachments[i].shown
		m.work.attachments[i] = saved
	} else {
		m.work.attachments = append(m.work.attachments, saved)
		m.hasAttachments()
	}
	m.spent += a.spent // of an embedded message, until it is saved in turn
	m.touch()
	return nil
}

// forget is node.forget.
func (a *Attachment) forget() {
	if a.open != nil {
		a.open.kill()
	}
	if a.parent.opened[a.num] == a {
		delete(a.parent.opened, a.num)
	}
	a.work, a.embedded = bag{}, nil
}
