// Package report says what became of each message of a run, in words, as JSON
// and as an exit status.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

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
	Input  string // path as the user would write it
	Output string // path of the output, "" if there is none
	// OutputName is the output below the folder of the outputs, with slashes.
	OutputName string
	State      State
	Reason     string // why it was skipped or failed
	Problems   problem.List
	Attempts   int
	Bytes      int64 // size of the input
	Duration   time.Duration

	ModTime      time.Time // of the input, when it was read
	SHA256       string    // of the input, "" when it was not read to its end
	OutputSHA256 string
	OutputBytes  int64
	Plugin       string // that converted it, with its version: "eml 1.0.0"; "" for none
	Finished     time.Time
	Shard        int // of the plan
}

// A Summary counts the results of a run.
type Summary struct {
	Converted, Skipped, Failed int
	WithLoss                   int   // converted, but the output lacks something
	Done                       int   // converted by an earlier run of the same command
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
	if s.Done > 0 {
		text += fmt.Sprintf(", %d done before", s.Done)
	}
	if sec := s.Duration.Seconds(); sec > 0 && s.Converted > 0 {
		text += fmt.Sprintf(" in %.1f s (%.0f messages/s, %.1f MB/s)", sec, float64(s.Converted)/sec, float64(s.Bytes)/1e6/sec)
	}
	return text
}

// A JSONWriter writes one object per line. The field "type" says what a line is;
// readers pass over types and fields that they do not know.
//
//	plan     once, when all inputs are found; messages may come before: items,
//	         bytes, done_before
//	message  for each input:
//	         input, output      paths as the user would write them (input_base64 for no UTF-8)
//	         state              converted, skipped or failed
//	         reason             why it was skipped or failed
//	         problems           a list of code, severity (info, loss, error), object,
//	                            tag (0xTTTTTTTT), property, part, detail
//	         attempts           0 when nobody looked into it
//	         bytes, sha256, modified                   of the input
//	         output_name, output_bytes, output_sha256  of the output; the name is
//	                            below the folder of the outputs, with slashes
//	         duration_ms, finished, plugin, shard
//	         plugin is not there for what the host did by itself
//	progress every few seconds, and once before the summary:
//	         seconds, seconds_left     since the first message was begun, or the plan
//	                                   was made; to the end, as an estimate
//	         total, done_before        inputs planned (found so far, before the plan),
//	                                   and inputs left out of the plan
//	         done, failed, problems, bytes, in_hand, per_second
//	         slowest                   input and seconds of what is in hand the longest
//	         plugins                   a list of plugin ("" for the host), and for each
//	                                   done, failed, problems, bytes, in_hand, per_second,
//	                                   slowest
//	summary  once, at the end: converted, with_loss, failed, skipped, done_before,
//	         bytes, seconds
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
	Type            string        `json:"type"`
	Input           string        `json:"input"`
	InputBytes      []byte        `json:"input_base64,omitempty"` // instead, when the name is no UTF-8
	Output          string        `json:"output,omitempty"`
	State           State         `json:"state"`
	Reason          string        `json:"reason,omitempty"`
	Problems        []jsonProblem `json:"problems,omitempty"`
	Attempts        int           `json:"attempts,omitempty"`
	Bytes           int64         `json:"bytes"`
	DurationMS      float64       `json:"duration_ms"`
	SHA256          string        `json:"sha256,omitempty"`
	ModTime         time.Time     `json:"modified,omitzero"`
	OutputName      string        `json:"output_name,omitempty"`
	OutputNameBytes []byte        `json:"output_name_base64,omitempty"`
	OutputBytes     int64         `json:"output_bytes,omitempty"`
	OutputSHA256    string        `json:"output_sha256,omitempty"`
	Plugin          string        `json:"plugin,omitempty"`
	Finished        time.Time     `json:"finished,omitzero"`
	Shard           int           `json:"shard"`
}

// Event returns r as what marshals to the JSON object of type "message".
func Event(r Result) any {
	out := jsonResult{
		Type: "message", Input: r.Input, Output: r.Output, State: r.State, Reason: r.Reason,
		Attempts: r.Attempts, Bytes: r.Bytes, DurationMS: float64(r.Duration.Microseconds()) / 1000,
		SHA256: r.SHA256, ModTime: r.ModTime, OutputName: r.OutputName, OutputBytes: r.OutputBytes, OutputSHA256: r.OutputSHA256,
		Plugin: r.Plugin, Finished: r.Finished, Shard: r.Shard,
	}
	if !utf8.ValidString(r.Input) {
		out.Input, out.InputBytes = "", []byte(r.Input)
	}
	if !utf8.ValidString(r.OutputName) {
		out.OutputName, out.OutputNameBytes = "", []byte(r.OutputName)
	}
	for _, p := range r.Problems {
		jp := jsonProblem{Code: p.Code, Severity: p.Severity.String(), Object: p.Object, Part: p.Part, Detail: p.Detail}
		if p.Tag != 0 {
			jp.Tag, jp.Property = p.Tag.String(), proptag.Name(p.Tag)
		}
		out.Problems = append(out.Problems, jp)
	}
	return out
}

// Result writes r.
func (w *JSONWriter) Result(r Result) error { return w.enc.Encode(Event(r)) }

// Plan writes how much there is to do: inputs, their bytes, and how many inputs
// were done before.
func (w *JSONWriter) Plan(items int, bytes int64, done int) error {
	return w.enc.Encode(struct {
		Type  string `json:"type"`
		Items int    `json:"items"`
		Bytes int64  `json:"bytes"`
		Done  int    `json:"done_before"`
	}{"plan", items, bytes, done})
}

// Summary writes s.
func (w *JSONWriter) Summary(s Summary) error {
	return w.enc.Encode(struct {
		Type      string  `json:"type"`
		Converted int     `json:"converted"`
		WithLoss  int     `json:"with_loss"`
		Failed    int     `json:"failed"`
		Skipped   int     `json:"skipped"`
		Done      int     `json:"done_before"`
		Bytes     int64   `json:"bytes"`
		Seconds   float64 `json:"seconds"`
	}{"summary", s.Converted, s.WithLoss, s.Failed, s.Skipped, s.Done, s.Bytes, s.Duration.Seconds()})
}
