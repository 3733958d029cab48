package batch

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
)

func TestNamesAreTakenOnce(t *testing.T) {
	t.Parallel()
	n := namer{tree: true}
	want := [][2]string{ // input, output, in the order of a walk
		{"a", "a.msg"},
		{"a.d/x.eml", "a.d/x.msg"},
		{"a.eml", "a.eml.msg"}, // a.msg is taken, a folder before
		{"b.eml", "b.msg"},
		{"b.eml.eml", "b.eml.msg"},
		{"b.mht", "b.mht.msg"},
		{".eml", ".eml.msg"},
		{"note.txt", "note.txt.msg"},
	}
	for _, w := range want {
		if got, err := n.name(w[0], w[0], "msg"); got != w[1] || err != nil {
			t.Errorf("name(%q) = %q, %v, want %q", w[0], got, err, w[1])
		}
	}
}

// owners is a Memory that knows who has which output.
type owners map[string]string

func (o owners) Owner(name string) (string, bool, error) {
	input, ok := o[name]
	return input, ok, nil
}

func (owners) Recall(string) (report.Result, bool, error) { return report.Result{}, false, nil }

func TestNamesOfEarlierRunsAreTaken(t *testing.T) {
	t.Parallel()
	n := namer{tree: true, memory: owners{"a.eml": "in/other.msg", "b.eml": "in/b.msg"}}
	for input, want := range map[string]string{"in/a.msg": "a.msg.eml", "in/b.msg": "b.eml"} {
		if got, err := n.name(input, path.Base(input), "eml"); got != want || err != nil {
			t.Errorf("name(%q) = %q, %v, want %q", input, got, err, want)
		}
	}
}

func TestWishesAreNumbered(t *testing.T) {
	t.Parallel()
	n := namer{}
	for i, want := range []string{"x/s.eml", "x/s (2).eml", "x/s (3).eml", "s.eml", "x/s (4).eml"} {
		stem := "x/s"
		if i == 3 {
			stem = "s"
		}
		if got, err := n.wish("in", stem, "eml"); got != want || err != nil {
			t.Errorf("wish %d = %q, %v, want %q", i, got, err, want)
		}
	}
}

func TestSanitise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                "_",
		"..":                              "_",
		".":                               "_",
		"a/b\\c:d":                        "a_b_c_d",
		"CON":                             "_CON",
		"con .txt":                        "_con .txt",
		"LPT1.msg":                        "_LPT1.msg",
		"COM0":                            "COM0",
		"ends with dots. . ":              "ends with dots",
		"line\r\nend\x00":                 "line__end_",
		"\u202Egnp.exe":                   "_gnp.exe",
		"\xff\xfe":                        "__",
		".oxbridge":                       "_.oxbridge",
		"Grüße 春.msg":                     "Grüße 春.msg",
		strings.Repeat("ü", 300):          strings.Repeat("ü", 100),
		strings.Repeat("x", 300) + ".eml": strings.Repeat("x", 196) + ".eml",
	} {
		if got := sanitise(in); got != want {
			t.Errorf("sanitise(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSanitisePath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"../../etc/passwd":             "_/_/etc/passwd",
		"/abs/x":                       "abs/x",
		`C:\Users\x.msg`:               "C_/Users/x.msg",
		"./a//b":                       "a/b",
		"///":                          "_",
		".oxbridge/ledger.db":          "_.oxbridge/ledger.db",
		strings.Repeat("d/", 99) + "x": "_/" + strings.Repeat("d/", 31) + "x",
	} {
		if got := sanitisePath(in); got != want {
			t.Errorf("sanitisePath(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSanitisePath(f *testing.F) {
	f.Add("../x\\CON.")
	f.Fuzz(func(t *testing.T, in string) {
		got := sanitisePath(in)
		if path.Clean("/"+got) != "/"+got || !utf8.ValidString(got) || strings.ContainsAny(got, "\\:\x00\r\n") {
			t.Errorf("sanitisePath(%q) = %q", in, got)
		}
		for _, part := range strings.Split(got, "/") {
			if part == "" || part == "." || part == ".." || len(part) > store.MaxName+1 || strings.HasPrefix(part, ".oxbridge") {
				t.Errorf("sanitisePath(%q) has the part %q", in, part)
			}
		}
	})
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "{", "{date", "{colour}", strings.Repeat("x", 2000)} {
		if CheckTemplate(bad) == nil {
			t.Errorf("%.20q is taken for a template", bad)
		}
	}
	tpl, err := parseTemplate("{year}/{date}_{time} {from} {from_name}/{subject} {hash} {name} {folder}")
	if err != nil {
		t.Fatal(err)
	}
	src := sourceOf("Date: Thu, 29 Feb 2024 23:30:00 -0200\r\nFrom: =?UTF-8?Q?J=C3=BCrgen?= <j@example.org>\r\nSubject: =?iso-8859-1?Q?a/b\\c_=FC?=\r\n x\r\n\r\n")
	got, err := tpl.stem(&Item{Path: "x"}, src, "d/e/in.eml")
	if want := "2024/2024-03-01_013000 j@example.org Jürgen/a_b_c ü x "; err != nil || !strings.HasPrefix(got, want) || !strings.HasSuffix(got, " in d/e") {
		t.Errorf("stem() = %q, %v, want %q...", got, err, want)
	}
}

func FuzzHeaderFields(f *testing.F) {
	f.Add([]byte("Subject: x\r\n y\r\nFrom: a\n\nbody"))
	f.Fuzz(func(_ *testing.T, in []byte) {
		m := &summaryOf{}
		m.readEML(sourceOf(string(in)))
	})
}
