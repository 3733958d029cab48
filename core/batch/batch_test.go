package batch

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// fake converts by taking the first line for the subject, and back.
type fake struct {
	mu    sync.Mutex
	first func(job *session.Job) error // asked before Convert does anything
	alone int
}

func (f *fake) Convert(ctx context.Context, job *session.Job) error {
	if f.first != nil {
		if err := f.first(job); err != nil {
			return err
		}
	}
	return f.do(job)
}

func (f *fake) ConvertAlone(_ context.Context, job *session.Job) error {
	f.mu.Lock()
	f.alone++
	f.mu.Unlock()
	return f.do(job)
}

func (f *fake) do(job *session.Job) error {
	if job.Direction == session.Export {
		tree, err := job.Message.Snapshot()
		if err != nil {
			return err
		}
		_, err = io.WriteString(job.Output, "Subject: "+tree.Props.String(proptag.Subject)+"\r\n\r\n")
		return err
	}
	b := make([]byte, job.Input.Size())
	if _, err := job.Input.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	subject, _, _ := strings.Cut(strings.TrimPrefix(string(b), "Subject: "), "\r\n")
	if subject == "bad" {
		return errors.New("this one is bad")
	}
	if subject == "lossy" {
		job.Report(problem.Problem{Code: "test.loss", Severity: problem.Loss})
	}
	var m mapi.Message
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, subject)
	return job.Message.SetContents(&m)
}

type suspectError struct{}

func (suspectError) Error() string { return "process died" }
func (suspectError) Suspect() bool { return true }

type fatalError struct{}

func (fatalError) Error() string { return "plugin is gone for good" }
func (fatalError) Fatal() bool   { return true }

// write makes files below a new folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// run converts and returns the results by the base name of their input.
func run(t *testing.T, conv Converter, opt Options, paths ...string) (map[string]report.Result, report.Summary, error) {
	t.Helper()
	results := map[string]report.Result{}
	opt.Done = func(r report.Result) { results[filepath.Base(r.Input)] = r }
	sum, err := Run(t.Context(), conv, paths, opt)
	return results, sum, err
}

func TestRunMirrorsTheTreeBothWays(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{
		"a.eml": "Subject: one\r\n\r\n", "d/e/b.eml": "Subject: two\r\n\r\n",
		"d/maildir.2,S": "Subject: three\r\n\r\n", "d/notes.txt": "nothing", "empty.eml": "",
		"same.eml": "Subject: s1\r\n\r\n", "same": "Subject: s2\r\n\r\n",
	})
	msgs := filepath.Join(t.TempDir(), "msgs")
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: msgs, SessionMessages: 2}, in)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.msg", "d/e/b.msg", "d/maildir.2,S.msg", "same.eml.msg", "same.msg"}
	if got := tree(t, msgs); !slices.Equal(got, want) {
		t.Errorf("outputs %v, want %v", got, want)
	}
	if sum.Converted != 5 || sum.Skipped != 2 || sum.Failed != 0 {
		t.Errorf("summary %+v", sum)
	}
	if r := results["notes.txt"]; r.State != report.Skipped || r.Reason == "" {
		t.Errorf("notes.txt: %+v", r)
	}
	back := t.TempDir()
	if _, _, err = run(t, &fake{}, Options{To: "eml", OutDir: back}, msgs); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(back, "d", "e", "b.eml")); string(b) != "Subject: two\r\n\r\n" {
		t.Errorf("round trip gave %q", b)
	}
}

func TestRunReportsFailuresAndGoesOn(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"bad.eml": "Subject: bad\r\n\r\n", "good.eml": "Subject: good\r\n\r\n", "lossy.eml": "Subject: lossy\r\n\r\n"})
	out := t.TempDir()
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out}, in, filepath.Join(in, "absent.eml"))
	if err != nil {
		t.Fatal(err)
	}
	if sum.Converted != 2 || sum.Failed != 2 || sum.WithLoss != 1 {
		t.Errorf("summary %+v", sum)
	}
	if r := results["bad.eml"]; r.State != report.Failed || r.Reason != "this one is bad" || r.Output != "" {
		t.Errorf("bad.eml: %+v", r)
	}
	if got := tree(t, out); !slices.Equal(got, []string{"good.msg", "lossy.msg"}) {
		t.Errorf("outputs %v", got)
	}
}

func TestRunNamedFileThatIsNoMessageFails(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"x.txt": "prose"})
	results, sum, err := run(t, &fake{}, Options{To: "eml", OutDir: t.TempDir()}, filepath.Join(in, "x.txt"))
	if err != nil || sum.Failed != 1 || !strings.Contains(results["x.txt"].Reason, "not an Outlook message") {
		t.Errorf("%+v, %v, %+v", sum, err, results)
	}
}

func TestRunDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: new\r\n\r\n"})
	out := write(t, map[string]string{"a.msg": "theirs"})
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out}, in)
	if err != nil || sum.Failed != 1 || !strings.Contains(results["a.eml"].Reason, "--overwrite") {
		t.Errorf("%+v, %v, %+v", sum, err, results)
	}
	if b, _ := os.ReadFile(filepath.Join(out, "a.msg")); string(b) != "theirs" {
		t.Error("the file was overwritten")
	}
	if _, sum, err = run(t, &fake{}, Options{To: "msg", OutDir: out, Overwrite: true}, in); err != nil || sum.Converted != 1 {
		t.Errorf("with Overwrite: %+v, %v", sum, err)
	}
}

func TestRunRetriesSuspectsAlone(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: a\r\n\r\n", "b.eml": "Subject: b\r\n\r\n"})
	conv := &fake{first: func(*session.Job) error { return suspectError{} }}
	results, sum, err := run(t, conv, Options{To: "msg", OutDir: t.TempDir()}, in)
	if err != nil || sum.Converted != 2 || conv.alone != 2 {
		t.Errorf("%+v, %v, %d alone", sum, err, conv.alone)
	}
	if results["a.eml"].Attempts != 2 {
		t.Errorf("attempts %d", results["a.eml"].Attempts)
	}
}

func TestRunEndsOnAFatalError(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, n := range "abcdefghij" {
		files[string(n)+".eml"] = "Subject: x\r\n\r\n"
	}
	conv := &fake{first: func(*session.Job) error { return fatalError{} }}
	_, sum, err := run(t, conv, Options{To: "msg", OutDir: t.TempDir(), Jobs: 1}, write(t, files))
	var fatal fatalError
	if !errors.Is(err, ErrAborted) || !errors.As(err, &fatal) || sum.Converted != 0 {
		t.Errorf("Run() = %+v, %v", sum, err)
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	conv := &fake{first: func(*session.Job) error { cancel(); return context.Canceled }}
	in := write(t, map[string]string{"a.eml": "Subject: x\r\n\r\n", "b.eml": "Subject: y\r\n\r\n"})
	out := t.TempDir()
	sum, err := Run(ctx, conv, []string{in}, Options{To: "msg", OutDir: out, Jobs: 1})
	if !errors.Is(err, context.Canceled) || sum.Converted != 0 {
		t.Errorf("Run() = %+v, %v", sum, err)
	}
	if got := tree(t, out); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestRunDoesNotEatItsOwnOutput(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"a.eml": "Subject: x\r\n\r\n", "out/old.eml": "Subject: old\r\n\r\n"})
	out := filepath.Join(in, "out")
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out}, in)
	if err != nil || sum.Converted != 1 || len(results) != 1 {
		t.Errorf("%+v, %v, %v", sum, err, results)
	}
}
