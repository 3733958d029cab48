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

// stopChecks are about jobs that the host ends, and what comes after their end.
var stopChecks = []Check{
	{"jobs/cancel", "ends a job with CANCELLED within 500 ms of Cancel, whatever it is waiting for, and works on", "§3, Cancel",
		"read the lane while a job runs, wake what waits for an answer, and look for Cancel in long loops", checkCancel},
	{"jobs/late", "ignores Cancel, answers and refusals for jobs that are over or never were", "§6, Handles",
		"look up the job of each frame, and drop the frame when there is none", checkLate},
	{"jobs/closed-handle", "ends a job whose requests are refused, and not with OK, and works on", "§6, Handles",
		"take Refused for the answer to the request, and end the job with Done when a part of the result is missing", checkClosedHandle},
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
	if b.transforms() {
		held, mute := transform(plain()), transform(large())
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
	return b.between(ctx, func(spec) error {
		jobs, err := b.blocked(ctx)
		if err != nil {
			return err
		}
		for _, s := range jobs {
			if err := b.cancelled(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
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
	return b.between(ctx, func(spec) error {
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
		return nil
	})
}

// lastJob is the id of the last job.
func (l *lane) lastJob() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func checkClosedHandle(ctx context.Context, b *bench) error {
	return b.between(ctx, func(spec) error {
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
		return nil
	})
}
