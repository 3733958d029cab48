package hostsvc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
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

// handle executes a frame. An error means that the plugin broke the protocol.
func (j *job) handle(f frame) error {
	defer wire.FreePayload(f.GetData().GetPayload())
	if p := f.GetProblem(); p != nil {
		return j.problems.add(p)
	}
	if f.GetProgress() != nil {
		return nil
	}
	if err := j.lease.Err(); err != nil {
		j.stop(errSession(err))
	}
	err := j.stopped()
	if err == nil {
		err = j.execute(f)
	}
	var bad *ProtocolError
	if err == nil || errors.As(err, &bad) {
		return err
	}
	j.answerError(f.PluginFrame, err)
	return nil
}

// answerError tells the plugin that f could not be executed. It may go on after
// a refused request, but not when a part of the result is missing.
func (j *job) answerError(f *pluginv1.PluginFrame, err error) {
	var r *refusal
	isRefusal := errors.As(err, &r)
	if isRefusal && r.cause != nil && j.failed == nil {
		j.failed = r.cause
	}
	switch {
	case f.GetRead() != nil || f.GetFind() != nil:
		code := codeOf(err)
		if code == mapi.ErrInvalidObject {
			if err := j.l.refuse(f, code, err.Error()); err != nil {
				j.l.fail(err)
			}
			return
		}
		j.l.send(refused(f, code, err.Error()))
	case isRefusal:
		if r.code == mapi.ErrInvalidObject {
			j.l.refused.Add(1)
		}
		j.stop(&JobError{Err: ErrPlugin, Text: r.Error(), Cause: r})
	default:
		j.stop(err)
	}
}

// codeOf returns the MAPI code of an error that ends a request.
func codeOf(err error) mapi.Code {
	var code mapi.Code
	switch {
	case errors.As(err, &code) && code.Failed():
		return code
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return mapi.ErrUserCancel
	}
	return mapi.ErrCallFailed
}

// execute executes a frame of the plugin that concerns the host's objects. It
// returns a *refusal when the frame names what is not there or not allowed, a
// *ProtocolError when it cannot be meant seriously, and any other error when the
// host cannot go on.
func (j *job) execute(f frame) error {
	switch k := f.GetKind().(type) {
	case *pluginv1.PluginFrame_Read:
		return j.read(k.Read)
	case *pluginv1.PluginFrame_Find:
		return j.find(k.Find)
	case *pluginv1.PluginFrame_Data:
		return j.data(k.Data)
	case *pluginv1.PluginFrame_Ref:
		return j.place(k.Ref)
	case *pluginv1.PluginFrame_Put:
		return j.put(f.objects)
	}
	return nil
}

// lost is the result of a job whose lane is broken.
func (j *job) lost() error {
	if reason := j.stopped(); reason != nil {
		return reason
	}
	return &LaneError{j.l.Err()}
}

// end is the result of a job whose Done has come.
func (j *job) end(d *pluginv1.Done) error {
	j.problems.end()
	if reason := j.stopped(); reason != nil {
		return reason
	}
	if err := j.lease.Err(); err != nil {
		return errSession(err)
	}
	e := &JobError{Err: ErrPlugin, Text: wire.Text(d.GetError(), maxText), Cause: j.failed}
	switch d.GetResult() {
	case pluginv1.Result_RESULT_OK:
		j.spec.Matched = j.spec.Direction == session.Probe && d.GetMatch() == pluginv1.Match_MATCH_YES
		return j.complete()
	case pluginv1.Result_RESULT_BAD_INPUT:
		e.Err = sdk.ErrBadInput
	case pluginv1.Result_RESULT_UNSUPPORTED:
		e.Err = sdk.ErrUnsupported
	}
	return e
}

// complete takes over what the job has made.
func (j *job) complete() error {
	if j.out != nil && !j.written {
		return j.broke(breach("stream 0 has no end"))
	}
	if j.builder == nil {
		return nil
	}
	for id, s := range j.streams {
		if !s.complete {
			return j.broke(breach("stream %d has no end", id))
		}
	}
	m, err := j.builder.Message()
	if err != nil {
		return j.broke(breach("%v", err))
	}
	j.rest()
	if err := j.spec.Deliver(m); err != nil {
		return err
	}
	j.streams = nil // they belong to the message
	return nil
}

// broke breaks the lane of a job whose plugin broke the protocol, and returns err.
func (j *job) broke(err error) error {
	j.l.fail(err)
	return err
}

// rest ends the clocks of a job whose plugin has done its part.
func (j *job) rest() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.over = true
	if j.grace != nil {
		j.grace.Stop()
	}
}

// close ends what the job holds.
func (j *job) close() {
	j.rest()
	j.queue.close()
	j.lease.Revoke()
	for _, c := range j.cursors {
		c.close()
	}
	for _, s := range j.streams {
		s.spool.Free()
	}
}
