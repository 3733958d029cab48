package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

// A lossyDisk is a folder on a disk that may lose its power. What is not synced is
// there for those who look, and a matter of luck afterwards: names, and what is
// in files. It is asked by one goroutine, that of the publisher; other calls do
// not change what it knows.
type lossyDisk struct {
	store.Dir
	t      *testing.T
	rnd    *rand.Rand
	synced map[string]bool   // contents that are on the disk, by SHA-256
	names  map[string]bool   // outputs whose names are
	old    map[string]string // what was on the disk before the run

	records map[string]report.Result // of the ledger, by input
	moments int                      // seen so far
	crash   int                      // the moment of the loss
	after   *afterLoss               // what is left, once that has come
}

// afterLoss is what a machine finds when it has power again.
type afterLoss struct {
	files   map[string]string
	records map[string]report.Result
}

// Sync implements store.Storage.
func (d *lossyDisk) Sync(_ context.Context, finished []*store.Target, published []string) error {
	d.moment()
	for _, t := range finished {
		digest, err := t.Finish()
		if err != nil {
			return err
		}
		d.synced[digest.SHA256] = true
	}
	for _, name := range published {
		d.names[name] = true
	}
	d.moment()
	return nil
}

// record is the ledger: results are durable when it returns.
func (d *lossyDisk) record(results []report.Result) error {
	d.moment()
	half := maps.Clone(d.records)
	for _, r := range results {
		d.records[r.Input] = r
	}
	if d.rnd.IntN(2) == 0 { // it was committed, and the caller does not know yet
		half = d.records
	}
	d.momentWith(half)
	return nil
}

// moment is a moment in which the power may go.
func (d *lossyDisk) moment() { d.momentWith(d.records) }

func (d *lossyDisk) momentWith(records map[string]report.Result) {
	if d.moments++; d.moments-1 == d.crash {
		d.after = &afterLoss{d.left(), maps.Clone(records)}
	}
}

// left returns what is left of the files when the power goes now.
func (d *lossyDisk) left() map[string]string {
	left := maps.Clone(d.old)
	for name, text := range filesIn(d.t, d.Root) {
		if !d.names[name] && d.old[name] != text && d.rnd.IntN(2) == 0 {
			continue // the name did not get to the disk; the old file is there, if there was one
		}
		if !d.synced[sha(text)] && d.old[name] != text {
			text = d.torn(text)
		}
		left[name] = text
	}
	return left
}

// torn is what a file may hold that was not synced.
func (d *lossyDisk) torn(text string) string {
	n := d.rnd.IntN(len(text) + 1)
	switch d.rnd.IntN(4) {
	case 0:
		return ""
	case 1:
		return text[:n]
	case 2:
		return text[:n] + strings.Repeat("\x00", len(text)-n)
	}
	return text
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// filesIn returns the outputs below a folder. Files in the making are none.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range tree(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(filepath.Base(name), store.TempPrefix) {
			files[name] = string(b)
		}
	}
	return files
}

// put writes files below a folder.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// pastResults is a Memory of results.
type pastResults map[string]report.Result

func (p pastResults) Recall(input string) (report.Result, bool, error) {
	r, ok := p[input]
	return r, ok, nil
}

func (p pastResults) Owner(output string) (string, bool, error) {
	for input, r := range p {
		if r.OutputName == output {
			return input, true, nil
		}
	}
	return "", false, nil
}

// A powerTest is a run that loses its power, and goes on.
type powerTest struct {
	t       *testing.T
	in      string // folder of the inputs
	old     map[string]string
	past    pastResults // the ledger before the run
	want    map[string]string
	plan    *Plan
	durable bool
}

// crash runs until the power goes, at a moment out of so many, and returns what
// is left, and how many moments there were.
func (p *powerTest) crash(seed uint64, moments int) (*afterLoss, int) {
	p.t.Helper()
	rnd := rand.New(rand.NewPCG(5, seed))
	d := &lossyDisk{Dir: store.Dir{Root: p.t.TempDir()}, t: p.t, rnd: rnd, synced: map[string]bool{}, names: map[string]bool{},
		old: p.old, records: maps.Clone(p.past), crash: rnd.IntN(moments)}
	put(p.t, d.Root, p.old)
	opt := Options{To: "msg", OutDir: d.Root, Out: d, Durable: p.durable, Record: d.record, Jobs: 1 + rnd.IntN(4), SessionMessages: 5}
	opt.Done = func(report.Result) { d.moment() }
	if _, err := RunPlan(p.t.Context(), &fake{}, p.plan, opt); err != nil {
		p.t.Fatal(err)
	}
	if d.after == nil { // the run had fewer moments this time: the power goes at its end
		d.after = &afterLoss{d.left(), d.records}
	}
	return d.after, d.moments
}

// check returns what is wrong with what is left: a file that is neither the old
// one nor the new one, or a result whose output is not there. The results of an
// earlier run that are about to be replaced are none of those.
func (p *powerTest) check(a *afterLoss) error {
	var errs []error
	for name, text := range a.files {
		if old, ok := p.old[name]; text != p.want[name] && (!ok || text != old) {
			errs = append(errs, fmt.Errorf("%s is half-written: %d bytes of %d", name, len(text), len(p.want[name])))
		}
	}
	for input, r := range a.records {
		past := p.past[input].SHA256 == r.SHA256
		if text, ok := a.files[r.OutputName]; r.State == report.Converted && !past && (!ok || sha(text) != r.OutputSHA256) {
			errs = append(errs, fmt.Errorf("%s is believed done, and %s is not there", input, r.OutputName))
		}
	}
	return errors.Join(errs...)
}

// goOn runs the same command again on what is left.
func (p *powerTest) goOn(a *afterLoss) error {
	dir := p.t.TempDir()
	put(p.t, dir, a.files)
	failed := 0
	opt := Options{To: "msg", OutDir: dir, Memory: pastResults(a.records), Done: func(r report.Result) {
		if r.State == report.Failed && !strings.Contains(r.Reason, "this one is bad") {
			failed++
			p.t.Errorf("%s: %s", r.Input, r.Reason)
		}
	}}
	if _, err := Run(p.t.Context(), &fake{}, []string{p.in}, opt); err != nil || failed > 0 {
		return fmt.Errorf("%d failed, %w", failed, err)
	}
	if got := filesIn(p.t, dir); !maps.Equal(got, p.want) {
		return fmt.Errorf("%d outputs at the end, want %d, or others", len(got), len(p.want))
	}
	return nil
}

// powerInputs are messages in folders; one cannot be converted.
func powerInputs(count int, mark string) map[string]string {
	files := map[string]string{}
	for i := range count {
		subject := fmt.Sprintf("message %d %s", i, mark)
		if i == 13 {
			subject = "bad"
		}
		files[fmt.Sprintf("%d/%03d.eml", i/10, i)] = "Subject: " + subject + "\r\n\r\n"
	}
	return files
}

// newPowerTest has the inputs, and with changed an earlier run over them of which
// some have changed since.
func newPowerTest(t *testing.T, changed bool) *powerTest {
	t.Helper()
	p := &powerTest{t: t, in: t.TempDir(), old: map[string]string{}, past: pastResults{}, durable: true}
	put(t, p.in, powerInputs(40, ""))
	run := func() map[string]string {
		out := t.TempDir()
		put(t, out, p.old)
		var mu sync.Mutex
		opt := Options{To: "msg", OutDir: out, Memory: maps.Clone(p.past)}
		if changed {
			opt.Record = func(results []report.Result) error {
				mu.Lock()
				defer mu.Unlock()
				for _, r := range results {
					p.past[r.Input] = r
				}
				return nil
			}
		}
		if _, err := Run(t.Context(), &fake{}, []string{p.in}, opt); err != nil {
			t.Fatal(err)
		}
		return filesIn(t, out)
	}
	if p.want = run(); !changed {
		p.planIt()
		return p
	}
	p.old, changed = p.want, false
	for name, text := range powerInputs(40, "again") {
		if strings.HasSuffix(name, "5.eml") || strings.HasSuffix(name, "8.eml") {
			put(t, p.in, map[string]string{name: text})
			at := time.Unix(2_000_000_000, 0)
			if err := os.Chtimes(filepath.Join(p.in, name), at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.want = run()
	if maps.Equal(p.want, p.old) {
		t.Fatal("nothing has changed")
	}
	p.planIt()
	return p
}

// planIt plans the run that loses its power.
func (p *powerTest) planIt() {
	p.t.Helper()
	out := p.t.TempDir()
	put(p.t, out, p.old)
	var err error
	p.plan, err = MakePlan(p.t.Context(), filepath.Join(p.t.TempDir(), "plan"), Roots([]string{p.in}), Options{To: "msg", OutDir: out, Memory: p.past, ShardItems: 7})
	if err != nil {
		p.t.Fatal(err)
	}
}

// losses is how many times the tests take the power: OXBRIDGE_KILLS, or few.
func losses() int {
	if n, err := strconv.Atoi(os.Getenv("OXBRIDGE_KILLS")); err == nil {
		return n
	}
	return 40
}

// TestPowerLoss takes the power from runs at random moments. Whatever was not
// synced by then may be lost, or half there: no output is half-written, none is
// believed done that is not, and the same command makes all of them.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	for name, changed := range map[string]bool{"a new run": false, "a run that replaces outputs": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPowerTest(t, changed)
			_, moments := p.crash(0, 1)
			lost := 0
			for seed := range uint64(losses()) {
				left, _ := p.crash(seed, moments)
				if err := p.check(left); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if err := p.goOn(left); err != nil {
					t.Fatalf("seed %d: going on: %v", seed, err)
				}
				if !maps.Equal(left.files, p.want) {
					lost++
				}
				left.records = p.past // the ledger is gone, or as it was
				if seed%10 == 0 {
					if err := p.goOn(left); err != nil {
						t.Fatalf("seed %d: without what the ledger had: %v", seed, err)
					}
				}
			}
			if lost < losses()/5 {
				t.Errorf("only %d of %d losses of power cost anything: the test shows little", lost, losses())
			}
		})
	}
}

// TestPowerLossHasTeeth leaves the order of things on the disk to chance, and
// finds what TestPowerLoss looks for.
func TestPowerLossHasTeeth(t *testing.T) {
	t.Parallel()
	p := newPowerTest(t, false)
	p.durable = false
	_, moments := p.crash(0, 1)
	var said []string
	for seed := range uint64(20) {
		left, _ := p.crash(seed, moments)
		if err := p.check(left); err != nil {
			said = append(said, err.Error())
		}
	}
	for _, want := range []string{"is half-written", "is believed done"} {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("20 runs that sync nothing, and none %q", want)
		}
	}
}

// TestShardIsDurableWhenItIsDone looks at the disk when a shard returns: its
// report may be written then.
func TestShardIsDurableWhenItIsDone(t *testing.T) {
	t.Parallel()
	p := newPowerTest(t, false)
	d := &lossyDisk{Dir: store.Dir{Root: t.TempDir()}, t: t, rnd: rand.New(rand.NewPCG(1, 1)), synced: map[string]bool{}, names: map[string]bool{},
		records: map[string]report.Result{}, crash: -1}
	r := NewRunner(t.Context(), &fake{}, Options{To: "msg", OutDir: d.Root, Out: d, Durable: true, Record: d.record, Jobs: 2})
	defer func() { _, _ = r.Close() }()
	for n := range p.plan.Shards {
		if err := r.RunShard(p.plan, n); err != nil {
			t.Fatal(err)
		}
		items, err := p.plan.Shard(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			text, err := fs.ReadFile(os.DirFS(d.Root), it.Out)
			if err != nil {
				if strings.HasSuffix(it.Path, "013.eml") {
					continue
				}
				t.Fatal(err)
			}
			if !d.names[it.Out] || !d.synced[sha(string(text))] {
				t.Errorf("shard %d is done, and %s is not on the disk", n, it.Out)
			}
		}
	}
}
