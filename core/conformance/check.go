package conformance

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Check is one rule that a plugin has to keep.
type Check struct {
	Name    string // such as "jobs/cancel": the group, and the word in it
	Demand  string // what is demanded, as one sentence without a full stop
	Section string // where that is written: of sdk/proto/README.md, or a message of plugin.proto
	Hint    string // what to do when it fails

	run func(ctx context.Context, b *bench) error
}

// An Outcome is how a check ended.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	Fail Outcome = "fail"
	Skip Outcome = "skip" // it does not apply, or could not be made; the reason says why
)

// A Result is a check that was made.
type Result struct {
	Check
	Outcome Outcome
	Reason  string // of Fail and Skip; of Pass what was measured, or ""
	Took    time.Duration
}

// Checks returns all checks in the order in which they are made.
func Checks() []Check {
	var all []Check
	for _, group := range [][]Check{startChecks, describeChecks, greaseChecks, jobChecks, stopChecks, offerChecks, exportChecks, importChecks, transformChecks, probeChecks, largeChecks, lifeChecks, wireChecks} {
		all = append(all, group...)
	}
	return all
}

// A skipped check says why.
type skipped struct{ reason string }

func (s *skipped) Error() string { return s.reason }

func skip(format string, args ...any) error { return &skipped{fmt.Sprintf(format, args...)} }

// A passed check says what it has measured.
type passed struct{ note string }

func (p *passed) Error() string { return p.note }

func pass(format string, args ...any) error { return &passed{fmt.Sprintf(format, args...)} }

// result makes the result of a check that returned err.
func (c Check) result(err error, took time.Duration) Result {
	r := Result{Check: c, Outcome: Pass, Took: took}
	var s *skipped
	var p *passed
	switch {
	case err == nil:
	case errors.As(err, &p):
		r.Reason = p.note
	case errors.As(err, &s):
		r.Outcome, r.Reason = Skip, s.reason
	default:
		r.Outcome, r.Reason = Fail, err.Error()
	}
	return r
}
