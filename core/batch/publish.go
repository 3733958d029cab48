package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// recordDelay is how long a result waits for others before it is recorded.
const recordDelay = 200 * time.Millisecond

// groupDelay is the least time from group to group. Each costs two syncs and a
// transaction: a disk on which these take no time would get one for every message.
const groupDelay = 100 * time.Millisecond

// publish gives outputs their names and hands out results, in groups, until the
// jobs have ended. See the package's comment for the order.
func (r *Runner) publish() {
	p := publisher{r: r}
	open := true
	for open {
		var group []finished
		if group, open = p.collect(); !open || len(group) > 0 || len(p.unrecorded) > 0 {
			p.group(group)
		}
		if !open || r.inHand.Load() == 0 {
			p.group(nil)
		}
	}
}

// publisher is the state of publish.
type publisher struct {
	r          *Runner
	taken      time.Time  // when the last group was taken
	unrecorded []finished // that have their names
	broken     bool       // nothing can be made durable any more
}

// collect waits for a task that is finished and takes what others there are, and
// what come until it is time for a group. The group is empty when none came in
// time. ok is false when no more will.
func (p *publisher) collect() (group []finished, ok bool) {
	var late <-chan time.Time
	if len(p.unrecorded) > 0 {
		timer := time.NewTimer(recordDelay)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case f, ok := <-p.r.done:
		if !ok {
			return nil, false
		}
		group = append(group, f)
	case <-late:
		return nil, true
	}
	group, ok = p.others(group)
	p.taken = time.Now()
	return group, ok
}

// others adds to a group what is finished by now, and what will be soon.
func (p *publisher) others(group []finished) (_ []finished, ok bool) {
	pace := time.NewTimer(groupDelay - time.Since(p.taken))
	defer pace.Stop()
	for wait := true; len(group) < maxUnpublished; {
		var f finished
		select {
		case f, ok = <-p.r.done:
		default:
			if !wait || p.r.inHand.Load() == int64(len(group)) {
				return group, true
			}
			select {
			case f, ok = <-p.r.done:
			case <-pace.C:
				wait = false
				continue
			}
		}
		if !ok {
			return group, false
		}
		group = append(group, f)
	}
	return group, true
}

// group syncs, records what was published before, and publishes a group.
func (p *publisher) group(group []finished) {
	if len(group) == 0 && len(p.unrecorded) == 0 {
		return
	}
	err := p.sync(group)
	if err == nil {
		err = p.record()
	}
	if err != nil {
		p.broken = true
		p.r.abort(err)
		p.forget()
	}
	for _, f := range group {
		p.one(f)
	}
}

// sync makes the contents of a group and the names of the last one durable.
func (p *publisher) sync(group []finished) error {
	if !p.r.opt.Durable || p.broken {
		return nil
	}
	var targets []*store.Target
	for _, f := range group {
		if f.target != nil {
			targets = append(targets, f.target)
		}
	}
	var names []string
	for _, f := range p.unrecorded {
		if f.result.OutputName != "" {
			names = append(names, f.result.OutputName)
		}
	}
	if len(targets)+len(names) == 0 {
		return nil
	}
	if err := p.r.opt.Out.Sync(context.WithoutCancel(p.r.ctx), targets, names); err != nil {
		return fmt.Errorf("sync the outputs: %w", err)
	}
	return nil
}

// record hands over the results that are durable.
func (p *publisher) record() error {
	if p.broken || len(p.unrecorded) == 0 {
		p.forget()
		return nil
	}
	if p.r.opt.Record != nil {
		results := make([]report.Result, len(p.unrecorded))
		for i, f := range p.unrecorded {
			results[i] = f.result
		}
		if err := p.r.opt.Record(results); err != nil {
			return fmt.Errorf("record results: %w", err)
		}
	}
	p.forget()
	return nil
}

// forget lets go of the results at hand.
func (p *publisher) forget() {
	for _, f := range p.unrecorded {
		f.left.Done()
	}
	p.unrecorded = p.unrecorded[:0]
}

// one publishes an output and tells the result.
func (p *publisher) one(f finished) {
	r := p.r
	if f.target != nil && p.broken {
		f.target.Close()
		r.drop(f.task)
		return
	}
	if f.target != nil {
		if err := r.name(&f); err != nil {
			f.result.State, f.result.Reason = report.Failed, err.Error()
			if errors.Is(err, store.ErrExists) {
				f.result.Reason = r.opt.display(f.item.Out) + ": " + store.ErrExists.Error() + "; use --overwrite to replace it"
			}
			if diskFull(err) {
				r.abort(err)
			}
		} else {
			f.result.State, f.result.OutputName, f.result.Output = report.Converted, f.item.Out, r.opt.display(f.item.Out)
			f.result.OutputSHA256, f.result.OutputBytes = f.digest.SHA256, f.digest.Size
		}
	}
	f.result.Finished, f.result.Plugin, f.result.Shard = r.opt.now(), r.opt.pluginOf(&f.item), f.shard
	f.target = nil
	r.inHand.Add(-1)
	if f.result.State == report.Failed {
		r.failed(&f)
	}
	r.mu.Lock()
	r.summary.Add(f.result)
	if r.opt.Done != nil {
		r.opt.Done(f.result)
	}
	r.mu.Unlock()
	p.unrecorded = append(p.unrecorded, f)
}

// failed does what is to be done for a message that failed.
func (r *Runner) failed(f *finished) {
	if r.opt.Quarantine != "" && f.item.Path != "" {
		if err := r.quarantine(f); err != nil {
			r.abort(fmt.Errorf("quarantine %s: %w", f.item.Name(), err))
		}
	}
	if r.opt.StopOnError {
		r.abort(ErrStopped)
	}
}

// name gives an output its name. When that is taken by the same bytes, the
// output is there already; when it is taken by an earlier output for the same
// input, that is replaced.
func (r *Runner) name(f *finished) error {
	replace := r.opt.Overwrite
	if replace || f.item.Prior != "" { // else publishing finds out
		taken, same, err := r.taken(f)
		if err != nil || same {
			return errors.Join(err, f.target.Close())
		}
		replace = replace || taken == f.item.Prior
		if taken != "" && !replace {
			return errors.Join(store.ErrExists, f.target.Close())
		}
	}
	err := f.target.Publish(replace)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	// Somebody was faster, or it was done before: the contents decide.
	_, same, terr := r.taken(f)
	switch {
	case terr != nil:
		return terr
	case same:
		return nil
	}
	return err
}

// taken returns the SHA-256 of what has the name of an output, "" when nothing
// has, and whether that is the output itself.
func (r *Runner) taken(f *finished) (sha string, same bool, err error) {
	ctx := context.WithoutCancel(r.ctx)
	e, ok, err := r.opt.Out.Exists(ctx, f.item.Out)
	switch {
	case err != nil || !ok:
		return "", false, err
	case e.Kind != store.KindFile:
		return "not a file", false, nil
	case e.Size != f.digest.Size && f.item.Prior == "":
		return "other", false, nil
	}
	src, err := r.opt.Out.Open(ctx, f.item.Out)
	if err != nil {
		return "", false, err
	}
	defer src.Close()
	d, err := store.DigestOf(src, src.Size())
	return d.SHA256, d == f.digest, err
}
