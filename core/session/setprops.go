package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// SetProps sets properties; the values are copied, except for a [mapi.Large],
// which has to stay readable until the message is saved. A property with a
// Name is set under it, and gets an id if it has none; one with an id of
// 0x8000 or above and no Name belongs to the name of that id.
//
// Properties of type PtypNull and PtypErrorCode are ignored. A PtypObject, a
// multi-valued property without values and an empty list are
// MAPI_E_INVALID_PARAMETER, and nothing is set; so it is when the allocator
// refuses, with MAPI_E_NOT_ENOUGH_MEMORY. Everything else that cannot be set is
// a problem: MAPI_E_COMPUTED, MAPI_E_INVALID_TYPE for types that do not exist,
// MAPI_E_UNEXPECTED_TYPE for a value of another type than its tag,
// MAPI_E_NO_ACCESS for a property that is read-only or has a stream open for
// writing, and MAPI_E_INVALID_PARAMETER for an id without a name.
func (o *Object) SetProps(props mapi.Props) ([]PropProblem, error) {
	if err := o.beginWrite(); err != nil {
		return nil, err
	}
	defer o.end()
	if len(props) == 0 || slices.ContainsFunc(props, refused) {
		return nil, o.fail(mapi.ErrInvalidParameter)
	}
	var problems []PropProblem
	set := make(mapi.Props, 0, len(props))
	for i, p := range props {
		if t := p.Tag.Type(); t == mapi.PtypNull || t == mapi.PtypErrorCode {
			continue
		}
		if code := o.settable(&p); code != mapi.OK {
			problems = append(problems, PropProblem{i, p.Tag, code})
			continue
		}
		p.Value = o.own(p.Value)
		set = append(set, p)
	}
	if err := o.store(set); err != nil {
		return nil, o.fail(err)
	}
	return problems, nil
}

// refused reports whether a property makes SetProps fail as a whole.
func refused(p mapi.Prop) bool {
	return p.Tag.Type() == mapi.PtypObject || emptyMultiple(p.Tag.Type(), p.Value)
}

// settable resolves the name of p and says why it cannot be set.
func (o *Object) settable(p *mapi.Prop) mapi.Code {
	t := p.Tag.Type()
	switch {
	case !t.Known() || t == mapi.PtypUnspecified:
		return mapi.ErrInvalidType
	case !fits(t, p.Value):
		return mapi.ErrUnexpectedType
	}
	id := p.Tag.ID()
	switch {
	case !p.Name.IsZero():
		if id = o.doc.names.create(p.Name); id == 0 {
			return mapi.ErrTooBig
		}
	case id >= firstNamed:
		if p.Name = o.doc.names.name(id); p.Name.IsZero() {
			return mapi.ErrInvalidParameter
		}
	case id == 0:
		return mapi.ErrInvalidParameter
	case isComputed(p.Tag):
		return mapi.ErrComputed
	}
	p.Tag = mapi.NewTag(id, t.Unicode())
	if i := o.index(p.Tag); i >= 0 && o.locked(&o.bag.props[i]) || o.writing[id] {
		return mapi.ErrNoAccess
	}
	return mapi.OK
}

// own copies a value that a caller gives, and lets a large one die with the
// document.
func (o *Object) own(v mapi.Value) mapi.Value {
	large, ok := v.(mapi.Large)
	if !ok {
		return cloneValue(v)
	}
	if g, ok := large.(*guarded); ok && g.d == o.doc {
		return g
	}
	return &guarded{o.doc, large}
}

// store puts properties, whose tags are those of the document, into the bag.
func (o *Object) store(set mapi.Props) error {
	grow := weighProps(set)
	for _, p := range set {
		if i := o.index(p.Tag); i >= 0 {
			grow -= weighProps(o.bag.props[i : i+1])
		}
	}
	if err := o.charge(grow); err != nil {
		return err
	}
	for _, p := range set {
		if i := o.index(p.Tag); i >= 0 {
			p.Tag = mapi.NewTag(o.bag.props[i].Tag.ID(), p.Tag.Type()) // attributes go by it
			o.bag.props[i] = p
			continue
		}
		o.bag.add(p)
	}
	o.node.touch()
	return nil
}

// DeleteProps deletes properties by id, whatever the types of tags. No tags are
// MAPI_E_INVALID_PARAMETER. Problems are MAPI_E_NOT_FOUND, and MAPI_E_NO_ACCESS
// for properties that are mandatory, read-only or open for writing. On a
// message PidTagMessageRecipients and PidTagMessageAttachments empty the lists.
func (o *Object) DeleteProps(tags []mapi.Tag) ([]PropProblem, error) {
	if err := o.beginWrite(); err != nil {
		return nil, err
	}
	defer o.end()
	if len(tags) == 0 {
		return nil, o.fail(mapi.ErrInvalidParameter)
	}
	var problems []PropProblem
	for i, tag := range tags {
		if code := o.remove(tag); code != mapi.OK {
			problems = append(problems, PropProblem{i, tag, code})
		}
	}
	return problems, nil
}

// remove deletes one property, or what is known under its tag.
func (o *Object) remove(tag mapi.Tag) mapi.Code {
	i := o.index(tag)
	switch {
	case o.removeObject(tag.ID()):
		return mapi.OK
	case isComputed(tag) && i < 0:
		return mapi.ErrComputed
	case i < 0:
		return mapi.ErrNotFound
	case o.writing[tag.ID()] || o.locked(&o.bag.props[i]) || o.attr(&o.bag.props[i])&AttrMandatory != 0:
		return mapi.ErrNoAccess
	}
	_ = o.charge(-weighProps(o.bag.props[i : i+1]))
	p := &o.bag.props[i]
	if _, special := o.bag.extra.Attr(p.Tag.ID()); special {
		o.bag.extra = o.bag.extra.WithAttr(p.Tag, msg.Attributes(p.Tag))
	}
	o.bag.remove(i)
	o.node.touch()
	return mapi.OK
}
