package msg

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// mustWrite writes m into memory.
func mustWrite(t testing.TB, m *mapi.Message, report problem.Reporter) []byte {
	t.Helper()
	sp := new(spool)
	if err := Write(sp, m, WriteOptions{}, report); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, sp.size)
	if _, err := sp.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	if err := sp.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// mustRead reads a message from memory.
func mustRead(t testing.TB, data []byte, report problem.Reporter) *mapi.Message {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Message(report)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// tree is a message in comparable form: properties by id or name.
type tree struct {
	props map[string]string
	kids  []tree
}

// digest returns the comparable form of m.
func digest(t testing.TB, m *mapi.Message) tree {
	t.Helper()
	d := tree{props: digestProps(t, m.Props)}
	for _, p := range m.Recipients {
		d.kids = append(d.kids, tree{props: digestProps(t, p)})
	}
	for _, a := range m.Attachments {
		k := tree{props: digestProps(t, a.Props)}
		if a.Embedded != nil {
			k.kids = []tree{digest(t, a.Embedded)}
		}
		d.kids = append(d.kids, k)
	}
	return d
}

// digestProps leaves out what Write computes and what it cannot keep.
func digestProps(t testing.TB, props mapi.Props) map[string]string {
	t.Helper()
	d := make(map[string]string)
	for _, p := range props {
		key := p.Tag.String()
		switch {
		case !p.Name.IsZero():
			key = foldName(p.Name).String() + " " + p.Tag.Type().String()
		case p.Tag.ID() >= firstNamed || p.Tag.ID() == 0 || p.Value == nil:
			continue
		case p.Tag == proptag.StoreSupportMask || p.Tag == proptag.AttachSize || p.Tag == proptag.AttachNumber:
			continue
		}
		d[key] = digestValue(t, p)
	}
	return d
}

func digestValue(t testing.TB, p mapi.Prop) string {
	t.Helper()
	large, ok := p.Value.(mapi.Large)
	if !ok {
		return fmt.Sprintf("%T %v", p.Value, p.Value)
	}
	r, err := large.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if n := large.Size(); n >= 0 && n != int64(len(b)) {
		t.Errorf("%v: Size() = %d, but %d bytes were read", p.Tag, n, len(b))
	}
	return fmt.Sprintf("large %d %x", len(b), sha256.Sum256(b))
}

// contains reports what want has and got lacks.
func contains(t testing.TB, path string, got, want tree) {
	t.Helper()
	for k, v := range want.props {
		if got.props[k] != v {
			t.Errorf("%s/%s: got %.200q, want %.200q", path, k, got.props[k], v)
		}
	}
	if len(got.kids) != len(want.kids) {
		t.Errorf("%s: %d children, want %d", path, len(got.kids), len(want.kids))
		return
	}
	for i := range want.kids {
		contains(t, fmt.Sprintf("%s/%d", path, i), got.kids[i], want.kids[i])
	}
}

// judge runs an independent strict check over a written file, if it is there.
func judge(t testing.TB, data []byte) {
	t.Helper()
	tool := filepath.Join("..", "..", "..", "shared", "tools", "oxcheck.py")
	if _, err := os.Stat(tool); err != nil {
		return
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		return
	}
	name := filepath.Join(t.TempDir(), "judged.msg")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(python, tool, "msg", name).CombinedOutput(); err != nil {
		t.Errorf("oxcheck: %v\n%s", err, out)
	}
}

// bytesLarge is a Large in memory.
type bytesLarge struct {
	data []byte
	size int64 // what Size says
}

func (l bytesLarge) Size() int64                  { return l.size }
func (l bytesLarge) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(l.data)), nil }

// brokenLarge is a Large that cannot be read.
type brokenLarge struct{}

func (brokenLarge) Size() int64                  { return 5 }
func (brokenLarge) Open() (io.ReadCloser, error) { return nil, mapi.ErrDisk }

// file is a compound file in the making, by path of nested maps: a []byte is a
// stream, a file a storage.
type file map[string]any

// build writes a compound file.
func build(t testing.TB, f file) []byte {
	t.Helper()
	sp := new(spool)
	w, err := cfb.NewWriter(sp, cfb.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.put(t, w.Root())
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sp.mem
}

func (f file) put(t testing.TB, st *cfb.StorageWriter) {
	t.Helper()
	for name, v := range f {
		switch v := v.(type) {
		case file:
			sub, err := st.CreateStorage(name)
			if err != nil {
				t.Fatal(err)
			}
			v.put(t, sub)
		case []byte:
			s, err := st.CreateStream(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Write(v); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("%s: %v", name, reflect.TypeOf(v))
		}
	}
}
