package cfb

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/richardlehane/mscfb"
)

// corpusFiles lists every compound file that lies beside the project, and
// skips the test without them.
func corpusFiles(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	var paths []string
	for _, dir := range []string{"msg", "cfb"} {
		_ = filepath.WalkDir(filepath.Join(root, dir), func(p string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && (dir == "cfb" || strings.EqualFold(filepath.Ext(p), ".msg")) {
				paths = append(paths, p)
			}
			return nil
		})
	}
	if len(paths) == 0 {
		t.Skip("no corpus")
	}
	return paths
}

// TestCorpusBounds opens and verifies every file of the corpus within four
// times its size and 1 MiB. It must not run beside other tests.
func TestCorpusBounds(t *testing.T) {
	for _, p := range corpusFiles(t) {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		limit := int64(4*len(b) + 1<<20)
		r, size := bytes.NewReader(b), int64(len(b))
		if n := allocated(func() { _, err = Verify(r, size) }); n > limit || err != nil {
			t.Errorf("%s: Verify allocates %d bytes for %d, error %v", p, n, size, err)
		}
		if n := allocated(func() { _, err = Open(r, size, Options{}) }); n > limit {
			t.Errorf("%s: Open allocates %d bytes for %d", p, n, size)
		}
		var fe *FormatError
		if err != nil && (!errors.As(err, &fe) || fe.Spec == "") {
			t.Errorf("%s: Open() = %v", p, err)
		}
	}
}

// listing is what a reader found in a file: the hash of each stream by path.
type listing map[string]string

// judged is what the independent judge says of a file.
type judged struct {
	Faults  []string
	Streams listing
}

// dump prints what the class CFB of the judge finds in the files it is given.
const dump = `
import hashlib, importlib.util, json, sys
sys.dont_write_bytecode = True
sys.setrecursionlimit(20000)
spec = importlib.util.spec_from_file_location("oxcheck", sys.argv[1])
judge = importlib.util.module_from_spec(spec)
spec.loader.exec_module(judge)
def streams(entry, path, out):
    for name, kid in entry.kids.items():
        if kid.kind == 1:
            streams(kid, path + "/" + name, out)
        elif kid.kind == 2:
            out[path + "/" + name] = hashlib.sha256(kid.data).hexdigest()
    return out
for path in sys.stdin.read().splitlines():
    try:
        cfb = judge.CFB(open(path, "rb").read())
        line = {"Faults": cfb.faults, "Streams": streams(cfb.root, "", {})}
    except Exception as e:
        line = {"Faults": ["unreadable: %r" % e]}
    print(json.dumps(line))
`

// judgeAll asks the judge about all files; nil without a judge.
func judgeAll(t *testing.T, paths []string) []judged {
	t.Helper()
	tool := filepath.Join("..", "..", "..", "shared", "tools", "oxcheck.py")
	python, err := exec.LookPath("python3")
	if _, serr := os.Stat(tool); err != nil || serr != nil {
		return nil
	}
	cmd := exec.Command(python, "-c", dump, tool)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []judged
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var j judged
		switch err := dec.Decode(&j); {
		case err == io.EOF:
			return list
		case err != nil:
			t.Fatal(err)
		}
		list = append(list, j)
	}
}

// differ are the files about which we and the judge disagree.
var differ = map[string]string{
	"Bug33519.doc":   "[MS-CFB] 2.6.2: the creation time of the root MUST be zero; the judge does not look at it",
	"Bug50936_3.doc": "[MS-CFB] 2.6.2: the creation time of the root MUST be zero; the judge does not look at it",
}

// TestCorpusAgrees compares Verify with the judge, and what Open finds in sound
// files with what the judge and mscfb find.
func TestCorpusAgrees(t *testing.T) {
	t.Parallel()
	paths := corpusFiles(t)
	judge := judgeAll(t, paths)
	sound, compared := 0, 0
	for i, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		faults := verify(t, b)
		if judge != nil {
			agree := (len(faults) > 0) == (len(judge[i].Faults) > 0)
			if why, known := differ[filepath.Base(p)]; agree == known {
				t.Errorf("%s: faults %v, the judge found %q; known difference: %q", p, faults, judge[i].Faults, why)
			}
		}
		if len(faults) > 0 {
			continue
		}
		sound++
		f := open(t, b, Options{})
		if len(f.Repairs()) > 0 {
			t.Errorf("%s: no fault, but repairs %v", p, f.Repairs())
		}
		got := listing{}
		list(t, f.Root(), "", got)
		compareMSCFB(t, p, b, got)
		if judge != nil && len(judge[i].Faults) == 0 {
			compared++
			compareListing(t, p, got, judge[i].Streams)
		}
	}
	t.Logf("%d files, %d sound, %d compared with the judge", len(paths), sound, compared)
}

// list hashes the streams below s.
func list(t *testing.T, s *Storage, path string, out listing) {
	t.Helper()
	for _, st := range s.Streams() {
		b, err := st.Bytes(-1)
		if err != nil {
			t.Errorf("%s: %v", st.Path(), err)
		}
		out[path+"/"+st.Name()] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	for _, sub := range s.Storages() {
		list(t, sub, path+"/"+sub.Name(), out)
	}
}

// compareListing compares two listings of the file at p.
func compareListing(t *testing.T, p string, got, want listing) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d streams, want %d", p, len(got), len(want))
	}
	for path, hash := range want {
		if got[path] != hash {
			t.Errorf("%s: stream %q differs", p, path)
		}
	}
}

// compareMSCFB compares a listing with the streams that mscfb finds. It leaves
// out leading control characters of names, so hashes are compared.
func compareMSCFB(t *testing.T, p string, b []byte, got listing) {
	t.Helper()
	r, err := mscfb.New(bytes.NewReader(b))
	if err != nil {
		t.Errorf("%s: mscfb: %v", p, err)
		return
	}
	var ours, theirs []string
	for _, hash := range got {
		ours = append(ours, hash)
	}
	for _, f := range r.File {
		if f.FileInfo().IsDir() {
			continue
		}
		h := sha256.New()
		if _, err := io.CopyBuffer(struct{ io.Writer }{h}, io.LimitReader(f, f.Size), make([]byte, 8192)); err != nil {
			t.Errorf("%s: mscfb: %s: %v", p, f.Name, err)
		}
		theirs = append(theirs, fmt.Sprintf("%x", h.Sum(nil)))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if !slices.Equal(ours, theirs) {
		t.Errorf("%s: mscfb finds other contents: %d streams, we %d", p, len(theirs), len(ours))
	}
}
