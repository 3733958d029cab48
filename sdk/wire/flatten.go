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
	f := flattener{large: large, skip: skip}
	if err := f.message(m, 0, 1, nil); err != nil {
		return nil, err
	}
	return append(f.done, f.chunk), nil
}

type flattener struct {
	large EncodeLarge
	skip  Skip
	last  uint32 // id of the last object
	done  [][]*pluginv1.Object
	chunk []*pluginv1.Object
	size  int // bytes of chunk
}

// objectSize is what an object without properties takes, at most, with the
// tags and lengths around it.
const objectSize = 32

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
	o := f.begin(parent, kind)
	o.Props = make([]*pluginv1.Prop, 0, len(props))
	for _, p := range props {
		q, err := PropToProto(p, f.large)
		if err != nil {
			if f.skip == nil {
				return 0, located(at, err)
			}
			f.skip(at.String(), p.Tag, err)
			continue
		}
		n := q.SizeVT() + 8
		if f.size+n > FrameObjects && f.size > objectSize {
			f.cut()
			o = f.begin(parent, kind)
		}
		o.Props = append(o.Props, q)
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
func (f *flattener) begin(parent uint32, kind pluginv1.ObjectKind) *pluginv1.Object {
	if f.size+objectSize > FrameObjects {
		f.cut()
	}
	o := &pluginv1.Object{Id: f.last, Parent: parent, Kind: kind}
	f.chunk = append(f.chunk, o)
	f.size += objectSize
	return o
}

func (f *flattener) cut() {
	f.done = append(f.done, f.chunk)
	f.chunk, f.size = nil, 0
}
