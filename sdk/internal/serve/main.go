package serve

import (
	"context"
	"io"
	"os"
	"sync"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/oxbridge-mail/oxbridge/sdk/internal/hlog"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// Main serves p to the host that started this process, and returns when the
// host has asked it to end. It exits the process itself when it was not started
// by a host, and when the lifeline on standard input ends.
//
// From its start on, what anybody prints goes to standard error, which the host
// takes as log text; standard output has the line that go-plugin prints and
// nothing else.
func Main(p Plugin) {
	stderr := os.Stderr
	os.Stdout = divertStdout()
	var once sync.Once
	p.Started = func() {
		// go-plugin points both to pipes that the host need not read; an
		// author's Println would block when they are full.
		once.Do(func() { os.Stdout, os.Stderr = stderr, stderr })
	}
	p.Log = hlog.New(stderr)
	lifeline(os.Stdin)
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: goplugin.HandshakeConfig{
			ProtocolVersion:  wire.ProtocolVersion,
			MagicCookieKey:   wire.CookieKey,
			MagicCookieValue: wire.CookieValue,
		},
		Plugins: goplugin.PluginSet{wire.PluginName: &service{p: p}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, Options()...)...)
		},
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: stderr, JSONFormat: true}),
	})
}

// Started reports whether this process was started by a host.
func Started() bool { return os.Getenv(wire.CookieKey) == wire.CookieValue }

// lifeline ends the process when stdin ends, which means that the host is dead.
// A terminal, a file or nothing is no lifeline.
func lifeline(stdin *os.File) {
	fi, err := stdin.Stat()
	if err != nil || fi.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		os.Exit(0)
	}()
}

// service registers the server with go-plugin.
type service struct {
	goplugin.NetRPCUnsupportedPlugin
	p Plugin
}

var _ goplugin.GRPCPlugin = (*service)(nil)

// GRPCServer implements goplugin.GRPCPlugin.
func (s *service) GRPCServer(_ *goplugin.GRPCBroker, g *grpc.Server) error {
	Register(g, s.p)
	return nil
}

// GRPCClient implements goplugin.GRPCPlugin. A plugin is never a client.
func (s *service) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errOver
}
