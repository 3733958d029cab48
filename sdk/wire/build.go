package wire

import (
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// Limits bound the message that a [Builder] makes. A zero field means the
// default.
type Limits struct {
	Objects int   // default and maximum MaxObjects
	Depth   int   // default and maximum MaxDepth
	Bytes   int64 // of memory, about; default 256 MiB
}

const defaultBytes = 256 << 20

// What an object and a property take in memory, about, without their values.
const (
	objectCost = 96
	propCost   = 96
)

// An ObjectError says which object broke the rules, and how.
type ObjectError struct {
	Object uint32
	Detail string
	Err    error // ErrObjects, ErrTooLarge, or a *ValueError
}

// Error says which object, and what is wrong.
func (e *ObjectError) Error() string {
	return fmt.Sprintf("%v: object %d: %s", e.Err, e.Object, e.Detail)
}

// Unwrap returns Err.
func (e *ObjectError) Unwrap() error { return e.Err }

// A Builder puts a message together from the objects that the other end sends.
// After an error it is of no use any more. Not safe for concurrent use.
type Builder struct {
	limits Limits
	large  DecodeLarge
	nodes  []node // nodes[i] is object i+1
	bytes  int64

	object pluginv1.Object // scratch
	slot   slot            // scratch
}

// A node is an object received. One of message, attachment and owner is set;
// none in an object of an unknown kind, which is dropped with all below it.
type node struct {
	parent     uint32
	kind       pluginv1.ObjectKind
	depth      int // of the message that it is or belongs to
	message    *mapi.Message
	attachment *mapi.Attachment
	owner      *mapi.Message // of recipient index
	index      int
}

// NewBuilder returns a Builder without objects. large makes the values that are
// not inline; nil refuses them.
func NewBuilder(limits Limits, large DecodeLarge) *Builder {
	if limits.Objects <= 0 || limits.Objects > MaxObjects {
		limits.Objects = MaxObjects
	}
	if limits.Depth <= 0 || limits.Depth > MaxDepth {
		limits.Depth = MaxDepth
	}
	if limits.Bytes <= 0 {
		limits.Bytes = defaultBytes
	}
	return &Builder{limits: limits, large: large}
}

// Add adds objects, each of which is new, with the next id and below an object
// that is there already, or has more properties for an earlier one. Errors are
// of type *[ObjectError].
func (b *Builder) Add(objects []*pluginv1.Object) error {
	for _, o := range objects {
		if err := b.add(o); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) add(o *pluginv1.Object) error {
	id := o.GetId()
	n, err := b.node(o)
	if err != nil {
		return err
	}
	for _, p := range o.GetProps() {
		if err := b.append(id, n.props(), p, weight(p)); err != nil {
			return err
		}
	}
	return nil
}

// weight is about what a property takes in memory. The elements of a
// multi-valued one take up to twelve times their bytes on the wire.
func weight(p *pluginv1.Prop) int64 {
	m := p.GetMulti()
	elements := len(m.GetIntegers()) + len(m.GetFloatings()) + len(m.GetTimes()) + 3*len(m.GetTexts()) + 3*len(m.GetBytes())
	return propCost + int64(p.SizeVT()) + 8*int64(elements)
}

// node returns the object that o continues, or a new one.
func (b *Builder) node(o *pluginv1.Object) (*node, error) {
	id, known := o.GetId(), uint32(len(b.nodes))
	switch {
	case id == 0 || id > known+1:
		return nil, &ObjectError{id, fmt.Sprintf("id after %d", known), ErrObjects}
	case id == known+1:
		return b.enter(o)
	}
	n := &b.nodes[id-1]
	if k := o.GetKind(); k != n.kind && k != pluginv1.ObjectKind_OBJECT_KIND_UNSPECIFIED {
		return nil, &ObjectError{id, fmt.Sprintf("was %v, comes again as %v", n.kind, k), ErrObjects}
	}
	if p := o.GetParent(); p != n.parent && p != 0 {
		return nil, &ObjectError{id, fmt.Sprintf("was below %d, comes again below %d", n.parent, p), ErrObjects}
	}
	return n, nil
}

// enter adds a new object to the tree.
func (b *Builder) enter(o *pluginv1.Object) (*node, error) {
	id, parent := o.GetId(), o.GetParent()
	b.bytes += objectCost
	switch {
	case len(b.nodes) >= b.limits.Objects:
		return nil, &ObjectError{id, fmt.Sprintf("more than %d objects", b.limits.Objects), ErrTooLarge}
	case b.bytes > b.limits.Bytes:
		return nil, &ObjectError{id, fmt.Sprintf("message of more than %d bytes", b.limits.Bytes), ErrTooLarge}
	case parent >= id:
		return nil, &ObjectError{id, fmt.Sprintf("parent %d has not come", parent), ErrObjects}
	case parent == 0 && (id != 1 || o.GetKind() != pluginv1.ObjectKind_OBJECT_KIND_MESSAGE):
		return nil, &ObjectError{id, fmt.Sprintf("%v without a parent", o.GetKind()), ErrObjects}
	}
	n := node{parent: parent, kind: o.GetKind(), depth: 1}
	if parent == 0 {
		n.message = &mapi.Message{}
	} else if err := b.attach(&n, &b.nodes[parent-1], id); err != nil {
		return nil, err
	}
	b.nodes = append(b.nodes, n)
	return &b.nodes[len(b.nodes)-1], nil
}

// attach puts n below p if its kind may stand there.
func (b *Builder) attach(n, p *node, id uint32) error {
	n.depth = p.depth
	switch {
	case n.kind == pluginv1.ObjectKind_OBJECT_KIND_UNSPECIFIED:
		return &ObjectError{id, "without a kind", ErrObjects}
	case n.kind > pluginv1.ObjectKind_OBJECT_KIND_ATTACHMENT || n.kind < 0 || p.props() == nil:
		return nil // of a later version
	case n.kind == pluginv1.ObjectKind_OBJECT_KIND_MESSAGE && p.attachment != nil && p.attachment.Embedded == nil:
		if n.depth++; n.depth > b.limits.Depth {
			return &ObjectError{id, fmt.Sprintf("messages embedded more than %d deep", b.limits.Depth), ErrTooLarge}
		}
		n.message = &mapi.Message{}
		p.attachment.Embedded = n.message
	case n.kind == pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT && p.message != nil:
		n.owner, n.index = p.message, len(p.message.Recipients)
		p.message.Recipients = append(p.message.Recipients, nil)
	case n.kind == pluginv1.ObjectKind_OBJECT_KIND_ATTACHMENT && p.message != nil:
		n.attachment = &mapi.Attachment{}
		p.message.Attachments = append(p.message.Attachments, n.attachment)
	default:
		return &ObjectError{id, fmt.Sprintf("%v has no place below object %d", n.kind, n.parent), ErrObjects}
	}
	return nil
}

// props returns the property bag of the object, or nil if it is dropped.
func (n *node) props() *mapi.Props {
	switch {
	case n.message != nil:
		return &n.message.Props
	case n.attachment != nil:
		return &n.attachment.Props
	case n.owner != nil:
		return &n.owner.Recipients[n.index]
	}
	return nil
}

// Message returns the message. Of properties that came more than once in an
// object it has the last. Without any object it returns an *[ObjectError].
func (b *Builder) Message() (*mapi.Message, error) {
	if len(b.nodes) == 0 {
		return nil, &ObjectError{0, "no message came", ErrObjects}
	}
	var seen ids
	for i := range b.nodes {
		if ps := b.nodes[i].props(); ps != nil {
			*ps = unique(*ps, &seen)
		}
	}
	return b.nodes[0].message, nil
}

// A propKey is equal for properties that stand for the same thing.
type propKey struct {
	id   uint16
	name mapi.Name
}

func keyOf(p mapi.Prop) propKey {
	if p.Name.IsZero() {
		return propKey{id: p.Tag.ID()}
	}
	return propKey{name: p.Name}
}

// unique keeps the last property of each id or name, in the place of the first.
func unique(ps mapi.Props, seen *ids) mapi.Props {
	if !seen.repeated(ps) {
		return ps
	}
	places := make(map[propKey]int, len(ps))
	out := ps[:0]
	for _, p := range ps {
		k := keyOf(p)
		if i, ok := places[k]; ok {
			out[i] = p
			continue
		}
		places[k] = len(out)
		out = append(out, p)
	}
	return out
}

// ids is a set of property ids.
type ids [1 << 16 / 64]uint64

// fewNames is up to how many named properties are compared each with each.
const fewNames = 64

// repeated reports whether there may be two properties of the same id or name in
// ps. It leaves the set empty.
func (s *ids) repeated(ps mapi.Props) bool {
	twice := false
	var room [fewNames]*mapi.Name
	names := room[:0]
	for i := range ps {
		if name := &ps[i].Name; !name.IsZero() {
			twice = twice || len(names) == fewNames || slices.ContainsFunc(names, func(n *mapi.Name) bool { return n.ID == name.ID && *n == *name })
			if !twice {
				names = append(names, name)
			}
			continue
		}
		id := ps[i].Tag.ID()
		word, bit := &s[id/64], uint64(1)<<(id%64)
		twice = twice || *word&bit != 0
		*word |= bit
	}
	for i := range ps {
		s[ps[i].Tag.ID()/64] = 0
	}
	return twice
}
