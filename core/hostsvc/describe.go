package hostsvc

import (
	"context"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	// maxPipeline is the most jobs that the host has open on a lane.
	maxPipeline = 4
	// maxFormats is the most formats that a plugin may have.
	maxFormats = 256
	// maxName bounds the names in a description, in bytes.
	maxName = 256
)

// DialOptions are the settings that a connection to a plugin needs for the wire.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithInitialWindowSize(wire.Window),
		grpc.WithInitialConnWindowSize(wire.Window),
		experimental.WithBufferPool(wire.Pool),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodecV2(wire.Codec{}),
			grpc.MaxCallRecvMsgSize(wire.MaxFrame),
			grpc.MaxCallSendMsgSize(wire.MaxFrame),
		),
	}
}

// A Description is what a plugin says about itself, checked.
type Description struct {
	Name, Version string
	Formats       []Format
	Lanes         int // that may be open at once, from 1 on
	Pipeline      int // jobs that may be open on a lane, from 1 on
	Options       []sdk.Option
	// Features are the names of the optional parts of the wire that both ends
	// know.
	Features []string
}

// A Format is a format that a plugin reads, writes or both.
type Format struct {
	Name, MediaType  string
	Extensions       []string
	Imports, Exports bool
	Magic            []sdk.Magic
	Probes           bool
}

// features are the optional parts of the wire that this host knows.
var features = []string{wire.FeatureTransform, wire.FeatureProbe}

// Can reports whether the plugin does jobs in that direction, for a format. A
// transformation has none.
func (d Description) Can(dir session.Direction, format string) bool {
	switch dir {
	case session.Transform:
		return slices.Contains(d.Features, wire.FeatureTransform)
	case session.Probe:
		return slices.Contains(d.Features, wire.FeatureProbe) &&
			slices.ContainsFunc(d.Formats, func(f Format) bool { return f.Name == format && f.Probes })
	}
	return slices.ContainsFunc(d.Formats, func(f Format) bool {
		return f.Name == format && (dir == session.Export && f.Exports || dir == session.Import && f.Imports)
	})
}

var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// Describe asks a plugin what it is. The caller sets the deadline.
func Describe(ctx context.Context, c pluginv1.ConverterClient) (Description, error) {
	d, err := c.Describe(ctx, wire.Grease(&pluginv1.DescribeRequest{HostVersion: hostVersion(), Features: append([]string{wire.GreaseFeature}, features...)}))
	if err != nil {
		return Description{}, fmt.Errorf("describe: %w", err)
	}
	if !names.MatchString(d.GetName()) {
		return Description{}, breach("its name is %q", wire.Text(d.GetName(), maxName))
	}
	if len(d.GetFormats()) > maxFormats {
		return Description{}, breach("it has %d formats", len(d.GetFormats()))
	}
	out := Description{
		Name:     d.GetName(),
		Version:  line(wire.Text(d.GetVersion(), maxName)),
		Lanes:    int(max(1, min(d.GetMaxLanes(), 1<<16))),
		Pipeline: int(max(1, min(d.GetPipeline(), maxPipeline))),
	}
	for _, f := range d.GetFormats() {
		if !names.MatchString(f.GetName()) {
			return Description{}, breach("a format is named %q", wire.Text(f.GetName(), maxName))
		}
		g := Format{Name: f.GetName(), MediaType: line(wire.Text(f.GetMediaType(), maxName)), Imports: f.GetImports(), Exports: f.GetExports()}
		g.Magic, g.Probes = magic(f.GetMagic()), f.GetProbes()
		for _, e := range f.GetExtensions()[:min(len(f.GetExtensions()), maxFormats)] {
			g.Extensions = append(g.Extensions, line(wire.Text(e, maxName)))
		}
		out.Formats = append(out.Formats, g)
	}
	for _, name := range features {
		if slices.Contains(d.GetFeatures(), name) {
			out.Features = append(out.Features, name)
		}
	}
	for _, o := range d.GetOptions()[:min(len(d.GetOptions()), maxFormats)] {
		if o, ok := option(o); ok {
			out.Options = append(out.Options, o)
		}
	}
	return out, nil
}

// Where a magic may stand, and how long and how many they may be.
const (
	maxMagicOffset = 4096
	maxMagicBytes  = 256
	maxMagics      = 64
)

// magic returns what files of a format begin with, as far as this host looks.
func magic(declared []*pluginv1.Magic) []sdk.Magic {
	var out []sdk.Magic
	for _, m := range declared[:min(len(declared), maxMagics)] {
		if n := len(m.GetBytes()); n > 0 && n <= maxMagicBytes && m.GetOffset() < maxMagicOffset {
			out = append(out, sdk.Magic{Offset: int(m.GetOffset()), Bytes: string(m.GetBytes())})
		}
	}
	return out
}

// option returns the option that a plugin declares; false for one that this host
// cannot check.
func option(o *pluginv1.Option) (sdk.Option, bool) {
	if !names.MatchString(o.GetName()) || o.GetKind() < 0 || o.GetKind() > pluginv1.OptionKind(sdk.OptionNumber) {
		return sdk.Option{}, false
	}
	text := func(s string) string { return line(wire.Text(s, maxName)) }
	out := sdk.Option{
		Name: o.GetName(), Kind: sdk.OptionKind(o.GetKind()), Default: text(o.GetDefault()),
		Min: o.GetMin(), Max: o.GetMax(), Help: text(o.GetHelp()),
	}
	for _, c := range o.GetChoices()[:min(len(o.GetChoices()), maxFormats)] {
		out.Choices = append(out.Choices, text(c))
	}
	return out, true
}

// hostVersion is the version of the host program, "" if it is not known.
func hostVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}
