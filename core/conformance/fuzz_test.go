package conformance

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protodelim"

	"bytes"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// deaf is the stream of a lane whose plugin takes everything.
type deaf struct{ grpc.ClientStream }

func (deaf) Send(*pluginv1.HostFrame) error       { return nil }
func (deaf) Recv() (*pluginv1.PluginFrame, error) { return nil, context.Canceled }
func (deaf) CloseSend() error                     { return nil }
func deafLane(br *breaches) *lane {
	return &lane{stream: deaf{}, cancel: func() {}, breaches: br, ended: make(chan struct{}), jobs: map[uint64]*job{}}
}

// FuzzFrames has a plugin say anything at all: no panic, and a result for every
// job that it ends.
func FuzzFrames(f *testing.F) {
	seed := func(frames ...*pluginv1.PluginFrame) {
		var b bytes.Buffer
		for _, g := range frames {
			g.Job = 1
			if _, err := protodelim.MarshalTo(&b, g); err != nil {
				f.Fatal(err)
			}
		}
		for direction := range uint8(4) {
			f.Add(b.Bytes(), direction)
		}
	}
	ref := &pluginv1.Ref{Blob: 1, Length: -1}
	prop := &pluginv1.Prop{Tag: uint32(mapi.NewTag(0x3701, mapi.PtypBinary)), Value: &pluginv1.Prop_Stream{Stream: 1}}
	done := &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Done{Done: &pluginv1.Done{Result: pluginv1.Result_RESULT_OK}}}
	seed(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Ref{Ref: ref}}, wire.PluginData(1, 0, true, []byte("x")), done)
	seed(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Put{Put: &pluginv1.Put{Objects: []*pluginv1.Object{{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{prop}}}}}},
		wire.PluginData(1, 1, true, []byte("x")), done)
	seed(&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: 1, Blob: 1, Offset: 1 << 63, Length: 1 << 31}}},
		&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Find{Find: &pluginv1.Find{Id: 2, From: 5, To: 1 << 63, Patterns: [][]byte{[]byte("a")}}}},
		&pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Problem{Problem: &pluginv1.Problem{Code: "a.b"}}}, done)
	f.Fuzz(func(t *testing.T, in []byte, direction uint8) {
		l := deafLane(new(breaches))
		m := letter("s", "b")
		m.Attachments = append(m.Attachments, file("f", "", noise(100_000)))
		j, err := l.begin([]spec{imports("x", []byte("a file")), export("x", m), transform(m), probe("x", []byte("a file"))}[direction%4])
		if err != nil {
			t.Fatal(err)
		}
		r := bytes.NewReader(in)
		for r.Len() > 0 {
			var g pluginv1.PluginFrame
			if protodelim.UnmarshalFrom(r, &g) != nil || l.take(&g) != nil {
				break
			}
		}
		select {
		case <-j.done:
			if res := j.result(); res.String() == "" {
				t.Error("the result says nothing")
			}
		default:
		}
	})
}
