package session

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// OpenProperty opens a property as the object that iid names: a *[Stream] for
// IIDStream and, on PidTagAttachDataObject, IIDStreamDocfile; an *[ObjectStorage]
// for IIDStorage there; the *[Message] in an attachment for IIDMessage; a *[Table] for IIDTable on
// PidTagMessageRecipients and PidTagMessageAttachments. OpenStream, OpenStorage,
// OpenMessage, GetRecipientTable and GetAttachmentTable do the same by type.
//
// Errors are MAPI_E_INVALID_PARAMETER for PtypUnspecified and for Create
// without Modify, MAPI_E_INTERFACE_NOT_SUPPORTED for an interface that the
// property does not have, MAPI_E_NO_ACCESS for Modify on a read-only object,
// MAPI_E_CORRUPT_DATA for a stored object that is no compound file, and
// MAPI_E_NOT_FOUND. A message in an attachment is not to be had as a storage: MAPI
// calls what comes of it unpredictable.
func (o *Object) OpenProperty(tag mapi.Tag, iid mapi.GUID, flags OpenFlags) (any, error) {
	if err := o.begin(); err != nil {
		return nil, err
	}
	defer o.end()
	v, err := o.openProperty(tag, iid, flags)
	if err != nil {
		return nil, o.fail(fmt.Errorf("open property %v: %w", tag, err))
	}
	return v, nil
}

// openProperty is OpenProperty inside an operation.
func (o *Object) openProperty(tag mapi.Tag, iid mapi.GUID, flags OpenFlags) (any, error) {
	if err := o.mayOpen(tag, flags); err != nil {
		return nil, err
	}
	m, isMessage := o.node.(*Message)
	a, isAttachment := o.node.(*Attachment)
	switch {
	case isMessage && iid == IIDTable && tag == recipientsTag:
		return newTable(m, recipientTable), nil
	case isMessage && iid == IIDTable && tag == attachmentsTag:
		return newTable(m, attachmentTable), nil
	case isAttachment && iid == IIDMessage && tag == proptag.AttachDataObject:
		return pointer(a.openEmbedded(flags))
	case isAttachment && iid == IIDStorage && tag == proptag.AttachDataObject && a.embedded == nil:
		return pointer(o.openStorage(tag, flags))
	case iid == IIDStream && streamable(tag.Type()),
		isAttachment && iid == IIDStreamDocfile && tag == proptag.AttachDataObject && a.embedded == nil:
		return pointer(o.openStream(tag, flags))
	}
	return nil, mapi.ErrInterfaceUnsupported
}

// pointer keeps a nil pointer from becoming an interface that is not nil.
func pointer[T any](p *T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

// streamable reports whether values of the type are streams of bytes.
func streamable(t mapi.Type) bool {
	return t == mapi.PtypString || t == mapi.PtypString8 || t == mapi.PtypBinary || t == mapi.PtypServerID
}

// mayOpen checks what does not depend on the interface.
func (o *Object) mayOpen(tag mapi.Tag, flags OpenFlags) error {
	if err := checkFlags(flags, Modify|Create|BestAccess); err != nil {
		return err
	}
	switch {
	case tag.Type() == mapi.PtypUnspecified, flags&(Create|Modify) == Create:
		return mapi.ErrInvalidParameter
	case flags&Modify != 0 && !o.writable:
		return mapi.ErrNoAccess
	}
	return nil
}

// OpenStream opens a string or binary property, or the storage of an OLE
// attachment, as a stream; see [Object.OpenProperty].
func (o *Object) OpenStream(tag mapi.Tag, flags OpenFlags) (*Stream, error) {
	iid := IIDStream
	if tag.Type() == mapi.PtypObject {
		iid = IIDStreamDocfile
	}
	v, err := o.OpenProperty(tag, iid, flags)
	if err != nil {
		return nil, err
	}
	return v.(*Stream), nil
}

// OpenStorage opens the stored object of an attachment, such as an OLE document; see
// [Object.OpenProperty]. With Modify|Create it is a new, empty one.
// PidTagAttachMethod is the caller's to set.
func (a *Attachment) OpenStorage(flags OpenFlags) (*ObjectStorage, error) {
	v, err := a.OpenProperty(proptag.AttachDataObject, IIDStorage, flags)
	if err != nil {
		return nil, err
	}
	return v.(*ObjectStorage), nil
}

// OpenMessage opens the message in an attachment; see [Object.OpenProperty].
// With Modify|Create it is a new, empty one. A message that is open already is
// given out once more, with the access of its first open; each open takes a
// Release.
func (a *Attachment) OpenMessage(flags OpenFlags) (*Message, error) {
	v, err := a.OpenProperty(proptag.AttachDataObject, IIDMessage, flags)
	if err != nil {
		return nil, err
	}
	return v.(*Message), nil
}
