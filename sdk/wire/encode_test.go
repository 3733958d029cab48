package wire

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// asBlob places a large value in a way that depends on nothing else.
func asBlob(dst *pluginv1.Prop, v mapi.Large) error {
	SetBlob(dst, 7, v.Size())
	return nil
}

// trees returns messages of every shape.
func trees() map[string]*mapi.Message {
	wide := mapi.Props{}
	for i := range 60 {
		wide.Set(mapi.NewTag(uint16(0x4000+i), mapi.PtypBinary), bytes.Repeat([]byte{byte(i)}, InlineLimit))
	}
	long := mapi.Props{{Tag: mapi.NewTag(1, mapi.PtypMultipleBinary), Value: [][]byte{make([]byte, MaxProp-100)}}}
	return map[string]*mapi.Message{
		"empty": {},
		"tree": {
			Props:      values(),
			Recipients: []mapi.Props{values(), nil, {{Tag: 0x3001001F, Value: "x"}}},
			Attachments: []*mapi.Attachment{nil, {Props: values()}, {Embedded: &mapi.Message{
				Props: values(), Recipients: []mapi.Props{values()}, Attachments: []*mapi.Attachment{{}}}}},
		},
		"large values":      {Props: mapi.Props{{Tag: 0x1000001F, Value: strings.Repeat("x", InlineLimit+1)}}},
		"several frames":    {Props: wide, Attachments: []*mapi.Attachment{{Props: wide}}},
		"a long property":   {Recipients: []mapi.Props{long, long}},
		"what is no value":  {Props: mapi.Props{{Tag: 0x0037001F, Value: 7}, {Tag: 0x00370003, Value: int32(7)}}},
		"lengths of 3 size": {Props: mapi.Props{{Tag: 1<<16 | 0x102, Value: make([]byte, 100)}, {Tag: 2<<16 | 0x102, Value: make([]byte, 20_000)}}},
	}
}

// TestEncodeMakesTheBytesOfProtobuf holds Encode to Flatten and the generated
// code, byte for byte.
func TestEncodeMakesTheBytesOfProtobuf(t *testing.T) {
	t.Parallel()
	for name, m := range trees() {
		var skipped [2][]string
		skip := func(i int) Skip {
			return func(object string, tag mapi.Tag, err error) {
				skipped[i] = append(skipped[i], fmt.Sprint(object, tag, err))
			}
		}
		structs, err := Flatten(m, asBlob, skip(0))
		if err != nil {
			t.Fatal(name, err)
		}
		last := &structs[len(structs)-1]
		id := (*last)[len(*last)-1].GetId()
		*last = append(*last, &pluginv1.Object{Id: id + 1, Parent: 1, Kind: GreaseNumber})
		for _, first := range []Holder{InBegin, InPut} {
			skipped[1] = nil
			chunks, err := Encode(m, asBlob, skip(1), first)
			if err != nil || len(chunks) != len(structs) {
				t.Fatalf("%s: %d chunks, %v, want %d", name, len(chunks), err, len(structs))
			}
			if fmt.Sprint(skipped[0]) != fmt.Sprint(skipped[1]) {
				t.Errorf("%s: skipped %q, want %q", name, skipped[1], skipped[0])
			}
			for i, c := range chunks {
				var want []byte
				if first == InBegin && i == 0 {
					want, err = (&pluginv1.Begin{Objects: structs[i]}).MarshalVT()
				} else {
					want, err = (&pluginv1.Put{Objects: structs[i]}).MarshalVT()
				}
				if err != nil || !bytes.Equal(*c, want) {
					t.Errorf("%s: chunk %d has %d bytes, want %d, %v", name, i, len(*c), len(want), err)
				}
			}
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	cycle := &mapi.Message{}
	cycle.Attachments = []*mapi.Attachment{{Embedded: cycle}}
	for name, m := range map[string]*mapi.Message{
		"a cycle":          cycle,
		"what is no value": {Props: mapi.Props{{Tag: 0x0037001F, Value: 7}}},
	} {
		_, want := Flatten(m, nil, nil)
		if _, err := Encode(m, nil, nil, InPut); err == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := (Codec{}).Marshal(&Encoded{Frame: &pluginv1.HostFrame{}, Fields: new([]byte)}); err == nil {
		t.Error("objects are sent in a frame that has no place for them")
	}
}

// objectFrames returns frames of each kind that has objects, without them.
func objectFrames() map[Holder][]proto.Message {
	return map[Holder][]proto.Message{
		InBegin: {&pluginv1.HostFrame{Job: 5, Kind: &pluginv1.HostFrame_Begin{
			Begin: Grease(&pluginv1.Begin{Direction: 1, Format: "eml", Options: map[string]string{"a": "b"}, DeadlineMs: 9, More: true})}}},
		InSnapshot: {
			&pluginv1.HostFrame{Job: 6, Kind: &pluginv1.HostFrame_Snapshot{Snapshot: &pluginv1.Snapshot{More: true}}},
			&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{}}},
		},
	}
}

// TestEncodedFrames sends encoded objects, and receives them in every way.
func TestEncodedFrames(t *testing.T) {
	t.Parallel()
	for holder, frames := range objectFrames() {
		for _, f := range frames {
			for name, m := range trees() {
				testEncodedFrame(t, name, m, f, holder)
			}
		}
	}
}

func testEncodedFrame(t *testing.T, name string, m *mapi.Message, f proto.Message, holder Holder) {
	t.Helper()
	chunks, err := Encode(m, asBlob, func(string, mapi.Tag, error) {}, holder)
	if err != nil {
		t.Fatal(name, err)
	}
	out, err := Codec{}.Marshal(&Encoded{Frame: f, Fields: chunks[0]})
	if err != nil {
		t.Fatal(name, err)
	}
	b := out.Materialize()
	plain := f.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(b, plain); err != nil {
		t.Fatalf("%s: not for other implementations: %v", name, err)
	}
	received := f.ProtoReflect().New().Interface()
	r := Received{Frame: received}
	if err := (Codec{}).Unmarshal(split(b, 16<<10), &r); err != nil {
		t.Fatal(name, err)
	}
	objects := takeObjects(plain)
	if len(r.Objects) != len(objects) || !proto.Equal(received, plain) || !proto.Equal(plain, f) {
		t.Errorf("%s: %d objects in %v, want %d in %v", name, len(r.Objects), received, len(objects), plain)
	}
	for i, o := range objects {
		if want, _ := o.MarshalVT(); r.Objects[i] != string(want) {
			t.Errorf("%s: object %d is different", name, i)
		}
	}
}

// FuzzReceived holds the quick way of receiving objects to the generated code:
// the frame is the same, and so is the message or that there is none.
func FuzzReceived(f *testing.F) {
	for _, m := range trees() {
		chunks, err := Flatten(m, asBlob, func(string, mapi.Tag, error) {})
		if err != nil {
			f.Fatal(err)
		}
		b, _ := (&pluginv1.PluginFrame{Job: 3, Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: chunks[0]}}}).MarshalVT()
		if len(b) < 64<<10 {
			f.Add(b)
		}
	}
	f.Add([]byte("\x32\x04\x0a\x02\x08\x01\x32\x04\x0a\x02\x08\x02")) // put twice
	f.Fuzz(func(t *testing.T, in []byte) {
		var plain, frame pluginv1.PluginFrame
		r := Received{Frame: &frame}
		ref, err := plain.UnmarshalVT(in), Codec{}.Unmarshal(split(in, 100), &r)
		if ref != nil {
			return // the quick way finds faults in objects later, or never
		}
		if err != nil {
			t.Fatalf("Unmarshal(%x) = %v", in, err)
		}
		large := func(*pluginv1.Prop) (mapi.Large, error) { return Memory("x"), nil }
		want, wantErr := built(NewBuilder(Limits{}, large), func(b *Builder) error { return b.Add(takeObjects(&plain)) })
		got, gotErr := built(NewBuilder(Limits{}, large), func(b *Builder) error { return b.AddEncoded(r.Objects) })
		if !proto.Equal(&frame, &plain) {
			t.Errorf("%x is read as %v, want %v", in, &frame, &plain)
		}
		if (wantErr == nil) != (gotErr == nil) || wantErr == nil && !bytes.Equal(flat(t, got), flat(t, want)) {
			t.Errorf("%x is built as %v, %v, want %v, %v", in, got, gotErr, want, wantErr)
		}
	})
}

// built returns what a builder makes of what add gives it.
func built(b *Builder, add func(*Builder) error) (*mapi.Message, error) {
	if err := add(b); err != nil {
		return nil, err
	}
	return b.Message()
}

func TestPoolKeepsBuffersApart(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1 << 10, 1<<10 + 1, ChunkSize, MaxFrame, MaxFrame + 1} {
		a := Pool.Get(n)
		if len(*a) != n {
			t.Errorf("Get(%d) has %d bytes", n, len(*a))
		}
		*a = (*a)[:n/2]
		Pool.Put(a)
		if b := Pool.Get(n); len(*b) != n {
			t.Errorf("Get(%d) after Put has %d bytes", n, len(*b))
		}
	}
	odd := make([]byte, ChunkSize+1)
	Pool.Put(&odd)
	if len(odd) != 0 || cap(odd) != ChunkSize {
		t.Errorf("a buffer is kept with %d bytes of %d", len(odd), cap(odd))
	}
}

// BenchmarkTree sends a message with 100 properties and 10 recipients from one end
// to the other, as both do it, and by way of the generated structures.
func BenchmarkTree(b *testing.B) {
	m := &mapi.Message{Props: append(values(), values()...)}
	for i := range m.Props {
		m.Props[i].Tag = mapi.NewTag(uint16(0x3000+i), m.Props[i].Tag.Type())
	}
	for i := range 40 {
		m.Props.SetNamed(mapi.Name{Set: mapi.PSETIDCommon, ID: uint32(0x8500 + i)}, mapi.PtypInteger32, int32(i*1000))
	}
	for range 10 {
		m.Recipients = append(m.Recipients, values()[:15])
	}
	b.Run("bytes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			chunks, _ := Encode(m, asBlob, nil, InPut)
			out, _ := Codec{}.Marshal(&Encoded{Frame: &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{}}}, Fields: chunks[0]})
			r := Received{Frame: &pluginv1.PluginFrame{}}
			if err := (Codec{}).Unmarshal(out, &r); err != nil {
				b.Fatal(err)
			}
			out.Free()
			if _, err := built(NewBuilder(Limits{}, nil), func(b *Builder) error { return b.AddEncoded(r.Objects) }); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("structures", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			chunks, _ := Flatten(m, asBlob, nil)
			out, _ := Codec{}.Marshal(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: chunks[0]}}})
			var f pluginv1.PluginFrame
			if err := (Codec{}).Unmarshal(out, &f); err != nil {
				b.Fatal(err)
			}
			out.Free()
			if _, err := built(NewBuilder(Limits{}, nil), func(b *Builder) error { return b.Add(f.GetPut().GetObjects()) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestEncodedHead: the head of an input goes into Begin beside its other fields, for
// readers that know this package and for others.
func TestEncodedHead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 100, smallChunk, 70_000, HeadLimit} {
		want := bytes.Repeat([]byte("From: a\r\n"), n/9+1)[:n]
		chunk, head := EncodeHead(n)
		copy(head, want)
		f := &pluginv1.HostFrame{Job: 5, Kind: &pluginv1.HostFrame_Begin{Begin: Grease(&pluginv1.Begin{Format: "eml", InputSize: uint64(n), DeadlineMs: 9})}}
		out, err := Codec{}.Marshal(&Encoded{Frame: f, Fields: chunk})
		if err != nil {
			t.Fatal(err)
		}
		var plain, ours pluginv1.HostFrame
		if err := proto.Unmarshal(out.Materialize(), &plain); err != nil {
			t.Fatal(err)
		}
		if err := (Codec{}).Unmarshal(out, &Received{Frame: &ours}); err != nil {
			t.Fatal(err)
		}
		for _, b := range []*pluginv1.Begin{plain.GetBegin(), ours.GetBegin()} {
			if !bytes.Equal(b.GetHead(), want) || b.GetInputSize() != uint64(n) || b.GetDeadlineMs() != 9 || b.GetFormat() != "eml" {
				t.Errorf("a head of %d: got %d, and %v", n, len(b.GetHead()), b)
			}
		}
	}
}
