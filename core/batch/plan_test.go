package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

func makePlan(t *testing.T, opt Options, paths ...string) *Plan {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "plan")
	made, err := MakePlan(t.Context(), dir, Roots(paths), opt)
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenPlan(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made.Header, p.Header); diff != "" {
		t.Errorf("the plan read back: %s", diff)
	}
	return p
}

func TestPlanIsCutByCountAndSize(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for i := range 7 {
		text[fmt.Sprintf("%d.eml", i)] = "Subject: x\r\n\r\n" + strings.Repeat("x", 100)
	}
	text["3.eml"] += strings.Repeat("y", 1000)
	text["\xff.eml"] = "Subject: no UTF-8\r\n\r\n"
	in := write(t, text)
	p := makePlan(t, Options{To: "msg", OutDir: "out", ShardItems: 3, ShardBytes: 1000}, in)
	var names [][]string
	for n := range p.Shards {
		items, err := p.Shard(n)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, it := range items {
			list = append(list, it.Out)
		}
		names = append(names, list)
	}
	want := [][]string{{"0.msg", "1.msg", "2.msg"}, {"3.msg"}, {"4.msg", "5.msg", "6.msg"}, {"\xff.msg"}}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("shards: -want +got\n%s", diff)
	}
	if _, err := p.Shard(4); !errors.Is(err, ErrShard) {
		t.Errorf("Shard(4) = %v", err)
	}
	path := filepath.Join(p.Dir(), itemsFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), "1.eml", "9.eml", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Shard(0); !errors.Is(err, ErrShard) {
		t.Errorf("a shard that was changed: %v", err)
	}
}

func TestAPlanIsMadeOnce(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: x\r\n\r\n"})
	p := makePlan(t, Options{To: "msg"}, in)
	if _, err := MakePlan(t.Context(), p.Dir(), Roots([]string{in}), Options{To: "msg"}); !os.IsExist(err) {
		t.Errorf("a second plan in the folder: %v", err)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	base := Options{To: "eml", Plugin: "eml 1", Folder: "/home"}
	roots := Roots([]string{"a"})
	same, other := base, []Options{base, base, base, base}
	same.Jobs, same.OutDir, same.Overwrite = 3, "elsewhere", true
	if base.Identity(roots).ID() != same.Identity(roots).ID() {
		t.Error("how the work is done makes another run")
	}
	other[0].To, other[1].Plugin, other[2].Settings, other[3].Select.Exclude = "msg", "eml 2", map[string]string{"x": "y"}, []string{"*.tmp"}
	for i, o := range other {
		if base.Identity(roots).ID() == o.Identity(roots).ID() {
			t.Errorf("options %d make the same run", i)
		}
	}
	if base.Identity(roots).ID() == base.Identity(Roots([]string{"b"})).ID() {
		t.Error("other inputs make the same run")
	}
}

// TestShardsByManyAtOnce does every shard of a plan three times at the same
// time. Each output is there, and nobody finds it in the way.
func TestShardsByManyAtOnce(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for i := range 60 {
		text[fmt.Sprintf("%02d.eml", i)] = fmt.Sprintf("Subject: number %d\r\n\r\n", i)
	}
	in, out := write(t, text), t.TempDir()
	opt := Options{To: "msg", OutDir: out, ShardItems: 7, Jobs: 4, Durable: true}
	p := makePlan(t, opt, in)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			r := NewRunner(t.Context(), &fake{}, opt)
			for n := range p.Shards {
				if err := r.RunShard(p, n); err != nil {
					t.Error(err)
				}
			}
			if sum, err := r.Close(); err != nil || sum.Converted != 60 || sum.Failed != 0 {
				t.Errorf("%+v, %v", sum, err)
			}
		})
	}
	all.Wait()
	if n := len(tree(t, out)); n != 60 {
		t.Errorf("%d outputs", n)
	}
}

// memory is a Memory made of results.
type memory struct {
	mu   sync.Mutex
	list map[string]report.Result
}

func (m *memory) record(results []report.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range results {
		m.list[r.Input] = r
	}
	return nil
}

func (m *memory) Recall(input string) (report.Result, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.list[input]
	return r, ok, nil
}

func (m *memory) Owner(output string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for input, r := range m.list {
		if r.OutputName == output {
			return input, true, nil
		}
	}
	return "", false, nil
}

func TestWhatIsDueAndWhy(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{
		"bad.eml": "Subject: bad\r\n\r\n", "changed.eml": "Subject: c\r\n\r\n", "deleted.eml": "Subject: d\r\n\r\n",
		"edited.eml": "Subject: e\r\n\r\n", "same.eml": "Subject: s\r\n\r\n", "touched.eml": "Subject: t\r\n\r\n", "notes.txt": "x",
	})
	out := t.TempDir()
	m := &memory{list: map[string]report.Result{}}
	opt := Options{To: "msg", OutDir: out, Record: m.record, Durable: true}
	if _, sum, err := run(t, &fake{}, opt, in); err != nil || sum.Converted != 5 || sum.Failed != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if len(m.list) != 7 {
		t.Errorf("%d results are recorded", len(m.list))
	}
	later := time.Now().Add(time.Hour)
	put := func(path, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(in, "changed.eml"), "Subject: other\r\n\r\n")
	put(filepath.Join(in, "new.eml"), "Subject: n\r\n\r\n")
	put(filepath.Join(out, "edited.msg"), "somebody's")
	if err := errors.Join(os.Chtimes(filepath.Join(in, "touched.eml"), later, later), os.Remove(filepath.Join(out, "deleted.msg"))); err != nil {
		t.Fatal(err)
	}
	why := map[string]string{}
	opt.Memory, opt.Found = m, func(it Item) { why[filepath.Base(it.Path)] = it.Why + it.Reason }
	results, sum, err := run(t, &fake{}, opt, in)
	if err != nil || sum.Done != 2 || sum.Converted != 3 || sum.Failed != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
	want := map[string]string{
		"bad.eml": "failed before", "changed.eml": "input changed", "deleted.eml": "output is gone", "edited.eml": "output was changed",
		"new.eml": "new", "notes.txt": "not an Internet message (.eml)",
	}
	if diff := cmp.Diff(want, why); diff != "" {
		t.Errorf("why: -want +got\n%s", diff)
	}
	if r := results["edited.eml"]; r.State != report.Failed || !strings.Contains(r.Reason, "--overwrite") {
		t.Errorf("edited.eml: %+v", r)
	}
	opt.Again, opt.Found = true, nil
	if _, sum, err := run(t, &fake{}, opt, in); err != nil || sum.Done != 0 || sum.Converted != 5 || sum.Failed != 2 {
		t.Errorf("again: %+v, %v", sum, err)
	}
}

func TestOutputsAmongInputs(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: a\r\n\r\n", "d/b.eml": "Subject: b\r\n\r\n"})
	m := &memory{list: map[string]report.Result{}}
	opt := Options{To: "msg", OutDir: in, Record: m.record, Memory: m}
	for i, want := range []report.Summary{{Converted: 2}, {Done: 2}} {
		_, sum, err := run(t, &fake{}, opt, in)
		if sum.Bytes, sum.Duration = 0, 0; sum != want || err != nil {
			t.Errorf("run %d: %+v, %v, want %+v", i, sum, err, want)
		}
	}
}

func TestDrainEndsAfterWhatIsInHand(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for i := range 50 {
		text[fmt.Sprintf("%02d.eml", i)] = "Subject: x\r\n\r\n"
	}
	drain := make(chan struct{})
	var once sync.Once
	var mu sync.Mutex
	started := 0
	conv := &fake{first: func(*session.Job) error {
		once.Do(func() { close(drain) })
		return nil
	}}
	out := t.TempDir()
	opt := Options{To: "msg", OutDir: out, Jobs: 2, Drain: drain, Started: func(string, string) {
		mu.Lock()
		started++
		mu.Unlock()
	}}
	sum, err := Run(t.Context(), conv, []string{write(t, text)}, opt)
	if !errors.Is(err, ErrDrained) || !errors.Is(err, ErrAborted) {
		t.Errorf("Run() = %v", err)
	}
	if n := len(tree(t, out)); n != sum.Converted || n != started || n == 0 || n == 50 {
		t.Errorf("%d started, %d converted, %d outputs", started, sum.Converted, n)
	}
}

// TestSmallOnesPassLargeOnes blocks every large message: the small ones are done
// all the same.
func TestSmallOnesPassLargeOnes(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for i := range 20 {
		text[fmt.Sprintf("%02d.eml", i)] = "Subject: small\r\n\r\n"
		text[fmt.Sprintf("%02d-large.eml", i)] = "Subject: large\r\n\r\n" + strings.Repeat("x", 2000)
	}
	release := make(chan struct{})
	conv := &fake{first: func(job *session.Job) error {
		if job.Input.Size() > 1000 {
			<-release
		}
		return nil
	}}
	small := 0
	opt := Options{To: "msg", OutDir: t.TempDir(), Jobs: 4, LargeBytes: 1000, Done: func(r report.Result) {
		if r.Bytes < 1000 {
			if small++; small == 20 {
				close(release) // all small ones are done while the large ones wait
			}
		}
	}}
	if sum, err := Run(t.Context(), conv, []string{write(t, text)}, opt); err != nil || sum.Converted != 40 {
		t.Errorf("%+v, %v", sum, err)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"lossy.eml": "Subject: lossy\r\n\r\n", "good.eml": "Subject: good\r\n\r\n", "d/bad.eml": "Subject: bad\r\n\r\n"})
	out, quarantine := t.TempDir(), filepath.Join(in, "rejected")
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out, OnLoss: LossFails, Quarantine: quarantine}, in)
	if err != nil || sum.Failed != 2 || results["lossy.eml"].State != report.Failed || len(results["lossy.eml"].Problems) != 1 {
		t.Errorf("OnLoss: %+v, %v, %+v", sum, err, results["lossy.eml"])
	}
	if got := tree(t, out); !slices.Equal(got, []string{"good.msg"}) {
		t.Errorf("outputs %v", got)
	}
	want := []string{"d/bad.eml", "d/bad.eml.reason.json", "lossy.eml", "lossy.eml.reason.json"}
	if got := tree(t, quarantine); !slices.Equal(got, want) {
		t.Errorf("quarantine %v, want %v", got, want)
	}
	if _, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: t.TempDir(), Quarantine: quarantine}, in); err != nil || sum.Converted+sum.Failed+sum.Skipped != 3 {
		t.Errorf("with the quarantine among the inputs: %+v, %v", sum, err)
	}
	_, _, err = run(t, &fake{}, Options{To: "msg", OutDir: t.TempDir(), StopOnError: true, Jobs: 1}, in)
	if !errors.Is(err, ErrStopped) {
		t.Errorf("StopOnError: %v", err)
	}
}

// TestNothingIsRecordedBeforeItIsThere holds the order of the package's comment.
func TestNothingIsRecordedBeforeItIsThere(t *testing.T) {
	t.Parallel()
	text := map[string]string{}
	for i := range 300 {
		text[fmt.Sprintf("%03d.eml", i)] = "Subject: x\r\n\r\n"
	}
	out := t.TempDir()
	recorded := 0
	opt := Options{To: "msg", OutDir: out, Durable: true, Record: func(list []report.Result) error {
		for _, r := range list {
			recorded++
			if _, err := os.Stat(filepath.Join(out, r.OutputName)); err != nil {
				t.Error(err)
			}
		}
		return nil
	}}
	if sum, err := Run(t.Context(), &fake{}, []string{write(t, text)}, opt); err != nil || sum.Converted != 300 || recorded != 300 {
		t.Errorf("%+v, %v, %d recorded", sum, err, recorded)
	}
	opt.Record = func([]report.Result) error { return errors.New("the ledger is gone") }
	if _, err := Run(context.Background(), &fake{}, []string{write(t, text)}, opt); !errors.Is(err, ErrAborted) || !strings.Contains(err.Error(), "the ledger is gone") {
		t.Errorf("Run() = %v", err)
	}
}

// TestQuarantineKeepsAll has inputs that want one name in the quarantine: archives
// that are damaged and so are members of theirs, and files of one name.
func TestQuarantineKeepsAll(t *testing.T) {
	t.Parallel()
	folder := func(text string) string {
		packed := gzipOf(t, tarOf(t))
		return write(t, map[string]string{"a.tgz": string(packed[:len(packed)-30]), "b.zip": string(zipOf(t)[:300]), "x.eml": "Subject: bad\r\n\r\n" + text})
	}
	one, two := folder("1"), folder("2")
	quarantine := t.TempDir()
	for range 2 { // the second time, all are there
		failed := 0
		conv := &fake{first: func(*session.Job) error { return errors.New("no") }}
		opt := Options{To: "msg", OutDir: t.TempDir(), Quarantine: quarantine, Done: func(r report.Result) {
			if r.State == report.Failed {
				failed++
			}
		}}
		if _, err := Run(t.Context(), conv, []string{one, two}, opt); err != nil {
			t.Fatal(err)
		}
		inputs := map[string]bool{}
		for _, name := range tree(t, quarantine) {
			if !strings.HasSuffix(name, ".reason.json") {
				continue
			}
			b, err := os.ReadFile(filepath.Join(quarantine, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			var of struct{ Input string }
			if err := json.Unmarshal(b, &of); err != nil {
				t.Fatal(err)
			}
			inputs[of.Input] = true
		}
		if failed < 8 || len(inputs) != failed {
			t.Errorf("%d inputs in quarantine, %d failed", len(inputs), failed)
		}
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"version":1,"shards":[{"offset":0,"length":20,"items":1}]}`), []byte(`{"path":"x","size":1}`+"\n"))
	f.Fuzz(func(t *testing.T, header, items []byte) {
		dir := t.TempDir()
		if err := errors.Join(os.WriteFile(filepath.Join(dir, planFile), header, 0o600), os.WriteFile(filepath.Join(dir, itemsFile), items, 0o600)); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPlan(dir)
		if err != nil {
			return
		}
		for n := range min(len(p.Shards), 10) {
			_, _ = p.Shard(n)
		}
	})
}

// shutStorage is a file system with a folder that cannot be listed.
type shutStorage struct {
	store.Dir
	folder string
}

func (s shutStorage) List(ctx context.Context, under string, visit func(store.Entry) error) error {
	return s.Dir.List(ctx, under, func(e store.Entry) error {
		err := visit(e)
		if e.Name != s.folder || err != nil {
			return err
		}
		if err := visit(store.Entry{Name: e.Name, Err: fs.ErrPermission}); err != nil {
			return err
		}
		return fs.SkipDir
	})
}

// TestAFolderThatCanBeReadAgain plans folders that an earlier run could not list:
// the plan says of which that is over, and of no other folder.
func TestAFolderThatCanBeReadAgain(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"was/bad/a.eml": "Subject: x\r\n\r\n", "good/b.eml": "Subject: x\r\n\r\n", "still/bad/c.eml": "Subject: x\r\n\r\n"})
	m := &memory{list: map[string]report.Result{}}
	bad, shut := filepath.Join(in, "was", "bad"), filepath.Join(in, "still", "bad")
	for _, dir := range []string{bad, shut} {
		m.list[dir] = report.Result{Input: dir, State: report.Failed, Reason: "input/output error"}
	}
	p := makePlan(t, Options{To: "msg", OutDir: t.TempDir(), Memory: m, In: shutStorage{store.Dir{}, shut}}, in)
	if diff := cmp.Diff([]string{bad}, p.Readable); diff != "" {
		t.Errorf("Readable: -want +got\n%s", diff)
	}
	if p.Items != 3 {
		t.Errorf("%d items", p.Items)
	}
}
