package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// corpus lists the public .msg samples, skipping the test without them.
func corpus(t *testing.T) []string {
	t.Helper()
	var list []string
	_ = filepath.WalkDir(filepath.Join("..", "..", "..", "shared", "corpus", "msg"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".msg") && !strings.Contains(path, "oracle") {
			list = append(list, path)
		}
		return nil
	})
	if len(list) == 0 {
		t.Skip("no corpus")
	}
	return list
}

// oxcheck runs the independent judge, skipping the test without it.
func oxcheck(t *testing.T, args ...string) (string, error) {
	t.Helper()
	tool := filepath.Join("..", "..", "..", "shared", "tools", "oxcheck.py")
	python, err := exec.LookPath("python3")
	if err == nil {
		_, err = os.Stat(tool)
	}
	if err != nil {
		t.Skip(err)
	}
	out, err := exec.Command(python, append([]string{tool}, args...)...).CombinedOutput()
	return string(out), err
}

// TestCorpusCopies copies every public sample into a new message: our reader and
// the independent judge find the copy right and equal.
func TestCorpusCopies(t *testing.T) {
	t.Parallel()
	corpusRun(t, func(t *testing.T, s *Session, path, out string) {
		from := must(s.OpenMessage(mustFile(t, path, ReadOnly), Unicode, nil, nil))
		to := must(s.OpenMessage(mustFile(t, out, CreateNew), Unicode, problem.Reporter(func(p problem.Problem) { t.Log(p) }), nil))
		problems, err := from.CopyTo(to, nil, 0)
		if err := errors.Join(err, to.SaveChanges()); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
	}, nothingWrong)
}

// nothingWrong demands that the judge finds no fault in the copies.
func nothingWrong(t *testing.T, _, outs string) {
	t.Helper()
	out, err := oxcheck(t, append([]string{"msg"}, glob(outs)...)...)
	t.Logf("oxcheck msg: %s", out)
	if err != nil {
		t.Errorf("oxcheck msg: %v", err)
	}
}

// nothingNew demands that the judge finds no fault in an edited file whose
// original has none: an edit keeps also what is wrong.
func nothingNew(t *testing.T, originals, outs string) {
	t.Helper()
	faulty := func(dir string) map[string]bool {
		out, _ := oxcheck(t, append([]string{"msg"}, glob(dir)...)...)
		names := make(map[string]bool)
		for line := range strings.Lines(out) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), dir+string(filepath.Separator)); ok {
				name, _, _ := strings.Cut(rest, ": ")
				names[name] = true
			}
		}
		return names
	}
	before, after := faulty(originals), faulty(outs)
	t.Logf("oxcheck msg: %d of %d originals have faults, %d edited files", len(before), len(glob(originals)), len(after))
	for name := range after {
		if !before[name] {
			t.Errorf("%s has faults now", name)
		}
	}
}

// TestCorpusEdits opens every public sample for changes and saves it with one
// property more.
func TestCorpusEdits(t *testing.T) {
	t.Parallel()
	corpusRun(t, func(t *testing.T, s *Session, path, out string) {
		b, err := os.ReadFile(path)
		if err := errors.Join(err, os.WriteFile(out, b, 0o600)); err != nil {
			t.Fatal(err)
		}
		m := must(s.OpenMessage(mustFile(t, out, ReadWrite), Unicode, nil, nil))
		problems, err := m.SetProps(marker)
		if err := errors.Join(err, m.SaveChanges()); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
	}, nothingNew)
}

// corpusRun makes a message out of each sample and compares the two. judge has
// the last word on the folders of originals and results.
func corpusRun(t *testing.T, do func(t *testing.T, s *Session, path, out string), judge func(t *testing.T, originals, outs string)) {
	sources, outs, originals := t.TempDir(), t.TempDir(), t.TempDir()
	var made, equal int
	for i, path := range corpus(t) {
		name := fmt.Sprintf("%03d-%s", i, filepath.Base(path))
		t.Run(name, func(t *testing.T) {
			s, out := open(t), filepath.Join(outs, name)
			var said problem.List
			src, err := s.OpenMessage(mustFile(t, path, ReadOnly), Unicode, said.Add, nil)
			if err != nil {
				t.Skip(err)
			}
			want := must(src.Snapshot())
			do(t, s, path, out)
			made++
			copied := must(s.OpenMessage(mustFile(t, out, ReadOnly), Unicode, nil, nil))
			same(t, "", plainMessage(t, must(copied.Snapshot())), plainMessage(t, want))
			if !t.Failed() {
				equal++
			}
			err = os.WriteFile(filepath.Join(originals, name), must(os.ReadFile(path)), 0o600)
			if !lost(said) {
				err = errors.Join(err, os.Link(filepath.Join(originals, name), filepath.Join(sources, name)))
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Logf("%d of %d messages equal", equal, made)
	judge(t, originals, outs)
	out, err := oxcheck(t, "pairs", sources, outs)
	t.Logf("oxcheck pairs of %d: %s", len(glob(sources)), out)
	if err != nil {
		t.Errorf("oxcheck pairs: %v", err)
	}
}

// lost reports whether the reader left an object out because nothing of it
// could be read.
func lost(said problem.List) bool {
	return slices.ContainsFunc(said, func(p problem.Problem) bool {
		return p.Code == "msg.object.damaged" && p.Severity == problem.Loss
	})
}

func glob(dir string) []string { return must(filepath.Glob(filepath.Join(dir, "*"))) }

// TestSavingAgainChangesNothing saves samples twice.
func TestSavingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for _, path := range corpus(t)[:20] {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		once, err := resave(t, b)
		if err != nil {
			continue
		}
		if twice, err := resave(t, once); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%s: saving it again changes it: %v", path, err)
		}
	}
}

// resave opens a message, looks into it and saves it.
func resave(t *testing.T, b []byte) ([]byte, error) {
	t.Helper()
	st := NewMemory(b)
	m, err := open(t).OpenMessage(st, Unicode, nil, nil)
	if err != nil {
		return nil, err
	}
	if _, err := m.GetPropList(Unicode); err != nil {
		return nil, err
	}
	err = m.SaveChanges()
	return st.Bytes(), err
}

// TestCorpusByProperty reads every sample through GetPropList, GetProps and
// OpenProperty alone, down to the last embedded message, and finds what
// Snapshot has.
func TestCorpusByProperty(t *testing.T) {
	t.Parallel()
	for _, path := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			m, err := open(t).OpenMessage(mustFile(t, path, ReadOnly), Unicode, nil, nil)
			if err != nil {
				t.Skip(err)
			}
			want := must(m.Snapshot())
			each(want, func(p *mapi.Prop) {
				if p.Tag == proptag.AccessLevel { // GetProps says what holds for the open object
					p.Value = nil
				}
			})
			same(t, "", byProperty(t, m), plainMessage(t, want))
		})
	}
}

// byProperty reads a message as a client of MAPI does.
func byProperty(t *testing.T, m *Message) plain {
	t.Helper()
	d := plain{props: objectProps(t, &m.Object)}
	for _, r := range must(must(m.GetRecipientTable(Unicode)).QueryRows(1<<20, 0)) {
		d.kids = append(d.kids, plain{props: plainProps(t, r)})
	}
	columns := must(m.GetAttachmentTable(Unicode))
	if err := columns.SetColumns(tags(proptag.AttachNumber)); err != nil {
		t.Fatal(err)
	}
	for _, r := range must(columns.QueryRows(1<<20, 0)) {
		a := must(m.OpenAttach(r[0].Value.(int32), 0))
		k := plain{props: objectProps(t, &a.Object)}
		if em, err := a.OpenMessage(0); err == nil {
			k.kids = []plain{byProperty(t, em)}
		}
		d.kids = append(d.kids, k)
		a.Release()
	}
	return d
}

// objectProps reads all properties of an object.
func objectProps(t *testing.T, o *Object) map[string]string {
	t.Helper()
	list := must(o.GetPropList(Unicode))
	if len(list) == 0 {
		return nil
	}
	props, _, err := o.GetProps(list, Unicode)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range props {
		if p.Value != mapi.ErrNotEnoughMemory {
			continue
		}
		s, err := o.OpenStream(list[i], 0)
		if err != nil {
			continue // a table or a message
		}
		b, err := io.ReadAll(s)
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		props[i].Tag, props[i].Value = list[i], b
	}
	return plainProps(t, props)
}
