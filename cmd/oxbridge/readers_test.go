package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// readers are independent programs that open what we write. Each is used where
// it is installed.
var readers = []struct {
	program string
	args    func(path string) []string
	want    string // in the output
}{
	{"7z", func(p string) []string { return []string{"l", p} }, "__properties_version1.0"},
	{"gsf", func(p string) []string { return []string{"list", p} }, "__nameid_version1.0"},
	{"olecfinfo", func(p string) []string { return []string{p} }, "OLE Compound File"},
	{"msgconvert", func(p string) []string { return []string{"--outfile", "-", p} }, "Subject: "},
}

func TestIndependentReadersOpenWhatWeWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	convert(t, "msg", dir, filepath.Join("..", "..", "testdata", "eml"))
	samples, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "msg", "*.msg"))
	made, _ := filepath.Glob(filepath.Join(dir, "*.msg"))
	for _, r := range readers {
		t.Run(r.program, func(t *testing.T) {
			path, err := exec.LookPath(r.program)
			if err != nil {
				t.Skip("not installed")
			}
			for _, file := range append(samples, made...) {
				out, err := exec.Command(path, r.args(file)...).CombinedOutput()
				if err != nil || !strings.Contains(string(out), r.want) {
					t.Errorf("%s %s: %v\n%.2000s", r.program, file, err, out)
				}
			}
		})
	}
}

// judge runs the independent judge that lies beside the project, if it does.
func judge(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("python3", append([]string{filepath.Join("..", "..", "..", "shared", "tools", "oxcheck.py")}, args...)...).Output()
	var exit *exec.ExitError
	if err != nil && !strings.Contains(fmt.Sprintf("%T", err), "ExitError") {
		t.Fatal(err, exit)
	}
	return string(out)
}

// TestCorpus converts the real messages that lie beside the project and asks the
// judge about the results. It is skipped where they are not there.
func TestCorpus(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus here")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 for the judge")
	}
	tests := []struct {
		kind, to string
		pairs    int // agreements wanted
		clean    int // outputs without fault wanted, -1 for all
	}{
		{"msg", "eml", 175, 200},
		{"eml", "msg", 586, -1},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			dir := t.TempDir()
			in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
			lay(t, filepath.Join(corpus, tt.kind), in, tt.kind)
			var stderr bytes.Buffer
			code := run([]string{"convert", "--to", tt.to, "--out", out, in}, io.Discard, &stderr)
			if code != exitOK && code != exitPartial {
				t.Fatalf("status %d\n%s", code, stderr.String())
			}
			if n := count(t, judge(t, "pairs", in, out), `(\d+) of \d+ pairs agree`); n < tt.pairs {
				t.Errorf("%d pairs agree, want %d", n, tt.pairs)
			}
			outs, _ := filepath.Glob(filepath.Join(out, "*."+tt.to))
			verdict := judge(t, append([]string{tt.to}, outs...)...)
			want := tt.clean
			if want < 0 {
				want = len(outs)
			}
			if n := count(t, verdict, `(\d+) of \d+ without fault`); n < want {
				t.Errorf("%d of %d outputs without fault, want %d\n%s", n, len(outs), want, verdict)
			}
		})
	}
}

// TestCorpusThereAndBack makes messages of real mail and mail of those again:
// the same bytes if they were kept, else mail that the judge finds to say the
// same.
func TestCorpusThereAndBack(t *testing.T) {
	corpus := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus here")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	lay(t, filepath.Join(corpus, "eml"), in, "eml")
	paths, err := filepath.Glob(filepath.Join(in, "*.eml"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no mail", err)
	}
	there := func(name string, flags ...string) string {
		for _, step := range [][2]string{{"msg", in}, {"eml", filepath.Join(dir, name+".msg")}} {
			args := append([]string{"convert", "--to", step[0], "--out", filepath.Join(dir, name+"."+step[0]), step[1]}, flags...)
			var stderr bytes.Buffer
			if code := run(args, io.Discard, &stderr); code != exitOK {
				t.Fatalf("%v: status %d\n%s", args, code, stderr.String())
			}
			flags = nil
		}
		return filepath.Join(dir, name+".eml")
	}
	kept := there("kept", "--keep-source")
	for _, path := range paths {
		want, err1 := os.ReadFile(path)
		got, err2 := os.ReadFile(filepath.Join(kept, filepath.Base(path)))
		if err1 != nil || err2 != nil || !bytes.Equal(want, got) {
			t.Errorf("%s came back with other bytes, %v %v", filepath.Base(path), err1, err2)
		}
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 for the judge")
	}
	const agreements = 590
	if n := count(t, judge(t, "pairs", in, there("anew")), `(\d+) of \d+ pairs agree`); n < agreements {
		t.Errorf("%d pairs agree, want %d", n, agreements)
	}
}

// lay copies the messages of a kind into one folder, the other projects'
// expected outputs left out.
func lay(t *testing.T, from, to, kind string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, string(filepath.Separator)+"oracle"+string(filepath.Separator)) {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		name := strings.NewReplacer(string(filepath.Separator), "_", " ", "_").Replace(rel)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, strings.TrimSuffix(name, filepath.Ext(name))+"."+kind), b, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// count returns the number in the last line that matches.
func count(t *testing.T, text, pattern string) int {
	t.Helper()
	re := regexp.MustCompile(pattern)
	n := -1
	for sc := bufio.NewScanner(strings.NewReader(text)); sc.Scan(); {
		if m := re.FindStringSubmatch(sc.Text()); m != nil {
			n, _ = strconv.Atoi(m[1])
		}
	}
	if n < 0 {
		t.Fatalf("the judge said nothing:\n%s", text)
	}
	return n
}
