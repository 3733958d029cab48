package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/registry"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// builtinNames are the names of the built-in plugins, sorted.
func builtinNames() []string { return slices.Sorted(maps.Keys(builtins)) }

// builtinRecord says what a built-in plugin can do. It has no program of its own.
func builtinRecord(name string) *registry.Record {
	p := builtins[name]()
	r := &registry.Record{Name: p.Name, Version: version(), Lanes: p.Jobs, Transforms: p.Transformer != nil}
	for _, f := range p.Formats {
		r.Formats = append(r.Formats, registry.Format{
			Name: f.Name, MediaType: f.MediaType, Extensions: f.Extensions, Imports: f.Importer != nil, Exports: f.Exporter != nil,
		})
	}
	r.Options = recordedOptions(p.Options)
	return r
}

func recordedOptions(options []sdk.Option) (list []registry.Option) {
	for _, o := range options {
		list = append(list, registry.NewOption(o))
	}
	return list
}

// recordOf is what is kept of a description, for the program that gave it.
func recordOf(d hostsvc.Description, prog *registry.Program, source string) *registry.Record {
	r := &registry.Record{
		Name: d.Name, Version: d.Version, SHA256: prog.Digest.SHA256, Size: prog.Digest.Size, Source: source,
		Lanes: d.Lanes, Depth: d.Pipeline, Options: recordedOptions(d.Options),
		Transforms: d.Can(session.Transform, ""),
	}
	for _, f := range d.Formats {
		r.Formats = append(r.Formats, registry.Format{Name: f.Name, MediaType: f.MediaType, Extensions: f.Extensions, Imports: f.Imports, Exports: f.Exports})
	}
	return r
}

// asked is what a plugin said, and how long it took to start.
type asked struct {
	hostsvc.Description
	start time.Duration
}

// ask starts a plugin behind walls, asks it what it is, and ends it.
func ask(ctx context.Context, c pluginhost.Command, sandbox string) (asked, error) {
	popt, err := pluginOptions(sandbox)
	if err != nil {
		return asked{}, err
	}
	popt.Processes, popt.LanesPerProcess = 1, 1
	began := time.Now()
	pool, err := pluginhost.Start(ctx, c, popt)
	if err != nil {
		return asked{}, &exitError{code: exitAborted, err: err, hint: "it has to print its handshake first, on standard output; sdk/GUIDE.md shows how plugins are made"}
	}
	a := asked{pool.Description(), time.Since(began)}
	return a, pool.Close()
}

// describeProgram asks an opened program what it is. want is the name that it has
// to have, "" for any.
func describeProgram(ctx context.Context, prog *registry.Program, want, source, sandbox string) (*registry.Record, error) {
	c := commandOf(prog)
	if c.Name == "" {
		c.Name = want
	}
	if c.Name == "" {
		c.Name = source
	}
	a, err := ask(ctx, c, sandbox)
	if err != nil {
		return nil, err
	}
	if _, ok := builtins[a.Name]; ok {
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s: calls itself %s, as the built-in plugin does", source, a.Name), hint: "give it a name of its own"}
	}
	if want != "" && a.Name != want {
		return nil, &exitError{code: exitAborted, err: fmt.Errorf("plugin %s: calls itself %s", want, a.Name)}
	}
	return recordOf(a.Description, prog, source), nil
}

// printRecord prints what a plugin can do.
func printRecord(w io.Writer, r *registry.Record) error {
	var errs []error
	line := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		errs = append(errs, err)
	}
	if len(r.Formats) > 0 {
		line("formats:")
	}
	for _, f := range r.Formats {
		line("  %-12s %s%s", f.Name, directions(f), formatDetails(f))
	}
	if r.Transforms {
		line("changes messages: convert --transform %s", r.Name)
	}
	if len(r.Options) > 0 {
		line("options (--set %s):", optionForm(r))
	}
	for _, o := range r.Options {
		line("  %-16s %s", o.Name, printable(o.Help))
		line("  %-16s %s", "", optionDetails(o))
	}
	return errors.Join(errs...)
}

// optionForm is how options of a plugin are set: those of a transformer are named
// with it, as there may be several.
func optionForm(r *registry.Record) string {
	ofTransformer := r.Name + ".NAME=VALUE"
	switch {
	case !r.Transforms:
		return "NAME=VALUE"
	case len(r.Formats) == 0:
		return ofTransformer
	}
	return "NAME=VALUE, or with --transform " + ofTransformer
}
