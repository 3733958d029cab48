package msg

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// limitProblems returns a Reporter that passes on what a file of size bytes may
// have: fewer than maxProblems if it is small.
func limitProblems(report problem.Reporter, size int64) problem.Reporter {
	if report == nil {
		return nil
	}
	n, limit := 0, int(min(256+size/1024, limits.MsgProblems.Get()))
	return func(p problem.Problem) {
		n++
		switch {
		case n < limit:
			report(p)
		case n == limit:
			report(problem.Problem{Code: "msg.limit", Severity: problem.Loss, Detail: "there are more problems, not listed"})
		}
	}
}

// noteMissing reports that the length stream of p has entries for more than the
// n values that are there ([MS-OXMSG] 2.1.4.2.2).
func (p *found) noteMissing(n int, tell *teller) {
	if p.stream == nil {
		return
	}
	step := int64(4)
	if p.tag.Type() == mapi.PtypMultipleBinary {
		step = 8
	}
	if want := p.stream.Size() / step; want > int64(n) {
		tell.say("msg.property.damaged", problem.Info, p.tag,
			"the last %d of %d values have no streams ([MS-OXMSG] 2.1.4.2.2); they were left out", want-int64(n), want)
	}
}

// mostOfKind is how many problems of one kind of an object are described.
const mostOfKind = 8

// A teller reports the problems of an object: of one kind the first ones, then
// how many more there are. Details are made for those alone.
type teller struct {
	report problem.Reporter
	r      *reader
	kinds  []kind
}

// kind counts problems.
type kind struct {
	code        string
	severity    problem.Severity
	count, told int
}

// problemCost is about what a problem takes in memory, in bytes.
const problemCost = 512

// reset makes t ready for another object.
func (t *teller) reset(report problem.Reporter, r *reader) {
	t.report, t.r, t.kinds = report, r, t.kinds[:0]
}

// say reports a problem or counts it.
func (t *teller) say(code string, severity problem.Severity, tag mapi.Tag, format string, args ...any) {
	if t.next(code, severity) {
		t.report(problem.Problem{Code: code, Severity: severity, Tag: tag, Detail: fmt.Sprintf(format, args...)})
	}
}

// next counts a problem, and is true if it is to be reported.
func (t *teller) next(code string, severity problem.Severity) bool {
	if t.report == nil {
		return false
	}
	i := 0
	for i < len(t.kinds) && (t.kinds[i].code != code || t.kinds[i].severity != severity) {
		i++
	}
	if i == len(t.kinds) {
		t.kinds = append(t.kinds, kind{code: code, severity: severity})
	}
	k := &t.kinds[i]
	k.count++
	if k.told >= mostOfKind || t.r.left() < problemCost {
		return false
	}
	k.told++
	t.r.spent += problemCost
	return true
}

// done reports what was counted alone.
func (t *teller) done() {
	for _, k := range t.kinds {
		if more := k.count - k.told; more > 0 {
			t.report(problem.Problem{Code: k.code, Severity: k.severity, Detail: fmt.Sprintf("the object has %d more problems of this kind", more)})
		}
	}
	t.kinds = t.kinds[:0]
}
