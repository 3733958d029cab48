package rtf

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

// corpusRoot returns the shared corpus, or skips the test where it is absent.
func corpusRoot(t *testing.T) string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(filepath.Join(root, "rtf")); err != nil {
		t.Skip("no corpus")
	}
	return root
}

// eachRTF calls f for every RTF file of the corpus.
func eachRTF(t *testing.T, f func(path string, in []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(corpusRoot(t), "rtf"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".rtf") {
			return err
		}
		in, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		f(path, in)
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d files, error %v", n, err)
	}
}

// TestCorpus converts every RTF file of the shared corpus in every way.
func TestCorpus(t *testing.T) {
	t.Parallel()
	eachRTF(t, func(path string, in []byte) {
		convertAll(t, in)
		if out, _, err := native(in); err == nil {
			checkHTML(t, in, out)
		}
	})
}

// TestCorpusEncapsulated: HTML that RTF of the corpus encapsulates is that of
// its oracle, line ends aside. Oracles of RTF in its own right are renderings
// by another program and no measure.
func TestCorpusEncapsulated(t *testing.T) {
	t.Parallel()
	root := corpusRoot(t)
	table, err := os.ReadFile(filepath.Join(root, "ORACLES.tsv"))
	if err != nil {
		t.Skip("no oracles")
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		cols := strings.Split(strings.TrimSpace(line), "\t")
		if len(cols) < 2 || !strings.HasPrefix(cols[0], "rtf/") {
			continue
		}
		in, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(cols[0])))
		if err != nil || Detect(in) != KindHTML {
			continue
		}
		want, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(cols[1])))
		if err != nil {
			t.Fatal(err)
		}
		n++
		got, _, err := HTML(in)
		if err != nil || plainLines(got) != plainLines(string(want)) {
			t.Errorf("%s differs from its oracle, error %v", cols[0], err)
		}
	}
	if n == 0 {
		t.Error("no oracle of encapsulated HTML")
	}
}

func plainLines(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.TrimPrefix(s, "\uFEFF"), "\r\n", "\n"))
}

// TestCorpusText: no word that Text finds is missing from NativeHTML.
func TestCorpusText(t *testing.T) {
	t.Parallel()
	eachRTF(t, func(path string, in []byte) {
		text, _, err := Text(in)
		if err != nil {
			return
		}
		out, _, _ := native(in)
		have := map[string]bool{}
		for _, w := range htmlWords(out, false) {
			have[w] = true
		}
		missing, last := 0, ""
		for _, w := range wordsOf(text) {
			if len(w) > 8 && !have[w] { // short ones are bullets and numbers
				missing++
				last = w
			}
		}
		if missing > 0 {
			t.Errorf("%s: %d words are missing, such as %q", path, missing, last)
		}
	})
}

// htmlWords returns the words of a document that are displayed. With bare, they
// are those of a text export of LibreOffice: it has hidden text, but no notes
// and text boxes, and indents the bullets and numbers of items.
func htmlWords(doc string, bare bool) []string {
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		return nil
	}
	var text strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
		case n.Type != html.ElementNode:
		case !bare && len(n.Attr) > 0 && strings.HasPrefix(n.Attr[len(n.Attr)-1].Val, "display:none"):
			return
		case bare && n.Data == "div" && len(n.Attr) > 0 && n.Attr[0].Key == "class":
			return
		case bare && n.Data == "span" && n.Parent.FirstChild == n && (len(n.Attr) == 0 || strings.HasPrefix(n.Attr[0].Val, "display:inline-block")):
			return
		case !slices.Contains([]string{"a", "b", "i", "s", "u", "span", "sub", "sup"}, n.Data):
			text.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && slices.Contains([]string{"p", "li", "td"}, n.Data) {
			text.WriteByte('\n')
		}
	}
	walk(root)
	return wordsOf(text.String())
}

// unseen are characters without a look of their own.
var unseen = strings.NewReplacer("\u00AD", "", "\u200B", "", "\u2060", "", "\u200E", "", "\u200F", "", "\u2011", "-", "\uF020", " ")

func wordsOf(s string) []string { return strings.Fields(unseen.Replace(s)) }

// officeItem is the bullet or number of an item in a text export of LibreOffice.
var officeItem = regexp.MustCompile(`(?m)^ {4,}(?:[^\w\s{}]|o|\(?[0-9A-Za-z.]{1,9}[.)]|[0-9]+) `)

// TestCorpusWords compares the words of NativeHTML with those of LibreOffice on
// every file of the corpus that is RTF in its own right; at least 95 of 100
// have to agree. It takes a while and wants OXBRIDGE_SOFFICE=1.
func TestCorpusWords(t *testing.T) {
	if os.Getenv("OXBRIDGE_SOFFICE") == "" {
		t.Skip("OXBRIDGE_SOFFICE is not set")
	}
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice")
	}
	dir := t.TempDir()
	inputs := map[string][]byte{}
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(dir) + "/profile", "--headless", "--convert-to", "txt:Text", "--outdir", dir}
	eachRTF(t, func(path string, in []byte) {
		if check(in) != nil || Detect(in) != KindNative {
			return
		}
		name := filepath.Base(filepath.Dir(path)) + "." + strings.TrimSuffix(filepath.Base(path), ".rtf")
		if err := os.WriteFile(filepath.Join(dir, name+".rtf"), in, 0o600); err != nil {
			t.Fatal(err)
		}
		inputs[name] = in
		args = append(args, filepath.Join(dir, name+".rtf"))
	})
	if out, err := exec.Command(office, args...).CombinedOutput(); err != nil {
		t.Skipf("soffice: %v\n%s", err, out)
	}
	equal, all := 0, 0
	for name, in := range inputs {
		text, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			continue // LibreOffice does not open it
		}
		all++
		out, _, _ := native(in)
		want := wordsOf(officeItem.ReplaceAllString(strings.TrimPrefix(string(text), "\uFEFF"), ""))
		if slices.EqualFunc(htmlWords(out, true), want, sameWord) {
			equal++
		} else {
			t.Logf("%s differs", name)
		}
	}
	t.Logf("%d of %d agree", equal, all)
	if all == 0 || equal*100 < all*95 {
		t.Errorf("%d of %d agree", equal, all)
	}
}

// sameWord compares a word with LibreOffice's, which leaves characters of fonts
// of symbols in the private use area.
func sameWord(got, want string) bool {
	a, b := []rune(got), []rune(want)
	return slices.EqualFunc(a, b, func(x, y rune) bool {
		return x == y || unicode.Is(unicode.Co, y) || y == unicode.ReplacementChar
	})
}
