package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"

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
		return describe(p)
	}
	fmt.Fprintf(os.Stderr, "%s is a plugin for oxbridge, which starts it when it is needed.\n"+
		"hint: the argument describe shows what it can do\n", p.Name)
	return 1
}

// describe prints p as JSON.
func describe(p Plugin) int {
	type format struct {
		Name       string   `json:"name"`
		MediaType  string   `json:"media_type,omitempty"`
		Extensions []string `json:"extensions,omitempty"`
		Imports    bool     `json:"imports"`
		Exports    bool     `json:"exports"`
	}
	type option struct {
		Name    string   `json:"name"`
		Default string   `json:"default,omitempty"`
		Choices []string `json:"choices,omitempty"`
		Help    string   `json:"help"`
	}
	d := struct {
		Name    string   `json:"name"`
		Version string   `json:"version,omitempty"`
		Formats []format `json:"formats"`
		Options []option `json:"options,omitempty"`
	}{Name: p.Name, Version: p.Version}
	for _, o := range p.Options {
		d.Options = append(d.Options, option{o.Name, o.Default, o.Choices, o.Help})
	}
	for _, f := range p.Formats {
		d.Formats = append(d.Formats, format{f.Name, f.MediaType, f.Extensions, f.Importer != nil, f.Exporter != nil})
	}
	if err := json.NewEncoder(os.Stdout).Encode(d); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Serve serves p on lis until ctx ends, for tests and for hosts that bring
// their own transport. It closes lis, and returns when every job is over.
func Serve(ctx context.Context, lis net.Listener, p Plugin) error {
	if err := p.Check(); err != nil {
		return errors.Join(err, lis.Close())
	}
	return serve.On(ctx, lis, p.served())
}

// names are the words that a person types.
var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Check returns an error that says which field of p is missing or wrong.
// [Main] calls it.
func (p Plugin) Check() error {
	switch {
	case !names.MatchString(p.Name):
		return fmt.Errorf("sdk: plugin name %q is not [a-z][a-z0-9-]{0,31}", p.Name)
	case len(p.Formats) == 0:
		return fmt.Errorf("sdk: plugin %s has no formats", p.Name)
	case p.Jobs < 0:
		return fmt.Errorf("sdk: plugin %s takes %d jobs", p.Name, p.Jobs)
	}
	for i, o := range p.Options {
		if err := o.check(); err != nil {
			return err
		}
		if slices.ContainsFunc(p.Options[:i], func(q Option) bool { return q.Name == o.Name }) {
			return fmt.Errorf("sdk: option %s is there twice", o.Name)
		}
	}
	for i, f := range p.Formats {
		switch {
		case !names.MatchString(f.Name):
			return fmt.Errorf("sdk: format name %q is not [a-z][a-z0-9-]{0,31}", f.Name)
		case f.Importer == nil && f.Exporter == nil:
			return fmt.Errorf("sdk: format %s has neither Importer nor Exporter", f.Name)
		case slices.ContainsFunc(p.Formats[:i], func(g Format) bool { return g.Name == f.Name }):
			return fmt.Errorf("sdk: format %s is there twice", f.Name)
		}
		for _, e := range f.Extensions {
			if len(e) < 2 || e[0] != '.' || strings.ContainsAny(e, "/\\") {
				return fmt.Errorf("sdk: extension %q of format %s has no dot or no name", e, f.Name)
			}
		}
	}
	return nil
}

// served translates p to what the server knows.
func (p Plugin) served() serve.Plugin {
	s := serve.Plugin{
		Name:     p.Name,
		Version:  p.Version,
		Jobs:     p.Jobs,
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
		g := serve.Format{Name: f.Name, MediaType: f.MediaType, Extensions: f.Extensions}
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
		s.Formats = append(s.Formats, g)
	}
	return s
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
