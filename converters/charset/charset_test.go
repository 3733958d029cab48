package charset

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

func TestCodePage(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"utf-8": 65001, "UTF8": 65001, "utf-8*en": 65001, `"utf-8"`: 65001, "us-ascii": 20127, "ANSI_X3.4-1968": 20127,
		"iso-8859-1": 28591, "ISO_8859-1": 28591, "latin1": 28591, "iso8859-15": 28605, "iso-8859-8-i": 38598, "8859-2": 28592,
		"windows-1252": 1252, "cp-1252": 1252, "CP1250": 1250, "x-cp1251": 1251, "win-1251": 1251, "1254": 1254,
		"cp932": 932, "ms932": 932, "windows-31j": 932, "x-sjis": 932, "Shift_JIS": 932, "sjis": 932,
		"gb2312": 936, "gbk": 936, "cp936": 936, "gb18030": 54936, "hz-gb-2312": 52936,
		"ks_c_5601-1987": 949, "cp949": 949, "uhc": 949, "euc-kr": 51949, "big5": 950, "big5-hkscs": 950, "cp950": 950,
		"iso-2022-jp": 50220, "cp50220": 50220, "cp50221": 50221, "iso-2022-kr": 50225, "euc-jp": 51932, "koi8-r": 20866, "koi8-u": 21866,
		"unicode-1-1-utf-7": 65000, "utf-7": 65000, "utf-16": 1200, "utf-16le": 1200, "utf-16be": 1201, "macintosh": 10000,
		"ibm850": 850, "ibm00858": 858, "cp866": 866, "tis-620": 874, "windows-874": 874, "ibm437": 437, "dos-720": 720,
		"charset=utf-8": 65001, "utf-8-bom": 65001, "sjis-win": 932, "x-johab": 1361, "macintosh-ce": 10029, "x-mac-croatian": 10082, "x-mac-romanian": 10010,
		"x-mac-arabic": 10004, "utf-32": 12000, "utf-32be": 12001, "ibm00869": 869, "cp50222": 50222, "hz": 52936,
	} {
		if got, ok := CodePage(name); got != want || !ok {
			t.Errorf("CodePage(%q) = %d, %t, want %d", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "x-unknown", "unknown-8bit", "binary", "cp1", "windows-", "iso-8859-12", "johab", strings.Repeat("x", 1000), "cp99999999999999999999"} {
		if got, ok := CodePage(name); ok || got != 0 {
			t.Errorf("CodePage(%q) = %d, %t, want 0, false", name, got, ok)
		}
	}
}

// TestAliasesAreUnique: an alias listed for two pages would resolve by chance.
func TestAliasesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for cp, list := range aliasLists {
		if !codepage.Known(cp) {
			t.Errorf("aliases for %d, which is unknown", cp)
		}
		for _, name := range list {
			key := canonical(name)
			if other, found := seen[key]; found && other != cp {
				t.Errorf("%q is listed for %d and %d", name, cp, other)
			}
			seen[key] = cp
		}
	}
}

func TestNameReadsBack(t *testing.T) {
	t.Parallel()
	same := map[int]int{50221: 50220, 50222: 50220, 20932: 51932, 51936: 936, 20936: 936}
	for cp, name := range names {
		want := cp
		if other, found := same[cp]; found {
			want = other
		}
		if got, ok := CodePage(name); got != want || !ok {
			t.Errorf("CodePage(Name(%d) = %q) = %d, %t, want %d", cp, name, got, ok, want)
		}
	}
	for cp, want := range map[int]string{65001: "utf-8", 1252: "windows-1252", 28591: "iso-8859-1", 932: "shift_jis", 866: "cp866", 850: "ibm850", 1: ""} {
		if got := Name(cp); got != want {
			t.Errorf("Name(%d) = %q, want %q", cp, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, label, raw, text string
		used                   int
		ok                     bool
	}{
		{"plain label", "iso-8859-1", "\xe9", "é", 28591, true},
		{"iso-8859-1 with 1252 quotes", "iso-8859-1", "\x93\xe9\x94", "“é”", 1252, true},
		{"us-ascii in truth utf-8", "us-ascii", "é", "é", 65001, true},
		{"us-ascii in truth 1252", "us-ascii", "\xe9", "é", 1252, true},
		{"gb2312 with gbk", "gb2312", "\x81\x40", "丂", 936, true},
		{"unknown label, utf-8", "x-unknown", "é", "é", 65001, false},
		{"unknown label, 1252", "x-unknown", "\xe9", "é", 1252, false},
		{"no label, ascii", "", "abc", "abc", 65001, true},
		{"no label, 8-bit", "", "\xe9", "é", 1252, false},
		{"utf-8 with a mark", "utf-8", "\xEF\xBB\xBFa", "a", 65001, true},
		{"utf-16 with a mark", "utf-16", "\xFE\xFF\x00a", "a", 1201, true},
		{"utf-16 that is ascii", "utf-16", "Hello there", "Hello there", 65001, true},
		{"utf-32 with a mark", "utf-32", "\x00\x00\xFE\xFF\x00\x00\x00a", "a", 12001, true},
		{"utf-32le", "utf-32le", "a\x00\x00\x00", "a", 12000, true},
		{"utf-16le", "utf-16le", "a\x00", "a", 1200, true},
		{"broken utf-8", "utf-8", "a\xff", "a\uFFFD", 65001, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, used, ok := Decode(tt.label, []byte(tt.raw))
			if text != tt.text || used != tt.used || ok != tt.ok {
				t.Errorf("Decode(%q, %q) = %q, %d, %t, want %q, %d, %t", tt.label, tt.raw, text, used, ok, tt.text, tt.used, tt.ok)
			}
		})
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]int{"": 65001, "abc": 65001, "é": 65001, "\xe9": 1252, "\xFF\xFEa\x00": 1200, "\xFE\xFF\x00a": 1201, "\xEF\xBB\xBF": 65001} {
		if got := Sniff([]byte(raw)); got != want {
			t.Errorf("Sniff(%q) = %d, want %d", raw, got, want)
		}
	}
}

func TestFromHTML(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ raw, want string }{
		{`<html><head><meta charset=UTF-8>`, "utf-8"},
		{`<META CHARSET = 'windows-1251' >`, "windows-1251"},
		{`<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">`, "iso-8859-1"},
		{`<meta content=text/html;charset=koi8-r http-equiv=content-type>`, "koi8-r"},
		{`<!-- <meta charset=a> --><meta name=x><meta charset="b">`, "b"},
		{`<?xml version="1.0" encoding="ISO-8859-2"?><html>`, "iso-8859-2"},
		{`<meta charset=unicode>`, "utf-8"},
		{"\xEF\xBB\xBF<meta charset=latin1>", "utf-8"},
		{"\xFF\xFE<\x00", "utf-16le"},
		{`<p>charset=x</p>`, ""},
		{strings.Repeat(" ", htmlPrescan) + `<meta charset=a>`, ""},
		{"", ""},
	} {
		if got := FromHTML([]byte(tt.raw)); got != tt.want {
			t.Errorf("FromHTML(%.80q) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("utf-8", []byte("\xff"))
	f.Add("us-ascii", []byte("é"))
	f.Add("iso-2022-jp", []byte("\x1b$B"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		text, used, _ := Decode(name, b)
		if !utf8.ValidString(text) || !codepage.Known(used) {
			t.Errorf("Decode(%q, %q) = %q, %d", name, b, text, used)
		}
		if got := FromHTML(b); len(got) > 64 {
			t.Errorf("FromHTML(%q) = %q", b, got)
		}
	})
}
