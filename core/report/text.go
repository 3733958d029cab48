package report

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Text writes a report for people to read in a terminal.
func Text(ctx context.Context, w io.Writer, about About, rec Record) error {
	o, err := Look(ctx, rec)
	if err != nil {
		return err
	}
	t := &textWriter{w: w}
	t.line("run %s in %s", about.ID, about.OutDir)
	for _, f := range about.Facts {
		t.line("  %-10s %s", f[0], f[1])
	}
	for _, c := range about.Calls {
		t.line("  %-10s %s", "command", c.String())
	}
	t.line("")
	t.line("%d inputs: %d converted, %d failed, %d skipped", o.Inputs, o.Converted, o.Failed, o.Skipped)
	t.line("%s read, %s written", Size(o.Bytes), Size(o.OutputBytes))
	t.codes(o)
	if len(o.Failures) > 0 {
		t.line("")
		t.line("failed:")
		for _, r := range o.Failures {
			t.line("  %s: %s", r.Input, r.Reason)
		}
		if n := o.Failed - len(o.Failures); n > 0 {
			t.line("  and %d more; --format csv lists all", n)
		}
	}
	if len(o.Slowest) > 0 {
		t.line("")
		t.line("slowest:")
		for _, r := range o.Slowest[:min(5, len(o.Slowest))] {
			t.line("  %8s %10s  %s", r.Duration.Round(time.Millisecond), Size(r.Bytes), r.Input)
		}
	}
	if len(about.Next) > 0 {
		t.line("")
		t.line("next:")
		for _, n := range about.Next {
			t.line("  %s", n)
		}
	}
	return t.err
}

// String returns the call as one line.
func (c Call) String() string {
	text := c.Started.Format("2006-01-02 15:04:05")
	if !c.Ended.IsZero() {
		text += fmt.Sprintf(" for %v", c.Ended.Sub(c.Started).Round(time.Second/10))
	}
	text += ", " + c.State
	if c.Planned+c.Done > 0 { // else it ended before all inputs were found
		text += fmt.Sprintf(": %d planned, %d done before", c.Planned, c.Done)
	}
	if c.Reason != "" && c.Reason != c.State {
		text += "; " + c.Reason
	}
	return text
}

// textWriter writes lines, what is foreign in them made printable.
type textWriter struct {
	w   io.Writer
	err error
}

func (t *textWriter) line(format string, args ...any) {
	if t.err != nil {
		return
	}
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, fmt.Sprintf(format, args...))
	_, t.err = io.WriteString(t.w, text+"\n")
}

func (t *textWriter) codes(o *Overview) {
	if len(o.Codes) == 0 {
		return
	}
	t.line("")
	t.line("problems (oxbridge explain CODE says more):")
	for _, c := range o.Codes {
		t.line("  %-5s %-28s %6d in %d messages", c.Severity, c.Code, c.Problems, c.Inputs)
		for _, e := range c.Examples[:min(1, len(c.Examples))] {
			t.line("        such as %s: %s", e.Input, e.Problem.Detail)
		}
	}
}

// Size returns bytes as people read them.
func Size(n int64) string {
	value := float64(n)
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if value < 1000 {
			if unit == "B" {
				return fmt.Sprintf("%d B", n)
			}
			return fmt.Sprintf("%.1f %s", value, unit)
		}
		value /= 1000
	}
	return fmt.Sprintf("%.1f TB", value)
}

// csvHeader names the columns of CSV.
var csvHeader = []string{
	"input", "state", "reason", "output", "bytes", "sha256", "modified", "output_bytes", "output_sha256",
	"attempts", "duration_ms", "finished", "plugin", "worst", "problems", "codes",
}

// CSV writes a line for each input (RFC 4180), after one that names the columns.
// A field that a spreadsheet would take for a formula begins with an apostrophe.
func CSV(ctx context.Context, w io.Writer, rec Record) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(csvHeader); err != nil {
		return err
	}
	err := rec.Results(ctx, func(r Result) error { return c.Write(csvFields(r)) })
	c.Flush()
	if err == nil {
		err = c.Error()
	}
	return err
}

func csvFields(r Result) []string {
	worst := ""
	if len(r.Problems) > 0 {
		worst = r.Problems.Worst().String()
	}
	var codes []string
	seen := map[string]bool{}
	for _, p := range r.Problems {
		if !seen[p.Code] {
			seen[p.Code] = true
			codes = append(codes, p.Code)
		}
	}
	fields := []string{
		r.Input, string(r.State), r.Reason, r.OutputName, strconv.FormatInt(r.Bytes, 10), r.SHA256, stamp(r.ModTime),
		strconv.FormatInt(r.OutputBytes, 10), r.OutputSHA256, strconv.Itoa(r.Attempts),
		strconv.FormatFloat(float64(r.Duration.Microseconds())/1000, 'f', 3, 64), stamp(r.Finished), r.Plugin,
		worst, strconv.Itoa(len(r.Problems)), strings.Join(codes, " "),
	}
	for i, f := range fields {
		if f != "" && strings.ContainsRune("=+-@\t\r", rune(f[0])) {
			fields[i] = "'" + f
		}
	}
	return fields
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Lines writes the results as JSON, one object for each line, and the summary.
func Lines(ctx context.Context, w io.Writer, rec Record) error {
	j := NewJSONWriter(w)
	var s Summary
	if err := rec.Results(ctx, func(r Result) error {
		s.Add(r)
		return j.Result(r)
	}); err != nil {
		return err
	}
	return j.Summary(s)
}
