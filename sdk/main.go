package sdk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/oxbridge-mail/oxbridge/sdk/internal/serve"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// Main is the whole main function of a plugin: it serves p until the host has
// no more work, and then exits the process. It never returns.
//
// Started by a person instead of a host, the program says so and exits with
// status 1; with the argument "describe" it prints what p can do, as JSON.
//
// Standard output belongs to the host. Whatever is printed there, or on standard
// error, ends up in the host's log; [Job].Log is the better way.
func Main(p Plugin) {
	os.Exit(run(p, os.Args[1:]))
}

// run is Main without the exit, apart from those of go-plugin.
func run(p Plugin, args []string) int {
	if err := p.Check(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch {
	case serve.Started():
		if err := limits.SetList(os.Getenv(limits.Env)); err != nil {
			// A host of another version may know limits that this one does not.
			fmt.Fprintln(os.Stderr, "sdk:", err)
		}
		serve.Main(p.served())
		return 0
	case len(args) == 1 && args[0] == "describe":
		return describe(p, os.Stdout)
	}
	fmt.Fprintf(os.Stderr, "%s is a plugin for oxbridge, which starts it when it is needed.\n"+
		"hint: the argument describe shows what it can do\n", p.Name)
	return 1
}

// Serve serves p on lis until ctx ends, for tests and for hosts that bring
// their own transport. It closes lis, and returns when every job is over.
func Serve(ctx context.Context, lis net.Listener, p Plugin) error {
	if err := p.Check(); err != nil {
		return errors.Join(err, lis.Close())
	}
	return serve.On(ctx, lis, p.served())
}

// served translates p to what the server knows.
func (p Plugin) served() serve.Plugin {
	s := serve.Plugin{
		Name:     p.Name,
		Version:  p.Version,
		Jobs:     p.Jobs,
		Features: p.Features(),
		Classify: classify,
		Log:      slog.New(slog.DiscardHandler),
	}
	for _, o := range p.Options {
		s.Options = append(s.Options, &pluginv1.Option{
			Name: o.Name, Kind: pluginv1.OptionKind(o.Kind), Default: o.Default, Choices: o.Choices,
			Min: o.Min, Max: o.Max, Help: o.Help,
		})
	}
	for _, f := range p.Formats {
		s.Formats = append(s.Formats, p.servedFormat(f))
	}
	if p.Transformer != nil {
		s.Transform = func(ctx context.Context, j serve.Job, m *mapi.Message) error {
			job, err := p.job(j)
			if err != nil {
				return err
			}
			return p.Transformer.Transform(ctx, job, m)
		}
	}
	return s
}

func (p Plugin) servedFormat(f Format) serve.Format {
	g := serve.Format{Name: f.Name, MediaType: f.MediaType, Extensions: f.Extensions, Probe: f.Probe}
	for _, m := range f.Magic {
		g.Magic = append(g.Magic, &pluginv1.Magic{Offset: uint32(m.Offset), Bytes: []byte(m.Bytes)})
	}
	if f.Importer != nil {
		g.Import = func(ctx context.Context, j serve.Job, in transfer.Input) (*mapi.Message, error) {
			job, err := p.job(j)
			if err != nil {
				return nil, err
			}
			return f.Importer.Import(ctx, job, in)
		}
	}
	if f.Exporter != nil {
		g.Export = func(ctx context.Context, j serve.Job, m *mapi.Message, out transfer.Output) error {
			job, err := p.job(j)
			if err != nil {
				return err
			}
			return f.Exporter.Export(ctx, job, m, out)
		}
	}
	return g
}

// job returns j as the author of the plugin sees it.
func (p Plugin) job(j serve.Job) (*Job, error) {
	options, err := Settle(p.Options, j.Options)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return &Job{Format: j.Format, Options: options, Log: j.Log, Reporter: j.Reporter}, nil
}

func classify(err error) pluginv1.Result {
	switch {
	case errors.Is(err, ErrBadInput):
		return pluginv1.Result_RESULT_BAD_INPUT
	case errors.Is(err, ErrUnsupported):
		return pluginv1.Result_RESULT_UNSUPPORTED
	}
	return pluginv1.Result_RESULT_INTERNAL
}
