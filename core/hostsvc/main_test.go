package hostsvc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is the safety net of the tests: nothing waits that long.
const patience = 30 * time.Second

var (
	tagText   = mapi.NewTag(0x6001, mapi.PtypString)
	tagBinary = mapi.NewTag(0x6002, mapi.PtypBinary)
	tagObject = mapi.NewTag(0x6003, mapi.PtypObject)
)

type (
	exportFunc = func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error
	importFunc = func(ctx context.Context, job *sdk.Job, src transfer.Input) (*mapi.Message, error)
)

// exporter returns a plugin that exports the format "x".
func exporter(f exportFunc) sdk.Plugin {
	return sdk.Plugin{Name: "test", Options: testOptions, Formats: []sdk.Format{{Name: "x", Exporter: sdk.ExportFunc(f)}}}
}

// testOptions are what the plugins of tests are told what to do by.
var testOptions = []sdk.Option{
	{Name: "transform", Help: "transform to place a value by"},
	{Name: "n", Kind: sdk.OptionNumber, Help: "number to write"},
	{Name: "place", Help: "place the value, do not read it"},
}

// importer returns a plugin that imports the format "x".
func importer(f importFunc) sdk.Plugin {
	return sdk.Plugin{Name: "test", Formats: []sdk.Format{{Name: "x", Importer: sdk.ImportFunc(f)}}}
}

// dial connects to what serves lis.
func dial(t *testing.T, lis *bufconn.Listener) pluginv1.ConverterClient {
	t.Helper()
	conn, err := plugintest.Dial(lis)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return pluginv1.NewConverterClient(conn)
}

// connect serves p and opens a lane to it.
func connect(t *testing.T, p sdk.Plugin, opt Options) *Lane {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- sdk.Serve(ctx, lis, p) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve() = %v", err)
		}
	})
	return open(t, dial(t, lis), opt)
}

func open(t *testing.T, c pluginv1.ConverterClient, opt Options) *Lane {
	t.Helper()
	l, err := OpenLane(context.Background(), c, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// A rawPlugin is a plugin without the SDK: it serves lanes by a function.
type rawPlugin struct {
	pluginv1.UnimplementedConverterServer
	lane func(rawLane) error
}

func (p *rawPlugin) Lane(s pluginv1.Converter_LaneServer) error { return p.lane(rawLane{s}) }

type rawLane struct{ pluginv1.Converter_LaneServer }

// next returns the next frame of the host, nil at the end.
func (r rawLane) next() *pluginv1.HostFrame {
	f, err := r.Recv()
	if err != nil {
		return nil
	}
	return f
}

// done ends a job.
func (r rawLane) done(job uint64, result pluginv1.Result, text string) {
	_ = r.Send(&pluginv1.PluginFrame{Job: job, Kind: &pluginv1.PluginFrame_Done{Done: &pluginv1.Done{Result: result, Error: text}}})
}

// exported ends an export that has no more to write.
func (r rawLane) exported(job uint64) {
	end := data(0, true, "")
	end.Job = job
	_ = r.Send(end)
	r.done(job, pluginv1.Result_RESULT_OK, "")
}

// raw serves lanes by f and opens one.
func raw(t *testing.T, opt Options, f func(rawLane) error) *Lane {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	s := grpc.NewServer(grpc.ForceServerCodecV2(wire.Codec{}), grpc.MaxRecvMsgSize(wire.MaxFrame), grpc.WaitForHandlers(true))
	pluginv1.RegisterConverterServer(s, &rawPlugin{lane: f})
	done := make(chan error, 1)
	go func() { done <- s.Serve(lis) }()
	t.Cleanup(func() {
		s.Stop()
		<-done
	})
	return open(t, dial(t, lis), opt)
}

// storage is a storage that holds nothing.
type storage struct{}

func (storage) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }
func (storage) Size() int64                       { return 0 }
func (storage) Rewrite() (io.WriteSeeker, error)  { return nil, mapi.ErrNoAccess }
func (storage) Commit() error                     { return nil }
func (storage) Close() error                      { return nil }

// newMessage makes a message in a session of its own.
func newMessage(t *testing.T, tree *mapi.Message) *session.Message {
	t.Helper()
	s, err := session.Open(session.NewAllocator(1<<30), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	m, err := s.OpenMessage(storage{}, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if tree != nil {
		if err := m.SetContents(tree); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// with returns a message with one property.
func with(tag mapi.Tag, v mapi.Value) *mapi.Message {
	return &mapi.Message{Props: mapi.Props{{Tag: tag, Value: v}}}
}

// exportJob makes a job that exports tree, and what takes the file.
func exportJob(t *testing.T, tree *mapi.Message) (*session.Job, *bytes.Buffer) {
	t.Helper()
	out := new(bytes.Buffer)
	return &session.Job{Direction: session.Export, Format: "x", Message: newMessage(t, tree), Output: out}, out
}

// importJob makes a job that imports data.
func importJob(t *testing.T, data []byte) *session.Job {
	t.Helper()
	return &session.Job{Direction: session.Import, Format: "x", Message: newMessage(t, nil), Input: transfer.NewBytesInput(data)}
}

// within is a context with the safety net.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// pattern returns n bytes, no two stretches of which are alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// sized is a value that tells another size than it has, or fails.
type sized struct {
	wire.Memory
	size int64
	err  error
}

func (s sized) Size() int64 { return s.size }
func (s sized) Open() (io.ReadCloser, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.Memory.Open()
}

var errStorage = errors.New("sector 7 is not readable")
