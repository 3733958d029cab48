package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A Probe is one process of a plugin and its connection, for tests of plugins:
// started, confined and watched as those of a [Pool], but not asked anything yet.
// Safe for concurrent use.
type Probe struct {
	g    *generation
	conn *grpc.ClientConn
	took time.Duration
}

// OpenProbe starts a plugin and waits for its handshake. The error is an [*Error]
// that says what the program printed and how it ended, unless ctx has ended. The
// caller stops the probe.
func OpenProbe(ctx context.Context, c Command, o Options) (*Probe, error) {
	o = o.withDefaults()
	o.shared = true // a process that is the first of its namespace gets no SIGTERM
	g, err := newGeneration(c, o)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	_, err = g.connect(ctx, o.StartTimeout)
	took := time.Since(start)
	var conn *grpc.ClientConn
	if err == nil {
		conn, err = g.connection()
	}
	if err != nil {
		err = g.startError(err)
		_ = g.stop(false) // the first error says more
		return nil, err
	}
	return &Probe{g: g, conn: conn, took: took}, nil
}

// connection returns the connection of a process that has shaken hands.
func (g *generation) connection() (*grpc.ClientConn, error) {
	c, err := g.client.Client() // the one that connect has made
	if err != nil {
		return nil, err
	}
	if c, ok := c.(*goplugin.GRPCClient); ok {
		return c.Conn, nil
	}
	return nil, errors.New("the connection is not gRPC")
}

// Client is the service of the plugin.
func (p *Probe) Client() pluginv1.ConverterClient { return pluginv1.NewConverterClient(p.conn) }

// Took is how long the process needed to its handshake.
func (p *Probe) Took() time.Duration { return p.took }

// PID is the number of the process. It means nobody else until Exited is closed.
func (p *Probe) PID() int { return p.g.p.cmd.Process.Pid }

// Exited is closed when the process has ended.
func (p *Probe) Exited() <-chan struct{} { return p.g.p.exited }

// Status says how the process has ended, such as "exit status 2"; "" if it has
// not, or was killed by Stop.
func (p *Probe) Status() string { return p.g.p.status() }

// Output is the end of what the process has printed, or its panic. It is
// complete when the process was stopped.
func (p *Probe) Output() string { return p.g.p.tail.text() }

// EndLife closes the standard input of the process.
func (p *Probe) EndLife() { p.g.p.endLife() }

// Shutdown asks the process to end, and waits for the answer. Most plugins end
// too soon to give one; that is an error here.
func (p *Probe) Shutdown(ctx context.Context) error {
	return p.conn.Invoke(ctx, shutdownMethod, &emptypb.Empty{}, &emptypb.Empty{})
}

// Signal sends a signal to the process, if it has not ended.
func (p *Probe) Signal(s os.Signal) error {
	p.g.p.mu.Lock()
	defer p.g.p.mu.Unlock()
	if !p.g.p.running {
		return os.ErrProcessDone
	}
	return p.g.p.cmd.Process.Signal(s)
}

// Stop kills the process and waits for its end. Calling it again does nothing.
func (p *Probe) Stop() error { return p.g.stop(false) }

// RunAsPerson starts the program of a plugin as a person does, without what tells
// it that it is a plugin, but behind the same walls. It returns how the program
// ended and what it printed. ctx bounds the time that it may take.
func RunAsPerson(ctx context.Context, c Command, o Options) (status string, output string, err error) {
	o = o.withDefaults()
	dir, err := newFolder()
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, dir.remove()) }()
	if c, err = o.confine(c, dir.path); err != nil {
		return "", "", err
	}
	p := newProcess(c, o.isolates(), o.Log.With("plugin", c.Name))
	if err := p.start(); err != nil {
		return "", "", err
	}
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.kill()
		err = fmt.Errorf("does not end: %w", context.Cause(ctx))
	}
	err = errors.Join(err, p.wait(killTime))
	return p.status(), p.tail.text(), err
}
