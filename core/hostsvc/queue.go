package hostsvc

import (
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	// queueBytes is about what a queue holds before the receiver waits.
	queueBytes = 1 << 20
	// frameCost is what a frame counts beside its payload.
	frameCost = 1 << 10
	// objectCost is what an object counts beside its bytes.
	objectCost = 16
)

// A queue holds the frames of a job between the receiver and the goroutine that
// executes them. One goroutine pushes, one takes.
type queue struct {
	mu     sync.Mutex
	frames []queued // guarded by mu
	bytes  int      // guarded by mu
	closed bool     // guarded by mu

	filled chan struct{} // of size 1: there may be a frame
	room   chan struct{} // of size 1: there may be room, or the queue is closed
}

// A frame is what came from the plugin, with the objects in it.
type frame struct {
	*pluginv1.PluginFrame
	objects []string // as the wire has them
}

// queued is a frame with its weight.
type queued struct {
	f frame
	n int
}

func newQueue() *queue {
	return &queue{filled: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// weight is about what a frame takes.
func weight(f frame) int {
	if d := f.GetData(); d != nil {
		return frameCost + cap(d.GetPayload())
	}
	n := frameCost + f.SizeVT()
	for _, o := range f.objects {
		n += objectCost + len(o)
	}
	return n
}

// push adds a frame, and waits for room until stop is closed. It reports whether
// the frame was taken; a closed queue takes none. waiting is called before and
// after a wait.
func (q *queue) push(f frame, stop <-chan struct{}, waiting func(bool)) bool {
	n := weight(f)
	for {
		taken, closed := q.add(f, n)
		if taken || closed {
			return taken
		}
		waiting(true)
		select {
		case <-q.room:
			waiting(false)
		case <-stop:
			return false
		}
	}
}

func (q *queue) add(f frame, n int) (taken, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || (q.bytes > 0 && q.bytes+n > queueBytes) {
		return false, q.closed
	}
	q.frames = append(q.frames, queued{f, n})
	q.bytes += n
	notify(q.filled)
	return true, false
}

// next takes the oldest frame, and waits for one until stop is closed. What was
// pushed before is still delivered then.
func (q *queue) next(stop <-chan struct{}) (frame, bool) {
	for {
		if f, ok := q.take(); ok {
			return f, true
		}
		select {
		case <-q.filled:
		case <-stop:
			return q.take()
		}
	}
}

func (q *queue) take() (f frame, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) == 0 {
		return f, false
	}
	first := q.frames[0]
	q.frames[0] = queued{}
	q.frames = q.frames[1:]
	q.bytes -= first.n
	notify(q.room)
	return first.f, true
}

// close drops what is left.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, e := range q.frames {
		wire.FreePayload(e.f.GetData().GetPayload())
	}
	q.frames, q.bytes = nil, 0
	notify(q.room)
}

// notify puts a token into a channel of size 1.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
