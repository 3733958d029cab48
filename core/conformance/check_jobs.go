package conformance

import (
	"context"
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

var jobChecks = []Check{
	{"jobs/deterministic", "makes the same of the same when asked again, and in another process", "§3",
		"let nothing depend on time, chance, the order of a map, or earlier jobs", checkDeterministic},
	{"jobs/concurrent", "makes the same of jobs at once, as many as max_lanes and pipeline say", "§3, Description",
		"say 1 and 1 if it does one thing at a time; keep what belongs to a job out of global variables", checkConcurrent},
}

func checkDeterministic(ctx context.Context, b *bench) error {
	type done struct {
		s    spec
		want *result
		name string
	}
	var all []done
	add := func(s spec, name string) error {
		res, err := b.run(ctx, s)
		if err == nil {
			all = append(all, done{s, res, name})
		}
		return err
	}
	for _, f := range b.exports() {
		for _, m := range []*mapi.Message{plain(), large()} {
			if err := add(export(f, m), "export of "+f); err != nil {
				return err
			}
		}
	}
	if b.transforms() {
		for _, m := range []*mapi.Message{plain(), large()} {
			if err := add(transform(m), "transformation"); err != nil {
				return err
			}
		}
	}
	for _, f := range b.imports() {
		data, err := b.sampleOf(ctx, f)
		if err != nil {
			return err
		}
		if err := add(imports(f, data), "import of "+f); err != nil {
			return err
		}
	}
	for _, where := range []string{"asked again", "in another process"} {
		for _, d := range all {
			if err := b.again(ctx, d.s, d.want, d.name+", "+where); err != nil {
				return err
			}
		}
		b.stop()
	}
	return nil
}

func checkConcurrent(ctx context.Context, b *bench) error {
	const mostLanes, mostJobs = 8, 4
	lanes := int(max(1, min(b.desc.GetMaxLanes(), mostLanes)))
	pipeline := int(max(1, min(b.desc.GetPipeline(), mostJobs)))
	if lanes*pipeline == 1 {
		return skip("it takes one job at a time")
	}
	s, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	p, err := b.process(ctx)
	if err != nil {
		return err
	}
	var open []*lane // all at once, before the first job
	defer func() {
		for _, l := range open {
			l.close()
		}
	}()
	for range lanes {
		l, err := openLane(p.Client(), &b.breaches)
		if err != nil {
			return err
		}
		open = append(open, l)
	}
	failed := make(chan error, lanes)
	for _, l := range open {
		go func() { failed <- b.rounds(ctx, l, s, want, pipeline) }()
	}
	err = nil
	for range lanes {
		if e := <-failed; err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("%d lanes of %d jobs: %w", lanes, pipeline, err)
	}
	return pass("%d lanes of %d jobs", lanes, pipeline)
}

// rounds does jobs on a lane, several at once. Several goroutines may call it.
func (b *bench) rounds(ctx context.Context, l *lane, s spec, want *result, pipeline int) error {
	const rounds = 3
	for range rounds {
		var jobs []*job
		for range pipeline {
			j, err := l.begin(s)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		for _, j := range jobs {
			got, err := b.wait(ctx, l, j)
			if err == nil {
				err = got.same(want)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
