package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// frames returns frames of every kind, some with random contents.
func frames() []proto.Message {
	rnd := rand.New(rand.NewPCG(1, 2))
	objects := []*pluginv1.Object{{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{
		{Tag: 0x0037001F, Value: &pluginv1.Prop_Text{Text: "subject"}},
		{Tag: 3, Name: &pluginv1.Name{Set: make([]byte, 16), Id: 7}, Value: &pluginv1.Prop_Integer{Integer: -5}},
		{Tag: 4, Value: &pluginv1.Prop_Multi{Multi: &pluginv1.Multi{Times: []uint64{1, 2}, Texts: []string{"a", ""}}}},
	}}}
	out := []proto.Message{
		&pluginv1.HostFrame{},
		&pluginv1.HostFrame{Job: 1, Kind: &pluginv1.HostFrame_Begin{Begin: &pluginv1.Begin{
			Direction: 1, Format: "eml", Options: map[string]string{"a": "b"}, Objects: objects, More: true}}},
		&pluginv1.HostFrame{Job: 2, Kind: &pluginv1.HostFrame_Cancel{Cancel: &pluginv1.Cancel{}}},
		&pluginv1.PluginFrame{Job: 3, Kind: &pluginv1.PluginFrame_Done{Done: &pluginv1.Done{Result: 2, Error: "x"}}},
		&pluginv1.PluginFrame{Job: 3, Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: objects}}},
		wrapperspb.String("not ours"),
	}
	for _, n := range []int{0, 1, 127, 128, 5000, ChunkSize/2 + 1, ChunkSize} {
		for range 8 {
			payload := make([]byte, n)
			for i := range payload {
				payload[i] = byte(rnd.Uint32())
			}
			job, id := rnd.Uint64()>>rnd.IntN(65), uint32(rnd.Uint64()>>(32+rnd.IntN(33)))
			out = append(out, HostData(job, id, rnd.IntN(2) == 0, payload), PluginData(job, id, rnd.IntN(2) == 0, payload))
		}
	}
	return out
}

// split cuts b into buffers of at most n bytes.
func split(b []byte, n int) mem.BufferSlice {
	var out mem.BufferSlice
	for len(b) > n {
		out, b = append(out, mem.SliceBuffer(b[:n])), b[n:]
	}
	return append(out, mem.SliceBuffer(b))
}

func TestCodecMakesTheBytesOfProtobuf(t *testing.T) {
	t.Parallel()
	for i, m := range frames() {
		want, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Codec{}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if b := got.Materialize(); !bytes.Equal(b, want) {
			t.Errorf("frame %d: %d bytes %.40x, want %d bytes %.40x", i, len(b), b, len(want), want)
		}
		for _, n := range []int{1, 3, 16 << 10, len(want) + 1} {
			if n < 16 && len(want) > 10_000 {
				continue
			}
			back := m.ProtoReflect().New().Interface()
			if err := (Codec{}).Unmarshal(split(want, n), back); err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(back, m) {
				t.Errorf("frame %d in pieces of %d comes back different", i, n)
			}
		}
	}
}

func TestCodecDoesNotCopyPayloads(t *testing.T) {
	t.Parallel()
	payload := make([]byte, 1000)
	got, err := Codec{}.Marshal(PluginData(1, 0, false, payload))
	if err != nil || len(got) != 2 || &got[1].ReadOnlyData()[0] != &payload[0] {
		t.Errorf("Marshal() = %d buffers, %v, want the payload as the second", len(got), err)
	}
}

func TestOwnedChunkIsUsedAgain(t *testing.T) {
	t.Parallel()
	chunk := NewChunk()
	copy(*chunk, "hello")
	f := PluginData(1, 0, true, (*chunk)[:5])
	want, _ := proto.Marshal(f)
	got, err := Codec{}.Marshal(&Owned{Frame: f, Chunk: chunk})
	if err != nil || !bytes.Equal(got.Materialize(), want) {
		t.Fatalf("Marshal() = %x, %v, want %x", got.Materialize(), err, want)
	}
	got.Free()
	if b := NewChunk(); len(*b) != ChunkSize || cap(*b) != ChunkSize {
		t.Errorf("a chunk of %d bytes", len(*b))
	}
	empty, err := Codec{}.Marshal(&Owned{Frame: PluginData(1, 0, true, nil), Chunk: NewChunk()})
	if err != nil || empty.Len() == 0 {
		t.Errorf("an empty Owned gives %d bytes, %v", empty.Len(), err)
	}
}

func TestCodecRefusesOthers(t *testing.T) {
	t.Parallel()
	if _, err := (Codec{}).Marshal(7); err == nil {
		t.Error("Marshal(7) succeeds")
	}
	if err := (Codec{}).Unmarshal(nil, new(int)); err == nil {
		t.Error("Unmarshal into an int succeeds")
	}
	if err := (Codec{}).Unmarshal(split([]byte{0xFF}, 9), &pluginv1.HostFrame{}); err == nil {
		t.Error("Unmarshal of half a tag succeeds")
	}
}

// FuzzUnmarshal holds the codec to protobuf: what both can read, both read alike.
func FuzzUnmarshal(f *testing.F) {
	for _, m := range frames() {
		if b, err := proto.Marshal(m); err == nil && len(b) < 10_000 {
			f.Add(b, uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		for _, pair := range [][2]proto.Message{
			{&pluginv1.HostFrame{}, &pluginv1.HostFrame{}},
			{&pluginv1.PluginFrame{}, &pluginv1.PluginFrame{}},
		} {
			got, want := pair[0], pair[1]
			err := Codec{}.Unmarshal(split(in, 1+int(cut)), got)
			ref := proto.Unmarshal(in, want)
			// vtprotobuf is stricter about wrong wire types and laxer about UTF-8.
			if err == nil && ref == nil && !proto.Equal(got, want) && !proto.Equal(again(t, got), again(t, want)) {
				t.Errorf("Unmarshal(%x) = %v, want %v", in, got, want)
			}
			if job, d := parseData(split(in, 1+int(cut))); d != nil && ref != nil {
				t.Errorf("%x is read as Data of job %d, but it is %v", in, job, ref)
			}
		}
	})
}

// again writes m and reads it back with protobuf, which makes fields that it does
// not know canonical.
func again(t *testing.T, m proto.Message) proto.Message {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back := m.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(b, back); err != nil {
		t.Fatal(err)
	}
	return back
}

func BenchmarkCodec(b *testing.B) {
	for _, n := range []int{1 << 10, ChunkSize} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			payload := make([]byte, n)
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				out, _ := Codec{}.Marshal(PluginData(1, 2, false, payload))
				var f pluginv1.PluginFrame
				if err := (Codec{}).Unmarshal(out, &f); err != nil {
					b.Fatal(err)
				}
				FreePayload(f.GetData().GetPayload())
				out.Free()
			}
		})
	}
}
