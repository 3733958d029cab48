package sandbox

import (
	"context"
	"fmt"
	"io"
)

// An Escape is a way out of a sandbox that [Probe] tries.
type Escape struct {
	Name string
	Wall Wall
	By   string // what the wall is made of: Landlock, seccomp, rlimit, exec (files closed on it)
}

// An Outcome is what came of an attempt.
type Outcome string

// The outcomes.
const (
	Held     Outcome = "held"     // the wall stood
	Breached Outcome = "BREACHED" // the attempt succeeded, though there is a wall
	NoWall   Outcome = "no wall"  // this system has none there; nothing was tried
	Broken   Outcome = "failed"   // the attempt itself came to no end
)

// A Finding is an attempt and what came of it.
type Finding struct {
	Escape
	Outcome Outcome
	Answer  string // what the system said
	// Proven means that the same attempt succeeds without walls, so that nothing
	// else has closed the way. Some ways are not tried without walls, as they
	// would do harm.
	Proven bool
}

// Attempt tries one way out, in the process that calls it, and writes how it went.
// It is for the program that [Probe] starts. A name of none is said, too.
func Attempt(name, target string, w io.Writer) {
	try, ok := attempts[name]
	if !ok {
		fmt.Fprintln(w, "no such escape")
		return
	}
	if err := try(target); err != nil {
		fmt.Fprintln(w, "held:", err)
		return
	}
	fmt.Fprintln(w, "out")
}

// Probe tries every way out from inside the walls of this system. launcher is the
// program, with its first arguments, that calls [Launch] with its last; prober the
// one that calls [Attempt] with its last two. Only what is behind a wall that this
// system has is tried.
func Probe(ctx context.Context, launcher, prober []string) ([]Finding, error) {
	return probe(ctx, launcher, prober)
}

// A Fact is what this system has for a wall.
type Fact struct {
	Wall   Wall
	There  bool
	Detail string // what it is made of, or what is missing
}
