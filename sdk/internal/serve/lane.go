package serve

import (
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// ErrGone is returned for values of the host after the connection has ended.
var ErrGone = errors.New("sdk: the connection to the host has ended")

// A lane is one call of Lane: a sequence of jobs that share a stream.
type lane struct {
	srv    *server
	stream pluginv1.Converter_LaneServer
	gone   chan struct{}  // closed when nothing will be received any more
	work   chan func()    // takes what an idle goroutine is to do
	wg     sync.WaitGroup // the goroutines of jobs

	sendMu sync.Mutex
	closed bool // under sendMu: Lane has returned

	mu    sync.Mutex // guards what follows
	jobs  map[uint64]*job
	calls map[uint32]*call // requests without an answer
	next  uint32           // id of the last request
}

func newLane(s *server, stream pluginv1.Converter_LaneServer) *lane {
	return &lane{
		srv:    s,
		stream: stream,
		gone:   make(chan struct{}),
		work:   make(chan func()),
		jobs:   make(map[uint64]*job),
		calls:  make(map[uint32]*call),
	}
}

// send sends a *pluginv1.PluginFrame, *wire.Owned or *wire.Encoded.
func (l *lane) send(frame any) error {
	l.sendMu.Lock()
	defer l.sendMu.Unlock()
	if l.closed {
		return ErrGone
	}
	if err := l.stream.SendMsg(frame); err != nil {
		return errors.Join(ErrGone, err)
	}
	return nil
}

// receive takes frames until the host closes the stream or breaks the protocol.
func (l *lane) receive() error {
	var r wire.Received
	for {
		f := &pluginv1.HostFrame{}
		r.Frame = f
		err := l.stream.RecvMsg(&r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.route(f, r.Objects); err != nil {
			return status.Error(codes.InvalidArgument, err.Error())
		}
	}
}

// route hands a frame and the objects in it to the job or the request that it is
// for. Frames for jobs that are over, and kinds of frames that are not known, are
// dropped.
func (l *lane) route(f *pluginv1.HostFrame, objects []string) error {
	switch k := f.GetKind().(type) {
	case *pluginv1.HostFrame_Begin:
		return l.begin(f.GetJob(), k.Begin, objects)
	case *pluginv1.HostFrame_Snapshot:
		if j := l.job(f.GetJob()); j != nil {
			return j.add(objects, k.Snapshot.GetMore())
		}
	case *pluginv1.HostFrame_Data:
		l.answer(f, k.Data.GetId())
	case *pluginv1.HostFrame_Found:
		l.answer(f, k.Found.GetId())
	case *pluginv1.HostFrame_Refused:
		if k.Refused.GetId() != 0 {
			l.answer(f, k.Refused.GetId())
		} else if j := l.job(f.GetJob()); j != nil {
			j.halt(&refusedError{k.Refused})
		}
	case *pluginv1.HostFrame_Cancel:
		if j := l.job(f.GetJob()); j != nil {
			j.halt(&cancelError{k.Cancel.GetReason()})
		}
	}
	return nil
}

// job returns an open job, or nil.
func (l *lane) job(id uint64) *job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs[id]
}

// begin opens a job.
func (l *lane) begin(id uint64, b *pluginv1.Begin, objects []string) error {
	j := newJob(l, id, b)
	l.mu.Lock()
	_, twice := l.jobs[id]
	full := len(l.jobs) >= l.srv.pipeline
	if !twice && !full {
		l.jobs[id] = j
	}
	l.mu.Unlock()
	if twice || full {
		j.cancel(nil)
	}
	switch {
	case twice:
		return errors.New("a job begins that is open")
	case full:
		return errors.New("more jobs begin than the pipeline takes")
	}
	return j.add(objects, b.GetMore())
}

// start runs f in a goroutine that has run others before if there is one: its
// stack has grown already.
func (l *lane) start(f func()) {
	select {
	case l.work <- f:
	default:
		l.wg.Go(func() { l.worker(f) })
	}
}

// worker runs f and what comes after it.
func (l *lane) worker(f func()) {
	for {
		f()
		select {
		case f = <-l.work:
		case <-l.gone:
			return
		}
	}
}

// forget takes a job out of the open ones.
func (l *lane) forget(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.jobs, j.id)
}

// end waits for the jobs, which must give up if err is not nil: then the stream
// is broken. Without an error the host has nothing more to say, and still reads.
func (l *lane) end(err error) {
	close(l.gone)
	l.mu.Lock()
	var waiting []*job
	for _, j := range l.jobs {
		if err != nil {
			j.halt(ErrGone)
		}
		if !j.running {
			waiting = append(waiting, j)
		}
	}
	l.mu.Unlock()
	for _, j := range waiting {
		j.cancel(context.Canceled)
		l.forget(j)
	}
	l.wg.Wait()
	l.sendMu.Lock()
	defer l.sendMu.Unlock()
	l.closed = true
}
