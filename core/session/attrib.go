package session

import (
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// Attributes of a property (PROPATTR_*, [MS-OXMSG] 2.4.2).
const (
	AttrMandatory  uint32 = 0x1 // must not be deleted
	AttrReadable   uint32 = 0x2
	AttrWritable   uint32 = 0x4
	AttrNotPresent uint32 = 0x8 // there is no such property
)

// GetAttribIMsgOnIStg returns the attributes of tags, in the same order, whatever
// their types: AttrNotPresent for a property that is not stored. A tag of type
// PtypErrorCode or of id 0 gives 0 and MAPI_W_ERRORS_RETURNED. No tags are
// MAPI_E_INVALID_PARAMETER.
func (o *Object) GetAttribIMsgOnIStg(tags []mapi.Tag) ([]uint32, mapi.Code, error) {
	if err := o.begin(); err != nil {
		return nil, 0, err
	}
	defer o.end()
	if len(tags) == 0 {
		return nil, 0, o.fail(mapi.ErrInvalidParameter)
	}
	attrs, code := make([]uint32, len(tags)), mapi.OK
	for i, tag := range tags {
		switch at := o.index(tag); {
		case tag.Type() == mapi.PtypErrorCode || tag.ID() == 0:
			code = mapi.WarnErrorsReturned
		case at < 0:
			attrs[i] = AttrNotPresent
		default:
			attrs[i] = o.attr(&o.bag.props[at])
		}
	}
	return attrs, code, nil
}

// SetAttribIMsgOnIStg sets the attributes of tags, which stay with the property in
// the file. A property without AttrWritable cannot be set or deleted, one
// without AttrReadable not be read, one with AttrMandatory not be deleted.
// Problems are MAPI_E_NOT_FOUND for a property that is not stored and
// MAPI_E_INVALID_PARAMETER for other bits. Lists of different lengths, or
// empty, are MAPI_E_INVALID_PARAMETER.
//
// Of the properties that Outlook writes as read-only anyway, such as
// PidTagCreationTime, only those that are computed here refuse to be set.
func (o *Object) SetAttribIMsgOnIStg(tags []mapi.Tag, attrs []uint32) ([]PropProblem, error) {
	if err := o.beginWrite(); err != nil {
		return nil, err
	}
	defer o.end()
	if len(tags) == 0 || len(tags) != len(attrs) {
		return nil, o.fail(mapi.ErrInvalidParameter)
	}
	var problems []PropProblem
	for i, tag := range tags {
		at := o.index(tag)
		switch {
		case at < 0:
			problems = append(problems, PropProblem{i, tag, mapi.ErrNotFound})
		case attrs[i]&^(AttrMandatory|AttrReadable|AttrWritable) != 0:
			problems = append(problems, PropProblem{i, tag, mapi.ErrInvalidParameter})
		default:
			o.bag.extra = o.bag.extra.WithAttr(o.bag.props[at].Tag, attrs[i])
			o.node.touch()
		}
	}
	return problems, nil
}

// attrOf returns the attributes of a property.
func attrOf(x *msg.Extra, p *mapi.Prop) uint32 {
	if a, ok := x.Attr(p.Tag.ID()); ok {
		return a
	}
	return msg.Attributes(p.Tag)
}

// locked reports whether the attributes of a property were set to read-only.
func (o *Object) locked(p *mapi.Prop) bool {
	a, ok := o.bag.extra.Attr(p.Tag.ID())
	return ok && a&AttrWritable == 0
}
