package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
)

// A bench is what the checks have in common: the program, a process of it, and
// what was seen so far. One goroutine uses it, unless a method says otherwise.
type bench struct {
	command pluginhost.Command
	opt     Options
	log     *logbook

	probe *pluginhost.Probe // nil: none runs
	lane  *lane             // nil: none is open
	desc  *pluginv1.Description

	took     time.Duration // of the first start
	peak     int64         // memory of all processes so far
	hung     atomic.Int32  // jobs that did not end in their time
	breaches breaches      // of all jobs so far
	files    map[string][]byte
}

func newBench(c pluginhost.Command, o Options) *bench {
	b := &bench{command: c, opt: o, log: new(logbook), files: map[string][]byte{}}
	b.opt.Host.Log = b.log.logger()
	b.opt.Host.StartTimeout = b.within(startTime)
	return b
}

// within is a time of the protocol, as long as this test gives.
func (b *bench) within(d time.Duration) time.Duration { return d * time.Duration(b.opt.Patience) }

// process returns a process that works, and starts one if there is none.
func (b *bench) process(ctx context.Context) (*pluginhost.Probe, error) {
	if b.probe != nil {
		select {
		case <-b.probe.Exited():
			b.stop()
		default:
			return b.probe, nil
		}
	}
	p, err := pluginhost.OpenProbe(ctx, b.command, b.opt.Host)
	if err != nil {
		return nil, err
	}
	b.probe = p
	return p, nil
}

// fresh returns a process that has done nothing yet.
func (b *bench) fresh(ctx context.Context) (*pluginhost.Probe, error) {
	b.stop()
	return b.process(ctx)
}

// stop ends the process, and with it the lane.
func (b *bench) stop() {
	b.measure()
	if b.lane != nil {
		b.lane.close()
		b.lane = nil
	}
	if b.probe != nil {
		_ = b.probe.Stop() // what does not even die is for the system
		b.probe = nil
	}
}

// settle cleans up after a check: a process that has failed is not used again.
func (b *bench) settle(o Outcome) {
	b.measure()
	if o == Fail || b.lane != nil && b.lane.failed() != nil {
		b.stop()
	}
}

// measure looks how much memory the process has used at most, and returns that,
// 0 where the system does not tell.
func (b *bench) measure() int64 {
	if b.probe == nil {
		return 0
	}
	n := peakMemory(b.probe.PID())
	b.peak = max(b.peak, n)
	return n
}

// open returns the lane for jobs, and opens one if there is none.
func (b *bench) open(ctx context.Context) (*lane, error) {
	if b.lane != nil && b.lane.failed() == nil {
		select {
		case <-b.probe.Exited():
		default:
			return b.lane, nil
		}
	}
	p, err := b.process(ctx)
	if err != nil {
		return nil, err
	}
	if b.lane != nil {
		b.lane.close()
	}
	b.lane, err = openLane(p.Client(), &b.breaches)
	return b.lane, err
}

// run has the plugin do a job and waits for its end. An error means that there is
// no end: the process is gone, the lane is broken, or the time is over.
func (b *bench) run(ctx context.Context, s spec) (*result, error) {
	l, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	j, err := l.begin(s)
	if err != nil {
		return nil, err
	}
	return b.wait(ctx, l, j)
}

// wait waits for the end of a job.
func (b *bench) wait(ctx context.Context, l *lane, j *job) (*result, error) {
	select {
	case <-j.done:
		return j.result(), nil
	default:
	}
	limit := time.NewTimer(b.opt.JobTime)
	defer limit.Stop()
	select {
	case <-j.done:
		return j.result(), nil
	case <-limit.C:
		b.hung.Add(1)
		return nil, fmt.Errorf("a job does not end within %v", b.opt.JobTime)
	case <-l.ended:
		select {
		case <-j.done: // it was the last frame
			return j.result(), nil
		default:
		}
		return nil, b.gone(l.failed())
	case <-ctx.Done():
		return nil, fmt.Errorf("the job does not end: %w", context.Cause(ctx))
	}
}

// deathTime is how long a process that has closed its connection may take to end,
// so that its status is known.
const deathTime = time.Second

// gone says why a lane has ended under a job.
func (b *bench) gone(err error) error {
	if b.probe == nil {
		return err
	}
	if status.Code(err) == codes.Unavailable && endsWithin(b.probe.Exited(), b.within(deathTime)) {
		how := b.probe.Status()
		_ = b.probe.Stop() // now the output is complete
		return errors.New("the process ended: " + how + lastWords(b.probe.Output()))
	}
	return fmt.Errorf("it ended the lane: %w", err)
}

// lastWords shows the end of what a process printed.
func lastWords(output string) string {
	output = strings.TrimSpace(output)
	if output == "" {
		return ""
	}
	lines := strings.Split(output, "\n")
	if len(lines) > 3 {
		lines = lines[:3]
		if !strings.HasPrefix(output, "panic: ") && !strings.HasPrefix(output, "fatal error: ") {
			all := strings.Split(output, "\n")
			lines = all[len(all)-3:]
		}
	}
	return ": " + strings.Join(lines, " | ")
}

// endsWithin reports whether c is closed in that time.
func endsWithin(c <-chan struct{}, d time.Duration) bool {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-c:
		return true
	case <-timeout.C:
		return false
	}
}

// exports are the names of the formats that the plugin writes, imports those that
// it reads, at most maxTested.
func (b *bench) exports() []string {
	return b.formats(func(f *pluginv1.Format) bool { return f.GetExports() })
}

func (b *bench) imports() []string {
	return b.formats(func(f *pluginv1.Format) bool { return f.GetImports() })
}

// maxTested is how many formats of a plugin are tested.
const maxTested = 8

func (b *bench) formats(want func(*pluginv1.Format) bool) []string {
	var out []string
	for _, f := range b.desc.GetFormats() {
		if want(f) && len(out) < maxTested {
			out = append(out, f.GetName())
		}
	}
	return out
}
