package conformance

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestWrong tests plugins with one fault each, which exactly one check has to
// find.
func TestWrong(t *testing.T) {
	t.Parallel()
	for _, w := range wrongPlugins {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			if w.only == large64 && (underRace || peakMemory(os.Getpid()) == 0) {
				t.Skip("nobody can tell how much memory a plugin takes by itself")
			}
			o := Options{Only: regexp.MustCompile(quick), Patience: patience}
			switch w.only {
			case large64:
				o.Only = regexp.MustCompile(large64)
			case frames:
				o.Only = regexp.MustCompile(frames)
			case slowly:
				o.Only, o.Patience = regexp.MustCompile(slowly), 5
			}
			r, err := Run(t.Context(), play(w.name), o)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, c := range r.Results {
				switch {
				case c.Outcome == Fail && c.Name != w.check:
					t.Errorf("%s fails: %s", c.Name, c.Reason)
				case c.Outcome == Fail:
					found = true
					if !strings.Contains(c.Reason, w.text) {
						t.Errorf("%s: %s; want %q in it", c.Name, c.Reason, w.text)
					}
				}
			}
			if !found {
				t.Errorf("%s does not fail", w.check)
			}
		})
	}
}

// TestNeverDone tests a plugin that does not end its jobs. The test ends all the
// same.
func TestNeverDone(t *testing.T) {
	t.Parallel()
	r := test(t, "never done", Options{JobTime: 100 * time.Millisecond})
	if last := r.Results[len(r.Results)-1]; last.Outcome != Skip || last.Reason != "jobs do not end" || r.Count(Fail) != maxHung {
		t.Errorf("%d checks fail; the last: %s, %s", r.Count(Fail), last.Outcome, last.Reason)
	}
}

// TestStopped has the caller end a test.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, play("json"), Options{Patience: patience, Done: func(Result) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run() = %v", err)
	}
}

// TestEveryCheckCanFail holds that there is a wrong plugin for each check.
func TestEveryCheckCanFail(t *testing.T) {
	t.Parallel()
	for _, c := range Checks() {
		found := false
		for _, w := range wrongPlugins {
			found = found || w.check == c.Name
		}
		if !found {
			t.Errorf("no wrong plugin for %s", c.Name)
		}
		if c.Demand == "" || c.Section == "" || c.Hint == "" {
			t.Errorf("%s: the row is not complete: %+v", c.Name, c)
		}
	}
}
