package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A lane is a call of Lane, frame by frame. Safe for concurrent use.
type lane struct {
	stream   pluginv1.Converter_LaneClient
	cancel   context.CancelFunc
	breaches *breaches
	ended    chan struct{} // closed when nothing will be received any more

	sendMu sync.Mutex

	mu   sync.Mutex // guards what follows
	jobs map[uint64]*job
	last uint64 // id of the last job
	err  error  // why the lane has ended
}

// openLane opens a lane, which lives until close.
func openLane(c pluginv1.ConverterClient, br *breaches) (*lane, error) {
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := c.Lane(ctx)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("open lane: %w", err)
	}
	l := &lane{stream: stream, cancel: cancel, breaches: br, ended: make(chan struct{}), jobs: map[uint64]*job{}}
	go l.receive()
	return l, nil
}

// errClosed ends a lane that the host has closed.
var errClosed = errors.New("closed by the host")

// close breaks the lane off, and returns when nothing will be received any more.
func (l *lane) close() {
	l.fail(errClosed)
	l.cancel()
	<-l.ended
}

// failed says why the lane has ended, nil if it has not.
func (l *lane) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *lane) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// begin opens a job and sends all that opens it.
func (l *lane) begin(s spec) (*job, error) {
	j, frames, err := newJob(l, s)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.last++
	j.id = l.last
	l.jobs[j.id] = j
	l.mu.Unlock()
	for _, f := range frames {
		f.Job = j.id
		if s.change != nil {
			s.change(f)
		}
		l.send(f)
	}
	return j, nil
}

// send sends a frame. What is wrong with the stream is for the receiver to find
// out.
func (l *lane) send(f *pluginv1.HostFrame) {
	l.sendMu.Lock()
	defer l.sendMu.Unlock()
	if err := l.stream.Send(f); err != nil && !errors.Is(err, io.EOF) {
		l.fail(err)
	}
}

// cancelJob asks the plugin to end a job.
func (l *lane) cancelJob(id uint64) {
	l.send(&pluginv1.HostFrame{Job: id, Kind: &pluginv1.HostFrame_Cancel{Cancel: &pluginv1.Cancel{Reason: "a test"}}})
}

// receive takes frames until the stream ends.
func (l *lane) receive() {
	defer close(l.ended)
	for {
		f, err := l.stream.Recv()
		if errors.Is(err, io.EOF) {
			err = errors.New("it returned from Lane")
		}
		if err != nil {
			l.fail(err)
			return
		}
		if err := l.take(f); err != nil {
			l.fail(err)
			l.cancel()
			return
		}
	}
}

// take executes a frame. An error means that the lane is of no use any more.
func (l *lane) take(f *pluginv1.PluginFrame) error {
	l.mu.Lock()
	j := l.jobs[f.GetJob()]
	if f.GetDone() != nil {
		delete(l.jobs, f.GetJob())
	}
	l.mu.Unlock()
	switch {
	case f.GetKind() == nil:
		return nil // of a later version
	case j == nil:
		l.breaches.add(ruleEnd, "%s for job %d, which is not open", kindOf(f), f.GetJob())
		if id := requestOf(f); id != 0 {
			l.send(refusal(f.GetJob(), id, mapi.ErrInvalidObject))
		}
		return nil
	}
	reply, err := j.take(f)
	wire.FreePayload(f.GetData().GetPayload())
	if reply != nil {
		reply.Job = j.id
		l.send(reply)
	}
	return err
}

// refusal makes a Refused for a request; 0 for a frame that is none.
func refusal(job uint64, id uint32, code mapi.Code) *pluginv1.HostFrame {
	return &pluginv1.HostFrame{Job: job, Kind: &pluginv1.HostFrame_Refused{
		Refused: &pluginv1.Refused{Id: id, Code: uint32(code), Reason: "a test"},
	}}
}

// requestOf returns the id of a request, 0 if f is none.
func requestOf(f *pluginv1.PluginFrame) uint32 {
	if r := f.GetRead(); r != nil {
		return r.GetId()
	}
	return f.GetFind().GetId()
}

// kindOf names the kind of a frame.
func kindOf(f *pluginv1.PluginFrame) string {
	switch f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		return "a Read"
	case *pluginv1.PluginFrame_Find:
		return "a Find"
	case *pluginv1.PluginFrame_Data:
		return "a Data"
	case *pluginv1.PluginFrame_Ref:
		return "a Ref"
	case *pluginv1.PluginFrame_Put:
		return "a Put"
	case *pluginv1.PluginFrame_Problem:
		return "a Problem"
	case *pluginv1.PluginFrame_Progress:
		return "a Progress"
	}
	return "a Done"
}
