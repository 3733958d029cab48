package conformance

import (
	"context"
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// grace is how long the host waits for the end of a job that it has cancelled.
const grace = 500 * time.Millisecond

var jobChecks = []Check{
	{"jobs/deterministic", "makes the same of the same when asked again, and in another process", "§3",
		"let nothing depend on time, chance, the order of a map, or earlier jobs", checkDeterministic},
	{"jobs/concurrent", "makes the same of jobs at once, as many as max_lanes and pipeline say", "§3, Description",
		"say 1 and 1 if it does one thing at a time; keep what belongs to a job out of global variables", checkConcurrent},
	{"jobs/cancel", "ends a job with CANCELLED within 500 ms of Cancel, whatever it is waiting for, and works on", "§3, Cancel",
		"read the lane while a job runs, wake what waits for an answer, and look for Cancel in long loops", checkCancel},
	{"jobs/late", "ignores Cancel, answers and refusals for jobs that are over or never were", "§6, Handles",
		"look up the job of each frame, and drop the frame when there is none", checkLate},
	{"jobs/closed-handle", "ends a job whose requests are refused, and not with OK, and works on", "§6, Handles",
		"take Refused for the answer to the request, and end the job with Done when a part of the result is missing", checkClosedHandle},
	{"jobs/unsupported", "ends a job that it never offered with UNSUPPORTED", "§6, Result",
		"answer Done{UNSUPPORTED} for formats and directions that the description does not have", checkUnsupported},
	{"jobs/options", "refuses a value that an option does not take, with UNSUPPORTED or BAD_INPUT and a reason", "§3, Begin",
		"check Begin.options before the job begins; the error belongs in Done", checkWrongOptions},
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

// blocked returns jobs that do not get on: one whose message is not complete, and
// one whose requests are not answered.
func (b *bench) blocked(ctx context.Context) ([]spec, error) {
	var all []spec
	if formats := b.exports(); len(formats) > 0 {
		held, mute := export(formats[0], plain()), export(formats[0], large())
		held.held, mute.mute = true, true
		all = append(all, held, mute)
	}
	if formats := b.imports(); len(formats) > 0 {
		data, err := b.sampleOf(ctx, formats[0])
		if err != nil {
			return nil, err
		}
		mute := imports(formats[0], data)
		mute.head, mute.mute = false, true
		all = append(all, mute)
	}
	return all, nil
}

func checkCancel(ctx context.Context, b *bench) error {
	good, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	jobs, err := b.blocked(ctx)
	if err != nil {
		return err
	}
	for _, s := range jobs {
		if err := b.cancelled(ctx, s); err != nil {
			return err
		}
	}
	return b.again(ctx, good, want, "the next job")
}

// cancelled cancels a job that does not get on.
func (b *bench) cancelled(ctx context.Context, s spec) error {
	l, err := b.open(ctx)
	if err != nil {
		return err
	}
	j, err := l.begin(s)
	if err != nil {
		return err
	}
	what := "a job whose message is not complete"
	if !s.held {
		what = "a job that waits for an answer"
		select {
		case <-j.waits:
		case <-j.done:
			return nil // it asks for nothing
		case <-l.ended:
			return b.gone(l.failed())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	l.cancelJob(j.id)
	if s.held {
		j.release() // the host goes on sending what it has begun
	}
	if !endsWithin(j.done, b.within(grace)) {
		if err := l.failed(); err != nil {
			return b.gone(err)
		}
		return fmt.Errorf("%s does not end within %v", what, b.within(grace))
	}
	if r := j.result(); r.code != pluginv1.Result_RESULT_CANCELLED {
		return fmt.Errorf("%s ends with %s", what, r)
	}
	return nil
}

func checkLate(ctx context.Context, b *bench) error {
	s, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	l, err := b.open(ctx)
	if err != nil {
		return err
	}
	over := l.lastJob()
	for _, id := range []uint64{over, 1 << 40, 0} {
		l.cancelJob(id)
		for request := range uint32(3) {
			l.send(wire.HostData(id, request, true, []byte("too late")))
			l.send(refusal(id, request, mapi.ErrInvalidObject))
			l.send(&pluginv1.HostFrame{Job: id, Kind: &pluginv1.HostFrame_Found{Found: &pluginv1.Found{Id: request, At: 1}}})
		}
	}
	return b.again(ctx, s, want, "the next job")
}

// lastJob is the id of the last job.
func (l *lane) lastJob() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func checkClosedHandle(ctx context.Context, b *bench) error {
	good, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	jobs, err := b.blocked(ctx)
	if err != nil {
		return err
	}
	asked := int64(0)
	for _, s := range jobs {
		s.held, s.mute, s.refuse = false, false, mapi.ErrInvalidObject
		res, err := b.run(ctx, s)
		if err != nil {
			return err
		}
		asked += res.asked
		if res.requests > 0 && res.ok() && !res.lost() {
			return fmt.Errorf("ends with %s and reports no loss, after %d requests were refused", res, res.requests)
		}
	}
	if asked == 0 {
		return skip("it never asks for anything")
	}
	return b.again(ctx, good, want, "the next job")
}

func checkUnsupported(ctx context.Context, b *bench) error {
	good, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	const nowhere = "x-no-such-format"
	jobs := []spec{export(nowhere, plain()), imports(nowhere, []byte("x"))}
	for _, f := range b.desc.GetFormats() {
		if !f.GetExports() {
			jobs = append(jobs, export(f.GetName(), plain()))
		}
		if !f.GetImports() {
			jobs = append(jobs, imports(f.GetName(), []byte("x")))
		}
	}
	for _, s := range jobs {
		res, err := b.run(ctx, s)
		switch {
		case err != nil:
			return err
		case res.code != pluginv1.Result_RESULT_UNSUPPORTED:
			return fmt.Errorf("%v of %s ends with %s", s.direction, s.format, res)
		}
	}
	return b.again(ctx, good, want, "the next job")
}

// wrongValues are values that an option does not take.
func wrongValues(o *pluginv1.Option) []string {
	var wrong []string
	for _, v := range []string{"no such value", "-99999999999", "99999999999999999999", "1e3", "TRUE "} {
		if asOption(o).Accept(v) != nil {
			wrong = append(wrong, v)
		}
	}
	return wrong
}

func checkWrongOptions(ctx context.Context, b *bench) error {
	good, want, err := b.good(ctx)
	if err != nil {
		return err
	}
	tried := 0
	for _, o := range b.desc.GetOptions() {
		for _, v := range wrongValues(o) {
			s := good
			s.options = map[string]string{o.GetName(): v}
			res, err := b.run(ctx, s)
			tried++
			switch {
			case err != nil:
				return fmt.Errorf("%s=%s: %w", o.GetName(), v, err)
			case res.code != pluginv1.Result_RESULT_UNSUPPORTED && res.code != pluginv1.Result_RESULT_BAD_INPUT || res.text == "":
				return fmt.Errorf("with %s=%s, a job ends with %s", o.GetName(), v, res)
			}
		}
	}
	if tried == 0 {
		return skip("it declares no options, or takes any value")
	}
	return b.again(ctx, good, want, "the next job")
}
