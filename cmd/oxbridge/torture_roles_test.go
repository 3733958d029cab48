package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// torturePrefix begins the names by which the test binary is a plugin that
// misbehaves: torture-ROLE at every message, torture-ROLE-some at messages whose
// subject begins with "bad". At the others it writes the subject.
const torturePrefix = "torture-"

const (
	someSuffix = "-some"
	badSubject = "bad"
)

// torture plays a role until the host ends it.
func torture(role string) {
	role, some := strings.CutSuffix(role, someSuffix)
	if f, ok := rawRoles[role]; ok {
		f()
		return
	}
	p := sdk.Plugin{Name: "torture", Formats: []sdk.Format{{Name: "torture", Extensions: []string{".txt"}, Exporter: sdk.ExportFunc(
		func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			subject := src.Props.String(proptag.Subject)
			if !some || strings.HasPrefix(subject, badSubject) {
				if err := tortures[role](ctx, job, src, dst); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintln(dst, subject)
			return err
		})}}}
	if role == "garbage" {
		_ = sdk.Serve(context.Background(), noisyListener{socket()}, p)
		return
	}
	sdk.Main(p)
}

type tortureFunc = func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error

// tortures are what a plugin does at a message. Those that return nil are a
// nuisance, and do the job.
var tortures = map[string]tortureFunc{
	"crash": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		fmt.Fprintln(os.Stderr, "last words")
		os.Exit(3)
		return nil
	},
	"panic": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		go panic("torture")
		select {}
	},
	"hang": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { select {} },
	"spin": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		for n := 0; ; n++ {
			spun.Store(int64(n))
		}
	},
	"leak": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		for len(leaked) < 4<<30/leakStep {
			b := make([]byte, leakStep)
			for i := 0; i < len(b); i += 4 << 10 {
				b[i] = 1
			}
			leaked = append(leaked, b)
		}
		return errors.New("it has 4 GB")
	},
	"flood": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		flood.Do(func() {
			for _, f := range []*os.File{os.Stdout, os.Stderr} {
				go pour(f, []byte("noise\n"))
				go pour(f, make([]byte, 64<<10)) // without a line end
			}
		})
		return nil
	},
	"logs": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		for _, l := range hostileLines {
			fmt.Fprintln(os.Stderr, l)
		}
		return nil
	},
	"garbage": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		noisy.Store(true)
		return nil
	},
	"keep": keepHandles,
	"write": func(_ context.Context, _ *sdk.Job, _ *mapi.Message, dst transfer.Output) error {
		for {
			if _, err := dst.Write(make([]byte, 64<<10)); err != nil {
				return err
			}
		}
	},
	"report": func(_ context.Context, job *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		for {
			job.Report(problem.Problem{Code: "test.noise", Detail: "more"})
		}
	},
	"wait": func(ctx context.Context, _ *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
		fmt.Fprintln(os.Stderr, "taken in hand")
		<-ctx.Done()
		return ctx.Err()
	},
	"fork": func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		cmd := exec.Command(filepath.Join(filepath.Dir(os.Args[0]), torturePrefix+"child"))
		leaveGroup(cmd)
		_ = cmd.Start() // what happens is for the test to see
		return nil
	},
}

var (
	spun   atomic.Int64
	leaked [][]byte
	flood  sync.Once
	noisy  atomic.Bool
)

const leakStep = 16 << 20

// pour writes b for ever.
func pour(f *os.File, b []byte) {
	for {
		if _, err := f.Write(b); err != nil {
			return
		}
	}
}

// hostileLines are lines of a log that readers of logs stumble over.
var hostileLines = []string{
	`{"@message":1}`, `{"@level":{},"@message":[]}`, `{"@message":"x","@timestamp":7}`, `{"msg":"m","level":[1]}`, `{"a":`, `[]`, `null`,
	strings.Repeat(`{"a":`, 3000), strings.Repeat("[", 16000), `{"@message":"` + strings.Repeat("y", 40000) + `"}`,
	"{\"@message\":\"\x00\x1b[2J\xff\"}", "panic: not really", "\x1b]0;title\x07",
}

// past is what a plugin has kept of an earlier message.
var past struct {
	sync.Mutex
	over context.Context
	m    *mapi.Message
	out  transfer.Output
}

// keepHandles uses what it has kept, and keeps what it has. It fails if something
// of the past is not dead.
func keepHandles(ctx context.Context, _ *sdk.Job, src *mapi.Message, dst transfer.Output) error {
	past.Lock()
	over, m, out := past.over, past.m, past.out
	past.over, past.m, past.out = ctx, src, dst
	past.Unlock()
	if m == nil {
		return nil
	}
	<-over.Done() // it may be a neighbour
	for _, a := range m.Attachments {
		v, _ := a.Props.Get(proptag.AttachDataBinary)
		l, ok := v.(mapi.Large)
		if !ok {
			continue
		}
		if err := dead(func() error { _, err := mapi.ReadValue(l, 1<<30); return err }); err != nil {
			return fmt.Errorf("a value of the past: %w", err)
		}
		if err := dead(func() error { return out.Ref(l, transfer.Raw) }); err != nil {
			return fmt.Errorf("a reference of the past: %w", err)
		}
	}
	if err := dead(func() error { _, err := out.Write([]byte("x")); return err }); err != nil {
		return fmt.Errorf("an output of the past: %w", err)
	}
	return nil
}

// dead uses a handle until it is refused: the end of a job takes a moment to reach
// the host.
func dead(use func() error) error {
	for {
		err := use()
		switch {
		case errors.Is(err, mapi.ErrInvalidObject):
			return nil
		case err != nil:
			return err
		}
	}
}

// rawRoles are plugins without the SDK, or those that come to no message.
var rawRoles = map[string]func(){
	"exits":   func() { fmt.Fprintln(os.Stderr, "no configuration"); os.Exit(7) },
	"version": func() { fmt.Println("1|7|unix|x|grpc"); select {} },
	"banner":  func() { fmt.Println("Welcome!"); select {} },
	"deaf":    func() { _ = socket(); select {} },
	"child":   func() { select {} },
	"absurd": func() {
		d := describe()
		d.Name = strings.Repeat("\x1b[2J", 1<<16)
		serveRaw(d, nil)
	},
	"liar": func() {
		serveRaw(describe(), func(pluginv1.Converter_LaneServer) error { return errors.New("it was a lie") })
	},
	// Frames as large as the wire allows, of a kind that is accepted.
	"bloat": func() {
		detail := strings.Repeat("x", wire.MaxFrame-1<<10)
		f := &pluginv1.PluginFrame{Kind: &pluginv1.PluginFrame_Problem{Problem: &pluginv1.Problem{Code: "test.noise", Detail: detail}}}
		serveRaw(describe(), func(s pluginv1.Converter_LaneServer) error {
			begin, err := s.Recv()
			for err == nil {
				f.Job = begin.GetJob()
				err = s.Send(f)
			}
			return nil
		})
	},
	"forge": func() {
		serveRaw(describe(), forge)
	},
}

func describe() *pluginv1.Description {
	return &pluginv1.Description{Name: "torture", MaxLanes: 2, Formats: []*pluginv1.Format{{Name: "torture", Extensions: []string{".txt"}, Exports: true}}}
}

// forge uses handles that nobody gave it, of its own job and of others, until it
// is stopped.
func forge(s pluginv1.Converter_LaneServer) error {
	go func() {
		for n := uint64(1); ; n++ {
			for _, f := range []*pluginv1.PluginFrame{
				{Job: n, Kind: &pluginv1.PluginFrame_Read{Read: &pluginv1.Read{Id: uint32(n), Blob: uint32(n * 7), Length: 1 << 10}}},
				{Job: n + 1, Kind: &pluginv1.PluginFrame_Find{Find: &pluginv1.Find{Id: uint32(n), Blob: 1 << 31, To: 1 << 62, Patterns: [][]byte{{0}}}}},
				{Job: n + 2, Kind: &pluginv1.PluginFrame_Ref{Ref: &pluginv1.Ref{Blob: uint32(n), Length: -1}}},
			} {
				if s.Send(f) != nil {
					return
				}
			}
		}
	}()
	for {
		if _, err := s.Recv(); err != nil {
			return nil
		}
	}
}

// rawServer is a plugin that says what it is, and does what lane does.
type rawServer struct {
	pluginv1.UnimplementedConverterServer
	d    *pluginv1.Description
	lane func(pluginv1.Converter_LaneServer) error
}

func (r rawServer) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.Description, error) {
	return r.d, nil
}

func (r rawServer) Lane(s pluginv1.Converter_LaneServer) error { return r.lane(s) }

// serveRaw serves lanes by a function.
func serveRaw(d *pluginv1.Description, lane func(pluginv1.Converter_LaneServer) error) {
	s := grpc.NewServer(grpc.ForceServerCodecV2(wire.Codec{}), grpc.MaxRecvMsgSize(wire.MaxFrame))
	pluginv1.RegisterConverterServer(s, rawServer{d: d, lane: lane})
	_ = s.Serve(socket())
}

// socket makes the plugin's socket and prints the handshake. The process ends
// with its standard input.
func socket() net.Listener {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	lis, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("1|1|unix|%s|grpc\n", path)
	return lis
}

// noisyListener has connections that say anything when noisy is set.
type noisyListener struct{ net.Listener }

func (l noisyListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return noisyConn{c}, err
}

type noisyConn struct{ net.Conn }

func (c noisyConn) Write(b []byte) (int, error) {
	if noisy.Load() {
		noise := make([]byte, len(b))
		_, _ = rand.Read(noise)
		b = noise
	}
	return c.Conn.Write(b)
}
