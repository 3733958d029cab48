package rfc5322

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

var wordPattern = regexp.MustCompile(`=\?utf-8\?[BQ]\?[^? ]*\?=`)

// checkField fails t unless b is one well-formed 7-bit field (RFC 5322 2.2,
// RFC 2047 2).
func checkField(t *testing.T, b []byte) {
	t.Helper()
	body, ok := bytes.CutSuffix(b, []byte("\r\n"))
	if !ok {
		t.Fatalf("%q has no line end", b)
	}
	for i, line := range strings.Split(string(body), "\r\n") {
		if len(line) > 998 || strings.TrimSpace(line) == "" || strings.ContainsAny(line, "\r\n") {
			t.Errorf("bad line %q in %q", line, b)
		}
		if (i > 0) != (line[0] == ' ') {
			t.Errorf("line %q of %q starts a field or is none", line, b)
		}
	}
	for _, c := range body {
		if c >= 0x7F || c < ' ' && c != '\r' && c != '\n' {
			t.Errorf("byte %#x in %q", c, b)
		}
	}
	for _, w := range wordPattern.FindAll(body, -1) {
		if len(w) > maxWord {
			t.Errorf("word of %d bytes in %q", len(w), b)
		}
	}
}

// readBack returns the raw body of the field in b.
func readBack(t *testing.T, b []byte) []byte {
	t.Helper()
	h, defects := ParseHeader(b)
	if len(h) != 1 || len(defects) != 0 {
		t.Fatalf("%q reads as %v, %v", b, h, defects)
	}
	return h[0].Raw
}

func TestText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 40)
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "hello", "Subject: hello\r\n"},
		{"empty", "", "Subject:\r\n"},
		{"Q", "Re: André", "Subject: Re: =?utf-8?Q?Andr=C3=A9?=\r\n"},
		{"B", "日本語", "Subject: =?utf-8?B?5pel5pys6Kqe?=\r\n"},
		{"words between are encoded", "é abcdef é c", "Subject: =?utf-8?Q?=C3=A9_abcdef_=C3=A9?= c\r\n"},
		{"looks like a word", "=?utf-8?Q?a?=", "Subject: =?utf-8?B?PT91dGYtOD9RP2E/PQ==?=\r\n"},
		{"injection", "a\r\nBcc: x\x00y\tz", "Subject: a Bcc: x y z\r\n"},
		{"surrounding blanks", "  a  b ", "Subject: a  b\r\n"},
		{"folded", long, "Subject: " + strings.TrimSuffix(strings.Repeat("word ", 14), " ") + "\r\n " +
			strings.TrimSuffix(strings.Repeat("word ", 15), " ") + "\r\n " + strings.TrimSuffix(strings.Repeat("word ", 11), " ") + "\r\n"},
	} {
		got := Text("Subject", tt.in)
		checkField(t, got)
		if string(got) != tt.want {
			t.Errorf("%s: Text(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestTextRoundTrip(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		strings.Repeat("x", 5000), strings.Repeat("長", 500), strings.Repeat("é ", 300) + "x", strings.Repeat("a ", 500) + "x",
		"a" + strings.Repeat(" ", 2000) + "b", "😀👨‍👩‍👧", "a?b=c_d é", strings.Repeat("=?", 50), "Ünï cödé (x) <a@b> \"q\"",
	} {
		b := Text("Subject", in)
		checkField(t, b)
		if got := DecodeText(readBack(t, b)); got != in {
			t.Errorf("Text(%.40q) reads back as %.40q", in, got)
		}
	}
	checkField(t, Text("Bad name:\r\nX", "é"))
	checkField(t, Text(strings.Repeat("n", 2000), strings.Repeat("é", 100)))
	checkField(t, Text("", "x"))
}

func TestAddressList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   []Address
		want string
	}{
		{"nothing", nil, ""},
		{"only empty", []Address{{}}, ""},
		{"bare", []Address{{Addr: "a@b.c"}}, "To: a@b.c\r\n"},
		{"atoms", []Address{{Name: "A B", Addr: "a@b.c"}, {Addr: "d@e.f"}}, "To: A B <a@b.c>, d@e.f\r\n"},
		{"quoted", []Address{{Name: `B, "A" \`, Addr: "a@b.c"}}, `To: "B, \"A\" \\" <a@b.c>` + "\r\n"},
		{"dot", []Address{{Name: "A. B", Addr: "a@b.c"}}, "To: \"A. B\" <a@b.c>\r\n"},
		{"address as name", []Address{{Name: "a@b.c", Addr: "a@b.c"}}, "To: \"a@b.c\" <a@b.c>\r\n"},
		{"encoded", []Address{{Name: "André, Émilienne", Addr: "a@b.c"}}, "To: =?utf-8?Q?Andr=C3=A9=2C_=C3=89milienne?= <a@b.c>\r\n"},
		{"idna", []Address{{Addr: "a@bücher.de"}}, "To: a@xn--bcher-kva.de\r\n"},
		{"quoted local part", []Address{{Addr: `a b@c.d`}, {Addr: `"x\"y"@c.d`}, {Addr: "a.@b.c"}}, `To: "a b"@c.d, "x\"y"@c.d, "a."@b.c` + "\r\n"},
		{"domain literal", []Address{{Addr: "a@[1.2.3.4]"}}, "To: a@[1.2.3.4]\r\n"},
		{"trailing dot", []Address{{Addr: "a@b.c."}}, "To: a@b.c\r\n"},
		{"local part not ascii", []Address{{Name: "A", Addr: "é@b.c"}}, "To: =?utf-8?B?QSAow6lAYi5jKQ==?= :;\r\n"},
		{"no domain", []Address{{Name: "A", Addr: "root"}, {Addr: "root"}, {Name: "B"}}, "To: \"A (root)\":;, root:;, B:;\r\n"},
		{"group", []Address{{Addr: "a@b.c", Group: "G"}, {Name: "D", Addr: "d@e.f", Group: "G"}, {Addr: "x@y.z"}}, "To: G: a@b.c, D <d@e.f>;, x@y.z\r\n"},
		{"empty group", []Address{{Group: "undisclosed-recipients"}}, "To: undisclosed-recipients:;\r\n"},
		{"injection", []Address{{Name: "A\r\nX: y", Addr: "a@b.c\r\nX: y"}}, "To: \"A X: y (a@b.c X: y)\":;\r\n"},
	} {
		got := AddressList("To", tt.in)
		if got != nil {
			checkField(t, got)
		}
		if string(got) != tt.want {
			t.Errorf("%s: AddressList = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	id := "<" + strings.Repeat("x", 60) + "@y>"
	for _, tt := range []struct{ name, in, want string }{
		{"References", "<a@b>", "References: <a@b>\r\n"},
		{"References", "<a@b><c@d>\r\n\t<e@f>", "References: <a@b> <c@d> <e@f>\r\n"},
		{"References", id + " " + id, "References: " + id + "\r\n " + id + "\r\n"},
		{"References", "a@b <c d@e> <é>", "References: <a@b> <cd@e> <%C3%A9>\r\n"},
		{"Message-ID", "<a@b> <c@d>", "Message-ID: <a@b>\r\n"},
		{"Message-ID", "<abc", "Message-ID: <abc>\r\n"},
		{"Message-ID", " <> ", ""},
		{"Message-ID", "<" + strings.Repeat("x", 1000) + ">", ""},
	} {
		got := MessageIDs(tt.name, tt.in)
		if string(got) != tt.want {
			t.Errorf("MessageIDs(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCanMessageIDs(t *testing.T) {
	t.Parallel()
	long := "<" + strings.Repeat("x", 1000) + ">"
	for _, tt := range []struct {
		style    Style
		name, in string
		want     bool
	}{
		{Style{}, "References", "<a@b>,<c@d>\r\n\te@f <>", true},
		{Style{}, "Message-ID", "< a@b >", true},
		{Style{}, "Message-ID", "<a@b> <c@d>", false},
		{Style{}, "References", "<c d@e>", false},
		{Style{}, "References", "<a@b> " + long, false},
		{Style{}, "Message-ID", "<é@b>", false},
		{Style{UTF8Addresses: true}, "Message-ID", "<é@b>", true},
		{Style{UTF8Addresses: true}, "Message-ID", "<\xE9@b>", false},
	} {
		if got := tt.style.CanMessageIDs(tt.name, tt.in); got != tt.want {
			t.Errorf("%+v.CanMessageIDs(%s, %.40q) = %v", tt.style, tt.name, tt.in, got)
		}
	}
}

func TestDateAndRaw(t *testing.T) {
	t.Parallel()
	at := time.Date(1997, 11, 1, 9, 5, 6, 0, time.FixedZone("", -6*3600))
	if got := string(Date("Date", at)); got != "Date: Sat, 01 Nov 1997 09:05:06 -0600\r\n" {
		t.Errorf("Date = %q", got)
	}
	if got := Date("Date", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)); got != nil {
		t.Errorf("Date of year 10000 = %q", got)
	}
	for in, want := range map[string]string{
		"from a\r\n by b":                   "X: from a  by b\r\n",
		"é":                                 "X: =?utf-8?B?w6k=?=\r\n",
		strings.Repeat("y", 70) + " zzzzzz": "X: " + strings.Repeat("y", 70) + "\r\n zzzzzz\r\n",
		"":                                  "X:\r\n",
	} {
		if got := string(Raw("X", in)); got != want {
			t.Errorf("Raw(%q) = %q, want %q", in, got, want)
		}
	}
	checkField(t, Raw("X", strings.Repeat("z", 5000)))
}

func TestParameterized(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"filename", "a.txt", "; filename=a.txt\r\n"},
		{"filename", "a b.txt", "; filename=\"a b.txt\"\r\n"},
		{"filename", `a"\b`, `; filename="a\"\\b"` + "\r\n"},
		{"filename", "O'Neil", "; filename=\"O'Neil\"\r\n"},
		{"filename", "", "; filename=\"\"\r\n"},
		{"filename", "é b.txt", "; filename*=utf-8''%C3%A9%20b.txt\r\n"},
		{"filename", "a\r\nX: y", "; filename=\"a X: y\"\r\n"},
		{"filename", strings.Repeat("x", 100), ";\r\n filename*0*=utf-8''" + strings.Repeat("x", 57) + ";\r\n filename*1*=" + strings.Repeat("x", 43) + "\r\n"},
		{"boundary", strings.Repeat("=", 70), ";\r\n boundary=\"" + strings.Repeat("=", 70) + "\"\r\n"},
		{"bad name", "x", "\r\n"},
		{"star*", "x", "\r\n"},
	} {
		got := Parameterized("Content-Disposition", "attachment", []Param{{tt.name, tt.value}})
		checkField(t, got)
		if s := strings.TrimPrefix(string(got), "Content-Disposition: attachment"); s != tt.want {
			t.Errorf("%s=%q gives %q, want %q", tt.name, tt.value, s, tt.want)
		}
	}
}

// TestShortValues holds that a value which fits behind its name is written as it
// is, by every way to write one.
func TestShortValues(t *testing.T) {
	for _, value := range []string{"a", "a b", "a  b", "a=b", strings.Repeat("a", 60), strings.Repeat("a ", 29) + "b", strings.Repeat("a", 61), "a" + strings.Repeat(" ", 58) + "b"} {
		want := "X-Name: " + value + "\r\n"
		if got := string(Text("X-Name", value)); got != want {
			t.Errorf("Text(%q) = %q", value, got)
		}
		if got := string(Raw("X-Name", value)); got != want {
			t.Errorf("Raw(%q) = %q", value, got)
		}
	}
	for value, want := range map[string]string{"": "X-Name:\r\n", "a\r\nb": "X-Name: a b\r\n", " a\t": "X-Name: a\r\n"} {
		if text, raw := string(Text("X-Name", value)), string(Raw("X-Name", value)); text != want || raw != want {
			t.Errorf("Text and Raw(%q) = %q, %q", value, text, raw)
		}
	}
}
