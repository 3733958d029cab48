package conformance

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

const greaseHint = "take what you do not know for something of a later version: drop it, and go on"

var greaseChecks = []Check{
	{"grease/describe", "ignores features and fields of DescribeRequest that it does not know", "§7", greaseHint, checkGreaseDescribe},
	{"grease/fields", "ignores fields that it does not know, in Begin, in all that is in it, and in answers", "§7", greaseHint, checkGreaseFields},
	{"grease/frames", "ignores kinds of frames that it does not know, for a job or for none", "§7, Limits", greaseHint, checkGreaseFrames},
	{"grease/objects", "ignores kinds of objects and types of properties that it does not know", "§7, Object",
		"drop an object of an unknown kind with all below it, and a property of an unknown type", checkGreaseObjects},
	{"grease/direction", "ends a job of an unknown direction with UNSUPPORTED", "§7, Direction",
		"compare Begin.direction with both values, and answer Done{UNSUPPORTED} to any other", checkGreaseDirection},
}

// unknownField is a field number that no message has, and never will.
const unknownField = 29_999

// unknown is that field, with something in it.
func unknown() []byte {
	b := protowire.AppendTag(nil, unknownField, protowire.BytesType)
	return protowire.AppendString(b, "of a later version")
}

// grease adds a field to a message.
func grease(m proto.Message) {
	r := m.ProtoReflect()
	r.SetUnknown(append(append([]byte{}, r.GetUnknown()...), unknown()...))
}

func checkGreaseDescribe(ctx context.Context, b *bench) error {
	r := &pluginv1.DescribeRequest{HostVersion: "conformance", Features: []string{"x-conformance-unknown", "", "x-" + string(bytesLike('y', 200))}}
	grease(r)
	want, err := b.ask(ctx, &pluginv1.DescribeRequest{HostVersion: "conformance"})
	if err != nil {
		return err
	}
	d, err := b.ask(ctx, r)
	switch {
	case err != nil:
		return err
	case !equal(d, want):
		return errors.New("describes itself otherwise then")
	}
	return nil
}

// bytesLike is n bytes of one kind.
func bytesLike(c byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = c
	}
	return b
}

// changed does a job with and without a change of its frames, and of the answers to
// its requests.
func (b *bench) changed(ctx context.Context, s spec, change func(*pluginv1.HostFrame)) error {
	want, err := b.run(ctx, s)
	if err != nil {
		return err
	}
	s.change, s.greased = change, true
	return b.again(ctx, s, want, "with them")
}

func checkGreaseFields(ctx context.Context, b *bench) error {
	s, err := b.job(ctx, large)
	if err != nil {
		return err
	}
	s.head = false
	return b.changed(ctx, s, func(f *pluginv1.HostFrame) {
		grease(f)
		for _, m := range []proto.Message{f.GetBegin(), f.GetSnapshot()} {
			if m.ProtoReflect().IsValid() {
				grease(m)
			}
		}
		for _, o := range objectsOf(f) {
			grease(o)
			for _, p := range o.GetProps() {
				grease(p)
				if p.GetName() != nil {
					grease(p.GetName())
				}
				if p.GetBlob() != nil {
					grease(p.GetBlob())
				}
			}
		}
	})
}

// objectsOf returns the objects in a frame.
func objectsOf(f *pluginv1.HostFrame) []*pluginv1.Object {
	if b := f.GetBegin(); b != nil {
		return b.GetObjects()
	}
	return f.GetSnapshot().GetObjects()
}

func checkGreaseFrames(ctx context.Context, b *bench) error {
	s, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	l, err := b.open(ctx)
	if err != nil {
		return err
	}
	strange := func(job uint64) {
		f := &pluginv1.HostFrame{Job: job}
		grease(f)
		l.send(f)
		l.send(&pluginv1.HostFrame{Job: job})
	}
	strange(0)
	s.held = s.message != nil
	j, err := l.begin(s)
	if err != nil {
		return err
	}
	strange(j.id)
	strange(1 << 60)
	if s.held {
		j.release()
	}
	got, err := b.wait(ctx, l, j)
	if err == nil {
		err = got.same(want)
	}
	if err != nil {
		return fmt.Errorf("with them: %w", err)
	}
	return nil
}

func checkGreaseObjects(ctx context.Context, b *bench) error {
	s, err := b.sample(ctx)
	switch {
	case err != nil:
		return err
	case s.message == nil:
		return skip("it writes no format, and so is given no objects")
	}
	return b.changed(ctx, s, func(f *pluginv1.HostFrame) {
		begin := f.GetBegin()
		if begin == nil || begin.GetMore() {
			return
		}
		last := uint32(0)
		for _, o := range begin.GetObjects() {
			last = max(last, o.GetId())
		}
		const laterKind, laterType = 77, 0x0AAA
		later := []*pluginv1.Prop{{Tag: uint32(mapi.NewTag(0x6801, laterType)), Value: &pluginv1.Prop_Integer{Integer: 1}}}
		begin.Objects[0].Props = append(begin.Objects[0].Props, later...)
		begin.Objects = append(begin.Objects,
			&pluginv1.Object{Id: last + 1, Parent: 1, Kind: laterKind, Props: later},
			&pluginv1.Object{Id: last + 2, Parent: last + 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_RECIPIENT, Props: later})
	})
}

func checkGreaseDirection(ctx context.Context, b *bench) error {
	return b.between(ctx, func(later spec) error {
		const laterDirection = 9
		later.change = func(f *pluginv1.HostFrame) {
			if f.GetBegin() != nil {
				f.GetBegin().Direction = laterDirection
			}
		}
		res, err := b.run(ctx, later)
		if err == nil && res.code != pluginv1.Result_RESULT_UNSUPPORTED {
			err = fmt.Errorf("ends with %s", res)
		}
		return err
	})
}
