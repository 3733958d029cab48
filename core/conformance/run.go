package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
)

// Options say how a plugin is tested. A zero field means the default.
type Options struct {
	// Host says how the program is started: sandbox, launcher, memory. Its
	// clocks and its log are set by Run.
	Host pluginhost.Options
	// Only limits the checks to those whose name matches; nil: all.
	Only *regexp.Regexp
	// Samples are files of formats that the plugin reads, by the name of the
	// format: what a plugin that cannot write a format is given to read.
	Samples map[string][]byte
	// Patience multiplies the times of the protocol, for machines that are slow
	// or busy; default 1.
	Patience int
	// JobTime is the longest that a job of the test may take; default 60 s times
	// Patience. After three that take longer, the remaining checks are skipped.
	JobTime time.Duration
	// Done, if not nil, is told of each result when it is there.
	Done func(Result)
}

// A Report is what became of a test.
type Report struct {
	Name, Version string        // of the plugin, "" when it did not say
	Started       time.Duration // how long the first process took to its handshake
	Peak          int64         // most memory of any process in bytes; 0 where the system does not tell
	Results       []Result      // in the order of Checks
}

// Count returns how many checks ended in that way.
func (r Report) Count(o Outcome) int {
	n := 0
	for _, c := range r.Results {
		if c.Outcome == o {
			n++
		}
	}
	return n
}

const (
	jobTime = time.Minute
	// checkTime is the longest that one check may take, times Options.Patience.
	checkTime = 10 * time.Minute
	// maxHung is how many jobs may take too long until that is enough.
	maxHung = 3
)

// Run tests the plugin that c starts. The error is of the test itself, such as a
// context that has ended; what is wrong with the plugin is in the report.
func Run(ctx context.Context, c pluginhost.Command, o Options) (Report, error) {
	o.Patience = max(1, o.Patience)
	if o.JobTime <= 0 {
		o.JobTime = jobTime * time.Duration(o.Patience)
	}
	b := newBench(c, o)
	defer b.stop()
	var rep Report
	stuck := "" // why no further check can be made
	for _, check := range Checks() {
		// Without the first two there is nothing to test.
		essential := check.Name == handshakeCheck || check.Name == answerCheck
		wanted := o.Only == nil || o.Only.MatchString(check.Name)
		if !wanted && !essential {
			continue
		}
		res := check.result(skip("%s", stuck), 0)
		if stuck == "" {
			res = b.check(ctx, check)
		}
		if ctx.Err() != nil {
			return rep, context.Cause(ctx)
		}
		stuck = cmp.Or(stuck, b.stuck(res))
		if !wanted && res.Outcome != Fail {
			continue
		}
		rep.Results = append(rep.Results, res)
		if o.Done != nil {
			o.Done(res)
		}
	}
	rep.Name, rep.Version = b.desc.GetName(), b.desc.GetVersion()
	rep.Started, rep.Peak = b.took, b.peak
	return rep, nil
}

// stuck says why no check can be made after one with that result, "" if it can.
func (b *bench) stuck(r Result) string {
	switch {
	case r.Outcome == Fail && r.Name == handshakeCheck:
		return "it does not start"
	case r.Outcome == Fail && r.Name == answerCheck:
		return "it does not describe itself"
	case b.hung.Load() >= maxHung:
		return "jobs do not end"
	}
	return ""
}

// check makes a check, within its time.
func (b *bench) check(ctx context.Context, c Check) Result {
	limit := time.Duration(b.opt.Patience) * checkTime
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %v", limit))
	defer cancel()
	start := time.Now()
	err := c.run(ctx, b)
	if err == nil || !isVerdict(err) {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
	}
	res := c.result(err, time.Since(start))
	b.settle(res.Outcome)
	return res
}

// isVerdict reports whether a check has said how it ended.
func isVerdict(err error) bool {
	var s *skipped
	var p *passed
	return errors.As(err, &s) || errors.As(err, &p)
}
