package batch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

func sourceOf(text string) *store.Source {
	return store.NewSource(strings.NewReader(text), int64(len(text)), time.Unix(1, 0), nil)
}

// files are the members of the archives in these tests, in an order that is not
// theirs.
var files = [][2]string{
	{"z/last.eml", "Subject: last\r\n\r\n"},
	{"a.eml", "Subject: first\r\n\r\n" + strings.Repeat("text ", 400_000)}, // above inflateMemory
	{"../../evil.eml", "Subject: evil\r\n\r\n"},
	{"notes.txt", "no message"},
	{"a?.eml", "Subject: same name after cleaning\r\n\r\n"},
	{"a*.eml", "Subject: and again\r\n\r\n"},
}

func zipOf(t testing.TB) []byte {
	t.Helper()
	return zipWith(t, files)
}

func zipWith(t testing.TB, members [][2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, f := range members {
		h := &zip.FileHeader{Name: f[0], Method: zip.Deflate}
		if i%2 == 0 {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{Name: f[0], Size: int64(len(f[1])), Mode: 0o644, Typeflag: tar.TypeReg})
		if err == nil {
			_, err = io.WriteString(w, f[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteHeader(&tar.Header{Name: "link.eml", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchivesAreFolders(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"mail.zip": zipOf(t), "mail.tar": tarOf(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := write(t, map[string]string{"d/" + name: string(data), "d/b.eml": "Subject: plain\r\n\r\n", "d/book.docx": string(zipOf(t))})
			out := t.TempDir()
			results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out}, in)
			if err != nil {
				t.Fatal(err)
			}
			base := "d/" + name + "/"
			want := []string{"d/b.msg", base + "_/_/evil.msg", base + "a.msg", base + "a_.eml.msg", base + "a_.msg", base + "z/last.msg"}
			if got := tree(t, out); !slices.Equal(got, want) {
				t.Errorf("outputs %v, want %v", got, want)
			}
			if r := results["book.docx"]; r.State != report.Skipped {
				t.Errorf("a document that is a zip file: %+v", r)
			}
			if r := results["a.eml"]; r.Bytes != int64(len(files[1][1])) && r.Bytes != 0 {
				t.Errorf("%+v", r)
			}
			if wantFailed := strings.Count(name, "tar"); sum.Failed != wantFailed {
				t.Errorf("%d failed, want %d", sum.Failed, wantFailed)
			}
			o := Opener{In: store.Dir{}, Packed: new(Unpacker)}
			src, err := o.Open(t.Context(), filepath.Join(in, "d", name)+"!z/last.eml")
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if b, err := io.ReadAll(io.NewSectionReader(src, 0, src.Size())); string(b) != files[0][1] || err != nil {
				t.Errorf("the member has %q, %v", b, err)
			}
			if _, err := o.Open(t.Context(), filepath.Join(in, "d", name)+"!nothing"); !os.IsNotExist(err) {
				t.Errorf("a member that is not there: %v", err)
			}
		})
	}
}

// TestArchivesBesideTheirOutputs has a folder for the outputs in which the archives
// lie: a file has the name that the folder of its messages would have. A run that
// goes on finds everything done.
func TestArchivesBesideTheirOutputs(t *testing.T) {
	t.Parallel()
	in := write(t, map[string]string{"m.zip": string(zipWith(t, [][2]string{{"a.eml", "Subject: a\r\n\r\n"}})), "inbox.mbox": mboxOf(t, "Subject: b\r\n\r\n")})
	m := &memory{list: map[string]report.Result{}}
	for _, want := range []report.Summary{{Converted: 2}, {Done: 2}} {
		_, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: in, Record: m.record, Memory: m}, in)
		if sum.Bytes, sum.Duration = 0, 0; sum != want || err != nil {
			t.Errorf("%+v, %v, want %+v", sum, err, want)
		}
	}
	if got, want := tree(t, in), []string{"inbox.mbox", "inbox.mbox.d/000001.msg", "m.zip", "m.zip.d/a.msg"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
}

func TestBrokenArchivesFail(t *testing.T) {
	t.Parallel()
	z := zipOf(t)
	in := write(t, map[string]string{"cut.zip": string(z[:len(z)/2]), "ok.eml": "Subject: x\r\n\r\n"})
	results, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: t.TempDir()}, in)
	if err != nil || sum.Failed != 1 || sum.Converted != 1 || !strings.HasPrefix(results["cut.zip"].Reason, "archive: ") {
		t.Errorf("%+v, %v, %+v", sum, err, results)
	}
}

// FuzzContainers lists archives and opens what is in them.
func FuzzContainers(f *testing.F) {
	f.Add(zipOf(f)[:200])
	f.Add(tarOf(f)[:1024])
	f.Fuzz(func(t *testing.T, in []byte) {
		src := sourceOf(string(in))
		for _, list := range containers {
			members, err := list(src)
			if err != nil {
				continue
			}
			for _, m := range members[:min(len(members), 20)] {
				if m.bad != "" || m.size > 1<<20 {
					continue
				}
				s, err := openMember(src, &Item{Member: m.name, Range: &m.where, Size: m.size})
				if err != nil {
					continue
				}
				if s.Size() != m.size {
					t.Errorf("member %q of %d bytes has %d", m.name, m.size, s.Size())
				}
				s.Close()
			}
		}
	})
}

// TestMembersThatShareBytes has members of a zip file that all stand in one
// place: the first is taken, the others are refused.
func TestMembersThatShareBytes(t *testing.T) {
	t.Parallel()
	list := []member{
		{name: "c", where: Range{Offset: 200, Length: 50}}, {name: "a", where: Range{Offset: 100, Length: 50}}, {name: "b", where: Range{Offset: 100, Length: 50}},
		{name: "empty", where: Range{Offset: 120}}, {name: "inside", where: Range{Offset: 149, Length: 1}}, {name: "bad", where: Range{Length: 1000}, bad: "encrypted"},
		{name: "over", where: Range{Offset: 249, Length: 500}}, {name: "next", where: Range{Offset: 150, Length: 50}},
	}
	refuseShared(list)
	var refused []string
	for _, m := range list {
		if m.bad != "" && m.bad != "encrypted" {
			refused = append(refused, m.name)
		}
	}
	if want := []string{"b", "inside", "over"}; !slices.Equal(refused, want) {
		t.Errorf("refused: %v, want %v", refused, want)
	}
}

// TestArchivesOfOneName: the archives that two folders have under one name hold
// other messages, and none takes the place of another.
func TestArchivesOfOneName(t *testing.T) {
	t.Parallel()
	in := func(subject string) string {
		return write(t, map[string]string{"a.zip": string(zipWith(t, [][2]string{{"m.eml", "Subject: " + subject + "\r\n\r\n"}}))})
	}
	out := t.TempDir()
	_, sum, err := run(t, &fake{}, Options{To: "msg", OutDir: out, Overwrite: true}, in("one"), in("two"))
	if err != nil || sum.Converted != 2 {
		t.Errorf("%+v, %v", sum, err)
	}
	if got, want := tree(t, out), []string{"a.zip/m.eml.msg", "a.zip/m.msg"}; !slices.Equal(got, want) {
		t.Errorf("outputs %v, want %v", got, want)
	}
}
