// Package audit checks the outputs of a run against its ledger and its inputs,
// after the fact.
//
// [Run] hashes inputs and outputs again and compares with what was recorded.
// With a converter it goes deeper: every input is converted once more and must
// give the same bytes and the same problems; and every output is read back and
// compared with its input, property by property, as [Compare] does. What the two
// formats do not share is what problems are for: a difference that no problem
// accounts for is a finding.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A Kind says what a finding is about. The zero value is unset.
type Kind string

// The kinds of findings.
const (
	InputGone        Kind = "input.gone"
	InputChanged     Kind = "input.changed"
	OutputGone       Kind = "output.gone"
	OutputChanged    Kind = "output.changed"
	Unreadable       Kind = "unreadable"
	OutputDiffers    Kind = "output.differs"    // converting again gives other bytes
	ProblemsDiffer   Kind = "problems.differ"   // converting again gives other problems
	PropertyDiffers  Kind = "property.differs"  // and no problem accounts for it
	ProblemConfirmed Kind = "problem.confirmed" // the problem was reported, and is there: no fault
)

// A Finding is one thing that an audit found.
type Finding struct {
	Input  string
	Kind   Kind
	Detail string
	// Problem is the one concerned, of ProblemConfirmed.
	Problem *problem.Problem
}

// Fault reports whether the finding says that something is wrong.
func (f Finding) Fault() bool { return f.Kind != ProblemConfirmed }

// Options say what an audit does.
type Options struct {
	In, Out store.Storage
	// Converter, if not nil, makes the audit deep. Run has the options of the run
	// that outputs depend on, and its Recogniser.
	Converter batch.Converter
	Run       batch.Options
	Jobs      int // at once; 0 means 4
	// WriteOnly says that the converter cannot read outputs back: a deep audit
	// makes them again, and compares no properties.
	WriteOnly bool
	// TempDir is where outputs are made again; "" means the system's.
	TempDir string
	// Found is told each finding, those of an input together. It is not called
	// concurrently.
	Found func(Finding)
}

// A Summary counts what an audit did.
type Summary struct {
	Inputs    int // looked at
	Faults    int
	Confirmed int // problems
}

// Run audits the results of a record. An error says that the audit could not be
// done; faults are findings.
func Run(ctx context.Context, rec report.Record, opt Options) (Summary, error) {
	if opt.Jobs <= 0 {
		opt.Jobs = 4
	}
	dir, err := os.MkdirTemp(opt.TempDir, "oxbridge-audit-")
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	a := &auditor{opt: opt, dir: dir}
	packed := new(batch.Unpacker)
	defer packed.Close()
	results := make(chan report.Result)
	var workers sync.WaitGroup
	for n := range opt.Jobs {
		workers.Go(func() {
			w := &worker{a: a, opener: batch.Opener{In: opt.In, Packed: packed}, n: n}
			for r := range results {
				a.add(w.check(ctx, r))
			}
		})
	}
	err = rec.Results(ctx, func(r report.Result) error {
		select {
		case results <- r:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(results)
	workers.Wait()
	return a.summary, err
}

// auditor is the state of one Run.
type auditor struct {
	opt Options
	dir string // for outputs that are made again

	mu      sync.Mutex
	summary Summary // guarded by mu
}

// add takes the findings about an input.
func (a *auditor) add(list []Finding) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.summary.Inputs++
	for _, f := range list {
		if f.Fault() {
			a.summary.Faults++
		} else {
			a.summary.Confirmed++
		}
		if a.opt.Found != nil {
			a.opt.Found(f)
		}
	}
}

// A worker looks at one input after the other.
type worker struct {
	a      *auditor
	opener batch.Opener
	n      int
}

// check returns the findings about an input.
func (w *worker) check(ctx context.Context, r report.Result) []Finding {
	c := &checks{r: r}
	inputOK := w.input(ctx, c)
	outputOK := r.OutputName != "" && w.output(ctx, c)
	if inputOK && outputOK && w.a.opt.Converter != nil {
		w.deep(ctx, c)
	}
	return c.found
}

// checks collects the findings about an input.
type checks struct {
	r     report.Result
	found []Finding
}

func (c *checks) say(kind Kind, format string, args ...any) {
	c.found = append(c.found, Finding{Input: c.r.Input, Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

// input checks that an input is what it was. One whose contents were never read
// to their end cannot be checked.
func (w *worker) input(ctx context.Context, c *checks) bool {
	if c.r.SHA256 == "" {
		return false
	}
	return side{
		what: "the input", open: w.openInput(c), recorded: store.Digest{SHA256: c.r.SHA256, Size: c.r.Bytes},
		gone: InputGone, changed: InputChanged,
	}.check(ctx, c)
}

// output checks that an output is what it was.
func (w *worker) output(ctx context.Context, c *checks) bool {
	return side{
		what: "the output " + c.r.OutputName, open: w.openOutput(c), recorded: store.Digest{SHA256: c.r.OutputSHA256, Size: c.r.OutputBytes},
		gone: OutputGone, changed: OutputChanged,
	}.check(ctx, c)
}

// A side is a file that is held to what is on record about it.
type side struct {
	what          string // in words
	open          opener
	recorded      store.Digest
	gone, changed Kind
}

// check reports whether the file is what it was; c says what it is instead.
func (s side) check(ctx context.Context, c *checks) bool {
	src, err := s.open(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.say(s.gone, "%s is not there any more", s.what)
		return false
	case err != nil:
		c.say(Unreadable, "%v", err)
		return false
	}
	defer src.Close()
	d, err := store.DigestOf(src, src.Size())
	switch {
	case err != nil:
		c.say(Unreadable, "%v", err)
	case d.SHA256 != s.recorded.SHA256:
		c.say(s.changed, "%s has %d bytes and SHA-256 %s, and had %d and %s", s.what, d.Size, d.SHA256, s.recorded.Size, s.recorded.SHA256)
	default:
		return true
	}
	return false
}

// problems compares the problems of a conversion with those on record, and
// confirms the ones that are in both.
func (c *checks) problems(again problem.List) {
	rest := slices.Clone(again)
	for _, p := range c.r.Problems {
		if i := slices.Index(rest, p); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			c.found = append(c.found, Finding{Input: c.r.Input, Kind: ProblemConfirmed, Detail: p.String(), Problem: &p})
			continue
		}
		c.say(ProblemsDiffer, "on record, and not found again: %s", p)
	}
	for _, p := range rest {
		c.say(ProblemsDiffer, "found now, and not on record: %s", p)
	}
}
