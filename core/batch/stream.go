package batch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// runWhilePlanning does each shard of a plan as soon as that has it. The plan is
// the queue: it may be any length ahead of the run, as it is on disk.
func runWhilePlanning(ctx context.Context, conv Converter, dir string, roots []Root, opt Options) (report.Summary, error) {
	p, err := newPlanner(dir, roots, opt)
	if err != nil {
		return report.Summary{}, &abortError{err}
	}
	r := NewRunner(ctx, conv, opt)
	q := newShardQueue()
	p.w.hurry(func(s Shard) { q.add(s) })
	var planning sync.WaitGroup
	planning.Go(func() {
		defer q.end()
		if err := p.complete(r, roots); err != nil {
			r.abort(err)
		}
	})
	r.runQueue(&Plan{dir: dir}, q)
	planning.Wait()
	summary, err := r.Close()
	summary.Done = p.w.header.Done
	return summary, err
}

// complete plans all there is, unless the run ends before.
func (p *planner) complete(r *Runner, roots []Root) error {
	ctx, cancel := p.opt.untilDrained(r.ctx)
	defer cancel()
	err := p.all(ctx, roots)
	if err = errors.Join(err, p.w.end()); err == nil {
		return p.opt.planned(p.w.header)
	}
	if errors.Is(context.Cause(ctx), ErrDrained) {
		r.drain()
		return nil
	}
	return err
}

// runningShards is how many shards are handed out at once, so that small messages
// do not wait for the large ones of their shard.
const runningShards = 2

// runQueue hands out the shards of a plan, until there are no more or the run ends.
func (r *Runner) runQueue(p *Plan, q *shardQueue) {
	var shards, left sync.WaitGroup
	for range runningShards {
		shards.Go(func() {
			for {
				n, s, ok := r.next(q)
				if !ok {
					return
				}
				items, err := p.read(n, s)
				if err != nil {
					r.abort(err)
					return
				}
				r.feedAll(items, n, &left)
			}
		})
	}
	shards.Wait()
	left.Wait()
}

// A shardQueue holds the shards of a plan in the making. Safe for concurrent use.
type shardQueue struct {
	mu     sync.Mutex
	shards []Shard // that nobody has taken
	taken  int
	ended  bool
	more   chan struct{} // closed, and made anew, when something was added
}

func newShardQueue() *shardQueue { return &shardQueue{more: make(chan struct{})} }

// add appends shards.
func (q *shardQueue) add(s ...Shard) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shards = append(q.shards, s...)
	q.announceLocked()
}

// end says that there will be no more.
func (q *shardQueue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.announceLocked()
}

func (q *shardQueue) announceLocked() {
	close(q.more)
	q.more = make(chan struct{})
}

// take returns the first shard that nobody has taken, and its number. When there is
// none, more is closed once there is, and nil if there never will be.
func (q *shardQueue) take() (n int, s Shard, more <-chan struct{}, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.shards) > 0 {
		n, s = q.taken, q.shards[0]
		q.taken, q.shards = n+1, q.shards[1:]
		return n, s, nil, true
	}
	if !q.ended {
		more = q.more
	}
	return 0, s, more, false
}

// next waits for a shard of the queue. ok is false when there are no more, and when
// the run ends.
func (r *Runner) next(q *shardQueue) (n int, s Shard, ok bool) {
	for r.err() == nil {
		n, s, more, ok := q.take()
		if ok || more == nil {
			return n, s, ok
		}
		select {
		case <-more:
		case <-r.ctx.Done():
		case <-r.drained:
		}
	}
	return 0, s, false
}

// runsWhilePlanning reports whether a run over the roots may begin before its plan
// is complete: when what it makes, and records, changes nothing that planning still
// has to see.
func (o Options) runsWhilePlanning(roots []Root) bool {
	if o.Select.FollowLinks { // which may lead anywhere
		return false
	}
	made, known := o.made(), places{}
	for _, root := range roots {
		for _, dir := range made {
			if known.meet(root.Path, dir) {
				return false
			}
		}
	}
	return true
}

// made returns the folders that a run puts something into.
func (o Options) made() []string {
	if o.Quarantine == "" {
		return []string{o.OutDir}
	}
	return []string{o.OutDir, o.Quarantine}
}

// places are where folders lie that were asked for before: of many files that a
// user names, each folder is looked up once.
type places map[string]string

// meet reports whether a walk of root may find what a run puts into dir. A folder
// below root is left out of the walk, when that is where root and dir say it is.
func (p places) meet(root, dir string) bool {
	if _, within := store.Inside(dir, root); within {
		return true
	}
	left, _ := store.Inside(root, dir)
	root, dir = p.physical(root), p.physical(dir)
	_, within := store.Inside(dir, root)
	at, reached := store.Inside(root, dir)
	return within || reached && at != left
}

// physical returns where a path leads, as far as it is there.
func (p places) physical(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if to, ok := p[path]; ok {
		return to
	}
	parent := filepath.Dir(path)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		return filepath.Join(p.physical(parent), filepath.Base(path))
	}
	to, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
	case parent != path:
		to = filepath.Join(p.physical(parent), filepath.Base(path))
	default:
		to = path
	}
	p[path] = to
	return to
}
