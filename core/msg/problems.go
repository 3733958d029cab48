package msg

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// maxProblems is the most problems reported for a file; the last one says that
// there are more. A hostile file has one for every few bytes.
const maxProblems = 4096

// limitProblems returns a Reporter that passes maxProblems on.
func limitProblems(report problem.Reporter) problem.Reporter {
	if report == nil {
		return nil
	}
	n := 0
	return func(p problem.Problem) {
		n++
		switch {
		case n < maxProblems:
			report(p)
		case n == maxProblems:
			report(problem.Problem{Code: "msg.limit", Severity: problem.Loss, Detail: "there are more problems, not listed"})
		}
	}
}

// noteMissing reports that the length stream of p has entries for more than the
// n values that are there ([MS-OXMSG] 2.1.4.2.2).
func (p *found) noteMissing(n int, report problem.Reporter) {
	if p.stream == nil {
		return
	}
	step := int64(4)
	if p.tag.Type() == mapi.PtypMultipleBinary {
		step = 8
	}
	if want := p.stream.Size() / step; want > int64(n) {
		report.Report(problem.Problem{Code: "msg.property.damaged", Severity: problem.Info, Tag: p.tag,
			Detail: fmt.Sprintf("the last %d of %d values have no streams ([MS-OXMSG] 2.1.4.2.2); they were left out", want-int64(n), want)})
	}
}
