package batch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A Runner does shards of plans, with jobs that all of them share. Safe for
// concurrent use.
type Runner struct {
	opt     Options
	conv    Converter
	ctx     context.Context // of the run
	abort   context.CancelCauseFunc
	small   chan task
	large   chan task
	done    chan finished
	inHand  atomic.Int64   // tasks that are not published yet
	jobs    sync.WaitGroup // workers
	closing sync.WaitGroup // the publisher

	// drained is closed when the run is asked to end. The messages in hand go
	// on, so it is not the context of the jobs that ends.
	own         *Unpacker // nil when the options have one
	drained     chan struct{}
	drainedOnce sync.Once
	folders     sync.Map // folders of outputs that enter has seen

	mu      sync.Mutex // serialises Started and Done
	summary report.Summary
}

// A task is an item in hand.
type task struct {
	item  Item
	shard int
	left  *sync.WaitGroup // of the tasks of its shard
}

// finished is a task with its result. target is not nil when there is an output
// to be published.
type finished struct {
	task
	result report.Result
	target *store.Target
	digest store.Digest
}

// maxUnpublished bounds the outputs that wait for their names: each holds a file
// open.
const maxUnpublished = 128

// NewRunner starts the jobs of a run. The caller closes the Runner.
func NewRunner(ctx context.Context, conv Converter, opt Options) *Runner {
	r := &Runner{opt: opt.withDefaults(), conv: conv, small: make(chan task), large: make(chan task), done: make(chan finished, maxUnpublished), drained: make(chan struct{})}
	r.ctx, r.abort = context.WithCancelCause(ctx)
	if r.opt.Packed == nil {
		r.own = new(Unpacker)
		r.opt.Packed = r.own
	}
	for i := range r.opt.Jobs {
		large := r.large
		if i >= (r.opt.Jobs+1)/2 {
			large = nil // this one keeps the small messages going
		}
		r.jobs.Go(func() { r.work(r.small, large) })
	}
	r.closing.Go(r.publish)
	return r
}

// Close waits for what is in hand, and returns the counts of all shards and what
// ended the run early, if something did.
func (r *Runner) Close() (report.Summary, error) {
	close(r.small)
	close(r.large)
	r.jobs.Wait()
	close(r.done)
	r.closing.Wait()
	if r.own != nil {
		r.own.Close()
	}
	err := r.err()
	r.abort(nil)
	if err != nil {
		return r.summary, &abortError{err}
	}
	return r.summary, nil
}

// RunShard does shard n of a plan, which counts from 0, and returns when all its
// results are recorded. An error says what ended the run; a message that fails
// is a result.
func (r *Runner) RunShard(p *Plan, n int) error {
	items, err := p.Shard(n)
	if err != nil {
		return err
	}
	var left sync.WaitGroup
	r.feedAll(items, n, &left)
	left.Wait()
	return r.err()
}

// feedAll hands the items of a shard to the workers.
func (r *Runner) feedAll(items []Item, shard int, left *sync.WaitGroup) {
	var feeders sync.WaitGroup
	feeders.Go(func() { r.feed(items, shard, left, true) })
	r.feed(items, shard, left, false)
	feeders.Wait()
}

// feed hands the large items of a shard, or the others, to the workers.
func (r *Runner) feed(items []Item, shard int, left *sync.WaitGroup, large bool) {
	to := r.small
	if large {
		to = r.large
	}
	for _, it := range items {
		if large != (it.Size >= r.opt.LargeBytes) {
			continue
		}
		select {
		case <-r.opt.Drain:
			r.drain()
			return
		case <-r.ctx.Done():
			return
		default:
		}
		t := task{it, shard, left}
		left.Add(1)
		r.inHand.Add(1)
		if it.State != "" {
			r.done <- finished{task: t, result: report.Result{Input: it.Name(), State: it.State, Reason: it.Reason, Bytes: it.Size}}
			continue
		}
		select {
		case to <- t:
			continue
		case <-r.opt.Drain:
			r.drain()
		case <-r.ctx.Done():
		}
		left.Done()
		r.inHand.Add(-1)
		return
	}
}

// drain notes that the run was asked to end.
func (r *Runner) drain() { r.drainedOnce.Do(func() { close(r.drained) }) }

// err returns what ended the run early, or nil.
func (r *Runner) err() error {
	if cause := context.Cause(r.ctx); cause != nil {
		return cause
	}
	select {
	case <-r.drained:
		return ErrDrained
	default:
		return nil
	}
}

// work converts tasks until there are no more, in sessions of bounded size.
func (r *Runner) work(small, large <-chan task) {
	for small != nil || large != nil {
		s, err := session.Open(session.NewAllocator(r.opt.SessionMemory), session.Unicode)
		if err != nil {
			r.abort(err)
			return
		}
		var bytes int64
		for n := 0; n < r.opt.SessionMessages && bytes < r.opt.SessionBytes && (small != nil || large != nil); n++ {
			var t task
			var ok bool
			select {
			case t, ok = <-small:
				if !ok {
					small = nil
					continue
				}
			case t, ok = <-large:
				if !ok {
					large = nil
					continue
				}
			}
			bytes += t.item.Size
			r.do(s, t)
		}
		s.Close()
	}
}

// do converts one item and hands the result on.
func (r *Runner) do(s *session.Session, t task) {
	if r.ctx.Err() != nil {
		r.drop(t)
		return
	}
	if r.opt.Started != nil {
		r.mu.Lock()
		r.opt.Started(t.item.Name(), r.opt.pluginOf(&t.item))
		r.mu.Unlock()
	}
	f, fatal := r.convert(s, t)
	if fatal != nil {
		r.abort(fatal)
	}
	if r.ctx.Err() != nil && f.result.State != report.Converted {
		if f.target != nil {
			f.target.Close()
		}
		r.drop(t)
		return
	}
	r.done <- f
}

// drop forgets a task of a run that is ending.
func (r *Runner) drop(t task) {
	r.inHand.Add(-1)
	t.left.Done()
}

// isFatal reports whether an error ends the run.
func isFatal(err error) bool {
	return err != nil && (is(err, fatal.Fatal) || diskFull(err) || errors.Is(err, context.Canceled))
}
