package session

import "github.com/oxbridge-mail/oxbridge/sdk/mapi"

// GetProps returns the values of tags in the order asked, or of all properties
// when tags is nil. The type asked is binding, PtypUnspecified means the type
// there is; strings are PtypString with Unicode and PtypString8 without, and
// UTF-8 in Go either way.
//
// A property that cannot be given is there as PtypErrorCode, and the code is
// MAPI_W_ERRORS_RETURNED then: MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS for one whose
// attributes say it is not readable, MAPI_E_NOT_ENOUGH_MEMORY for an object or a
// value that is too long, both of which OpenProperty opens. The values are the
// caller's.
func (o *Object) GetProps(tags []mapi.Tag, flags Flags) (mapi.Props, mapi.Code, error) {
	if err := o.begin(); err != nil {
		return nil, 0, err
	}
	defer o.end()
	if err := checkFlags(flags, Unicode); err != nil {
		return nil, 0, o.fail(err)
	}
	if tags == nil {
		tags = o.tags(flags)
	} else if len(tags) == 0 {
		return nil, 0, o.fail(mapi.ErrInvalidParameter)
	}
	var props mapi.Props
	code := mapi.OK
	for _, tag := range tags {
		p := o.get(tag, flags)
		if p.Tag.Type() == mapi.PtypErrorCode && tag.Type() != mapi.PtypErrorCode {
			code = mapi.WarnErrorsReturned
		}
		props = append(props, p)
	}
	return props, code, nil
}

// GetPropList returns the tags of all properties, objects included.
func (o *Object) GetPropList(flags Flags) ([]mapi.Tag, error) {
	if err := o.begin(); err != nil {
		return nil, err
	}
	defer o.end()
	if err := checkFlags(flags, Unicode); err != nil {
		return nil, o.fail(err)
	}
	return o.tags(flags), nil
}

// tags lists all properties that have a value.
func (o *Object) tags(flags Flags) []mapi.Tag {
	tags := make([]mapi.Tag, 0, len(o.bag.props))
	for i := range o.bag.props {
		p := &o.bag.props[i]
		if t := p.Tag.Type(); emptyMultiple(t, p.Value) || t == mapi.PtypNull {
			continue
		}
		tag := o.outside(p)
		tags = append(tags, tag.WithType(given(tag.Type().Unicode(), flags)))
	}
	return append(tags, o.node.objects()...)
}

// given returns the type under which a caller gets a property that it did not
// ask a type for.
func given(t mapi.Type, flags Flags) mapi.Type {
	switch {
	case flags&Unicode != 0:
	case t == mapi.PtypString:
		return mapi.PtypString8
	case t == mapi.PtypMultipleString:
		return mapi.PtypMultipleString8
	}
	return t
}

// get returns one property as GetProps does.
func (o *Object) get(asked mapi.Tag, flags Flags) mapi.Prop {
	p, code := o.lookup(asked)
	if code != mapi.OK {
		return mapi.Prop{Tag: asked.WithType(mapi.PtypErrorCode), Name: p.Name, Value: code}
	}
	t := asked.Type()
	if t == mapi.PtypUnspecified {
		t = given(p.Tag.Type().Unicode(), flags)
	}
	v, err := within(p.Tag.Type().Unicode(), p.Value, o.doc.session.limit.Load())
	if err != nil {
		return mapi.Prop{Tag: asked.WithType(mapi.PtypErrorCode), Name: p.Name, Value: codeOf(err)}
	}
	return mapi.Prop{Tag: asked.WithType(t), Name: p.Name, Value: v}
}

// lookup finds a property of the type asked, large values as they are. It does
// not copy anything.
func (o *Object) lookup(asked mapi.Tag) (mapi.Prop, mapi.Code) {
	p, ok := o.node.computed(asked)
	if !ok {
		i := o.index(asked)
		if i < 0 {
			return mapi.Prop{Name: o.doc.names.name(asked.ID())}, mapi.ErrNotFound
		}
		p = o.bag.props[i]
		if o.attr(&p)&AttrReadable == 0 {
			return p, mapi.ErrNoAccess
		}
	}
	have, want := p.Tag.Type().Unicode(), asked.Type().Unicode()
	if want != mapi.PtypUnspecified && want != have || have == mapi.PtypNull || emptyMultiple(have, p.Value) {
		return p, mapi.ErrNotFound
	}
	return p, mapi.OK
}
