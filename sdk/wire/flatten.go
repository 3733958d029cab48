package wire

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A Skip is told of a property that cannot be carried; object is the path of
// its object under the rules of [problem.Problem]. The message goes on without
// the property.
type Skip func(object string, tag mapi.Tag, err error)

// Flatten converts a message to objects, in chunks for one frame each: about
// [FrameObjects] bytes and never near [MaxFrame]. There is at least one chunk.
// An object that does not fit is continued in the next chunk under the same id.
//
// The result shares the bytes of m. With skip == nil, the first property that
// cannot be carried ends it. A tree that exceeds [MaxObjects] or [MaxDepth],
// and so one with a cycle, gives [ErrTooLarge].
func Flatten(m *mapi.Message, large EncodeLarge, skip Skip) ([][]*pluginv1.Object, error) {
	var s structs
	f := flattener{large: large, skip: skip, to: &s}
	if err := f.message(m, 0, 1, nil); err != nil {
		return nil, err
	}
	return append(s.done, s.chunk), nil
}

// A flattener goes through a message and divides it into chunks.
type flattener struct {
	large EncodeLarge
	skip  Skip
	last  uint32 // id of the last object
	size  int    // bytes of the chunk, about
	to    target
}

// A target takes what a flattener finds.
type target interface {
	// begin starts an object of about n properties, or continues it.
	begin(id, parent uint32, kind pluginv1.ObjectKind, n int)
	// convert converts a property and returns its size in bytes.
	convert(p mapi.Prop, large EncodeLarge) (int, error)
	// add adds the property that was converted last to the object begun last.
	add() error
	// cut ends the chunk.
	cut()
}

// structs is a target that makes what protobuf generates.
type structs struct {
	done  [][]*pluginv1.Object
	chunk []*pluginv1.Object
	prop  *pluginv1.Prop
}

func (s *structs) begin(id, parent uint32, kind pluginv1.ObjectKind, n int) {
	s.chunk = append(s.chunk, &pluginv1.Object{Id: id, Parent: parent, Kind: kind, Props: make([]*pluginv1.Prop, 0, n)})
}

func (s *structs) convert(p mapi.Prop, large EncodeLarge) (n int, err error) {
	s.prop, err = PropToProto(p, large)
	return s.prop.SizeVT(), err
}

func (s *structs) add() error {
	o := s.chunk[len(s.chunk)-1]
	o.Props = append(o.Props, s.prop)
	return nil
}

func (s *structs) cut() { s.done, s.chunk = append(s.done, s.chunk), nil }

// objectSize is what an object without properties takes, at most, with the
// tags and lengths around it; propSize is what is around a property.
const (
	objectSize = 32
	propSize   = 8
)

// place is the path of an object, the innermost step first.
type place struct {
	parent *place
	word   string
	n      int
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	step := p.word
	if p.n >= 0 {
		step = fmt.Sprintf("%s %d", p.word, p.n)
	}
	if p.parent == nil {
		return step
	}
	return p.parent.String() + "/" + step
}

func (f *flattener) message(m *mapi.Message, parent uint32, depth int, at *place) error {
	if depth > MaxDepth {
		return fmt.Errorf("%w: messages embedded more than %d deep", ErrTooLarge, MaxDepth)
	}
	id, err := f.object(parent, pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, m.Props, at)
	if err != nil {
		return err
	}
	for i, r := range m.Recipients {
		if _, err := f.object(id, pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT, r, &place{at, "recipient", i}); err != nil {
			return err
		}
	}
	for i, a := range m.Attachments {
		if a == nil {
			continue
		}
		here := &place{at, "attachment", i}
		aid, err := f.object(id, pluginv1.ObjectKind_OBJECT_KIND_ATTACHMENT, a.Props, here)
		if err != nil {
			return err
		}
		if a.Embedded == nil {
			continue
		}
		if err := f.message(a.Embedded, aid, depth+1, &place{here, "embedded", -1}); err != nil {
			return err
		}
	}
	return nil
}

// object adds an object and returns its id.
func (f *flattener) object(parent uint32, kind pluginv1.ObjectKind, props mapi.Props, at *place) (uint32, error) {
	if f.last >= MaxObjects {
		return 0, fmt.Errorf("%w: more than %d objects", ErrTooLarge, MaxObjects)
	}
	f.last++
	f.begin(parent, kind, len(props))
	for i, p := range props {
		n, err := f.to.convert(p, f.large)
		if err != nil {
			if f.skip == nil {
				return 0, located(at, err)
			}
			f.skip(at.String(), p.Tag, err)
			continue
		}
		n += propSize
		if f.size+n > FrameObjects && f.size > objectSize {
			f.cut()
			f.begin(parent, kind, len(props)-i)
		}
		if err := f.to.add(); err != nil {
			return 0, located(at, err)
		}
		f.size += n
	}
	return f.last, nil
}

// located says in which object something is wrong.
func located(at *place, err error) error {
	if at == nil {
		return err
	}
	return fmt.Errorf("%v: %w", at, err)
}

// begin starts object last, or continues it.
func (f *flattener) begin(parent uint32, kind pluginv1.ObjectKind, n int) {
	if f.size+objectSize > FrameObjects {
		f.cut()
	}
	f.to.begin(f.last, parent, kind, n)
	f.size += objectSize
}

func (f *flattener) cut() {
	f.to.cut()
	f.size = 0
}
