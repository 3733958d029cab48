package hostsvc

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

const (
	maxProblemBytes = 16 << 20
	// maxDropped is how much more a plugin may say.
	maxDropped = 1_000_000
)

// A reporter passes on the problems of a job, up to a limit.
type reporter struct {
	report                 problem.Reporter
	count, bytes, withheld int
}

func (r *reporter) add(p *pluginv1.Problem) error {
	if r.count >= limits.PluginProblems.Int() || r.bytes >= maxProblemBytes {
		if r.withheld++; r.withheld > maxDropped {
			return breach("it reported more than %d problems", limits.PluginProblems.Int()+maxDropped)
		}
		return nil
	}
	q := wire.ProblemFromProto(p)
	r.count++
	r.bytes += len(q.Code) + len(q.Object) + len(q.Part) + len(q.Detail)
	r.report.Report(q)
	return nil
}

// end says how many problems were withheld.
func (r *reporter) end() {
	if r.withheld > 0 {
		r.report.Report(problem.Problem{
			Code: "wire.problems.withheld", Severity: problem.Loss,
			Detail: fmt.Sprintf("%d more problems were reported than the host records", r.withheld),
		})
	}
}
