package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// roles are the plugins that this binary can play. Those that need more of an
// operating system are added by the files for it.
var roles = map[string]func(){
	"good": func() { sdk.Main(obey()) },
	// One that looks into a file to say whether it reads it.
	"asked": func() { sdk.Main(asked()) },
	// One that brings its own server, as in another language: without
	// go-plugin's services.
	"bare": func() { bare("") },
	"exits": func() {
		fmt.Fprintln(os.Stderr, "this is not a plugin")
		os.Exit(7)
	},
	"panics": func() { panic("no configuration") },
	"wrong cookie": func() {
		_ = os.Unsetenv(wire.CookieKey)
		sdk.Main(obey())
	},
	"garbage": func() {
		fmt.Println("Welcome to the plugin!")
		select {}
	},
	"endless line": func() {
		for {
			_, _ = os.Stdout.Write(make([]byte, 1<<10))
		}
	},
	"two handshakes": func() { bare("1|1|unix|/elsewhere|grpc\nand more\n") },
	"mute":           func() { select {} },
	"deaf": func() {
		_ = listen()
		select {}
	},
	"foreign address": func() {
		hello("unix", filepath.Join(os.TempDir(), "other.sock"), "")
		select {}
	},
	"tcp address": func() {
		hello("tcp", "127.0.0.1:80", "")
		select {}
	},
	"no socket": func() {
		path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "link")
		_ = os.Symlink("/dev/null", path)
		hello("unix", path, "")
		select {}
	},
	"certificate": func() {
		hello("unix", "x", "|"+strings.Repeat("A", 200))
		select {}
	},
	"old": func() {
		fmt.Println("1|7|unix|x|grpc")
		select {}
	},
	"evil logs": func() {
		for _, l := range []string{`{"@message":1}`, `{"@level":{},"@message":[]}`, `{"@message":"x","@timestamp":7}`, `{"a":`, `[]`, `null`} {
			fmt.Fprintln(os.Stderr, l)
		}
		sdk.Main(obey())
	},
	"short-lived": func() {
		s := grpc.NewServer()
		pluginv1.RegisterConverterServer(s, shortLived{})
		_ = s.Serve(listen())
	},
	"flood": func() {
		for range 64 {
			_, _ = os.Stderr.Write(make([]byte, 64<<10)) // no line end
		}
		bare(strings.Repeat("x", 4<<20))
	},
}

// shortLived is a plugin that ends when there might be work.
type shortLived struct {
	pluginv1.UnimplementedConverterServer
}

func (shortLived) Describe(context.Context, *pluginv1.DescribeRequest) (*pluginv1.Description, error) {
	return &pluginv1.Description{Name: "short-lived"}, nil
}

func (shortLived) Lane(pluginv1.Converter_LaneServer) error {
	os.Exit(4)
	return nil
}

// listen makes the plugin's socket and prints the handshake.
func listen() net.Listener {
	path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
	lis, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	hello("unix", path, "")
	return lis
}

func hello(network, address, rest string) {
	fmt.Printf("1|1|%s|%s|grpc%s\n", network, address, rest)
}

// bare serves without go-plugin, and prints more after the handshake.
func bare(more string) {
	lis := listen()
	fmt.Print(more)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	_ = sdk.Serve(ctx, lis, obey())
}

// obey is a plugin that does what the subject of the message says, and else
// writes it.
func obey() sdk.Plugin {
	return sdk.Plugin{Name: "obey", Version: "1", Formats: []sdk.Format{{Name: "x", Extensions: []string{".x"}, Exporter: sdk.ExportFunc(
		func(ctx context.Context, job *sdk.Job, src *mapi.Message, dst transfer.Output) error {
			subject := src.Props.String(proptag.Subject)
			if f, ok := orders[subject]; ok {
				if err := f(ctx, job, dst); err != nil {
					return err
				}
			}
			_, err := io.WriteString(dst, subject)
			return err
		})}}}
}

// asked is obey that reads files, too, whose last byte is a mark.
func asked() sdk.Plugin {
	p := obey()
	p.Formats = append(p.Formats, sdk.Format{Name: "y",
		Probe: func(_ context.Context, src transfer.Input) (bool, error) {
			var last [1]byte
			_, err := src.ReadAt(last[:], src.Size()-1)
			return last[0] == '!', err
		},
		Importer: sdk.ImportFunc(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) { return &mapi.Message{}, nil }),
	})
	return p
}

// incarnation tells processes apart that are all number 1 of their namespaces.
var incarnation = rand.Uint64()

// orders are what a subject may ask for.
var orders = map[string]func(context.Context, *sdk.Job, transfer.Output) error{
	"exit": func(context.Context, *sdk.Job, transfer.Output) error {
		fmt.Fprintln(os.Stderr, "last words")
		os.Exit(3)
		return nil
	},
	"panic": func(context.Context, *sdk.Job, transfer.Output) error {
		panic("caught")
	},
	"die": func(context.Context, *sdk.Job, transfer.Output) error {
		go panic("nobody catches this")
		select {}
	},
	"bad": func(context.Context, *sdk.Job, transfer.Output) error {
		return fmt.Errorf("line 3: %w", sdk.ErrBadInput)
	},
	// park says that it is there, and waits to be told to end.
	"park": func(ctx context.Context, job *sdk.Job, _ transfer.Output) error {
		job.Report(problem.Problem{Code: "test.parked"})
		<-ctx.Done()
		return ctx.Err()
	},
	// ignore does not end when it is told to.
	"ignore": func(_ context.Context, job *sdk.Job, _ transfer.Output) error {
		job.Report(problem.Problem{Code: "test.parked"})
		select {}
	},
	"env": func(_ context.Context, _ *sdk.Job, dst transfer.Output) error {
		_, err := io.WriteString(dst, strings.Join(os.Environ(), "\n"))
		return err
	},
	"who": func(_ context.Context, _ *sdk.Job, dst transfer.Output) error {
		_, err := fmt.Fprintf(dst, "%d ", incarnation)
		return err
	},
	"endless": func(_ context.Context, _ *sdk.Job, dst transfer.Output) error {
		for {
			if _, err := dst.Write(make([]byte, 1<<10)); err != nil {
				return errors.Join(err, errors.New("told to stop"))
			}
		}
	},
}
