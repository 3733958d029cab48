package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/conformance"
)

// A testView shows the test of a plugin: results on standard output as they come,
// the summary on standard error; with --json, both are objects on standard output.
type testView struct {
	json   *json.Encoder // nil without --json
	out    screen
	stderr io.Writer
	err    error // the first failure to write
}

func newTestView(opts pluginTestOptions, stdout, stderr io.Writer) *testView {
	v := &testView{out: newScreen(stdout, opts.colour), stderr: stderr}
	if opts.json {
		v.json = lineEncoder(stdout)
	}
	return v
}

// checkView is a check in JSON.
type checkView struct {
	Type    string              `json:"type"` // "check"
	Name    string              `json:"name"`
	Outcome conformance.Outcome `json:"outcome,omitempty"` // "pass", "fail" or "skip"; not with --list
	Reason  string              `json:"reason,omitempty"`
	Demand  string              `json:"demand"`
	Section string              `json:"section"`
	Hint    string              `json:"hint"`
	Millis  int64               `json:"ms,omitempty"`
}

func checkViewOf(c conformance.Check) checkView {
	return checkView{Type: "check", Name: c.Name, Demand: c.Demand, Section: c.Section, Hint: c.Hint}
}

// testSummary is the last object.
type testSummary struct {
	Type    string `json:"type"` // "summary"
	Plugin  string `json:"plugin"`
	Version string `json:"version,omitempty"`
	Passed  int    `json:"passed"`
	Failed  int    `json:"failed"`
	Skipped int    `json:"skipped"`
	Start   int64  `json:"startMs"`             // from the start to the handshake
	Peak    int64  `json:"peakBytes,omitempty"` // most memory of any process
}

func (v *testView) keep(err error) {
	v.err = cmp.Or(v.err, err)
}

func (v *testView) encode(x any) { v.keep(v.json.Encode(x)) }

func (v *testView) line(format string, args ...any) {
	_, err := fmt.Fprintf(v.out, format+"\n", args...)
	v.keep(err)
}

// nameWidth is the width of the longest name of a check.
const nameWidth = 20

// result shows a result.
func (v *testView) result(r conformance.Result) {
	if v.json != nil {
		c := checkViewOf(r.Check)
		c.Outcome, c.Reason, c.Millis = r.Outcome, r.Reason, r.Took.Milliseconds()
		v.encode(c)
		return
	}
	style := map[conformance.Outcome]style{conformance.Pass: green, conformance.Fail: red, conformance.Skip: faint}[r.Outcome]
	word := map[conformance.Outcome]string{conformance.Pass: "pass", conformance.Fail: "FAIL", conformance.Skip: "skip"}[r.Outcome]
	reason, said := r.Reason, ""
	switch {
	case r.Outcome == conformance.Pass && reason == "":
		reason = r.Demand
	case r.Outcome == conformance.Pass:
		reason = r.Demand + ": " + reason
	}
	for i, l := range strings.Split(reason, "\n") {
		if i > 0 {
			said += "\n" + strings.Repeat(" ", 6+nameWidth+1)
		}
		said += printable(l)
	}
	v.line("%s", strings.TrimRight(fmt.Sprintf("%s  %-*s %s", v.out.in(style, word), nameWidth, r.Name, said), " "))
	if r.Outcome == conformance.Fail {
		v.line("      demanded: %s (%s)", r.Demand, r.Section)
		v.line("      hint: %s", r.Hint)
	}
}

// end shows the summary.
func (v *testView) end(program string, r conformance.Report) {
	s := testSummary{
		Type: "summary", Plugin: cmp.Or(r.Name, program), Version: r.Version,
		Passed: r.Count(conformance.Pass), Failed: r.Count(conformance.Fail), Skipped: r.Count(conformance.Skip),
		Start: r.Started.Milliseconds(), Peak: r.Peak,
	}
	if v.json != nil {
		v.encode(s)
		return
	}
	fmt.Fprintf(v.stderr, "oxbridge: plugin %s: %d passed, %d failed, %d skipped; started in %v", printable(strings.TrimSpace(s.Plugin+" "+s.Version)),
		s.Passed, s.Failed, s.Skipped, r.Started.Round(time.Millisecond))
	if r.Peak > 0 {
		fmt.Fprintf(v.stderr, ", took %d MiB of memory at most", r.Peak>>20)
	}
	fmt.Fprintln(v.stderr)
	if s.Failed > 0 {
		fmt.Fprintln(v.stderr, "hint: what is in brackets are sections of sdk/proto/README.md and messages of plugin.proto")
	}
}

// list shows all checks.
func (v *testView) list() error {
	for _, c := range conformance.Checks() {
		if v.json != nil {
			v.encode(checkViewOf(c))
			continue
		}
		v.line("%-*s %s (%s)", nameWidth, c.Name, c.Demand, c.Section)
	}
	return v.err
}
