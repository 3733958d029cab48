package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// qualities returns what batch asks errors.
func qualities(err error) (suspect, fatal bool) {
	var s interface{ Suspect() bool }
	var f interface{ Fatal() bool }
	return errors.As(err, &s) && s.Suspect(), errors.As(err, &f) && f.Fatal()
}

func TestConvert(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{})
	job, out := export(t, "hello")
	if err := p.Convert(within(t), job); err != nil || out.String() != "hello" {
		t.Errorf("got %q, %v", out, err)
	}
	job, out = export(t, "alone")
	if err := p.ConvertAlone(within(t), job); err != nil || out.String() != "alone" {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestProcesses: a lane for each CPU and one more, in as few processes as the
// plugin allows.
func TestProcesses(t *testing.T) {
	for _, tt := range []struct{ asked, lanes, cpus, want int }{
		{0, 2, 1, 1}, {0, 3, 2, 1}, {0, 2, 2, 2}, {0, 1, 2, 2}, {0, 8, 16, 3}, {0, 1, 16, 16}, {0, 2, 16, 9},
		{5, 3, 2, 5}, {1, 1, 16, 1},
	} {
		if got := (Options{Processes: tt.asked}).processes(tt.lanes, tt.cpus); got != tt.want {
			t.Errorf("%d asked, %d lanes, %d CPUs: got %d processes, want %d", tt.asked, tt.lanes, tt.cpus, got, tt.want)
		}
	}
}

func TestConvertMany(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{})
	var jobs sync.WaitGroup
	for i := range 50 {
		jobs.Go(func() {
			job, out := export(t, fmt.Sprint("message ", i))
			if err := p.Convert(within(t), job); err != nil || out.String() != fmt.Sprint("message ", i) {
				t.Errorf("got %q, %v", out, err)
			}
		})
	}
	jobs.Wait()
}

// TestMessageErrors has a message at fault: the plugin stays, and is not blamed.
func TestMessageErrors(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	for range maxFailures + 1 {
		for subject, want := range map[string]error{"bad": sdk.ErrBadInput, "panic": hostsvc.ErrPlugin} {
			job, _ := export(t, subject)
			err := p.Convert(within(t), job)
			if suspect, fatal := qualities(err); !errors.Is(err, want) || suspect || fatal {
				t.Errorf("%s: got %v, suspect %v, fatal %v", subject, err, suspect, fatal)
			}
		}
	}
}

// parked starts a job that says when it is under way.
func parked(t *testing.T, ctx context.Context, subject string, do func(context.Context, *session.Job) error) (result <-chan error) {
	t.Helper()
	job, _ := export(t, subject)
	there, done := make(chan struct{}), make(chan error, 1)
	job.Report = func(problem.Problem) { close(there) }
	go func() { done <- do(ctx, job) }()
	select {
	case <-there:
	case err := <-done:
		t.Fatalf("the job ends with %v", err)
	}
	return done
}

// TestCrash has a process die with several jobs in hand: all are suspects.
func TestCrash(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string][]string{
		"exit": {"plugin torture crashed", "exit status 3", "last words"},
		"die":  {"exit status 2", "panic: nobody catches this"},
	} {
		t.Run(subject, func(t *testing.T) {
			t.Parallel()
			p := start(t, "good", Options{Processes: 1})
			ctx := within(t)
			first, second := parked(t, ctx, "park", p.Convert), parked(t, ctx, "park", p.Convert)
			job, _ := export(t, subject)
			for _, err := range []error{p.Convert(ctx, job), <-first, <-second} {
				suspect, fatal := qualities(err)
				if !suspect || fatal {
					t.Errorf("%v: suspect %v, fatal %v", err, suspect, fatal)
				}
				for _, w := range want {
					if !strings.Contains(fmt.Sprint(err), w) {
						t.Errorf("got %v, want %q in it", err, w)
					}
				}
			}
			if err := p.ConvertAlone(ctx, job); err == nil || !strings.Contains(err.Error(), want[0]) {
				t.Errorf("alone: %v", err)
			} else if suspect, fatal := qualities(err); suspect || fatal {
				t.Errorf("alone: %v: suspect %v, fatal %v", err, suspect, fatal)
			}
			job, out := export(t, "next")
			if err := p.Convert(ctx, job); err != nil || out.String() != "next" {
				t.Errorf("after the crash: %q, %v", out, err)
			}
		})
	}
}

// TestBudget has the plugin crash until the pool gives up.
func TestBudget(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	job, _ := export(t, "exit")
	for i := range maxFailures {
		err := p.Convert(within(t), job)
		if suspect, fatal := qualities(err); !suspect || fatal {
			t.Errorf("crash %d: %v: suspect %v, fatal %v", i, err, suspect, fatal)
		}
	}
	for name, f := range map[string]func(context.Context, *session.Job) error{"Convert": p.Convert, "ConvertAlone": p.ConvertAlone} {
		good, _ := export(t, "hello")
		err := f(within(t), good)
		if suspect, fatal := qualities(err); suspect || !fatal || !strings.Contains(fmt.Sprint(err), "torture") || !strings.Contains(fmt.Sprint(err), "last words") {
			t.Errorf("%s() = %v: suspect %v, fatal %v", name, err, suspect, fatal)
		}
	}
}

// TestShortLived has processes that end whether they have work or not. The pool
// gives up on those too.
func TestShortLived(t *testing.T) {
	t.Parallel()
	p := start(t, "short-lived", Options{Processes: 1, LanesPerProcess: 1})
	for range 10 * maxFailures {
		job, _ := export(t, "hello")
		suspect, fatal := qualities(p.Convert(within(t), job))
		if fatal {
			return
		}
		if !suspect {
			t.Fatal("the job is no suspect")
		}
	}
	t.Error("the pool does not give up")
}

// TestSoloCrashesDoNotCount crashes more often than the budget allows, alone.
func TestSoloCrashesDoNotCount(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{})
	var jobs sync.WaitGroup
	for range maxFailures + 1 {
		jobs.Go(func() {
			job, _ := export(t, "exit")
			if err := p.ConvertAlone(within(t), job); err == nil {
				t.Error("ConvertAlone() succeeds")
			}
		})
	}
	jobs.Wait()
	job, _ := export(t, "hello")
	if err := p.Convert(within(t), job); err != nil {
		t.Error(err)
	}
}

// TestQuarantineBudget has so many messages fail, each alone, that it is not the
// messages: one in twenty may.
func TestQuarantineBudget(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{})
	const messages = 240
	var jobs sync.WaitGroup
	convert := func() error {
		job, _ := export(t, "hello")
		return p.Convert(within(t), job)
	}
	for range 4 {
		jobs.Go(func() {
			for range messages / 4 {
				if err := convert(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	jobs.Wait()
	fail := func() {
		job, _ := export(t, "exit")
		if err := p.ConvertAlone(within(t), job); err == nil {
			t.Error("ConvertAlone() succeeds")
		}
	}
	for range messages / quarantinedPart {
		fail()
	}
	if err := convert(); err != nil {
		t.Errorf("one in twenty has failed: %v", err)
	}
	fail()
	err := convert()
	if _, fatal := qualities(err); !fatal || !strings.Contains(err.Error(), "failed at 13 of 241 messages") || !strings.Contains(err.Error(), "last words") {
		t.Errorf("more than one in twenty has failed: %v", err)
	}
}

// TestSuccessResetsBudget has every second job crash.
func TestSuccessResetsBudget(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	for range maxFailures + 1 {
		bad, _ := export(t, "exit")
		if err := p.Convert(within(t), bad); err == nil {
			t.Error("Convert() succeeds")
		}
		good, _ := export(t, "hello")
		if err := p.Convert(within(t), good); err != nil {
			t.Error(err)
		}
	}
}

// TestTimeouts has jobs that do not end. One that listens costs itself; one that
// does not costs the process.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	short := 20 * time.Millisecond
	tests := []struct {
		name, subject string
		opt           Options
		timeout       time.Duration
		want          string
	}{
		{"idle", "park", Options{IdleTimeout: short}, 0, "no progress for 20ms"},
		{"idle, deaf", "ignore", Options{IdleTimeout: short, Grace: short}, 0, "no progress for 20ms"},
		{"deadline", "park", Options{JobTimeout: short}, 0, "took longer than 20ms"},
		{"deadline of the job", "park", Options{}, short, "took longer than 20ms"},
		{"deadline, busy", "endless", Options{Grace: patience}, short, "took longer than 20ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.opt.Processes = 1
			p := start(t, "good", tt.opt)
			job, _ := export(t, tt.subject)
			job.Timeout = tt.timeout
			err := p.Convert(within(t), job)
			if suspect, _ := qualities(err); !suspect || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("Convert() = %v: suspect %v", err, suspect)
			}
			err = p.ConvertAlone(within(t), job)
			if suspect, _ := qualities(err); suspect || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("ConvertAlone() = %v: suspect %v", err, suspect)
			}
		})
	}
}

// who returns the incarnation that does the next job.
func who(t *testing.T, p *Pool) string {
	t.Helper()
	job, out := export(t, "who")
	job.Timeout = patience
	if err := p.Convert(within(t), job); err != nil {
		t.Error(err)
	}
	return out.String()
}

func TestNoProcessAfterTimeout(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	before := who(t, p)
	job, _ := export(t, "park")
	job.Timeout = time.Millisecond
	if err := p.Convert(within(t), job); err == nil {
		t.Error("Convert() succeeds")
	}
	if after := who(t, p); after == before {
		t.Error("the process is used again after a timeout")
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{"park", "ignore"} {
		t.Run(subject, func(t *testing.T) {
			t.Parallel()
			p := start(t, "good", Options{Processes: 1, Grace: 20 * time.Millisecond})
			ctx, cancel := context.WithCancel(within(t))
			done := parked(t, ctx, subject, p.Convert)
			cancel()
			err := <-done
			if suspect, fatal := qualities(err); !errors.Is(err, context.Canceled) || suspect || fatal {
				t.Errorf("got %v: suspect %v, fatal %v", err, suspect, fatal)
			}
			job, _ := export(t, "hello")
			if err := p.Convert(within(t), job); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOutputLimit(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1})
	before := who(t, p)
	job, out := export(t, "endless")
	job.MaxOutput = 1 << 20
	err := p.Convert(within(t), job)
	if suspect, _ := qualities(err); !errors.Is(err, hostsvc.ErrOutputLimit) || suspect || out.Len() > 1<<20 {
		t.Errorf("got %v after %d bytes", err, out.Len())
	}
	if after := who(t, p); after != before {
		t.Error("a process that did stop was replaced")
	}
}

func TestRecycle(t *testing.T) {
	t.Parallel()
	p := start(t, "good", Options{Processes: 1, Recycle: 2})
	var all []string
	for range 6 {
		all = append(all, who(t, p))
	}
	if all[0] != all[1] || all[1] == all[2] || all[2] != all[3] || all[3] == all[4] || all[4] != all[5] {
		t.Errorf("processes %v", all)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	p, err := Start(within(t), play("good"), Options{Processes: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t)
	parkedJob, deaf := parked(t, ctx, "park", p.Convert), parked(t, ctx, "ignore", p.ConvertAlone)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	job, _ := export(t, "hello")
	for name, err := range map[string]error{"parked": <-parkedJob, "deaf": <-deaf, "Convert": p.Convert(ctx, job), "ConvertAlone": p.ConvertAlone(ctx, job)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("OXBRIDGE_TEST_SECRET", "hush")
	t.Setenv("LC_TEST", "C")
	t.Setenv("TZ", "UTC")
	p := start(t, "good", Options{})
	job, out := export(t, "env")
	if err := p.Convert(within(t), job); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "hush") || !strings.Contains(s, "LC_TEST=C") || !strings.Contains(s, "TZ=UTC") {
		t.Errorf("the plugin sees\n%s", s)
	}
}
