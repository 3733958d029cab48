package batch

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
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

// TestRecognisedAgain: whoever looks at the inputs of a run later, as an audit does,
// knows them by what reports call them, and finds the formats that the plan has.
func TestRecognisedAgain(t *testing.T) {
	t.Parallel()
	mailbox := "From a@b Thu Jan  1 00:00:00 2004\nSubject: m\n\n"
	archive := zipWith(t, [][2]string{{"sub/g.x", "x"}, {"h.eml", "Subject: h\n\n"}})
	in := write(t, map[string]string{"g.zip": string(archive), "a.x": "x", "b.eml": "Subject: b\n\n", "bare": "Subject: c\n\n", "INBOX": mailbox, "e.mbox": mailbox, "f.y#2": "Subject: f\n\n"})
	formats := map[string]string{".x": "exes", ".eml": "letters"}
	opt := Options{To: "msg", OutDir: t.TempDir(), In: store.Dir{}, Recogniser: &Recogniser{Mail: true,
		Recognise: func(_ context.Context, _ transfer.Input, extension string) (string, error) {
			return formats[extension], nil
		}}}
	got := map[string]string{}
	opt.Found = func(it Item) {
		name := filepath.ToSlash(strings.TrimPrefix(it.Name(), in+string(filepath.Separator)))
		o := Opener{In: opt.In, Packed: new(Unpacker)}
		src, err := o.Open(t.Context(), it.Name())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer src.Close()
		again, err := opt.knownTarget(t.Context(), src, it.Name())
		if got[name] = again.format; err != nil || again.format != it.Format {
			t.Errorf("%s is %q, %v, and %q in the plan", name, again.format, err, it.Format)
		}
	}
	makePlan(t, opt, in)
	want := map[string]string{"a.x": "exes", "b.eml": "letters", "bare": "eml", "INBOX#000001": "letters", "e.mbox#000001": "letters",
		"f.y#2": "eml", "g.zip!sub/g.x": "exes", "g.zip!h.eml": "letters"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
