// Package serve is the plugin's end of the wire: it answers the host's calls
// and gives the plugin's author messages, inputs and outputs in place of
// frames.
//
// One goroutine per lane receives frames and never waits for anything but the
// next one; each job has a goroutine that runs the author's code. Sending is
// under one mutex per lane, because a gRPC stream takes one sender at a time.
package serve

import (
	"context"
	"log/slog"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A Plugin is what is served. Its fields mean what they mean in package sdk.
type Plugin struct {
	Name, Version string
	Formats       []Format
	Jobs          int
	Options       []*pluginv1.Option
	Features      []string
	Transform     func(context.Context, Job, *mapi.Message) error
	// Classify says which result an error of Import or Export stands for.
	Classify func(error) pluginv1.Result
	// Log takes what is for the operator.
	Log *slog.Logger
	// Started, unless nil, is called when the host makes its first call.
	Started func()
}

// A Format is a format of a Plugin.
type Format struct {
	Name, MediaType string
	Extensions      []string
	Magic           []*pluginv1.Magic
	Probe           func(context.Context, transfer.Input) (bool, error)
	Import          func(context.Context, Job, transfer.Input) (*mapi.Message, error)
	Export          func(context.Context, Job, *mapi.Message, transfer.Output) error
}

// A Job is what the author's code learns about its job.
type Job struct {
	Format   string
	Options  map[string]string
	Log      *slog.Logger
	Reporter problem.Reporter
}

const (
	// pipeline is how many jobs are taken at once on a lane.
	pipeline = 4
	// manyLanes is what a plugin says that has no limit of its own.
	manyLanes = 64
)

// server implements the service.
type server struct {
	pluginv1.UnimplementedConverterServer
	p        Plugin
	lanes    int
	pipeline int
	slots    chan struct{} // one element per running job; nil if not limited
}

// Options are the settings that a gRPC server needs for the wire.
func Options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(wire.Codec{}),
		grpc.MaxRecvMsgSize(wire.MaxFrame),
		grpc.MaxSendMsgSize(wire.MaxFrame),
		grpc.InitialWindowSize(wire.Window),
		grpc.InitialConnWindowSize(wire.Window),
		experimental.BufferPool(wire.Pool),
	}
}

// Register makes s serve p.
func Register(s grpc.ServiceRegistrar, p Plugin) {
	srv := &server{p: p}
	srv.lanes, srv.pipeline = spread(p.Jobs)
	if p.Jobs > 0 {
		srv.slots = make(chan struct{}, p.Jobs)
	}
	pluginv1.RegisterConverterServer(s, srv)
}

// spread divides jobs over lanes.
func spread(jobs int) (lanes, perLane int) {
	if jobs <= 0 {
		return manyLanes, pipeline
	}
	for perLane = min(pipeline, jobs); jobs%perLane != 0; perLane-- {
		continue
	}
	return jobs / perLane, perLane
}

// Describe implements the service.
func (s *server) Describe(_ context.Context, _ *pluginv1.DescribeRequest) (*pluginv1.Description, error) {
	s.started()
	d := wire.Grease(&pluginv1.Description{
		Name:     s.p.Name,
		Version:  s.p.Version,
		MaxLanes: uint32(s.lanes),
		Pipeline: uint32(s.pipeline),
		Features: append([]string{wire.GreaseFeature}, s.p.Features...),
		Options:  append(slices.Clone(s.p.Options), &pluginv1.Option{Name: wire.GreaseFeature, Kind: wire.GreaseNumber}),
	})
	for _, f := range s.p.Formats {
		d.Formats = append(d.Formats, &pluginv1.Format{
			Name:       f.Name,
			MediaType:  f.MediaType,
			Extensions: f.Extensions,
			Imports:    f.Import != nil,
			Exports:    f.Export != nil,
			Magic:      f.Magic,
			Probes:     f.Probe != nil,
		})
	}
	return d, nil
}

// Lane implements the service.
func (s *server) Lane(stream pluginv1.Converter_LaneServer) error {
	s.started()
	l := newLane(s, stream)
	err := l.receive()
	l.end(err)
	return err
}

func (s *server) started() {
	if s.p.Started != nil {
		s.p.Started()
	}
}

// format returns the format of that name, or nil.
func (s *server) format(name string) *Format {
	for i := range s.p.Formats {
		if s.p.Formats[i].Name == name {
			return &s.p.Formats[i]
		}
	}
	return nil
}
