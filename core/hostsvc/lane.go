package hostsvc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// Options set the limits of the jobs on a lane. A zero field means the default.
type Options struct {
	// Pipeline is how many jobs are open at once, at most 4; default 1. It
	// must not exceed the plugin's [Description].
	Pipeline int
	// Idle is how long a job may go without a sign of life; default limits.PluginIdle.
	Idle time.Duration
	// Timeout is how long a job may take that does not say so itself, and
	// apart from the time for its size; default limits.PluginJob.
	Timeout time.Duration
	// Grace is how long the plugin has to stop a job; default limits.PluginGrace.
	Grace time.Duration
}

func (o Options) withDefaults() Options {
	o.Pipeline = max(1, min(o.Pipeline, maxPipeline))
	o.Idle = cmp.Or(o.Idle, limits.PluginIdle.Duration())
	o.Timeout = cmp.Or(o.Timeout, limits.PluginJob.Duration())
	o.Grace = cmp.Or(o.Grace, limits.PluginGrace.Duration())
	return o
}

// maxRefused is how many frames with dead handles a plugin may send on a lane.
const maxRefused = 1000

// A Lane is one call of Lane: a sequence of jobs that share a stream. Safe for
// concurrent use.
type Lane struct {
	opt     Options
	stream  pluginv1.Converter_LaneClient
	cancel  context.CancelFunc
	slots   chan struct{} // one element per open job
	broken  chan struct{} // closed when the lane is of no use any more
	ended   chan struct{} // closed when the receiver has ended
	waiting atomic.Bool   // the receiver waits for a job with a full queue
	refused atomic.Int64

	sendMu sync.Mutex

	mu   sync.Mutex // guards what follows
	jobs map[uint64]*job
	last uint64 // id of the last job
	err  error  // why broken is closed
}

// OpenLane opens a lane that lives until Close or the end of ctx.
func OpenLane(ctx context.Context, c pluginv1.ConverterClient, opt Options) (*Lane, error) {
	ctx, cancel := context.WithCancel(ctx)
	stream, err := c.Lane(ctx)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("open lane: %w", err)
	}
	l := &Lane{
		opt:    opt.withDefaults(),
		stream: stream,
		cancel: cancel,
		broken: make(chan struct{}),
		ended:  make(chan struct{}),
		jobs:   make(map[uint64]*job),
	}
	l.slots = make(chan struct{}, l.opt.Pipeline)
	go l.receive()
	return l, nil
}

// Close ends the lane, and with it the jobs on it. It returns when nothing will
// be received any more.
func (l *Lane) Close() {
	l.fail(ErrClosed)
	<-l.ended
}

// Broken is closed when the lane is of no use any more.
func (l *Lane) Broken() <-chan struct{} { return l.broken }

// Err says why the lane is broken, nil if it is not.
func (l *Lane) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Refused returns how many frames were refused because their handles were dead.
func (l *Lane) Refused() int64 { return l.refused.Load() }

// fail breaks the lane. Only the first reason counts.
func (l *Lane) fail(err error) {
	l.mu.Lock()
	first := l.err == nil
	if first {
		l.err = err
	}
	l.mu.Unlock()
	if first {
		close(l.broken)
		l.cancel()
	}
}

// send sends a *pluginv1.HostFrame, *wire.Owned or *wire.Encoded. What is wrong with the stream
// is for the receiver to find out.
func (l *Lane) send(frame any) {
	l.sendMu.Lock()
	defer l.sendMu.Unlock()
	if err := l.stream.SendMsg(frame); err != nil && !errors.Is(err, io.EOF) {
		l.fail(err)
	}
}

// receive takes frames until the stream ends or the plugin breaks the protocol.
func (l *Lane) receive() {
	defer close(l.ended)
	var r wire.Received
	for {
		f := &pluginv1.PluginFrame{}
		r.Frame = f
		err := l.stream.RecvMsg(&r)
		if errors.Is(err, io.EOF) {
			err = breach("it ended a lane")
		}
		if err == nil {
			err = l.route(frame{f, r.Objects})
		}
		if err != nil {
			l.fail(err)
			return
		}
	}
}

// route hands a frame to its job. After Done the job is over, and its handles
// are dead.
func (l *Lane) route(f frame) error {
	l.mu.Lock()
	j := l.jobs[f.GetJob()]
	if f.GetDone() != nil {
		delete(l.jobs, f.GetJob())
	}
	l.mu.Unlock()
	if j != nil {
		j.progress()
	}
	if f.GetKind() == nil {
		return nil // of a later version
	}
	if j != nil && j.queue.push(f, l.broken, l.waiting.Store) {
		return nil
	}
	wire.FreePayload(f.GetData().GetPayload())
	return l.refuse(f.PluginFrame, mapi.ErrInvalidObject, "the job is over")
}

// refuse answers a frame with a dead handle, and counts it.
func (l *Lane) refuse(f *pluginv1.PluginFrame, code mapi.Code, reason string) error {
	if l.refused.Add(1) > maxRefused {
		return breach("it used dead handles %d times", maxRefused+1)
	}
	l.send(refused(f, code, reason))
	return nil
}

// refused makes a refusal of f.
func refused(f *pluginv1.PluginFrame, code mapi.Code, reason string) *pluginv1.HostFrame {
	r := &pluginv1.Refused{Code: uint32(code), Reason: wire.Text(reason, maxText)}
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		r.Id = k.Read.GetId()
	case *pluginv1.PluginFrame_Find:
		r.Id = k.Find.GetId()
	}
	return &pluginv1.HostFrame{Job: f.GetJob(), Kind: &pluginv1.HostFrame_Refused{Refused: r}}
}

// add opens a job and gives it its id. Ids are never used again.
func (l *Lane) add(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	j.id = l.last
	l.jobs[j.id] = j
}

// forget takes a job out of the open ones.
func (l *Lane) forget(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.jobs, j.id)
}
