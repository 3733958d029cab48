package pluginhost

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A procRunner is a process as go-plugin wants to see it: one that prints the
// handshake, and nothing else.
type procRunner struct {
	p   *process
	dir string // where the socket must be
}

var _ runner.Runner = (*procRunner)(nil)

// Start implements runner.Runner.
func (r *procRunner) Start(context.Context) error { return r.p.start() }

// Wait implements runner.Runner. It returns when the process is gone.
func (r *procRunner) Wait(context.Context) error {
	<-r.p.gone
	return nil
}

// Kill implements runner.Runner. It does nothing: a generation kills its process
// itself, when it has seen how it ends.
func (r *procRunner) Kill(context.Context) error { return nil }

// ID implements runner.Runner.
func (r *procRunner) ID() string { return r.p.id() }

// Name implements runner.Runner.
func (r *procRunner) Name() string { return r.p.cmd.Path }

// Stdout implements runner.Runner.
func (r *procRunner) Stdout() io.ReadCloser { return &helloReader{p: r.p} }

// Stderr implements runner.Runner. We read it ourselves.
func (r *procRunner) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// Diagnose implements runner.Runner. Our errors say more.
func (r *procRunner) Diagnose(context.Context) string { return "" }

// PluginToHost implements runner.Runner: it lets go-plugin dial the plugin's own
// socket and nothing else.
func (r *procRunner) PluginToHost(network, address string) (string, string, error) {
	if err := checkAddress(network, address, r.dir); err != nil {
		r.p.refuse(err)
		return "", "", err
	}
	return network, address, nil
}

// HostToPlugin implements runner.Runner. The host listens nowhere.
func (r *procRunner) HostToPlugin(string, string) (string, string, error) {
	return "", "", errors.New("the host has no address")
}

// newClient makes go-plugin's client for a process that it starts in dir by
// launch.
func newClient(dir string, timeout time.Duration, launch func(env []string) *process) *goplugin.Client {
	return goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: goplugin.HandshakeConfig{
			ProtocolVersion:  wire.ProtocolVersion,
			MagicCookieKey:   wire.CookieKey,
			MagicCookieValue: wire.CookieValue,
		},
		Plugins:          goplugin.PluginSet{wire.PluginName: converter{}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, socketDir string) (runner.Runner, error) {
			return &procRunner{p: launch(cmd.Env), dir: socketDir}, nil
		},
		SkipHostEnv:  true,
		AutoMTLS:     onWindows,
		StartTimeout: 2 * timeout, // ours comes first
		// go-plugin's parser of log lines panics on some; at this level it
		// parses none.
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off, Output: io.Discard}),
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: dir},
		GRPCDialOptions: append(hostsvc.DialOptions(),
			grpc.WithChainStreamInterceptor(onlyConverter),
			grpc.WithChainUnaryInterceptor(boundShutdown)),
	})
}

// onlyConverter keeps go-plugin's client from opening its own streams, for the
// broker and for output that we have already: not every plugin serves them.
func onlyConverter(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string,
	open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	if method != pluginv1.Converter_Lane_FullMethodName {
		return nil, status.Error(codes.Unimplemented, "not used")
	}
	return open(ctx, desc, cc, method, opts...)
}

// shutdownMethod is go-plugin's way to end a plugin.
const shutdownMethod = "/plugin.GRPCController/Shutdown"

// boundShutdown gives the call that ends a plugin a deadline, which go-plugin
// does not: a frozen plugin never answers.
func boundShutdown(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn,
	call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if method == shutdownMethod {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, politeTime)
		defer cancel()
	}
	return call(ctx, method, req, reply, cc, opts...)
}

// converter is the service as go-plugin knows it.
type converter struct {
	goplugin.NetRPCUnsupportedPlugin
}

var _ goplugin.GRPCPlugin = converter{}

// GRPCServer implements goplugin.GRPCPlugin. The host serves nothing.
func (converter) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error {
	return errors.New("the host is no plugin")
}

// GRPCClient implements goplugin.GRPCPlugin.
func (converter) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pluginv1.NewConverterClient(conn), nil
}
