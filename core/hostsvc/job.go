package hostsvc

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A job is a session.Job on a lane. Its fields belong to the goroutine that
// runs it, unless they say otherwise.
type job struct {
	l     *Lane
	id    uint64 // immutable once the job is added to the lane
	spec  *session.Job
	lease *session.Lease
	queue *queue

	size     int64         // bytes of large values and of the input, as far as known
	cursors  []*cursor     // open values, the last used is last
	tree     *mapi.Message // what the plugin is shown
	out      *sink         // of an export
	written  bool          // stream 0 has ended
	builder  *wire.Builder // of an import and a transformation
	streams  map[uint32]*stream
	spooled  int64          // bytes of all streams
	referred int64          // bytes of all references in the message whose length is known
	whole    map[uint32]int // references to blobs of unknown size, to their end
	problems reporter
	failed   error // the host's own error that a request met

	alive atomic.Int64 // when the job last gave a sign of life, in ns since epoch

	mu     sync.Mutex // guards what follows
	reason error      // why the job has to end, whatever the plugin says
	over   bool
	grace  *time.Timer
}

// Run has the plugin do a job and waits for its end. It may be called
// concurrently; calls beyond the pipeline wait. The job's reader, writers and
// reporter are used by the calling goroutine only, and not after Run.
func (l *Lane) Run(ctx context.Context, spec *session.Job) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer func() { <-l.slots }()
	j, err := l.newJob(spec)
	if err != nil {
		return err
	}
	defer j.close()
	begin, chunks, err := j.prepare()
	if err != nil {
		return err
	}
	timeout := j.timeout()
	begin.DeadlineMs = uint32(min(timeout+l.opt.Grace, maxDeadline).Milliseconds())
	l.add(j)
	defer l.forget(j)
	defer j.watch(ctx, timeout)()
	j.open(begin, chunks)
	return j.serve()
}

// enter waits for a slot.
func (l *Lane) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-l.broken:
		return &LaneError{l.Err()}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *Lane) newJob(spec *session.Job) (*job, error) {
	if spec.Message == nil {
		return nil, mapi.ErrInvalidParameter
	}
	lease, err := spec.Message.Session().NewLease()
	if err != nil {
		return nil, fmt.Errorf("start job: %w", err)
	}
	return &job{l: l, spec: spec, lease: lease, queue: newQueue(), problems: reporter{report: spec.Report}}, nil
}

// open sends the frames that open the job.
func (j *job) open(begin *pluginv1.Begin, chunks []*[]byte) {
	begin.More = len(chunks) > 1
	f := &pluginv1.HostFrame{Job: j.id, Kind: &pluginv1.HostFrame_Begin{Begin: begin}}
	j.l.send(&wire.Encoded{Frame: f, Fields: chunks[0]})
	for i, objects := range chunks[1:] {
		s := &pluginv1.Snapshot{More: i < len(chunks)-2}
		f := &pluginv1.HostFrame{Job: j.id, Kind: &pluginv1.HostFrame_Snapshot{Snapshot: s}}
		j.l.send(&wire.Encoded{Frame: f, Fields: objects})
	}
}

// send sends a frame of the job.
func (j *job) send(f *pluginv1.HostFrame) {
	f.Job = j.id
	j.l.send(f)
}

// serve executes frames until the job is over.
func (j *job) serve() error {
	for {
		f, ok := j.queue.next(j.l.broken)
		if !ok {
			return j.lost()
		}
		if d := f.GetDone(); d != nil {
			return j.end(d)
		}
		if err := j.handle(f); err != nil {
			j.l.fail(err)
			return err
		}
	}
}
