package serve_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/internal/serve"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// dial serves p and returns a client without the manners of plugintest.Host.
func dial(t *testing.T, p sdk.Plugin) pluginv1.ConverterClient {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sdk.Serve(ctx, lis, p) }()
	conn, err := plugintest.Dial(lis)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = conn.Close()
		if err := <-done; err != nil {
			t.Errorf("Serve() = %v", err)
		}
	})
	return pluginv1.NewConverterClient(conn)
}

// A raw lane sends and receives frames as they are.
type raw struct {
	t      *testing.T
	stream pluginv1.Converter_LaneClient
	cancel context.CancelFunc
}

func lane(t *testing.T, c pluginv1.ConverterClient) raw {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), plugintest.Timeout)
	t.Cleanup(cancel)
	stream, err := c.Lane(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return raw{t, stream, cancel}
}

func (r raw) send(f *pluginv1.HostFrame) {
	r.t.Helper()
	if err := r.stream.Send(f); err != nil {
		r.t.Fatal(err)
	}
}

func (r raw) recv() *pluginv1.PluginFrame {
	r.t.Helper()
	f, err := r.stream.Recv()
	if err != nil {
		r.t.Fatal(err)
	}
	return f
}

// done returns the end of the next job that ends, and drops what comes before.
func (r raw) done() (uint64, *pluginv1.Done) {
	r.t.Helper()
	for {
		if f := r.recv(); f.GetDone() != nil {
			return f.GetJob(), f.GetDone()
		}
	}
}

// begin returns a Begin of an export with one blob.
func begin(job uint64) *pluginv1.HostFrame {
	p := &pluginv1.Prop{Tag: uint32(tagBlob), Value: &pluginv1.Prop_Blob{Blob: &pluginv1.Blob{Id: 1, Size: 5}}}
	return &pluginv1.HostFrame{Job: job, Kind: &pluginv1.HostFrame_Begin{Begin: &pluginv1.Begin{
		Direction: pluginv1.Direction_DIRECTION_EXPORT, Format: "x",
		Objects: []*pluginv1.Object{{Id: 1, Kind: pluginv1.ObjectKind_OBJECT_KIND_MESSAGE, Props: []*pluginv1.Prop{p}}},
	}}}
}

func cancelFrame(job uint64) *pluginv1.HostFrame {
	return &pluginv1.HostFrame{Job: job, Kind: &pluginv1.HostFrame_Cancel{Cancel: &pluginv1.Cancel{Reason: "too slow"}}}
}

// readBlob is an export that pulls the one blob.
func readBlob(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	b, err := src.Props.Bytes(tagBlob, 1<<20)
	if err == nil {
		_, err = dst.Write(b)
	}
	return err
}

// untilDone is an export that waits for its context.
func untilDone(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]exportFunc{
		"waiting for the context": untilDone,
		"waiting for the host":    readBlob,
		"writing for ever": func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
			for {
				if _, err := dst.Write(make([]byte, 1<<10)); err != nil {
					return err
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := lane(t, dial(t, exporter(f)))
			r.send(begin(7))
			r.send(cancelFrame(7))
			job, d := r.done()
			if job != 7 || d.GetResult() != pluginv1.Result_RESULT_CANCELLED || !strings.Contains(d.GetError(), "too slow") {
				t.Errorf("job %d ends with %v", job, d)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	r := lane(t, dial(t, exporter(untilDone)))
	f := begin(1)
	f.GetBegin().DeadlineMs = 1
	r.send(f)
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_CANCELLED {
		t.Errorf("got %v", d)
	}
}

func TestUnknownFramesAreIgnored(t *testing.T) {
	t.Parallel()
	r := lane(t, dial(t, exporter(readBlob)))
	strange := &pluginv1.HostFrame{Job: 1}
	strange.ProtoReflect().SetUnknown([]byte{0xA2, 0x06, 0x01, 0x00}) // field 100
	r.send(strange)
	r.send(begin(1))
	read := r.recv().GetRead()
	r.send(strange)
	r.send(cancelFrame(99))
	r.send(&pluginv1.HostFrame{Job: 99, Kind: &pluginv1.HostFrame_Snapshot{Snapshot: &pluginv1.Snapshot{}}})
	r.send(wire.HostData(1, read.GetId()+1, true, []byte("not asked for")))
	r.send(wire.HostData(2, read.GetId(), true, []byte("of another job")))
	r.send(wire.HostData(1, read.GetId(), true, []byte("hello")))
	if d := r.recv().GetData(); string(d.GetPayload()) != "hello" {
		t.Errorf("got %q", d.GetPayload())
	}
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_OK {
		t.Errorf("got %v", d)
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(id uint32) *pluginv1.HostFrame
		want   string
	}{
		{"more than asked for", func(id uint32) *pluginv1.HostFrame {
			return wire.HostData(1, id, true, make([]byte, wire.ChunkSize+1))
		}, "asked for"},
		{"less, and more follows", func(id uint32) *pluginv1.HostFrame { return wire.HostData(1, id, false, nil) }, "more follow"},
		{"another kind", func(id uint32) *pluginv1.HostFrame {
			return &pluginv1.HostFrame{Job: 1, Kind: &pluginv1.HostFrame_Found{Found: &pluginv1.Found{Id: id}}}
		}, "answered"},
		{"a refusal without a request", func(uint32) *pluginv1.HostFrame {
			return &pluginv1.HostFrame{Job: 1, Kind: &pluginv1.HostFrame_Refused{Refused: &pluginv1.Refused{Reason: "no"}}}
		}, mapi.ErrCallFailed.String()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := lane(t, dial(t, exporter(readBlob)))
			r.send(begin(1))
			r.send(tt.answer(r.recv().GetRead().GetId()))
			if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_INTERNAL || !strings.Contains(d.GetError(), tt.want) {
				t.Errorf("got %v, want %q in it", d, tt.want)
			}
		})
	}
}

func TestBadObjectsEndTheJob(t *testing.T) {
	t.Parallel()
	r := lane(t, dial(t, exporter(readBlob)))
	f := begin(1)
	f.GetBegin().Objects[0].Parent = 9
	r.send(f)
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_INTERNAL || !strings.Contains(d.GetError(), "object 1") {
		t.Errorf("got %v", d)
	}
}

func TestBrokenProtocolEndsTheLane(t *testing.T) {
	t.Parallel()
	open := begin(1)
	open.GetBegin().More = true
	for name, frames := range map[string][]*pluginv1.HostFrame{
		"a job twice":            {begin(1), begin(1)},
		"too many jobs":          {begin(1), begin(2), begin(3), begin(4), begin(5)},
		"objects after the last": {begin(1), {Job: 1, Kind: &pluginv1.HostFrame_Snapshot{Snapshot: &pluginv1.Snapshot{}}}},
		"with an open snapshot":  {open, begin(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := lane(t, dial(t, exporter(untilDone)))
			for _, f := range frames {
				if r.stream.Send(f) != nil {
					break
				}
			}
			for {
				_, err := r.stream.Recv()
				if err == nil {
					continue
				}
				if status.Code(err) != codes.InvalidArgument {
					t.Errorf("got %v", err)
				}
				return
			}
		})
	}
}

func TestLaneGone(t *testing.T) {
	t.Parallel()
	values, results := make(chan mapi.Large, 1), make(chan error, 1)
	r := lane(t, dial(t, exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, _ transfer.Output) error {
		v, _ := src.Props.Get(tagBlob)
		values <- v.(mapi.Large)
		_, err := mapi.ReadValue(v, 1<<20)
		results <- err
		return err
	})))
	r.send(begin(1))
	_ = r.recv() // the Read, which is never answered
	r.cancel()
	if err := <-results; !errors.Is(err, serve.ErrGone) && !errors.Is(err, context.Canceled) {
		t.Errorf("reading on a lane that ends gives %v", err)
	}
	for v := <-values; ; {
		if _, err := mapi.ReadValue(v, 1<<20); errors.Is(err, serve.ErrGone) {
			break
		}
	}
}

// TestHalfClosed has a host that says nothing more, but still listens.
func TestHalfClosed(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	r := lane(t, dial(t, exporter(func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		<-proceed
		_, err := io.WriteString(dst, "finished")
		return err
	})))
	r.send(begin(1))
	if err := r.stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	close(proceed)
	if d := r.recv().GetData(); string(d.GetPayload()) != "finished" || !d.GetLast() {
		t.Errorf("got %v", d)
	}
	if _, d := r.done(); d.GetResult() != pluginv1.Result_RESULT_OK {
		t.Errorf("got %v", d)
	}
	if _, err := r.stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("the lane ends with %v", err)
	}
}

func TestOneJobAtATime(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int32
	p := exporter(func(_ context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		return readBlob(context.Background(), nil, src, dst)
	})
	p.Jobs = 1
	c := dial(t, p)
	a, b := lane(t, c), lane(t, c) // more than the plugin has asked for
	a.send(begin(1))
	read := a.recv().GetRead()
	b.send(begin(1))
	b.send(cancelFrame(1)) // it waits, or has not come so far
	if _, d := b.done(); d.GetResult() != pluginv1.Result_RESULT_CANCELLED {
		t.Errorf("the job in the queue ends with %v", d)
	}
	a.send(wire.HostData(1, read.GetId(), true, []byte("hello")))
	if _, d := a.done(); d.GetResult() != pluginv1.Result_RESULT_OK || most.Load() != 1 {
		t.Errorf("got %v, with %d jobs at once", d, most.Load())
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		jobs            int
		lanes, pipeline uint32
	}{{0, 64, 4}, {1, 1, 1}, {3, 1, 3}, {4, 1, 4}, {5, 5, 1}, {6, 2, 3}, {16, 4, 4}} {
		t.Run(fmt.Sprint(tt.jobs), func(t *testing.T) {
			t.Parallel()
			p := exporter(untilDone)
			p.Jobs, p.Version, p.Formats[0].Extensions = tt.jobs, "2", []string{".x"}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d, err := dial(t, p).Describe(ctx, &pluginv1.DescribeRequest{})
			if err != nil {
				t.Fatal(err)
			}
			f := d.GetFormats()[0]
			if d.GetMaxLanes() != tt.lanes || d.GetPipeline() != tt.pipeline || d.GetName() != "test" || d.GetVersion() != "2" ||
				f.GetName() != "x" || f.GetImports() || !f.GetExports() || len(f.GetExtensions()) != 1 {
				t.Errorf("got %v", d)
			}
		})
	}
}
