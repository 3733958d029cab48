package batch

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestRecognised: a plugin's own formats are inputs, mail only if it reads that, too;
// a question that fails costs the one input, and the end of the plugin the plan.
func TestRecognised(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.x": "x", "b.eml": "Subject: b\r\n\r\n", "c.txt": "nothing", "d.bad": "x", "e.mbox": "From a@b Thu Jan  1 00:00:00 2004\nSubject: e\n\n"})
	recognise := func(broken error) func(context.Context, transfer.Input, string) (string, error) {
		return func(_ context.Context, _ transfer.Input, extension string) (string, error) {
			switch extension {
			case ".x":
				return "exes", nil
			case ".bad":
				return "", broken
			}
			return "", nil
		}
	}
	died := errors.New("it died")
	for mail, want := range map[bool]map[string]string{
		false: {"a.x": "exes", "b.eml": "skipped", "c.txt": "skipped", "d.bad": "failed", "e.mbox": "skipped"},
		true:  {"a.x": "exes", "b.eml": "eml", "c.txt": "skipped", "d.bad": "failed", "e.mbox": "eml"},
	} {
		got := map[string]string{}
		opt := Options{To: "msg", OutDir: "out", Recogniser: &Recogniser{Recognise: recognise(died), Mail: mail}}
		opt.Found = func(it Item) {
			name := filepath.Base(it.Path)
			if got[name] = it.Format; it.State != "" {
				got[name] = string(it.State)
			}
			if it.State == report.Failed && it.Reason != "it died" {
				t.Errorf("%s failed: %s", name, it.Reason)
			}
		}
		makePlan(t, opt, in)
		for name, w := range want {
			if got[name] != w {
				t.Errorf("mail %v: %s is %q, want %q", mail, name, got[name], w)
			}
		}
	}
	_, err := MakePlan(t.Context(), t.TempDir(), Roots([]string{in}), Options{To: "msg", OutDir: "out", Recogniser: &Recogniser{Recognise: recognise(fatalError{})}})
	if !errors.Is(err, fatalError{}) {
		t.Errorf("MakePlan() = %v", err)
	}
}
