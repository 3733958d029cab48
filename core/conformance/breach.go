package conformance

import (
	"fmt"
	"sync"
)

// A rule is a rule of the wire that every job is held against.
type rule string

// The rules; the checks of the same names come in wireChecks.
const (
	ruleFrames   rule = "frames"   // lengths and numbers are within the limits
	ruleRefs     rule = "refs"     // what is named is there
	ruleObjects  rule = "objects"  // Put frames make a message
	ruleEnd      rule = "end"      // streams and jobs end once, and properly
	ruleProblems rule = "problems" // problems have a code and a severity
)

// maxBreaches is how many breaches of a rule are kept.
const maxBreaches = 3

// breaches are the breaches of rules in all jobs. Safe for concurrent use.
type breaches struct {
	mu    sync.Mutex
	found map[rule][]string // guarded by mu
	jobs  int               // guarded by mu: how many have ended
	refs  int               // guarded by mu: references that were right
	puts  int               // guarded by mu: messages that were right
}

func (b *breaches) add(r rule, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.found == nil {
		b.found = map[rule][]string{}
	}
	if text := fmt.Sprintf(format, args...); len(b.found[r]) < maxBreaches {
		b.found[r] = append(b.found[r], text)
	}
}

// count counts what was right.
func (b *breaches) count(jobs, refs, puts int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.jobs += jobs
	b.refs += refs
	b.puts += puts
}

// of returns the breaches of a rule.
func (b *breaches) of(r rule) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.found[r]
}

// counts returns how many jobs, references and messages were right.
func (b *breaches) counts() (jobs, refs, puts int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.jobs, b.refs, b.puts
}
