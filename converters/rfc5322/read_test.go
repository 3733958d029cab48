package rfc5322

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

func TestParseHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		in      string
		want    string // fields as name=body, joined by |
		defects int
	}{
		{"plain", "A: b\r\nC: d\r\n\r\nE: f\r\n", "A=b|C=d", 0},
		{"folded", "A: b\r\n c\r\n\td\r\n", "A=b c\td", 0},
		{"line feeds", "A: b\n c\nD: e\n\nx", "A=b c|D=e", 0},
		{"bare returns", "A: b\r c\rD: e\r\rx", "A=b c|D=e", 0},
		{"no line end", "A: b", "A=b", 0},
		{"empty body", "A:\r\nB: \r\n", "A=|B=", 0},
		{"blank before the colon", "A : b\r\n", "A=b", 0},
		{"mbox line", "From x Mon\r\nA: b\r\n", "A=b", 0},
		{"no colon", "A: b\r\njunk\r\nC: d\r\n", "A=b|C=d", 1},
		{"bad name", "A: b\r\nx y: z\r\nC: d\r\n", "A=b|C=d", 1},
		{"NUL", "A: b\x00c\r\n", "A=bc", 1},
		{"orphan continuation", " x\r\nA: b\r\n", "A=b", 1},
		{"blank continuation", "A: b\r\n \r\n c\r\n", "A=b  c", 0},
		{"empty", "", "", 0},
		{"only the end", "\r\nA: b", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, defects := ParseHeader([]byte(tt.in))
			var got []string
			for _, f := range h {
				got = append(got, f.Name+"="+string(f.Raw))
			}
			if s := strings.Join(got, "|"); s != tt.want || len(defects) != tt.defects {
				t.Errorf("ParseHeader(%q) = %q, %v, want %q and %d defects", tt.in, s, defects, tt.want, tt.defects)
			}
		})
	}
}

func TestHeaderLookup(t *testing.T) {
	t.Parallel()
	h, _ := ParseHeader([]byte("To: a\r\nX: =?utf-8?Q?=C3=A9?=\r\nto: b\r\nE:\r\n"))
	if got := string(h.Get("TO")); got != "a" {
		t.Errorf("Get = %q", got)
	}
	if got := fmt.Sprintf("%s", h.All("to")); got != "[a b]" {
		t.Errorf("All = %s", got)
	}
	if h.Text("x") != "é" || !h.Has("e") || h.Has("f") || h.Get("f") != nil {
		t.Error("Text, Has or Get of an absent field is wrong")
	}
}

func TestParseHeaderLimits(t *testing.T) {
	t.Parallel()
	h, defects := ParseHeader([]byte(strings.Repeat("A: b\n", limits.MIMEFields.Int()+10)))
	if len(h) != limits.MIMEFields.Int() || len(defects) == 0 {
		t.Errorf("%d fields, %d defects", len(h), len(defects))
	}
	h, defects = ParseHeader([]byte("A: " + strings.Repeat("x", limits.MIMEField.Int()+10) + "\n y\nB: c\n"))
	if len(h) != 2 || len(h[0].Raw) > limits.MIMEField.Int() || len(defects) != 1 {
		t.Errorf("%d fields, first of %d bytes, %v", len(h), len(h[0].Raw), defects)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, block, body string }{
		{"A: b\r\n\r\nc", "A: b\r\n", "c"}, {"A: b\n\nc", "A: b\n", "c"}, {"\r\nc", "", "c"}, {"A: b", "A: b", ""}, {"", "", ""}, {"A\r\rb", "A\r", "b"},
	} {
		block, body := Split([]byte(tt.in))
		if string(block) != tt.block || string(body) != tt.body {
			t.Errorf("Split(%q) = %q, %q", tt.in, block, body)
		}
	}
}

func TestDecodeText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "hello", "hello"},
		{"Q", "=?iso-8859-1?Q?Andr=E9?= x", "André x"},
		{"B", "=?UTF-8?B?w6k=?=", "é"},
		{"language", "=?utf-8*fr?q?=C3=A9?=", "é"},
		{"adjacent words", "=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"},
		{"adjacent words of two sets", "=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=", "éé"},
		{"character split across words", "=?utf-8?B?5pc=?= =?UTF-8?Q?=A5?=", "日"},
		{"words without a blank", "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
		{"word then text", "=?utf-8?Q?a?= b", "a b"},
		{"blanks inside", "=?utf-8?Q?a b c?=", "a b c"},
		{"no padding", "=?utf-8?B?w6k?=", "é"},
		{"padding in the middle", "=?utf-8?B?YQ==Yg==?=", "ab"},
		{"in quotes", `"=?utf-8?Q?a?="`, `"a"`},
		{"iso-2022-jp", "=?ISO-2022-JP?B?GyRCRnwbKEI=?=", "日"},
		{"raw utf-8", "é", "é"},
		{"raw 1252", "\xe9\x80", "é€"},
		{"unknown charset", "=?x-unknown?Q?=E9?=", "é"},
		{"not base64", "=?utf-8?B?!!?=", "=?utf-8?B?!!?="},
		{"bad encoding", "=?utf-8?X?a?=", "=?utf-8?X?a?="},
		{"no end", "=?utf-8?Q?a", "=?utf-8?Q?a"},
		{"word after a broken one", "=?utf-8?Q?a =?utf-8?Q?b?=", "=?utf-8?Q?a b"},
		{"bad hex", "=?utf-8?Q?=G1=4?=", "=G1=4"},
		{"controls", "a\tb=?utf-8?Q?=0D=0AX:_=00y?=", "a b X: y"},
		{"empty word", "a =?utf-8?Q??= b", "a  b"},
		{"empty", "", ""},
	} {
		if got := DecodeText([]byte(tt.in)); got != tt.want {
			t.Errorf("%s: DecodeText(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestParseAddressList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{ // entries as name|addr|group
		{"bare", "a@b.c", "|a@b.c|"},
		{"angle", "A B <a@b.c>, <d@e.f>", "A B|a@b.c|;|d@e.f|"},
		{"two without a separator", "A <a@b.c> B C <d@e.f>", "A|a@b.c|;B C|d@e.f|"},
		{"quoted", `"B, A" <a@b.c>`, "B, A|a@b.c|"},
		{"escapes", `"a \"b\" \\c" <a@b.c>`, `a "b" \c|a@b.c|`},
		{"comment is the name", "a@b.c (A (x) B)", "A (x) B|a@b.c|"},
		{"comment beside a name", "A (x) <a@b.c>", "A|a@b.c|"},
		{"encoded words", "=?utf-8?Q?=C3=A9?= =?utf-8?Q?a?= <a@b.c>", "éa|a@b.c|"},
		{"encoded comma", "=?utf-8?Q?a,b?= <a@b.c>", "a,b|a@b.c|"},
		{"encoded word in quotes", `"=?utf-8?Q?=C3=A9?=" <a@b.c>`, "é|a@b.c|"},
		{"raw 8-bit", "\xe9 <a@b.c>", "é|a@b.c|"},
		{"group", "G: a@b.c, D <d@e.f>;, x@y.z", "|a@b.c|G;D|d@e.f|G;|x@y.z|"},
		{"empty group", "undisclosed-recipients:;", "||undisclosed-recipients"},
		{"quoted empty group", `"a b": ;`, "||a b"},
		{"group without an end", "G: a@b.c", "|a@b.c|G"},
		{"semicolons", "a@b.c; D <d@e.f>", "|a@b.c|;D|d@e.f|"},
		{"no closing bracket", "A <a@b.c, D <d@e.f>", "A|a@b.c|;D|d@e.f|"},
		{"no closing bracket at the end", "A <a@b.c", "A|a@b.c|"},
		{"no brackets", "A B a@b.c", "A B|a@b.c|"},
		{"double brackets", "A <<a@b.c>>", "A|a@b.c|"},
		{"route", "<@x,@y:a@b.c>", "|a@b.c|"},
		{"blanks in the address", "a @ b . c, < d @ e.f >", "|a@b.c|;|d@e.f|"},
		{"quoted local part", `"a b"@c.d, <"e"@f.g>`, `|"a b"@c.d|;|e@f.g|`},
		{"domain literal", "a@[1.2.3.4], <b@[IPv6:::1]>", "|a@[1.2.3.4]|;|b@[IPv6:::1]|"},
		{"list tag", "[List] A <a@b.c>", "[List] A|a@b.c|"},
		{"bare name", "root, A B", "root||;A B||"},
		{"name is an address", `"a@b.c" <a@b.c>`, "a@b.c|a@b.c|"},
		{"mailto", "mailto:a@b.c, <MAILTO:d@e.f>", "|a@b.c|;|d@e.f|"},
		{"x.500", "A <O=Org/CN=a b>", "A|O=Org/CN=a b|"},
		{"null", "<>, A <>", "A||"},
		{"separators only", ", ;,, ", ""},
		{"quote without an end", `"A <a@b.c>`, `"A|a@b.c|`},
		{"comment without an end", "A (x <a@b.c>", "A (x|a@b.c|"},
		{"dots in the name", "A. B. <a@b.c>", "A. B.|a@b.c|"},
		{"address twice", "a@b.c <a@b.c>", "a@b.c|a@b.c|"},
		{"folded", "a@b.c,\r\n\td@e.f", "|a@b.c|;|d@e.f|"},
	} {
		var got []string
		for _, a := range ParseAddressList([]byte(tt.in)) {
			got = append(got, a.Name+"|"+a.Addr+"|"+a.Group)
		}
		if s := strings.Join(got, ";"); s != tt.want {
			t.Errorf("%s: ParseAddressList(%q) = %q, want %q", tt.name, tt.in, s, tt.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Fri, 21 Nov 1997 09:55:06 -0600":       "1997-11-21T09:55:06-06:00",
		"Mon, 21 Nov 1997 09:55 +0530":          "1997-11-21T09:55:00+05:30",
		"21 Nov 97 09:55:06 GMT":                "1997-11-21T09:55:06Z",
		"21 Nov 20 09:55:06 EST":                "2020-11-21T09:55:06-05:00",
		"Fri,21 Nov 1997 09:55:06 +0000 (UTC)":  "1997-11-21T09:55:06Z",
		"Fri, 21 Nov 1997 09(c):55:06 -0600":    "",
		"(c) 21 Nov (d (e)) 1997 09:55:06 PDT":  "1997-11-21T09:55:06-07:00",
		"Fri Nov 21 09:55:06 1997":              "1997-11-21T09:55:06Z",
		"Fri Nov 21 09:55:06 PST 1997":          "1997-11-21T09:55:06-08:00",
		"Nov 21, 1997 09:55:06":                 "1997-11-21T09:55:06Z",
		"Friday, 21-Nov-97 09:55:06 GMT":        "1997-11-21T09:55:06Z",
		"21 November 1997 9.55.06 XYZ":          "1997-11-21T09:55:06Z",
		"31 Dec 2016 23:59:60 +0000":            "2016-12-31T23:59:59Z",
		"21 Nov 1997 09:55:06-0600":             "1997-11-21T09:55:06-06:00",
		"30 Feb 2000 09:55:06 +0000":            "",
		"21 Nov 1997 25:55:06 +0000":            "",
		"21 Nov 1997 09:55:06 +9900":            "",
		"1997-11-21T09:55:06Z":                  "",
		"":                                      "",
		"Fri,":                                  "",
		strings.Repeat("x ", 2000):              "",
		"21 Nov 99999999999999999999 09:55 GMT": "",
	} {
		got, ok := ParseDate(in)
		s := ""
		if ok {
			s = got.Format(time.RFC3339)
		}
		if s != want {
			t.Errorf("ParseDate(%.60q) = %q, want %q", in, s, want)
		}
	}
}

func TestParseMediaType(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, typ, params string // params as k=v sorted, joined by |
	}{
		{"plain", "Text/Plain; Charset=UTF-8", "text/plain", "charset=UTF-8"},
		{"quoted", `a/b; name="x; \"y\".txt"`, "a/b", `name=x; "y".txt`},
		{"backslashes", `a/b; name="C:\temp\x.txt"`, "a/b", `name=C:\temp\x.txt`},
		{"no quotes", "a/b; name=my file (1).pdf; x=y", "a/b", "name=my file (1).pdf|x=y"},
		{"comment", "text/plain (x); charset=us-ascii (Plain text)", "text/plain", "charset=us-ascii"},
		{"open quote", `a/b; name="x.pdf; y=z`, "a/b", "name=x.pdf|y=z"},
		{"no semicolon", "text/plain charset=utf-8", "text/plain", "charset=utf-8"},
		{"no semicolon between", `a/b; x="1" y=2`, "a/b", "x=1|y=2"},
		{"first wins", "a/b; x=1; x=2", "a/b", "x=1"},
		{"extended", "a/b; name=x; name*=utf-8''%C3%A9", "a/b", "name=é"},
		{"extended in 8859-1", "a/b; name*=iso-8859-1'fr'%E9t%E9", "a/b", "name=été"},
		{"extended without a label", "a/b; name*=%C3%A9", "a/b", "name=é"},
		{"sections", `a/b; name*1*=%A9.t; name*0*=utf-8''%C3; name*2="xt%20"`, "a/b", "name=é.txt%20"},
		{"plain sections", `a/b; name*0="ab"; name*1=cd`, "a/b", "name=abcd"},
		{"gap", `a/b; name*0=a; name*2=c`, "a/b", "name=a"},
		{"encoded word", `a/b; name="=?utf-8?Q?=C3=A9?="`, "a/b", "name=é"},
		{"encoded words without quotes", "a/b; name==?utf-8?Q?=C3=A9?= =?utf-8?Q?x?=", "a/b", "name=éx"},
		{"8-bit", "a/b; name=\"\xe9\"", "a/b", "name=é"},
		{"empty value", `a/b; x=""; y=`, "a/b", "x=|y="},
		{"trailing semicolons", "a/b;; x=y;", "a/b", "x=y"},
		{"ends in backslash", `a/b; name="x\"`, "a/b", `name=x\`},
		{"no value", "a/b; x; y=z", "a/b", "y=z"},
	} {
		typ, params, ok := ParseMediaType([]byte(tt.in))
		var got []string
		for _, k := range slices.Sorted(maps.Keys(params)) {
			got = append(got, k+"="+params[k])
		}
		if s := strings.Join(got, "|"); typ != tt.typ || s != tt.params || !ok {
			t.Errorf("%s: ParseMediaType(%q) = %q, %q, %t, want %q, %q", tt.name, tt.in, typ, s, ok, tt.typ, tt.params)
		}
	}
	for in, want := range map[string]string{"": "", "text": "text", "/": "/", "text/": "text/", ";a=b": ""} {
		if typ, _, ok := ParseMediaType([]byte(in)); ok || typ != want {
			t.Errorf("ParseMediaType(%q) = %q, %t", in, typ, ok)
		}
	}
	if typ, params, ok := ParseDisposition([]byte("ATTACHMENT; filename=a.txt; size=3")); typ != "attachment" || params["filename"] != "a.txt" || !ok {
		t.Errorf("ParseDisposition = %q, %v, %t", typ, params, ok)
	}
}

func TestWholeWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"":                                            true,
		"Ada <a@example.com>":                         true,
		"=?utf-8?Q?=C3=AB?= <a@example.com>":          true,
		"=?utf-8?Q?=C3=AB?= =?utf-8?Q?a?=":            true,
		"a@example.com (=?utf-8?Q?=C3=AB?=)":          true,
		"=?utf-8?Q?=C3?= =?utf-8?Q?=AB?=":             false,
		"=?utf-8?B?w6s=?=<a@example.com>":             false,
		`"=?utf-8?B?w6s=?=" <a@example.com>`:          false,
		"a=?utf-8?B?w6s=?=":                           false,
		"=?x-unknown?Q?a?=":                           false,
		"=?utf-8?Q?" + strings.Repeat("a", 63) + "?=": true,
		"=?utf-8?Q?" + strings.Repeat("a", 64) + "?=": false,
		"=? is no word, nor =?utf-8?X?a?=":            true,
	} {
		if got := WholeWords([]byte(in)); got != want {
			t.Errorf("WholeWords(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestHidesControls(t *testing.T) {
	for in, want := range map[string]bool{
		"":                              false,
		"plain =? text":                 false,
		"=?utf-8?Q?a_b?=":               false,
		"=?utf-8?Q?a=0D=0Ab?=":          true,
		"x =?utf-8?B?YQ0KYg==?= y":      true,
		"=?utf-8?Q?a?= =?utf-8?Q?=7F?=": true,
		"=?iso-2022-jp?B?GyRCGyhC?=":    false,
	} {
		if got := HidesControls([]byte(in)); got != want {
			t.Errorf("HidesControls(%q) = %v, want %v", in, got, want)
		}
	}
}

// TestLineEnds reads header blocks whose lines end in one way or another, some
// of them longer than the step in which line ends are looked for.
func TestLineEnds(t *testing.T) {
	for _, end := range []string{"\r\n", "\n", "\r"} {
		for _, n := range []int{0, 1, 250, 251, 252, 253, 254, 255, 256, 600} {
			body := strings.Repeat("x", n)
			got, defects := ParseHeader([]byte("A: " + body + end + "B: 2" + end + end + "C: 3" + end))
			if len(got) != 2 || string(got[0].Raw) != body || string(got[1].Raw) != "2" || len(defects) > 0 {
				t.Errorf("lines ending in %q, %d bytes: %q, %v", end, n, got, defects)
			}
		}
	}
}

// TestPlainText holds DecodeText and ParseAddressList to give what needs no
// decoding as they give it in the company of what does.
func TestPlainText(t *testing.T) {
	for _, in := range []string{"", " ", "a", " a  b ", "a=b?c", "?=", "=", "a~b", "Ada (Countess)", `"quoted"`} {
		want := strings.Trim(in, " ")
		if got := DecodeText([]byte(in)); got != want {
			t.Errorf("DecodeText(%q) = %q, want %q", in, got, want)
		}
		if got := strings.TrimSpace(DecodeText([]byte(in + " =?utf-8?q?=C3=BC?="))); got != strings.TrimSpace(strings.TrimLeft(in, " ")+" ü") && want != "" {
			t.Errorf("DecodeText(%q and a word) = %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"<a.b+c@x.example>": "a.b+c@x.example", "<@route:a@x.example>": "a@x.example", "<mailto:a@x.example>": "a@x.example",
		"<a=?b@x.example>": "a=?b@x.example", "<=?utf-8?q?a?=@x.example>": "a@x.example", `<"a"@x.example>`: "a@x.example", "<@>": "@",
	} {
		if got := ParseAddressList([]byte(in)); len(got) != 1 || got[0].Addr != want {
			t.Errorf("ParseAddressList(%q) = %+v, want %q", in, got, want)
		}
	}
}
