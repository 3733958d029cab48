package hostsvc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protodelim"
	"google.golang.org/protobuf/proto"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// canned is a lane on which fixed frames come once the job has begun.
type canned struct {
	grpc.ClientStream
	ctx    context.Context
	begun  chan struct{}
	frames []*pluginv1.PluginFrame
}

func (c *canned) Send(*pluginv1.HostFrame) error { return errors.ErrUnsupported }

func (c *canned) SendMsg(m any) error {
	if f, ok := m.(*pluginv1.HostFrame); ok && f.GetBegin() != nil {
		close(c.begun)
	}
	return nil
}

func (c *canned) Recv() (*pluginv1.PluginFrame, error) {
	select {
	case <-c.begun:
	case <-c.ctx.Done():
		return nil, c.ctx.Err()
	}
	if len(c.frames) == 0 {
		return nil, io.EOF
	}
	f := c.frames[0]
	c.frames = c.frames[1:]
	return f, nil
}

// cannedClient opens a canned lane.
type cannedClient struct {
	pluginv1.ConverterClient
	frames []*pluginv1.PluginFrame
}

func (c cannedClient) Lane(ctx context.Context, _ ...grpc.CallOption) (pluginv1.Converter_LaneClient, error) {
	return &canned{ctx: ctx, begun: make(chan struct{}), frames: c.frames}, nil
}

// framesOf reads frames, as many as there are.
func framesOf(in []byte) (fs frames) {
	for r := bytes.NewReader(in); ; {
		g := &pluginv1.PluginFrame{}
		if (protodelim.UnmarshalOptions{UnmarshalOptions: proto.UnmarshalOptions{AllowPartial: true}}).UnmarshalFrom(r, g) != nil {
			return fs
		}
		fs = append(fs, g)
	}
}

// bytesOf writes frames of the first job.
func bytesOf(f *testing.F, fs frames) []byte {
	f.Helper()
	var seed bytes.Buffer
	for _, g := range fs {
		g.Job = 1
		if _, err := protodelim.MarshalTo(&seed, g); err != nil {
			f.Fatal(err)
		}
	}
	return seed.Bytes()
}

// openSession opens a session for all inputs of a target.
func openSession(f *testing.F) *session.Session {
	f.Helper()
	s, err := session.Open(session.NewAllocator(1<<30), 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	return s
}

// cannedLane opens a lane on which the frames of in come, and a message for a job
// on it.
func cannedLane(t *testing.T, s *session.Session, in []byte) (*Lane, *session.Message) {
	t.Helper()
	l, err := OpenLane(t.Context(), cannedClient{frames: framesOf(in)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	m, err := s.OpenMessage(storage{}, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Release() })
	return l, m
}

// FuzzTransform holds Run to its contract for any frames of a plugin that
// transforms or probes: it ends, does not panic, leaves the source alone, and what
// it delivers can be read to its end.
func FuzzTransform(f *testing.F) {
	for _, fs := range []frames{
		{put(referred(&pluginv1.Ref{Blob: 1, Length: -1})), ok()},
		{put(referred(&pluginv1.Ref{Blob: 2, Offset: 1, Length: 3, Transform: 2})), ok()},
		{put(streamed(1)), data(1, true, "x"), ok()},
		{{Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: 1, Blob: 1, Offset: 3, Length: 9}}}, ok()},
	} {
		f.Add(true, bytesOf(f, fs))
		f.Add(false, bytesOf(f, fs))
	}
	s := openSession(f)
	f.Fuzz(func(t *testing.T, probe bool, in []byte) {
		l, m := cannedLane(t, s, in)
		tree := with(tagBinary, wire.Memory(content))
		tree.Props.Set(tagObject, sized{Memory: wire.Memory(content), size: -1})
		job := &session.Job{Direction: session.Transform, Message: m, Contents: tree, Input: transfer.NewBytesInput([]byte(content)), Take: func(m *mapi.Message) error {
			eachBag(m, func(ps mapi.Props) {
				for _, p := range ps {
					_, _ = mapi.ReadValue(p.Value, 1<<20) // may fail, and ends
				}
			})
			return nil
		}}
		if probe {
			job.Direction, job.Format = session.Probe, "x"
		}
		if err := l.Run(within(t), job); err != nil && job.Matched {
			t.Errorf("a probe that failed has matched: %v", err)
		}
		if b, err := tree.Props.Bytes(tagBinary, 100); len(tree.Props) != 2 || string(b) != content || err != nil {
			t.Errorf("the source has become %v", tree)
		}
	})
}

// FuzzFrames holds Run to its contract for any frames: it ends, does not panic,
// and keeps to the limit of the output.
func FuzzFrames(f *testing.F) {
	for _, fs := range []frames{
		{data(0, false, "x"), ref(&pluginv1.Ref{Blob: 1, Length: -1, Transform: 1}), data(0, true, ""), ok()},
		{put(streamed(1)), data(1, true, "x"), ok()},
		{put(referred(&pluginv1.Ref{Offset: 1, Length: 2})), ok()},
		{{Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: 1, Blob: 1, Offset: 3, Length: 9}}}, strange(), ok()},
		{{Kind: &pluginv1.PluginFrame_Find{Find: &pluginv1.Find{Id: 1, To: 10, Patterns: [][]byte{[]byte("45")}}}}, ok()},
	} {
		f.Add(true, bytesOf(f, fs))
		f.Add(false, bytesOf(f, fs))
	}
	s := openSession(f)
	f.Fuzz(func(t *testing.T, export bool, in []byte) {
		l, m := cannedLane(t, s, in)
		var out bytes.Buffer
		job := &session.Job{Direction: session.Import, Format: "x", Message: m, Input: transfer.NewBytesInput([]byte(content)), MaxOutput: 100}
		if export {
			if err := m.SetContents(with(tagBinary, sized{Memory: wire.Memory(content), size: 10})); err != nil {
				t.Fatal(err)
			}
			job.Direction, job.Output = session.Export, &out
		}
		if err := l.Run(within(t), job); err == nil && !export {
			if _, err := m.Snapshot(); err != nil {
				t.Error(err)
			}
		}
		if out.Len() > 100 {
			t.Errorf("%d bytes of output", out.Len())
		}
	})
}
