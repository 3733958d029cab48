package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/plugintest"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A wrong plugin is a good one, and something between it and the host that
// changes what they say. Every field may be nil.
type wrong struct {
	person   func() // started by a person
	first    func() // before the handshake
	plugin   func(*sdk.Plugin)
	describe func(*pluginv1.DescribeRequest, *pluginv1.Description) error
	down     func(*traffic, *pluginv1.HostFrame) (*pluginv1.HostFrame, error)
	up       func(*traffic, *pluginv1.PluginFrame) []*pluginv1.PluginFrame
	broken   func(*traffic) // a lane was broken off
	lifeline func()         // standard input has ended
	shutdown func()
	noise    bool // on standard output
}

// A traffic is what passes on a lane between host and plugin. Safe for concurrent use.
type traffic struct {
	mu    sync.Mutex
	open  map[uint64]*pluginv1.Begin // guarded by mu
	lanes *atomic.Int32              // how many are open
}

// begun returns how an open job began, nil if there is none of that id.
func (w *traffic) begun(id uint64) *pluginv1.Begin {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open[id]
}

func (w *traffic) set(id uint64, b *pluginv1.Begin) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[id] = b; b == nil {
		delete(w.open, id)
	}
}

// base is the good plugin under a wrong one.
func base() sdk.Plugin {
	p := json.New()
	p.Options = []sdk.Option{{Name: "pretty", Kind: sdk.OptionBool, Help: "nothing"}, {Name: "level", Kind: sdk.OptionNumber, Default: "3", Max: 9, Help: "nothing"}}
	return p
}

// play plays the plugin.
func (w wrong) play() {
	if os.Getenv(wire.CookieKey) == "" {
		if w.person != nil {
			w.person()
		}
		fmt.Println("a plugin")
		os.Exit(1)
	}
	if w.first != nil {
		w.first()
	}
	p := base()
	if w.plugin != nil {
		w.plugin(&p)
	}
	inside := bufconn.Listen(1 << 20)
	go func() { panic(sdk.Serve(context.Background(), inside, p)) }()
	conn, err := plugintest.Dial(inside)
	if err != nil {
		panic(err)
	}
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	lis, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	s := grpc.NewServer(grpc.MaxRecvMsgSize(wire.MaxFrame))
	pluginv1.RegisterConverterServer(s, &proxy{wrong: w, to: pluginv1.NewConverterClient(conn)})
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "plugin.GRPCController", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{
		{MethodName: "Shutdown", Handler: func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
			if w.shutdown == nil {
				os.Exit(0)
			}
			w.shutdown()
			return &emptypb.Empty{}, nil
		}},
	}}, nil)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		if w.lifeline == nil {
			os.Exit(0)
		}
		w.lifeline()
	}()
	fmt.Printf("1|1|unix|%s|grpc\n", path)
	if w.noise {
		// On standard output, after the handshake: log text, whatever it is.
		_, _ = os.Stdout.Write(append(bytesOf(100_000), "\n{\"@message\":1}\n1|1|unix|/dev/null|grpc\n"...))
	}
	panic(s.Serve(lis))
}

// A proxy stands between host and plugin.
type proxy struct {
	pluginv1.UnimplementedConverterServer
	wrong
	to    pluginv1.ConverterClient
	lanes atomic.Int32
}

func (p *proxy) Describe(ctx context.Context, r *pluginv1.DescribeRequest) (*pluginv1.Description, error) {
	d, err := p.to.Describe(ctx, r)
	if err == nil && p.describe != nil {
		err = p.describe(r, d)
	}
	return d, err
}

func (p *proxy) Lane(host pluginv1.Converter_LaneServer) error {
	p.lanes.Add(1)
	defer p.lanes.Add(-1)
	plugin, err := p.to.Lane(host.Context())
	if err != nil {
		return err
	}
	w := &traffic{open: map[uint64]*pluginv1.Begin{}, lanes: &p.lanes}
	failed := make(chan error, 1)
	go func() { failed <- p.forwardUp(w, plugin, host) }()
	err = p.forwardDown(w, host, plugin)
	if status.Code(err) == codes.Canceled && p.broken != nil {
		p.broken(w)
	}
	if err != nil {
		return err
	}
	return <-failed
}

// forwardDown forwards the frames of the host until there are no more.
func (p *proxy) forwardDown(w *traffic, host pluginv1.Converter_LaneServer, plugin pluginv1.Converter_LaneClient) error {
	for {
		f, err := host.Recv()
		if errors.Is(err, io.EOF) {
			return plugin.CloseSend()
		}
		if err != nil {
			return err
		}
		if b := f.GetBegin(); b != nil {
			w.set(f.GetJob(), b)
		}
		if p.down != nil {
			if f, err = p.down(w, f); err != nil {
				return err
			}
		}
		if f != nil {
			if err := plugin.Send(f); err != nil {
				return err
			}
		}
	}
}

// forwardUp forwards the frames of the plugin until there are no more.
func (p *proxy) forwardUp(w *traffic, plugin pluginv1.Converter_LaneClient, host pluginv1.Converter_LaneServer) error {
	for {
		f, err := plugin.Recv()
		if err != nil {
			return err
		}
		frames := []*pluginv1.PluginFrame{f}
		if p.up != nil {
			frames = p.up(w, f)
		}
		if f.GetDone() != nil {
			w.set(f.GetJob(), nil)
		}
		for _, f := range frames {
			if err := host.Send(f); err != nil {
				return err
			}
		}
	}
}
