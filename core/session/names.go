package session

import (
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// Ids of named properties ([MS-OXMSG] 2.2.3).
const (
	firstNamed = 0x8000
	lastNamed  = 0xFFFE
)

// nameTable gives the named properties of a document their ids. Inside, a named
// property is known by its name; ids are for callers.
type nameTable struct {
	list  []mapi.Name          // the name of id firstNamed+i; zero for none
	ids   map[mapi.Name]uint16 // of list, nil until somebody asks; see index
	taken map[uint16]bool      // ids of properties that have no names
}

// take keeps the ids of the properties of a tree that should have names but have
// none from being given to others.
func (n *nameTable) take(t *mapi.Message) {
	each(t, func(p *mapi.Prop) {
		if p.Tag.ID() < firstNamed || !p.Name.IsZero() {
			return
		}
		if n.taken == nil {
			n.taken = make(map[uint16]bool)
		}
		n.taken[p.Tag.ID()] = true
	})
}

// seed takes the table of a file.
func (n *nameTable) seed(list []mapi.Name) {
	n.list = slices.Clone(list[:min(len(list), lastNamed-firstNamed+1)])
}

// index returns the ids of names. Who only reads a message never needs them.
func (n *nameTable) index() map[mapi.Name]uint16 {
	if n.ids == nil {
		n.ids = make(map[mapi.Name]uint16, len(n.list))
		for i, name := range n.list {
			if _, dup := n.ids[fold(name)]; !dup && !name.IsZero() {
				n.ids[fold(name)] = firstNamed + uint16(i)
			}
		}
	}
	return n.ids
}

// id returns the id of a name, 0 when it has none.
func (n *nameTable) id(name mapi.Name) uint16 { return n.index()[fold(name)] }

// create is id for a name that gets one if it has none; 0 means that there is
// no room.
func (n *nameTable) create(name mapi.Name) uint16 {
	if id := n.id(name); id != 0 {
		return id
	}
	for n.taken[firstNamed+uint16(len(n.list))] && len(n.list) <= lastNamed-firstNamed {
		n.list = append(n.list, mapi.Name{})
	}
	if len(n.list) > lastNamed-firstNamed {
		return 0
	}
	id := firstNamed + uint16(len(n.list))
	n.list = append(n.list, name)
	n.index()[fold(name)] = id
	return id
}

// name returns the name of an id, the zero Name when it has none.
func (n *nameTable) name(id uint16) mapi.Name {
	if i := int(id) - firstNamed; i >= 0 && i < len(n.list) {
		return n.list[i]
	}
	return mapi.Name{}
}

// adopt returns ps with the ids of the table for named properties, ps itself
// when it has them already.
func (n *nameTable) adopt(ps mapi.Props) mapi.Props {
	owned := false
	for i := range ps {
		if ps[i].Name.IsZero() {
			continue
		}
		id := n.create(ps[i].Name)
		if id == ps[i].Tag.ID() {
			continue
		}
		if !owned {
			ps, owned = slices.Clone(ps), true
		}
		ps[i].Tag = mapi.NewTag(id, ps[i].Tag.Type())
	}
	return ps
}

// fold returns the form of a name under which it is looked up; see
// [mapi.SameName].
func fold(n mapi.Name) mapi.Name {
	if n.Text != "" {
		n.ID = 0
	}
	if n.Set == mapi.PSInternetHeaders {
		n.Text = strings.ToLower(n.Text)
	}
	return n
}

// GetNamesFromIDs returns the names of the ids in tags, in the same order; an id
// without a name gives the zero Name and MAPI_W_ERRORS_RETURNED. When tags is
// nil it returns all ids and names of the message file, or those of the
// property set unless set is zero, less what flags exclude.
func (o *Object) GetNamesFromIDs(tags []mapi.Tag, set mapi.GUID, flags NameFlags) ([]mapi.Tag, []mapi.Name, mapi.Code, error) {
	if err := o.begin(); err != nil {
		return nil, nil, 0, err
	}
	defer o.end()
	if err := checkFlags(flags, NoStrings|NoIDs); err != nil {
		return nil, nil, 0, o.fail(err)
	}
	if tags == nil {
		tags, names := o.allNames(set, flags)
		return tags, names, mapi.OK, nil
	}
	if len(tags) == 0 {
		return nil, nil, 0, o.fail(mapi.ErrInvalidParameter)
	}
	names, code := make([]mapi.Name, len(tags)), mapi.OK
	for i, tag := range tags {
		if names[i] = o.doc.names.name(tag.ID()); names[i].IsZero() {
			code = mapi.WarnErrorsReturned
		}
	}
	return tags, names, code, nil
}

// allNames lists the table of names.
func (o *Object) allNames(set mapi.GUID, flags NameFlags) (tags []mapi.Tag, names []mapi.Name) {
	for i, name := range o.doc.names.list {
		unwanted := NoIDs
		if name.Text != "" {
			unwanted = NoStrings
		}
		if name.IsZero() || flags&unwanted != 0 || set != (mapi.GUID{}) && set != name.Set {
			continue
		}
		tags = append(tags, mapi.NewTag(firstNamed+uint16(i), mapi.PtypUnspecified))
		names = append(names, name)
	}
	return tags, names
}

// GetIDsFromNames returns the ids of names, in the same order, as tags of type
// PtypUnspecified. A name without an id gets one with CreateNames; otherwise it
// gives the id 0, the type PtypErrorCode and MAPI_W_ERRORS_RETURNED. When names
// is nil it returns all ids. Ids belong to the message file: embedded messages
// share those of the message at the top, other messages have their own.
func (o *Object) GetIDsFromNames(names []mapi.Name, flags NameFlags) ([]mapi.Tag, mapi.Code, error) {
	if err := o.begin(); err != nil {
		return nil, 0, err
	}
	defer o.end()
	if err := checkFlags(flags, CreateNames); err != nil {
		return nil, 0, o.fail(err)
	}
	create := flags&CreateNames != 0
	switch {
	case names == nil && create:
		return nil, 0, o.fail(mapi.ErrInvalidParameter)
	case names == nil:
		tags, _ := o.allNames(mapi.GUID{}, 0)
		return tags, mapi.OK, nil
	}
	tags, code := make([]mapi.Tag, len(names)), mapi.OK
	for i, name := range names {
		id := o.doc.names.id(name)
		if id == 0 && create && o.writable && !name.IsZero() {
			id = o.doc.names.create(name)
		}
		tags[i] = mapi.NewTag(id, mapi.PtypUnspecified)
		if id == 0 {
			tags[i], code = tags[i].WithType(mapi.PtypErrorCode), mapi.WarnErrorsReturned
		}
	}
	return tags, code, nil
}
