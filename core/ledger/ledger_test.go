package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

func openNew(t testing.TB, path string) *Ledger {
	t.Helper()
	l, aside, err := Open(context.Background(), path, Run{ID: "r1", Made: time.UnixMilli(1000), Identity: `{"to":"eml"}`})
	if err != nil || aside != "" {
		t.Fatalf("Open() = %q, %v", aside, err)
	}
	t.Cleanup(func() { l.Close() })
	if err := l.Begin(context.Background(), "v1", []string{"convert", "in"}); err != nil {
		t.Fatal(err)
	}
	return l
}

func result(name string) report.Result {
	return report.Result{
		Input: "in/" + name + ".msg", State: report.Converted, Attempts: 1, Bytes: 100, Duration: 3 * time.Millisecond,
		ModTime: time.Unix(5, 6), SHA256: strings.Repeat("a", 64), OutputName: name + ".eml", OutputBytes: 50,
		OutputSHA256: strings.Repeat("b", 64), Plugin: "eml 1.0.0", Finished: time.UnixMilli(7000), Shard: 2,
		Problems: problem.List{{Code: "test.loss", Severity: problem.Loss, Object: "attachment 1", Tag: proptag.Subject, Part: "1.2", Detail: "it is gone"}},
	}
}

func all(t *testing.T, l *Ledger) []report.Result {
	t.Helper()
	var list []report.Result
	if err := l.Results(t.Context(), func(r report.Result) error { list = append(list, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatIsRecordedComesBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	l := openNew(t, path)
	a, bad := result("a"), result("\xffb")
	bad.State, bad.Reason, bad.OutputName, bad.OutputBytes, bad.OutputSHA256 = report.Failed, "it is bad", "", 0, ""
	if err := l.Record([]report.Result{bad, a}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]report.Result{a, bad}, all(t, l)); diff != "" {
		t.Errorf("Results() -want +got:\n%s", diff)
	}
	got, ok, err := l.Recall(bad.Input)
	if err != nil || !ok || got.Reason != "it is bad" {
		t.Errorf("Recall() = %+v, %v, %v", got, ok, err)
	}
	if _, ok, err := l.Recall("in/other.msg"); ok || err != nil {
		t.Errorf("Recall of what is not there = %v, %v", ok, err)
	}
	if owner, ok, err := l.Owner("a.eml"); owner != a.Input || !ok || err != nil {
		t.Errorf("Owner() = %q, %v, %v", owner, ok, err)
	}
	if s, err := l.Summary(t.Context()); err != nil || s.Converted != 1 || s.Failed != 1 || s.WithLoss != 1 {
		t.Errorf("Summary() = %+v, %v", s, err)
	}
}

func TestALaterResultTakesThePlace(t *testing.T) {
	t.Parallel()
	l := openNew(t, filepath.Join(t.TempDir(), "l.db"))
	first := result("a")
	first.State, first.OutputName, first.Reason = report.Failed, "", "no luck"
	second := result("a")
	second.Problems = nil
	for _, r := range []report.Result{first, second} {
		if err := l.Record([]report.Result{r}); err != nil {
			t.Fatal(err)
		}
	}
	want := second
	want.Attempts = 2
	if diff := cmp.Diff([]report.Result{want}, all(t, l)); diff != "" {
		t.Errorf("Results() -want +got:\n%s", diff)
	}
}

func TestAFailureKeepsTheOutputFromBefore(t *testing.T) {
	t.Parallel()
	l := openNew(t, filepath.Join(t.TempDir(), "l.db"))
	good, bad := result("a"), result("a")
	bad.State, bad.Reason, bad.OutputName = report.Failed, "the input changed, and cannot be read", ""
	for _, r := range []report.Result{good, bad} {
		if err := l.Record([]report.Result{r}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := l.Recall(good.Input); err != nil || got.State != report.Failed || got.OutputName != "a.eml" || got.OutputSHA256 != good.OutputSHA256 {
		t.Errorf("Recall() = %+v, %v", got, err)
	}
	if list := all(t, l); len(list) != 1 || list[0].OutputName != "" {
		t.Errorf("Results() = %+v", list)
	}
}

func TestMergeCountsAShardOnce(t *testing.T) {
	t.Parallel()
	l := openNew(t, filepath.Join(t.TempDir(), "l.db"))
	for range 2 {
		if err := l.Merge("plan-1", 3, []report.Result{result("a")}); err != nil {
			t.Fatal(err)
		}
	}
	if list := all(t, l); len(list) != 1 || list[0].Attempts != 1 {
		t.Errorf("Results() = %+v", list)
	}
	yes, err := l.Merged(t.Context(), "plan-1", 3)
	no, err2 := l.Merged(t.Context(), "plan-1", 4)
	if !yes || no || err != nil || err2 != nil {
		t.Errorf("Merged() = %v, %v, %v, %v", yes, no, err, err2)
	}
}

// TestAnybodyMayReadMeanwhile reads by SQL, as a user's tool does, while the
// ledger is written to.
func TestAnybodyMayReadMeanwhile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	l := openNew(t, path)
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for n := 1; n <= 3; n++ {
		if err := l.Record([]report.Result{result(fmt.Sprint(n))}); err != nil {
			t.Fatal(err)
		}
		var count, losses int
		if err := other.QueryRow("SELECT (SELECT count(*) FROM input), (SELECT count(*) FROM losses)").Scan(&count, &losses); err != nil || count != n || losses != n {
			t.Errorf("after %d results a reader sees %d, %d, %v", n, count, losses, err)
		}
	}
}

func TestInvocations(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	l := openNew(t, path)
	if err := l.Planned(t.Context(), 10, 1000, 3); err != nil {
		t.Fatal(err)
	}
	if err := l.End(t.Context(), Aborted, "disk full"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	r, err := Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	list, err := r.Invocations(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("Invocations() = %v, %v", list, err)
	}
	v := list[0]
	if v.State != Aborted || v.Reason != "disk full" || v.Items != 10 || v.Done != 3 || v.PID != os.Getpid() || len(v.Command) != 2 || v.Ended.IsZero() {
		t.Errorf("Invocations() = %+v", v)
	}
	if run, err := r.Run(t.Context()); err != nil || run.ID != "r1" || run.Identity != `{"to":"eml"}` {
		t.Errorf("Run() = %+v, %v", run, err)
	}
}

func TestADamagedLedgerIsPutAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database. ", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	l, aside, err := Open(t.Context(), path, Run{ID: "r"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if b, err := os.ReadFile(aside); err != nil || !strings.HasPrefix(string(b), "this is no") {
		t.Errorf("aside %q: %v", aside, err)
	}
}

func TestAnUnknownVersionIsNotTouched(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	l := openNew(t, path)
	if _, err := l.conn.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, _, err := Open(t.Context(), path, Run{}); !errors.Is(err, ErrVersion) {
		t.Errorf("Open() = %v", err)
	}
	if _, err := Read(t.Context(), path); !errors.Is(err, ErrVersion) {
		t.Errorf("Read() = %v", err)
	}
}

// TestTwoWriters holds several processes' worth of ledgers to taking turns.
func TestTwoWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "l.db")
	a, b := openNew(t, path), openNew(t, path)
	done := make(chan error, 2)
	for i, l := range []*Ledger{a, b} {
		go func() {
			var err error
			for n := 0; n < 50 && err == nil; n++ {
				err = l.Record([]report.Result{result(fmt.Sprint(i, "-", n)), result("same")})
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(all(t, a)); n != 101 {
		t.Errorf("%d inputs, want 101", n)
	}
}

// BenchmarkRecord measures what a message costs, in groups as a run makes them.
func BenchmarkRecord(b *testing.B) {
	for _, group := range []int{16, 128} {
		b.Run(fmt.Sprint(group), func(b *testing.B) {
			l := openNew(b, filepath.Join(b.TempDir(), "l.db"))
			results := make([]report.Result, group)
			for n := 0; b.Loop(); n += group {
				for i := range results {
					results[i] = result(fmt.Sprintf("%08d", n+i))
				}
				if err := l.Record(results); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*group), "µs/message")
		})
	}
}

// BenchmarkRecall measures what planning asks of a ledger.
func BenchmarkRecall(b *testing.B) {
	l := openNew(b, filepath.Join(b.TempDir(), "l.db"))
	results := make([]report.Result, 10_000)
	for i := range results {
		results[i] = result(fmt.Sprintf("%08d", i))
	}
	if err := l.Record(results); err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		if _, ok, err := l.Recall(results[n%len(results)].Input); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	l := openNew(t, filepath.Join(t.TempDir(), "l.db"))
	a, b := result("a"), result("\xffb")
	if err := l.Record([]report.Result{a, b}); err != nil {
		t.Fatal(err)
	}
	for _, gone := range [][]string{nil, {b.Input, "in/unknown"}, {b.Input}} {
		if err := l.Forget(t.Context(), gone); err != nil {
			t.Errorf("Forget(%q) = %v", gone, err)
		}
	}
	if diff := cmp.Diff([]report.Result{a}, all(t, l)); diff != "" {
		t.Errorf("Results() -want +got:\n%s", diff)
	}
	if _, ok, err := l.Owner(b.OutputName); ok || err != nil {
		t.Errorf("its output is still known: %v", err)
	}
}
