package wire

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// maxProblemText bounds each text of a problem on the wire, in bytes.
const maxProblemText = 4 << 10

// ProblemToProto converts a problem. Its texts are repaired to UTF-8 and cut to
// 4 KiB.
func ProblemToProto(p problem.Problem) *pluginv1.Problem {
	return &pluginv1.Problem{
		Code:     Text(p.Code, maxProblemText),
		Severity: pluginv1.Severity(p.Severity),
		Object:   Text(p.Object, maxProblemText),
		Tag:      uint32(p.Tag),
		Part:     Text(p.Part, maxProblemText),
		Detail:   Text(p.Detail, maxProblemText),
	}
}

// ProblemFromProto converts a problem back, under the same limits. A severity
// that is not known becomes [problem.Loss], so that it is not overlooked.
func ProblemFromProto(p *pluginv1.Problem) problem.Problem {
	severity := problem.Loss
	if s := p.GetSeverity(); s >= 0 && s <= pluginv1.Severity_SEVERITY_ERROR {
		severity = max(problem.Info, problem.Severity(s))
	}
	return problem.Problem{
		Code:     Text(p.GetCode(), maxProblemText),
		Severity: severity,
		Object:   Text(p.GetObject(), maxProblemText),
		Tag:      mapi.Tag(p.GetTag()),
		Part:     Text(p.GetPart(), maxProblemText),
		Detail:   Text(p.GetDetail(), maxProblemText),
	}
}

// Text returns s as UTF-8 of at most limit bytes, and keeps no more of s alive.
func Text(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
		for i := 0; i < 3 && len(s) > 0 && s[len(s)-1]&0xC0 == 0x80; i++ {
			s = s[:len(s)-1] // do not leave the start of a character
		}
		s = strings.Clone(s)
	}
	return strings.ToValidUTF8(s, "")
}
