package plugintest

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// Timeout is the longest that a job, and the end of a plugin, may take.
const Timeout = 30 * time.Second

// A Host plays the host for one plugin, with one lane. Its methods may be
// called concurrently; as many jobs are open at once as the plugin takes.
type Host struct {
	t      testing.TB
	client pluginv1.ConverterClient
	stream pluginv1.Converter_LaneClient
	slots  chan struct{} // one element per open job
	ended  chan struct{} // closed when the plugin sends nothing any more

	sendMu sync.Mutex

	mu      sync.Mutex // guards what follows
	jobs    map[uint64]*job
	last    uint64 // id of the last job
	refused int
	err     error // why the lane has ended
}

// Start serves p until the test ends.
func Start(t testing.TB, p sdk.Plugin) *Host {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	ctx, cancel := context.WithCancel(context.Background())
	served := watch(ctx, func(ctx context.Context) error { return sdk.Serve(ctx, lis, p) })
	conn, err := Dial(lis)
	if err != nil {
		t.Fatal(err)
	}
	h := &Host{t: t, client: pluginv1.NewConverterClient(conn), ended: make(chan struct{}), jobs: map[uint64]*job{}}
	t.Cleanup(func() {
		t.Helper()
		cancel()
		_ = conn.Close()
		<-h.ended
		if err := served(); err != nil {
			t.Errorf("plugin %s: %v", p.Name, err)
		}
	})
	if err := h.open(ctx); err != nil {
		close(h.ended)
		t.Fatal(err)
	}
	return h
}

// Dial connects to a plugin with the settings of the host. The caller closes
// the connection.
func Dial(lis *bufconn.Listener) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///plugin",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithInitialWindowSize(wire.Window),
		grpc.WithInitialConnWindowSize(wire.Window),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(wire.Codec{}), grpc.MaxCallRecvMsgSize(wire.MaxFrame), grpc.MaxCallSendMsgSize(wire.MaxFrame)),
	)
}

// open describes the plugin and opens the lane.
func (h *Host) open(ctx context.Context) error {
	d, err := h.Describe()
	if err != nil {
		return err
	}
	h.slots = make(chan struct{}, max(1, d.GetPipeline()))
	if h.stream, err = h.client.Lane(ctx); err != nil {
		return err
	}
	go h.receive()
	return nil
}

// Describe asks the plugin what it is.
func (h *Host) Describe() (*pluginv1.Description, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Timeout)
	defer cancel()
	return h.client.Describe(ctx, &pluginv1.DescribeRequest{HostVersion: "plugintest", Features: []string{"x-grease"}})
}

// Refused returns how many requests were refused because their job was over.
func (h *Host) Refused() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused
}

// Export converts m to a file of the format. Options are those that a user sets;
// nil leaves all of them as they are.
func (h *Host) Export(format string, m *mapi.Message, options map[string]string) Result {
	h.t.Helper()
	b := &pluginv1.Begin{Direction: pluginv1.Direction_DIRECTION_EXPORT, Format: format, Options: options}
	return h.give(m, b)
}

// Transform has the Transformer change a copy of m, which stays as it is.
func (h *Host) Transform(m *mapi.Message, options map[string]string) Result {
	h.t.Helper()
	return h.give(m, &pluginv1.Begin{Direction: pluginv1.Direction_DIRECTION_TRANSFORM, Options: options})
}

// give runs a job that is about a message.
func (h *Host) give(m *mapi.Message, b *pluginv1.Begin) Result {
	h.t.Helper()
	j := newJob(b.GetDirection(), nil)
	chunks, err := wire.Flatten(m, j.grant, nil)
	if err != nil {
		return Result{Err: err}
	}
	b.Objects, b.More = chunks[0], len(chunks) > 1
	return h.run(j, b, chunks[1:])
}

// Import converts data, a file of the format.
func (h *Host) Import(format string, data []byte, options map[string]string) Result {
	h.t.Helper()
	b := &pluginv1.Begin{Direction: pluginv1.Direction_DIRECTION_IMPORT, Format: format, Options: options}
	return h.show(data, b)
}

// Probe asks whether data is a file of the format.
func (h *Host) Probe(format string, data []byte) Result {
	h.t.Helper()
	return h.show(data, &pluginv1.Begin{Direction: pluginv1.Direction_DIRECTION_PROBE, Format: format})
}

// show runs a job that is about a file.
func (h *Host) show(data []byte, b *pluginv1.Begin) Result {
	h.t.Helper()
	if data == nil {
		data = []byte{}
	}
	b.InputSize = uint64(len(data))
	return h.run(newJob(b.GetDirection(), data), b, nil)
}

// run has the plugin do a job and waits for its end.
func (h *Host) run(j *job, b *pluginv1.Begin, rest [][]*pluginv1.Object) Result {
	h.t.Helper()
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	h.mu.Lock()
	h.last++
	j.id = h.last
	h.jobs[j.id] = j
	h.mu.Unlock()
	defer h.forget(j)
	r := h.wait(j, b, rest)
	h.inspect(j, r)
	return r
}

// wait sends the frames that open a job and returns what came of it.
func (h *Host) wait(j *job, b *pluginv1.Begin, rest [][]*pluginv1.Object) Result {
	err := h.send(&pluginv1.HostFrame{Job: j.id, Kind: &pluginv1.HostFrame_Begin{Begin: b}})
	for i := 0; i < len(rest) && err == nil; i++ {
		s := &pluginv1.Snapshot{Objects: rest[i], More: i < len(rest)-1}
		err = h.send(&pluginv1.HostFrame{Job: j.id, Kind: &pluginv1.HostFrame_Snapshot{Snapshot: s}})
	}
	if err != nil {
		return Result{Err: err}
	}
	timeout := time.NewTimer(Timeout)
	defer timeout.Stop()
	select {
	case <-j.done:
		return j.result()
	case <-h.ended:
		select {
		case <-j.done:
			return j.result()
		default:
		}
		return Result{Err: errors.Join(errors.New("plugintest: the plugin has ended the lane"), h.err)}
	case <-timeout.C:
		return Result{Err: errors.New("plugintest: the plugin does not end the job")}
	}
}

func (h *Host) forget(j *job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.jobs, j.id)
}

func (h *Host) send(f *pluginv1.HostFrame) error {
	h.sendMu.Lock()
	defer h.sendMu.Unlock()
	return h.stream.Send(f)
}

// receive serves the plugin's frames until the lane ends.
func (h *Host) receive() {
	defer close(h.ended)
	for {
		f, err := h.stream.Recv()
		if err == nil {
			err = h.serve(f)
		}
		if err != nil {
			h.err = err
			return
		}
	}
}

// serve serves one frame. Frames of jobs that are over are refused.
func (h *Host) serve(f *pluginv1.PluginFrame) error {
	h.mu.Lock()
	j := h.jobs[f.GetJob()]
	if j == nil {
		h.refused++
	} else if f.GetDone() != nil {
		delete(h.jobs, j.id) // from here on its handles are dead
	}
	h.mu.Unlock()
	reply := refusal(f, mapi.ErrInvalidObject, "the job is over")
	if j != nil {
		reply = j.serve(f)
	}
	if reply == nil {
		return nil
	}
	reply.Job = f.GetJob()
	return h.send(reply)
}
