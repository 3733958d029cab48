package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// maxEvent bounds a line of a report, in bytes.
const maxEvent = 16 << 20

// Read visits the results in a report that a [JSONWriter] wrote; other events
// are passed over. An error of visit ends that and is returned.
func Read(r io.Reader, visit func(Result) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEvent)
	for n := 1; lines.Scan(); n++ {
		var e jsonResult
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if e.Type != "message" {
			continue
		}
		res, err := e.result()
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := visit(res); err != nil {
			return err
		}
	}
	return lines.Err()
}

// result is the inverse of Event.
func (e *jsonResult) result() (Result, error) {
	r := Result{
		Input: e.Input + string(e.InputBytes), Output: e.Output, State: e.State, Reason: e.Reason, Attempts: e.Attempts, Bytes: e.Bytes,
		Duration: time.Duration(e.DurationMS * float64(time.Millisecond)), SHA256: e.SHA256, ModTime: e.ModTime,
		OutputName: e.OutputName + string(e.OutputNameBytes), OutputBytes: e.OutputBytes, OutputSHA256: e.OutputSHA256,
		Plugin: e.Plugin, Finished: e.Finished, Shard: e.Shard,
	}
	for _, p := range e.Problems {
		sev, ok := severities[p.Severity]
		if !ok {
			return r, fmt.Errorf("severity %q is not known", p.Severity)
		}
		var tag uint64
		if p.Tag != "" {
			var err error
			if tag, err = strconv.ParseUint(strings.TrimPrefix(p.Tag, "0x"), 16, 32); err != nil {
				return r, fmt.Errorf("tag %q: %w", p.Tag, err)
			}
		}
		r.Problems.Add(problem.Problem{Code: p.Code, Severity: sev, Object: p.Object, Tag: mapi.Tag(tag), Part: p.Part, Detail: p.Detail})
	}
	return r, nil
}

var severities = map[string]problem.Severity{
	problem.Info.String(): problem.Info, problem.Loss.String(): problem.Loss, problem.Error.String(): problem.Error,
}
