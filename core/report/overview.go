package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A Record is what a report is made of: the results of a run, in the order of
// their inputs. It is read more than once.
type Record interface {
	Results(ctx context.Context, visit func(Result) error) error
}

// An About says what run a report is about.
type About struct {
	ID     string
	OutDir string
	Facts  [][2]string // what the run was to do, each with its name
	Calls  []Call      // the times that the command was run
	// Next are the things to do, each a sentence.
	Next []string
}

// A Call is one time that the command of a run was run.
type Call struct {
	Started, Ended time.Time // Ended is zero when it did not end in good order
	State, Reason  string
	Program        string
	Planned, Done  int
}

// An Overview is what a report says about a run as a whole. Its size does not
// depend on the number of inputs.
type Overview struct {
	Summary
	Inputs      int
	OutputBytes int64
	Codes       []CodeCount // the most frequent first
	Failures    []Result    // the first maxListed, in the order of inputs
	Slowest     []Result    // the slowest first
	Largest     []Result    // the largest first
	Sizes       []Bucket    // inputs by size
	Rate        Series      // inputs done over time
}

// A CodeCount is how often a problem occurs.
type CodeCount struct {
	Code     string
	Severity problem.Severity // the worst
	Problems int
	Inputs   int
	Examples []Example
}

// An Example is one occurrence of a problem.
type Example struct {
	Input   string
	Problem problem.Problem
}

// A Bucket counts what lies below a limit and in no bucket before.
type Bucket struct {
	Below int64 // bytes; 0 in the last means no limit
	Count int
}

// A Series counts inputs in equal spans of time.
type Series struct {
	Start     time.Time
	Span      time.Duration
	Converted []int
	Failed    []int
}

const (
	maxListed   = 100 // failures in an overview
	maxTop      = 10  // slowest, largest
	maxExamples = 3
	maxSpans    = 120
)

// sizeLimits are those of Overview.Sizes, in bytes.
var sizeLimits = []int64{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 0}

// Look reads a record and returns the overview of it.
func Look(ctx context.Context, rec Record) (*Overview, error) {
	o := &Overview{}
	for _, limit := range sizeLimits {
		o.Sizes = append(o.Sizes, Bucket{Below: limit})
	}
	codes := map[string]*CodeCount{}
	var times timeline
	err := rec.Results(ctx, func(r Result) error {
		o.add(r)
		countCodes(codes, r)
		if r.Attempts > 0 {
			times.add(r.Finished, r.State)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		o.Codes = append(o.Codes, *c)
	}
	slices.SortFunc(o.Codes, func(a, b CodeCount) int {
		return cmp.Or(cmp.Compare(b.Inputs, a.Inputs), cmp.Compare(a.Code, b.Code))
	})
	o.Rate = times.series()
	return o, nil
}

func (o *Overview) add(r Result) {
	o.Add(r)
	o.Inputs++
	o.OutputBytes += r.OutputBytes
	if r.State == Failed && len(o.Failures) < maxListed {
		o.Failures = append(o.Failures, r)
	}
	if r.Attempts == 0 {
		return // nobody looked into it
	}
	r.Problems = nil // the lists below show none
	o.Slowest = top(o.Slowest, r, func(a, b Result) int { return cmp.Compare(b.Duration, a.Duration) })
	o.Largest = top(o.Largest, r, func(a, b Result) int { return cmp.Compare(b.Bytes, a.Bytes) })
	for i, b := range o.Sizes {
		if b.Below == 0 || r.Bytes < b.Below {
			o.Sizes[i].Count++
			return
		}
	}
}

// top adds r to a sorted list of maxTop at most.
func top(list []Result, r Result, compare func(a, b Result) int) []Result {
	i, _ := slices.BinarySearchFunc(list, r, func(a, b Result) int {
		return cmp.Or(compare(a, b), -1) // after its equals: the first in the order of inputs stays
	})
	if i >= maxTop {
		return list
	}
	return slices.Insert(list, i, r)[:min(len(list)+1, maxTop)]
}

func countCodes(codes map[string]*CodeCount, r Result) {
	seen := map[string]bool{}
	for _, p := range r.Problems {
		c := codes[p.Code]
		if c == nil {
			c = &CodeCount{Code: p.Code}
			codes[p.Code] = c
		}
		c.Problems++
		c.Severity = max(c.Severity, p.Severity)
		if !seen[p.Code] {
			seen[p.Code] = true
			c.Inputs++
			if len(c.Examples) < maxExamples {
				c.Examples = append(c.Examples, Example{r.Input, p})
			}
		}
	}
}

// timeline counts results by time, in seconds first and in longer spans when
// there are too many.
type timeline struct {
	span   int64 // seconds
	counts map[int64]*[2]int
}

func (t *timeline) add(at time.Time, state State) {
	if t.counts == nil {
		t.span, t.counts = 1, map[int64]*[2]int{}
	}
	key := at.Unix() / t.span
	c := t.counts[key]
	if c == nil {
		c = new([2]int)
		t.counts[key] = c
	}
	if state == Failed {
		c[1]++
	} else {
		c[0]++
	}
	for len(t.counts) > 4*maxSpans {
		t.widen(2 * t.span)
	}
}

// widen makes the spans longer.
func (t *timeline) widen(span int64) {
	wide := map[int64]*[2]int{}
	for key, c := range t.counts {
		k := key * t.span / span
		if wide[k] == nil {
			wide[k] = new([2]int)
		}
		wide[k][0] += c[0]
		wide[k][1] += c[1]
	}
	t.span, t.counts = span, wide
}

func (t *timeline) series() Series {
	if len(t.counts) == 0 {
		return Series{}
	}
	first, last := t.bounds()
	for last-first >= maxSpans {
		t.widen(2 * t.span)
		first, last = t.bounds()
	}
	s := Series{
		Start: time.Unix(first*t.span, 0), Span: time.Duration(t.span) * time.Second,
		Converted: make([]int, last-first+1), Failed: make([]int, last-first+1),
	}
	for key, c := range t.counts {
		s.Converted[key-first], s.Failed[key-first] = c[0], c[1]
	}
	return s
}

func (t *timeline) bounds() (first, last int64) {
	started := false
	for key := range t.counts {
		if !started || key < first {
			first = key
		}
		if !started || key > last {
			last = key
		}
		started = true
	}
	return first, last
}
