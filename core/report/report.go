// Package report says what became of each message of a run, in words, as JSON
// and as an exit status.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A State is what became of an input. The zero value is unset.
type State string

// The states.
const (
	Converted State = "converted"
	Skipped   State = "skipped" // not a message, or its output was there already
	Failed    State = "failed"
)

// A Result is the outcome for one input.
type Result struct {
	Input    string // path as the user would write it
	Output   string // path of the output, "" if there is none
	State    State
	Reason   string // why it was skipped or failed
	Problems problem.List
	Attempts int
	Bytes    int64 // size of the input
	Duration time.Duration
}

// A Summary counts the results of a run.
type Summary struct {
	Converted, Skipped, Failed int
	WithLoss                   int   // converted, but the output lacks something
	Bytes                      int64 // of the inputs converted
	Duration                   time.Duration
}

// Add counts r.
func (s *Summary) Add(r Result) {
	switch r.State {
	case Converted:
		s.Converted++
		s.Bytes += r.Bytes
		if r.Problems.Worst() >= problem.Loss {
			s.WithLoss++
		}
	case Skipped:
		s.Skipped++
	default:
		s.Failed++
	}
}

// String returns the summary as one line.
func (s Summary) String() string {
	text := fmt.Sprintf("%d converted", s.Converted)
	if s.WithLoss > 0 {
		text += fmt.Sprintf(" (%d with losses)", s.WithLoss)
	}
	text += fmt.Sprintf(", %d failed", s.Failed)
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", s.Skipped)
	}
	if sec := s.Duration.Seconds(); sec > 0 && s.Converted > 0 {
		text += fmt.Sprintf(" in %.1f s (%.0f messages/s, %.1f MB/s)", sec, float64(s.Converted)/sec, float64(s.Bytes)/1e6/sec)
	}
	return text
}

// A JSONWriter writes one object per line. The field "type" says what a line
// is: "message" or "summary".
type JSONWriter struct{ enc *json.Encoder }

// NewJSONWriter returns a JSONWriter on w.
func NewJSONWriter(w io.Writer) *JSONWriter {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &JSONWriter{enc}
}

type jsonProblem struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Object   string `json:"object,omitempty"`
	Tag      string `json:"tag,omitempty"`
	Property string `json:"property,omitempty"`
	Part     string `json:"part,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

type jsonResult struct {
	Type       string        `json:"type"`
	Input      string        `json:"input"`
	Output     string        `json:"output,omitempty"`
	State      State         `json:"state"`
	Reason     string        `json:"reason,omitempty"`
	Problems   []jsonProblem `json:"problems,omitempty"`
	Attempts   int           `json:"attempts,omitempty"`
	Bytes      int64         `json:"bytes"`
	DurationMS float64       `json:"duration_ms"`
}

// Result writes r.
func (w *JSONWriter) Result(r Result) error {
	out := jsonResult{
		Type: "message", Input: r.Input, Output: r.Output, State: r.State, Reason: r.Reason,
		Attempts: r.Attempts, Bytes: r.Bytes, DurationMS: float64(r.Duration.Microseconds()) / 1000,
	}
	for _, p := range r.Problems {
		jp := jsonProblem{Code: p.Code, Severity: p.Severity.String(), Object: p.Object, Part: p.Part, Detail: p.Detail}
		if p.Tag != 0 {
			jp.Tag, jp.Property = p.Tag.String(), proptag.Name(p.Tag)
		}
		out.Problems = append(out.Problems, jp)
	}
	return w.enc.Encode(out)
}

// Summary writes s.
func (w *JSONWriter) Summary(s Summary) error {
	return w.enc.Encode(struct {
		Type      string  `json:"type"`
		Converted int     `json:"converted"`
		WithLoss  int     `json:"with_loss"`
		Failed    int     `json:"failed"`
		Skipped   int     `json:"skipped"`
		Bytes     int64   `json:"bytes"`
		Seconds   float64 `json:"seconds"`
	}{"summary", s.Converted, s.WithLoss, s.Failed, s.Skipped, s.Bytes, s.Duration.Seconds()})
}
