package wire

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// AddEncoded is Add for the objects of a [Received]. Texts of the message share
// their memory.
func (b *Builder) AddEncoded(objects []string) error {
	for _, o := range objects {
		if err := b.addEncoded(o); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) addEncoded(encoded string) error {
	o := &b.object
	count, ok := header(o, encoded)
	if !ok {
		return b.addUnusual(encoded)
	}
	id := o.GetId()
	n, err := b.node(o)
	if err != nil {
		return err
	}
	bag := n.props()
	if bag != nil {
		room := (b.limits.Bytes - b.bytes) / propCost
		*bag = slices.Grow(*bag, int(min(int64(count), max(0, room))))
	}
	p := parser[string]{b: encoded}
	for p.more() {
		if !p.tag(fieldProps, protowire.BytesType) {
			p.skip(protowire.Type(p.varint() & 7))
			continue
		}
		if err := b.addProp(id, bag, p.block()); err != nil {
			return err
		}
	}
	return nil
}

// header reads an encoded object without its properties, which it counts. It
// reports false for what is left to the generated code.
func header(o *pluginv1.Object, encoded string) (props int, ok bool) {
	o.Id, o.Parent, o.Kind = 0, 0, 0
	p := parser[string]{b: encoded}
	for p.more() {
		switch {
		case p.tag(fieldProps, protowire.BytesType):
			p.block()
			props++
		case p.tag(fieldObjectID, protowire.VarintType):
			o.Id = uint32(p.varint())
		case p.tag(fieldParent, protowire.VarintType):
			o.Parent = uint32(p.varint())
		case p.tag(fieldKind, protowire.VarintType):
			o.Kind = pluginv1.ObjectKind(p.varint())
		default:
			return 0, false
		}
	}
	return props, !p.bad
}

// addUnusual adds an object by way of the generated code.
func (b *Builder) addUnusual(encoded string) error {
	var o pluginv1.Object
	if err := o.UnmarshalVT([]byte(encoded)); err != nil {
		return &ObjectError{0, "not readable: " + err.Error(), ErrObjects}
	}
	return b.add(&o)
}

// addProp adds an encoded property to the bag of object id, nil if it is dropped.
func (b *Builder) addProp(id uint32, bag *mapi.Props, encoded string) error {
	p := &b.slot.prop
	cost := propCost + int64(len(encoded))
	if !b.slot.parse(encoded) {
		p = &pluginv1.Prop{}
		if err := p.UnmarshalVT([]byte(encoded)); err != nil {
			return &ObjectError{id, "not readable: " + err.Error(), ErrObjects}
		}
		cost = weight(p)
	}
	return b.append(id, bag, p, cost)
}

// append adds a property that takes about cost bytes of memory to the bag of
// object id, nil if it is dropped.
func (b *Builder) append(id uint32, bag *mapi.Props, p *pluginv1.Prop, cost int64) error {
	b.bytes += cost
	if b.bytes > b.limits.Bytes {
		return &ObjectError{id, fmt.Sprintf("message of more than %d bytes", b.limits.Bytes), ErrTooLarge}
	}
	if bag == nil {
		return nil
	}
	prop, ok, err := PropFromProto(p, b.large)
	if err != nil {
		return &ObjectError{id, "property not understood", err}
	}
	if ok {
		*bag = append(*bag, prop)
	}
	return nil
}
