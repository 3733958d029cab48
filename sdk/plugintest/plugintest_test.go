package plugintest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
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
	var b strings.Builder
	b.WriteString(format)
	for _, a := range args {
		if err, ok := a.(error); ok {
			b.WriteString(err.Error())
		}
	}
	r.failed = append(r.failed, b.String())
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }
func (r *recorder) Fatal(args ...any)                 { r.Errorf("fatal", args...) }

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
