package plugintest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// A recorder is a test that fails without failing its parent.
type recorder struct {
	testing.TB
	cleanup []func()
	failed  []string
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanup = append(r.cleanup, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }
func (r *recorder) Fatal(args ...any)                 { r.Errorf("%s", fmt.Sprint(args...)) }

func (r *recorder) end() {
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		r.cleanup[i]()
	}
}

func plugin(f sdk.ExportFunc) sdk.Plugin {
	return sdk.Plugin{Name: "test", Formats: []sdk.Format{{Name: "x", Exporter: f}}}
}

func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	leak := make(chan struct{})
	t.Cleanup(func() { close(leak) })
	var once sync.Once
	p := plugin(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error {
		once.Do(func() { go func() { <-leak }() })
		return nil
	})
	for i, want := range []int{1, 0} { // the second run leaks nothing
		r := &recorder{TB: t}
		Export(r, p, "x", &mapi.Message{})
		r.end()
		if len(r.failed) != want || want == 1 && !strings.Contains(r.failed[0], "goroutines are left") {
			t.Errorf("run %d: failures %q, want %d", i, r.failed, want)
		}
	}
}

func TestFailuresAreReported(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad weather")
	r := &recorder{TB: t}
	Export(r, plugin(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return bad }), "x", &mapi.Message{})
	Import(r, plugin(nil), "x", []byte("data"))
	r.end()
	if len(r.failed) != 2 || !strings.Contains(r.failed[0], "bad weather") || !strings.Contains(r.failed[1], "UNSUPPORTED") {
		t.Errorf("failures %q", r.failed)
	}
}

func TestOutputComesWithItsFormat(t *testing.T) {
	t.Parallel()
	got, _ := Export(t, plugin(func(_ context.Context, j *sdk.Job, _ *mapi.Message, out transfer.Output) error {
		_, err := io.WriteString(out, j.Format)
		return err
	}), "x", &mapi.Message{})
	if string(got) != "x" {
		t.Errorf("got %q", got)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "golden")
	if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, got string
		failures  int
	}{
		{"equal", "one\ntwo\n", 0},
		{"another line", "one\n2\n", 1},
		{"line missing", "one\n", 1},
	} {
		r := &recorder{TB: t}
		Golden(r, path, []byte(tt.got))
		if len(r.failed) != tt.failures {
			t.Errorf("%s: failures %q, want %d", tt.name, r.failed, tt.failures)
		}
	}
}

// TestFaultsAreFound has a row for each fault that fails a test unasked, and for
// what Survive finds.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	long := &mapi.Message{}
	long.Props.Set(proptag.Body, strings.Repeat("x", 1<<20))
	export := func(f sdk.ExportFunc) func(testing.TB) {
		return func(t testing.TB) { Export(t, plugin(f), "x", long) }
	}
	survive := func(f sdk.ExportFunc) func(testing.TB) { return func(t testing.TB) { Survive(t, plugin(f)) } }
	tests := []struct {
		name string
		run  func(testing.TB)
		want string // in the only failure, or each of them; "" for none
	}{
		{"a message read as it should be", export(func(_ context.Context, _ *sdk.Job, m *mapi.Message, out transfer.Output) error {
			v, err := m.Props.Open(proptag.Body)
			if err != nil {
				return err
			}
			defer v.Close()
			_, err = io.Copy(out, v)
			return err
		}), ""},
		{"a value opened over and over", export(func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			for range 400 {
				v, err := m.Props.Open(proptag.Body)
				if err != nil {
					return err
				}
				_ = v.Close()
			}
			return nil
		}), "chatty"},
		{"a code with blanks", export(func(_ context.Context, job *sdk.Job, _ *mapi.Message, _ transfer.Output) error {
			job.Loss("Something was lost", "", "")
			return nil
		}), "no dotted word"},
		{"a panic", survive(func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if len(m.Recipients) > 1000 {
				panic("too many people")
			}
			return nil
		}), "too many people"},
		{"an error that is nobody's fault", survive(func(_ context.Context, _ *sdk.Job, m *mapi.Message, _ transfer.Output) error {
			if len(m.Attachments) > 400 {
				return errors.New("no room")
			}
			return nil
		}), "no room"},
		{"bad input", survive(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return sdk.ErrBadInput }), ""},
		{"outputs that count", survive(func(_ context.Context, _ *sdk.Job, _ *mapi.Message, out transfer.Output) error {
			_, err := fmt.Fprint(out, calls.Add(1))
			return err
		}), "the second time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			tt.run(r)
			r.end()
			if (len(r.failed) == 0) != (tt.want == "") {
				t.Errorf("failures %.300q, want %q", r.failed, tt.want)
			}
			for _, f := range r.failed {
				if !strings.Contains(f, tt.want) {
					t.Errorf("failure %.300q, want %q in it", f, tt.want)
				}
			}
		})
	}
}

// TestTransformAndProbe: both are tested like exporters, and what a plugin does not
// do is refused.
func TestTransformAndProbe(t *testing.T) {
	t.Parallel()
	p := plugin(nil)
	p.Formats[0].Exporter = nil
	p.Formats[0].Importer = sdk.ImportFunc(func(context.Context, *sdk.Job, transfer.Input) (*mapi.Message, error) {
		return nil, sdk.ErrBadInput
	})
	p.Formats[0].Magic = []sdk.Magic{{Offset: 3, Bytes: "x"}}
	p.Formats[0].Probe = func(_ context.Context, src transfer.Input) (bool, error) { return src.Size() == 4, nil }
	p.Transformer = sdk.TransformFunc(func(_ context.Context, _ *sdk.Job, m *mapi.Message) error {
		body, ok := m.Props.Get(proptag.Body)
		m.Props = nil
		if ok {
			m.Props.Set(proptag.Html.WithType(mapi.PtypString), body) // moved, not read
		}
		return nil
	})
	m := &mapi.Message{}
	m.Props.Set(proptag.Body, strings.Repeat("x", 1<<20))
	h := Start(t, p)
	r := h.Transform(m, nil)
	if r.Err != nil || len(r.Message.Props.String(proptag.Html.WithType(mapi.PtypString))) != 1<<20 || !m.Props.Has(proptag.Body) {
		t.Errorf("got %.100v, %v", r.Message, r.Err)
	}
	Modest(t, r, Traffic{Refs: 1, Frames: 2})
	if r.Traffic.Requests != 0 {
		t.Errorf("moving a value takes %d requests", r.Traffic.Requests)
	}
	if yes, no := h.Probe("x", make([]byte, 4)), h.Probe("x", nil); !yes.Matched || no.Matched || yes.Err != nil || no.Err != nil {
		t.Errorf("probes give %v and %v", yes, no)
	}
	Survive(t, p)
	var f *Failure
	other := Start(t, plugin(func(context.Context, *sdk.Job, *mapi.Message, transfer.Output) error { return nil }))
	for _, r := range []Result{other.Transform(m, nil), other.Probe("x", nil)} {
		if !errors.As(r.Err, &f) || f.Result != pluginv1.Result_RESULT_UNSUPPORTED {
			t.Errorf("got %v", r.Err)
		}
	}
}
