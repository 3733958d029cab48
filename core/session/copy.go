package session

import (
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A PropObject is a *[Message] or an *[Attachment].
type PropObject interface{ object() *Object }

func (o *Object) object() *Object { return o }

// CopyTo copies all properties to an object of the same kind, in any message of
// any session, with everything in attachments and embedded messages. Named
// properties keep their names and get the ids of the target. exclude leaves out
// properties by id; PidTagMessageRecipients and PidTagMessageAttachments stand
// for the lists of a message, PidTagAttachDataObject for the message in an
// attachment. A list that is copied replaces that of the target. Attributes and
// what is no part of the message format are not copied.
//
// With NoReplace what the target has stays, each case a MAPI_E_COLLISION among
// the problems. With Move the source loses what was copied.
//
// Errors are MAPI_E_INVALID_PARAMETER without a target or with an exclude list
// that is empty but not nil, MAPI_E_INTERFACE_NOT_SUPPORTED for a target of the
// other kind, MAPI_E_NO_ACCESS for a target that is the source or read-only, or
// for Move from a source that is, MAPI_E_FOLDER_CYCLE for a target inside the
// source, and MAPI_E_NOT_ENOUGH_MEMORY, after which the target may have the
// lists but nothing else.
func (o *Object) CopyTo(target PropObject, exclude []mapi.Tag, flags CopyFlags) ([]PropProblem, error) {
	if exclude != nil && len(exclude) == 0 {
		return nil, mapi.ErrInvalidParameter
	}
	return o.copy(target, flags, func(tags []mapi.Tag) []mapi.Tag {
		return slices.DeleteFunc(tags, func(t mapi.Tag) bool { return hasID(exclude, t.ID()) })
	})
}

// CopyProps copies the properties that include names by id, under the rules of
// CopyTo. An empty list and one with PtypNull are MAPI_E_INVALID_PARAMETER;
// properties that the source does not have are MAPI_E_NOT_FOUND among the
// problems.
func (o *Object) CopyProps(target PropObject, include []mapi.Tag, flags CopyFlags) ([]PropProblem, error) {
	if len(include) == 0 || slices.ContainsFunc(include, func(t mapi.Tag) bool { return t.Type() == mapi.PtypNull }) {
		return nil, mapi.ErrInvalidParameter
	}
	return o.copy(target, flags, func([]mapi.Tag) []mapi.Tag { return slices.Clone(include) })
}

func hasID(tags []mapi.Tag, id uint16) bool {
	return slices.ContainsFunc(tags, func(t mapi.Tag) bool { return t.ID() == id })
}

// copy copies the properties that choose picks from those that there are.
func (o *Object) copy(target PropObject, flags CopyFlags, choose func([]mapi.Tag) []mapi.Tag) ([]PropProblem, error) {
	if target == nil {
		return nil, mapi.ErrInvalidParameter
	}
	to := target.object()
	if err := o.mayCopy(to, flags); err != nil {
		return nil, err
	}
	p, err := o.pack(choose)
	if err != nil {
		return nil, err
	}
	if to.doc != o.doc {
		if err := p.carry(to.doc); err != nil {
			return nil, fmt.Errorf("copy: %w", err)
		}
	}
	problems, err := to.unpack(p, flags)
	if err != nil || flags&Move == 0 {
		return problems, err
	}
	return problems, o.dropCopied(p, problems)
}

// mayCopy checks source, target and flags.
func (o *Object) mayCopy(to *Object, flags CopyFlags) error {
	if err := o.begin(); err != nil {
		return err
	}
	sourceWritable := o.writable
	o.end()
	if err := to.begin(); err != nil {
		return err
	}
	defer to.end()
	_, fromMessage := o.node.(*Message)
	_, toMessage := to.node.(*Message)
	switch err := checkFlags(flags, Move|NoReplace|DeclineOK|Dialog); {
	case err != nil:
		return to.fail(err)
	case fromMessage != toMessage:
		return to.fail(mapi.ErrInterfaceUnsupported)
	case to == o, !to.writable, flags&Move != 0 && !sourceWritable:
		return to.fail(mapi.ErrNoAccess)
	case to.isInside(o):
		return to.fail(mapi.ErrFolderCycle)
	}
	return nil
}

// isInside reports whether o was opened through the object outer.
func (o *Object) isInside(outer *Object) bool {
	for n := o.node; n != nil; {
		var up node
		switch x := n.(type) {
		case *Message:
			if x.parent != nil {
				up = x.parent
			}
		case *Attachment:
			up = x.parent
		}
		if up == outer.node {
			return true
		}
		n = up
	}
	return false
}

// unpack puts a parcel into the object.
func (o *Object) unpack(p *parcel, flags CopyFlags) ([]PropProblem, error) {
	if err := o.beginWrite(); err != nil {
		return nil, err
	}
	defer o.end()
	var problems []PropProblem
	var set mapi.Props
	for i, tag := range p.tags {
		var code mapi.Code
		switch {
		case p.missing[i]:
			code = mapi.ErrNotFound
		case p.props[i].Tag == 0:
			code = o.unpackList(p, tag, flags)
		default:
			code = o.placed(&p.props[i], flags)
			if code == mapi.OK {
				set = append(set, p.props[i])
			}
		}
		if code == mapi.ErrNotEnoughMemory {
			return nil, o.fail(code)
		}
		if code != mapi.OK {
			problems = append(problems, PropProblem{i, tag, code})
		}
	}
	if err := o.store(set); err != nil {
		return nil, o.fail(err)
	}
	return problems, nil
}

// placed gives a copied property its id here and says why it cannot be set.
func (o *Object) placed(p *mapi.Prop, flags CopyFlags) mapi.Code {
	if !p.Name.IsZero() {
		id := o.doc.names.create(p.Name)
		if id == 0 {
			return mapi.ErrTooBig
		}
		p.Tag = mapi.NewTag(id, p.Tag.Type())
	}
	at := o.index(p.Tag)
	switch {
	case at >= 0 && flags&NoReplace != 0:
		return mapi.ErrCollision
	case at >= 0 && o.locked(&o.bag.props[at]), o.writing[p.Tag.ID()]:
		return mapi.ErrNoAccess
	}
	return mapi.OK
}

// unpackList puts a list, or an embedded message, into the object.
func (o *Object) unpackList(p *parcel, tag mapi.Tag, flags CopyFlags) mapi.Code {
	if flags&NoReplace != 0 && hasID(o.node.objects(), tag.ID()) {
		return mapi.ErrCollision
	}
	c := mapi.Message{}
	switch tag.ID() {
	case recipientsTag.ID():
		c.Recipients = p.recipients
	case attachmentsTag.ID():
		c.Attachments = p.attachments
	default:
		c.Attachments = []*mapi.Attachment{{Embedded: p.embedded}}
	}
	if err := o.charge(weigh(&c)); err != nil {
		return mapi.ErrNotEnoughMemory
	}
	in := newContents(&c, nil, &o.doc.names)
	switch n := o.node.(type) {
	case *Message:
		if tag.ID() == recipientsTag.ID() {
			_ = n.charge(-weighRecipients(n.work.recipients))
			n.work.recipients, n.work.nextRow = in.recipients, max(in.nextRow, n.work.nextRow)
			break
		}
		for i := range in.attachments {
			in.attachments[i].num, in.attachments[i].shown = n.work.nextNum, false
			n.work.nextNum++
		}
		n.setAttachments(in.attachments)
	case *Attachment:
		n.setEmbedded(p.embedded, nil)
	}
	o.node.touch()
	return mapi.OK
}

// dropCopied deletes from the source what was moved.
func (o *Object) dropCopied(p *parcel, problems []PropProblem) error {
	if err := o.beginWrite(); err != nil {
		return err
	}
	defer o.end()
	for i, tag := range p.tags {
		stayed := slices.ContainsFunc(problems, func(x PropProblem) bool { return x.Index == i })
		if !stayed {
			_ = o.remove(tag)
		}
	}
	return nil
}
