package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// bag is the properties of one object and what its file keeps beside them.
type bag struct {
	props mapi.Props
	extra *msg.Extra
	at    map[propKey]int // index in props, for bags that are not small; may be nil
}

// propKey is what a property is known by: its name or, if it has none, its id.
type propKey struct {
	name mapi.Name
	id   uint16
}

func keyOf(id uint16, name mapi.Name) propKey {
	if name.IsZero() {
		return propKey{id: id}
	}
	return propKey{name: fold(name)}
}

// smallBag is how many properties are looked through one by one.
const smallBag = 64

// find returns the index of a property, or -1.
func (b *bag) find(id uint16, name mapi.Name) int {
	if len(b.props) <= smallBag {
		return indexOf(b.props, id, name)
	}
	if b.at == nil {
		b.at = make(map[propKey]int, len(b.props))
		for i, p := range slices.Backward(b.props) {
			b.at[keyOf(p.Tag.ID(), p.Name)] = i
		}
	}
	if i, ok := b.at[keyOf(id, name)]; ok {
		return i
	}
	return -1
}

// add appends a property that the bag does not have.
func (b *bag) add(p mapi.Prop) {
	if b.at != nil {
		b.at[keyOf(p.Tag.ID(), p.Name)] = len(b.props)
	}
	b.props = append(b.props, p)
}

// set gives an unnamed property a value.
func (b *bag) set(tag mapi.Tag, v mapi.Value) {
	b.at = nil
	b.props.Set(tag, v)
}

// remove deletes the property at an index.
func (b *bag) remove(i int) {
	b.at = nil
	b.props = slices.Delete(b.props, i, i+1)
}
