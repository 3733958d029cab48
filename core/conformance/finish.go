package conformance

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// problem takes a problem.
func (j *job) problem(p *pluginv1.Problem) {
	if first, rest, ok := strings.Cut(p.GetCode(), "."); !ok || first == "" || rest == "" || strings.ContainsAny(p.GetCode(), " \t\r\n") {
		j.breach(ruleProblems, "a problem has the code %.60q", p.GetCode())
	}
	if p.GetSeverity() == pluginv1.Severity_SEVERITY_UNSPECIFIED {
		j.breach(ruleProblems, "the problem %.60s has no severity", p.GetCode())
	}
	const most = 1000
	if len(j.problems) < most {
		j.problems = append(j.problems, wire.ProblemFromProto(p))
	}
}

// finish ends the job.
func (j *job) finish(d *pluginv1.Done) {
	j.end = d
	const maxText = 4 << 10
	if len(d.GetError()) > maxText {
		j.breach(ruleFrames, "the text of a Done has %d bytes", len(d.GetError()))
	}
	switch r := d.GetResult(); {
	case r == pluginv1.Result_RESULT_UNSPECIFIED:
		j.breach(ruleEnd, "a Done has no result")
	case r == pluginv1.Result_RESULT_OK && j.builder != nil:
		j.complete()
	case r == pluginv1.Result_RESULT_OK && j.spec.direction != probing && !j.out.ended:
		j.breach(ruleEnd, "Done{OK} comes, and stream 0 has not ended")
	}
	j.l.breaches.count(1, j.refs, 0)
	close(j.done)
}

// complete takes over the message that the job has made.
func (j *job) complete() {
	m, err := j.builder.Message()
	if err != nil {
		j.breach(ruleObjects, "Done{OK} comes: %v", err)
		return
	}
	for id, s := range j.streams {
		if !s.ended {
			j.breach(ruleEnd, "Done{OK} comes, and stream %d has not ended", id)
			return
		}
	}
	j.message = m
	j.l.breaches.count(0, 0, 1)
}
