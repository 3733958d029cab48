package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// Properties that stand for the lists of a message.
const (
	recipientsTag  mapi.Tag = 0x0E12000D // PR_MESSAGE_RECIPIENTS
	attachmentsTag mapi.Tag = 0x0E13000D // PR_MESSAGE_ATTACHMENTS
)

// Values of PidTagAccessLevel and PidTagObjectType ([MS-OXPROPS]).
const (
	accessReadOnly int32 = 0
	accessModify   int32 = 1
	typeMessage    int32 = 5
	typeAttachment int32 = 7
)

// unicodeStore is the PidTagStoreSupportMask of messages whose strings are
// stored as Unicode; its bit unicodeOK says so.
const (
	unicodeStore int32 = 0x00040E79
	unicodeOK    int32 = 0x00040000 // STORE_UNICODE_OK
)

// storeSupport is the PidTagStoreSupportMask of the objects of a document.
func (d *document) storeSupport() int32 {
	if d.page != 0 {
		return unicodeStore &^ unicodeOK
	}
	return unicodeStore
}

// CodePage returns the code page in which the strings of the file are stored at
// the next SaveChanges, 0 for Unicode. For an existing ANSI file it is its own,
// unless the message was opened with [Unicode].
func (m *Message) CodePage() (int, error) {
	if err := m.begin(); err != nil {
		return 0, err
	}
	defer m.end()
	return m.doc.page, nil
}

// SetCodePage says how the strings of the file are stored from the next
// SaveChanges on: in a code page such as 1252 or 932, which makes a file for
// Outlook before 2003, or, with 0, as Unicode. Embedded messages follow. What the
// page lacks is reported as a loss when the file is written. Strings are read and
// set as before, in UTF-8.
//
// It returns MAPI_E_INVALID_PARAMETER for a page that strings cannot be stored in,
// and MAPI_E_NO_ACCESS for a message that is read-only.
func (m *Message) SetCodePage(page int) error {
	if !msg.CanWrite(page) {
		return mapi.ErrInvalidParameter
	}
	if err := m.doc.enter(); err != nil {
		return err
	}
	defer m.doc.leave()
	if !m.writable {
		return mapi.ErrNoAccess
	}
	m.doc.page, m.doc.asked, m.doc.recode = page, true, true
	return nil
}

// computedTags are what callers cannot set: it follows from something else.
var computedTags = []mapi.Tag{
	proptag.AccessLevel, proptag.ObjectType, proptag.StoreSupportMask, proptag.HasAttachments,
	proptag.AttachNumber, proptag.AttachSize, recipientsTag, attachmentsTag,
}

func isComputed(tag mapi.Tag) bool {
	return slices.ContainsFunc(computedTags, func(t mapi.Tag) bool { return t.ID() == tag.ID() })
}

// computed is node.computed.
func (m *Message) computed(tag mapi.Tag) (mapi.Prop, bool) {
	v, ok := mapi.Value(nil), true
	t := proptag.AccessLevel
	switch tag.ID() {
	case proptag.AccessLevel.ID():
		v = access(m.writable)
	case proptag.ObjectType.ID():
		t, v = proptag.ObjectType, typeMessage
	case proptag.StoreSupportMask.ID():
		t, v = proptag.StoreSupportMask, m.doc.storeSupport()
	case proptag.HasAttachments.ID():
		t, v = proptag.HasAttachments, m.work.visible()
		ok = m.index(proptag.HasAttachments) < 0
	case recipientsTag.ID():
		t = recipientsTag
	case attachmentsTag.ID():
		t = attachmentsTag
	default:
		ok = false
	}
	return mapi.Prop{Tag: t, Value: v}, ok
}

// objects is node.objects.
func (m *Message) objects() []mapi.Tag {
	var tags []mapi.Tag
	if len(m.work.recipients) > 0 {
		tags = append(tags, recipientsTag)
	}
	if len(m.work.attachments) > 0 {
		tags = append(tags, attachmentsTag)
	}
	return tags
}

// computed is node.computed.
func (a *Attachment) computed(tag mapi.Tag) (mapi.Prop, bool) {
	switch tag.ID() {
	case proptag.AccessLevel.ID():
		return mapi.Prop{Tag: proptag.AccessLevel, Value: access(a.writable)}, true
	case proptag.ObjectType.ID():
		return mapi.Prop{Tag: proptag.ObjectType, Value: typeAttachment}, true
	case proptag.StoreSupportMask.ID():
		return mapi.Prop{Tag: proptag.StoreSupportMask, Value: a.doc.storeSupport()}, true
	case proptag.AttachNumber.ID():
		return mapi.Prop{Tag: proptag.AttachNumber, Value: a.num}, true
	case proptag.AttachDataObject.ID():
		if t := tag.Type(); a.embedded != nil && (t == mapi.PtypObject || t == mapi.PtypUnspecified) {
			return mapi.Prop{Tag: proptag.AttachDataObject}, true
		}
	}
	return mapi.Prop{}, false
}

// objects is node.objects.
func (a *Attachment) objects() []mapi.Tag {
	if a.embedded != nil {
		return []mapi.Tag{proptag.AttachDataObject}
	}
	return nil
}

func access(writable bool) int32 {
	if writable {
		return accessModify
	}
	return accessReadOnly
}

// removeObject empties what a PtypObject property stands for.
func (o *Object) removeObject(id uint16) bool {
	switch n := o.node.(type) {
	case *Message:
		switch id {
		case recipientsTag.ID():
			n.setRecipients(nil)
		case attachmentsTag.ID():
			n.setAttachments(nil)
		default:
			return false
		}
	case *Attachment:
		if id != proptag.AttachDataObject.ID() || n.embedded == nil {
			return false
		}
		n.setEmbedded(nil, nil)
	}
	o.node.touch()
	return true
}
