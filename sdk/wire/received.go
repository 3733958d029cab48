package wire

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A Received is a frame whose objects are left as they came, for
// [Builder.AddEncoded]. Receive it with the stream's RecvMsg in place of the
// frame.
type Received struct {
	// Frame is an empty *pluginv1.HostFrame or *pluginv1.PluginFrame, which is
	// filled but for objects.
	Frame proto.Message
	// Objects are the encoded objects of a Begin, Snapshot or Put.
	Objects []string
}

// unmarshal fills r from a frame.
func (r *Received) unmarshal(b []byte) error {
	m := r.Frame.(vtMessage)
	m.Reset()
	if ok, err := r.split(b); ok || err != nil {
		return err
	}
	m.Reset()
	if err := m.UnmarshalVT(b); err != nil {
		return err
	}
	return r.lift()
}

// split reads a frame with objects in its usual form: the job, and then a message
// that holds objects. It reports false for any other.
func (r *Received) split(b []byte) (bool, error) {
	p := parser[[]byte]{b: b}
	var job uint64
	if p.tag(fieldJob, protowire.VarintType) {
		job = p.varint()
	}
	holder, num := r.open(&p, job)
	if holder == nil {
		return false, nil
	}
	in := p.block()
	if p.bad || p.more() {
		return false, nil
	}
	return r.fill(holder, num, in)
}

// open puts the message that comes next into the frame if it holds objects, and
// returns it with the field of the objects.
func (r *Received) open(p *parser[[]byte], job uint64) (vtMessage, Holder) {
	switch f := r.Frame.(type) {
	case *pluginv1.HostFrame:
		f.Job = job
		switch {
		case p.tag(fieldBegin, protowire.BytesType):
			k := &pluginv1.Begin{}
			f.Kind = &pluginv1.HostFrame_Begin{Begin: k}
			return k, InBegin
		case p.tag(fieldSnapshot, protowire.BytesType):
			k := &pluginv1.Snapshot{}
			f.Kind = &pluginv1.HostFrame_Snapshot{Snapshot: k}
			return k, InSnapshot
		}
	case *pluginv1.PluginFrame:
		f.Job = job
		if p.tag(fieldPut, protowire.BytesType) {
			k := &pluginv1.Put{}
			f.Kind = &pluginv1.PluginFrame_Put{Put: k}
			return k, InPut
		}
	}
	return nil, 0
}

// fill reads what holds objects: the objects in one piece of memory, and what is
// between them with the generated code.
func (r *Received) fill(m vtMessage, num Holder, b []byte) (bool, error) {
	var all string
	p := parser[[]byte]{b: b}
	rest := 0
	for p.more() {
		at := p.at
		if begin, ok := m.(*pluginv1.Begin); ok && p.tag(fieldHead, protowire.BytesType) {
			if err := m.UnmarshalVT(b[rest:at]); err != nil {
				return false, err
			}
			head := p.block()
			begin.Head = newPayload(len(head))
			copy(begin.Head, head)
			rest = p.at
			continue
		}
		if !p.tag(protowire.Number(num), protowire.BytesType) {
			tag := p.varint()
			p.skip(protowire.Type(tag & 7))
			continue
		}
		if err := m.UnmarshalVT(b[rest:at]); err != nil {
			return false, err
		}
		if len(r.Objects) == 0 {
			all = string(b)
		}
		n := len(p.block())
		r.Objects = append(r.Objects, all[p.at-n:p.at])
		rest = p.at
	}
	if p.bad {
		r.Objects = nil
		return false, nil
	}
	return true, m.UnmarshalVT(b[rest:])
}

// lift takes the objects out of a frame that the generated code has read.
func (r *Received) lift() error {
	objects := takeObjects(r.Frame)
	for _, o := range objects {
		b, err := o.MarshalVT()
		if err != nil {
			return err
		}
		r.Objects = append(r.Objects, string(b))
	}
	return nil
}

// takeObjects takes the objects out of a frame and returns them.
func takeObjects(frame proto.Message) (objects []*pluginv1.Object) {
	var at *[]*pluginv1.Object
	switch f := frame.(type) {
	case *pluginv1.HostFrame:
		if k := f.GetBegin(); k != nil {
			at = &k.Objects
		} else if k := f.GetSnapshot(); k != nil {
			at = &k.Objects
		}
	case *pluginv1.PluginFrame:
		if k := f.GetPut(); k != nil {
			at = &k.Objects
		}
	}
	if at != nil {
		objects, *at = *at, nil
	}
	return objects
}
