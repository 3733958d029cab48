package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// pacedStorage is a file system that a test holds up.
type pacedStorage struct {
	store.Dir
	listed func(e store.Entry) error // before an entry is told
	opened func(name string) error   // before a file is opened
}

func (s pacedStorage) List(ctx context.Context, under string, visit func(store.Entry) error) error {
	return s.Dir.List(ctx, under, func(e store.Entry) error {
		if s.listed != nil {
			if err := s.listed(e); err != nil {
				return err
			}
		}
		return visit(e)
	})
}

func (s pacedStorage) Open(ctx context.Context, name string) (*store.Source, error) {
	if s.opened != nil {
		if err := s.opened(name); err != nil {
			return nil, err
		}
	}
	return s.Dir.Open(ctx, name)
}

// hung ends a wait for what will not happen any more.
const hung = time.Minute

var errHung = errors.New("it did not happen")

// waitFor waits for a channel that is closed.
func waitFor(c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-time.After(hung):
		return errHung
	}
}

// numbered are n inputs in the order of their names.
func numbered(n int) map[string]string {
	text := map[string]string{}
	for i := range n {
		text[fmt.Sprintf("%03d.eml", i)] = "Subject: x\r\n\r\n"
	}
	return text
}

// TestRunBeginsBeforeItsPlanIsComplete has a walk that does not go on until the
// first output is there.
func TestRunBeginsBeforeItsPlanIsComplete(t *testing.T) {
	t.Parallel()
	in, out := write(t, numbered(200)), t.TempDir()
	some, once := make(chan struct{}), sync.Once{}
	planned, shards := 0, 0
	opt := Options{
		To: "msg", OutDir: out, Durable: true,
		In: pacedStorage{listed: func(e store.Entry) error {
			if filepath.Base(e.Name) == "150.eml" {
				return waitFor(some)
			}
			return nil
		}},
		Done: func(report.Result) { once.Do(func() { close(some) }) },
		Planned: func(h Header) error {
			planned, shards = h.Items, len(h.Shards)
			return nil
		},
	}
	sum, err := Run(t.Context(), &fake{}, []string{in}, opt)
	if err != nil || sum.Converted != 200 || planned != 200 || shards != 3 {
		t.Errorf("%+v, %v; %d planned, in %d shards", sum, err, planned, shards)
	}
	if n := len(tree(t, out)); n != 200 {
		t.Errorf("%d outputs", n)
	}
}

// TestPlanningEndsWithTheRun ends runs whose walk is under way.
func TestPlanningEndsWithTheRun(t *testing.T) {
	t.Parallel()
	errWalk := errors.New("the folder is gone")
	for _, tt := range []struct {
		name    string
		listed  error // what the walk meets
		planned error // what becomes of the plan
		drain   bool
		want    error
	}{
		{"what cannot be listed", errWalk, nil, false, errWalk},
		{"a plan that cannot be recorded", nil, errWalk, false, errWalk},
		{"interrupted", nil, nil, true, ErrDrained},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			some, once, drain := make(chan struct{}), sync.Once{}, make(chan struct{})
			opt := Options{
				To: "msg", OutDir: t.TempDir(), Drain: drain,
				Done:    func(report.Result) { once.Do(func() { close(some) }) },
				Planned: func(Header) error { return tt.planned },
				In: pacedStorage{listed: func(e store.Entry) error {
					if filepath.Base(e.Name) != "150.eml" {
						return nil
					}
					if err := waitFor(some); err != nil {
						return err
					}
					if tt.drain {
						close(drain)
					}
					return tt.listed
				}},
			}
			sum, err := Run(t.Context(), &fake{}, []string{write(t, numbered(3000))}, opt)
			if !errors.Is(err, tt.want) || !errors.Is(err, ErrAborted) {
				t.Errorf("Run() = %v, want %v", err, tt.want)
			}
			if sum.Converted == 0 {
				t.Error("what was converted before does not count")
			}
		})
	}
}

// TestFilesAreLookedAtAhead has a storage that does not open the first file until it
// is asked for the fifth. The plan has them in order all the same.
func TestFilesAreLookedAtAhead(t *testing.T) {
	t.Parallel()
	in := write(t, numbered(20))
	fifth := make(chan struct{})
	opt := Options{To: "msg", OutDir: t.TempDir(), In: pacedStorage{opened: func(name string) error {
		switch filepath.Base(name) {
		case "000.eml":
			return waitFor(fifth)
		case "004.eml":
			close(fifth)
		}
		return nil
	}}}
	p := makePlan(t, opt, in)
	items, err := p.Shard(0)
	if err != nil {
		t.Fatal(err)
	}
	inOrder := slices.IsSortedFunc(items, func(a, b Item) int { return slices.Compare([]byte(a.Out), []byte(b.Out)) })
	if len(items) != 20 || !inOrder {
		t.Errorf("%d items, in order: %v", len(items), inOrder)
	}
}

func TestRunsWhilePlanning(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"in/sub", "out/in", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"all": ".", "link": "in", "outlink": "out", "outin": "out/in", "in/way": "in/sub"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, link)); err != nil {
			t.Skip(err) // not everybody may on Windows
		}
	}
	known := &memory{list: map[string]report.Result{}}
	for _, tt := range []struct {
		name  string
		opt   Options
		roots []string
		want  bool
	}{
		{"elsewhere", Options{OutDir: "out"}, []string{"in"}, true},
		{"elsewhere, not there yet", Options{OutDir: "new/out"}, []string{"in"}, true},
		{"beside, with a longer name", Options{OutDir: "in-out"}, []string{"in"}, true},
		{"below, where planning leaves it out", Options{OutDir: "in/out"}, []string{"in"}, true},
		{"beside the inputs", Options{OutDir: "in"}, []string{"in"}, false},
		{"above the inputs", Options{OutDir: "out"}, []string{"out/in"}, false},
		{"above one of many", Options{OutDir: "out"}, []string{"in", "out/in"}, false},
		{"below, elsewhere by a link", Options{OutDir: "in/way/out"}, []string{"in"}, false},
		{"beside the inputs, by a link", Options{OutDir: "link"}, []string{"in"}, false},
		{"below, by a link", Options{OutDir: "out"}, []string{"all"}, false},
		{"above, by a link", Options{OutDir: "outlink"}, []string{"outin"}, false},
		{"not there yet, below by a link", Options{OutDir: "new/out"}, []string{"all"}, false},
		{"links are followed", Options{OutDir: "out", Select: Selection{FollowLinks: true}}, []string{"in"}, false},
		{"what failed goes below", Options{OutDir: "out", Quarantine: "in/bad"}, []string{"in"}, true},
		{"what failed goes beside", Options{OutDir: "out", Quarantine: "in"}, []string{"in"}, false},
		{"found twice", Options{OutDir: "out"}, []string{"in", "other", "in/sub"}, true},
		{"found twice, and known", Options{OutDir: "out", Memory: known}, []string{"in", "other", "in/sub"}, true},
		{"named twice, and known", Options{OutDir: "out", Memory: known}, []string{"in", "in"}, true},
		{"known", Options{OutDir: "out", Memory: known}, []string{"in", "in-2", "other"}, true},
	} {
		tt.opt.OutDir = filepath.Join(dir, tt.opt.OutDir)
		if tt.opt.Quarantine != "" {
			tt.opt.Quarantine = filepath.Join(dir, tt.opt.Quarantine)
		}
		for i := range tt.roots {
			tt.roots[i] = filepath.Join(dir, tt.roots[i])
		}
		if got := tt.opt.runsWhilePlanning(Roots(tt.roots)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestWhatTheRunMakesIsNoInput has outputs that lie below the inputs where links
// lead: a walk does not go by the links, and leaves them out all the same.
func TestWhatTheRunMakesIsNoInput(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: a\r\n\r\n", "real/out/made.eml": "Subject: b\r\n\r\n", "real/bad/copy.eml": "Subject: c\r\n\r\n"})
	link, way := filepath.Join(t.TempDir(), "link"), filepath.Join(in, "way")
	if err := errors.Join(os.Symlink(in, link), os.Symlink("real", way)); err != nil {
		t.Skip(err) // not everybody may on Windows
	}
	for _, tt := range []struct{ root, out, bad string }{
		{in, filepath.Join(way, "out"), filepath.Join(in, "real/bad")},
		{in, filepath.Join(link, "real/out"), filepath.Join(link, "way/bad")},
		{link, filepath.Join(in, "real/out"), filepath.Join(in, "way/bad")},
	} {
		p := makePlan(t, Options{To: Same, OutDir: tt.out, Quarantine: tt.bad}, tt.root)
		items, err := p.Shard(0)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, it := range items {
			names = append(names, filepath.Base(it.Path))
		}
		if want := []string{"a.eml", "way"}; !slices.Equal(names, want) {
			t.Errorf("%+v: inputs %v, want %v", tt, names, want)
		}
	}
}

// TestPlanningEndsInAMailbox has a run end while a mailbox is read.
func TestPlanningEndsInAMailbox(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"inbox.mbox": strings.Repeat("From a@b Thu Jan  1 00:00:00 2004\nSubject: m\n\n", 100)})
	ctx, cancel := context.WithCancel(t.Context())
	found := 0
	opt := Options{To: "msg", OutDir: t.TempDir(), Found: func(Item) {
		found++
		cancel()
	}}
	if _, err := MakePlan(ctx, t.TempDir(), Roots([]string{in}), opt); !errors.Is(err, context.Canceled) || found != 1 {
		t.Errorf("MakePlan() = %v, after %d messages", err, found)
	}
}

// TestNamedTwiceIsOneInput: what is named by itself and in a folder is one input, in
// a run that is the first and in one that goes on. It is the one that was named.
func TestNamedTwiceIsOneInput(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: a\r\n\r\n", "sub/b.eml": "Subject: b\r\n\r\n", "sub/c.txt": "no message"})
	a, sub := filepath.Join(in, "a.eml"), filepath.Join(in, "sub")
	for _, m := range []Memory{nil, &memory{list: map[string]report.Result{}}} {
		out := t.TempDir()
		_, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out, Memory: m}, a, in, a, sub, filepath.Join(sub, "c.txt"))
		if err != nil || sum.Converted != 2 || sum.Skipped != 0 || sum.Failed != 1 {
			t.Errorf("%+v, %v", sum, err)
		}
		if got, want := tree(t, out), []string{"a.msg", "sub/b.msg"}; !slices.Equal(got, want) {
			t.Errorf("outputs %v, want %v", got, want)
		}
	}
}

// askedMemory is a memory that counts who asks at once.
type askedMemory struct {
	memory
	now, most atomic.Int32
}

func (m *askedMemory) Recall(input string) (report.Result, bool, error) {
	now := m.now.Add(1)
	defer m.now.Add(-1)
	for most := m.most.Load(); now > most && !m.most.CompareAndSwap(most, now); {
		most = m.most.Load()
	}
	for range 100 {
		runtime.Gosched()
	}
	return m.memory.Recall(input)
}

// TestMemoryIsAskedInTurn: a database that many ask at once opens a connection for
// each. The walk asks, and what is planned at the same time.
func TestMemoryIsAskedInTurn(t *testing.T) {
	t.Parallel()
	m := &askedMemory{memory: memory{list: map[string]report.Result{}}}
	makePlan(t, Options{To: "msg", OutDir: t.TempDir(), Memory: m}, write(t, numbered(200)))
	if most := m.most.Load(); most > 2 {
		t.Errorf("%d asked at once", most)
	}
}
