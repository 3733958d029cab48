package codepage

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"
)

func TestDecodeAndEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cp   int
		raw  string
		text string
	}{
		{"windows-1252 euro and quotes", 1252, "\x80\x93a\x94", "€“a”"},
		{"windows-1252 undefined byte is a C1 control", 1252, "\x81\x8d", "\u0081\u008d"},
		{"windows-1251", 1251, "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		{"koi8-r", 20866, "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		{"ibm437", 437, "\x84\x94\x81", "äöü"},
		{"dos arabic 720", 720, "\x9f\xa0", "اب"},
		{"dos greek 737", 737, "\x80\x98", "Αα"},
		{"dos baltic 775", 775, "\x80", "Ć"},
		{"dos turkish 857", 857, "\x98", "İ"},
		{"dos icelandic 861", 861, "\x8b", "Ð"},
		{"dos greek 869", 869, "\xa4", "Α"},
		{"ebcdic 500", 500, "\xc1\x4b", "A."},
		{"thai", 874, "\xa1\x80", "ก€"},
		{"iso-8859-1 keeps C1", 28591, "\x80\xe9", "\u0080é"},
		{"iso-8859-15", 28605, "\xa4", "€"},
		{"iso-8859-11", 28601, "\xa1", "ก"},
		{"hebrew logical", 38598, "\xf9\xec\xe5\xed", "שלום"},
		{"macintosh", 10000, "\x8e", "é"},
		{"shift_jis with NEC row 13", 932, "\x93\xfa\x87\x40", "日①"},
		{"gbk", 936, "\xd6\xd0", "中"},
		{"uhc", 949, "\xb0\xa1\x8c\x63", "가똠"},
		{"big5", 950, "\xa4\xa4", "中"},
		{"gb18030 four bytes", 54936, "\x94\x39\xda\x33", "💩"},
		{"hz", 52936, "a~{VP~}", "a中"},
		{"iso-2022-jp", 50220, "a\x1b$B\x46\x7c\x1b(B", "a日"},
		{"iso-2022-kr", 50225, "\x1b$)C\x0e\x30\x21\x0fa", "가a"},
		{"euc-jp", 51932, "\xc6\xfc", "日"},
		{"euc-kr", 51949, "\xb0\xa1", "가"},
		{"johab", 1361, "\x88\x61a\xd0\x65\xe0\x31\xd9\x34", "가a한伽·"},
		{"utf-16le", 1200, "a\x00\x3d\xd8\x00\xde", "a😀"},
		{"utf-16be", 1201, "\x00a\xd8\x3d\xde\x00", "a😀"},
		{"utf-7", 65000, "1 +- 1 +AOk-t+AOk-", "1 + 1 été"},
		{"utf-7 surrogates", 65000, "+2D3eAA-", "😀"},
		{"utf-8", 65001, "日本", "日本"},
		{"us-ascii", 20127, "abc", "abc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := Decode(tt.cp, []byte(tt.raw)); got != tt.text || !ok {
				t.Errorf("Decode(%d, %q) = %q, %t, want %q", tt.cp, tt.raw, got, ok, tt.text)
			}
			if got, ok := Encode(tt.cp, tt.text); string(got) != tt.raw || !ok {
				t.Errorf("Encode(%d, %q) = %q, %t, want %q", tt.cp, tt.text, got, ok, tt.raw)
			}
			r := NewReader(tt.cp, iotest.OneByteReader(strings.NewReader(tt.raw)))
			if got, err := io.ReadAll(r); string(got) != tt.text || err != nil {
				t.Errorf("NewReader(%d, %q) = %q, %v, want %q", tt.cp, tt.raw, got, err, tt.text)
			}
		})
	}
}

func TestDecodeInvalid(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		cp   int
		raw  string
		want string
	}{
		{"unknown page is 1252", 1362, "a\xe9", "aé"},
		{"zero is unknown", 0, "a", "a"},
		{"8-bit in us-ascii", 20127, "a\xe9", "a\uFFFD"},
		{"broken utf-8", 65001, "a\xff", "a\uFFFD"},
		{"lone surrogate", 1200, "\x00\xd8a\x00", "\uFFFDa"},
		{"surrogate at the end", 1200, "\x00\xd8", "\uFFFD"},
		{"odd length", 1200, "a\x00b", "a"},
		{"utf-7 lone surrogate", 65000, "+2D0-a", "\uFFFDa"},
		{"utf-7 eight bit", 65000, "\xe9", "\uFFFD"},
		{"half a pair of johab", 1361, "a\x88", "a\uFFFD"},
		{"no pair of johab", 1361, "\x80a\xff\xff", "\uFFFDa\uFFFD\uFFFD"},
		{"undefined byte", 28597, "\xff", "\uFFFD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := Decode(tt.cp, []byte(tt.raw)); got != tt.want || ok {
				t.Errorf("Decode(%d, %q) = %q, %t, want %q, false", tt.cp, tt.raw, got, ok, tt.want)
			}
		})
	}
}

func TestEncodeReplaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cp   int
		in   string
		want string
	}{
		{1252, "a日b", "a?b"}, {932, "日😀本", "\x93\xfa?\x96\x7b"}, {50220, "日😀", "\x1b$B\x46\x7c\x1b(B?"},
		{20127, "é", "?"}, {9999, "é", "\xe9"}, {65001, "a\xff", "a\uFFFD"}, {50225, "똠a", "\x1b$)C?a"},
	} {
		if got, ok := Encode(tt.cp, tt.in); string(got) != tt.want || ok {
			t.Errorf("Encode(%d, %q) = %q, %t, want %q, false", tt.cp, tt.in, got, ok, tt.want)
		}
	}
}

// TestEveryPage checks that each page carries US-ASCII letters through, and
// each single-byte page all characters it has.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	pages := []int{
		437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874, 932, 936, 949, 950, 1200, 1201,
		1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 1361, 10000, 10007, 20127, 20866, 21866, 28591, 28592, 28593, 28594, 28595,
		28596, 28597, 28598, 28599, 28600, 28601, 28603, 28604, 28605, 28606, 38598, 50220, 50221, 50222, 50225, 51932, 51949,
		52936, 54936, 65000, 65001,
	}
	const text = "Hello, World 123"
	for _, cp := range pages {
		if !Known(cp) {
			t.Errorf("Known(%d) = false", cp)
			continue
		}
		b, ok := Encode(cp, text)
		if got, ok2 := Decode(cp, b); got != text || !ok || !ok2 {
			t.Errorf("page %d: %q through %q gives %q", cp, text, b, got)
		}
		p, ok := lookup(cp).(*single)
		if !ok {
			continue
		}
		for c := range 256 {
			s, ok := Decode(cp, []byte{byte(c)})
			if !ok {
				continue
			}
			if b, ok := Encode(cp, s); !ok || p.dec[b[0]] != p.dec[c] {
				t.Errorf("page %d: byte %#x gives %q, which gives % x", cp, c, s, b)
			}
		}
	}
}

func TestFromLCID(t *testing.T) {
	t.Parallel()
	for lcid, want := range map[uint32]int{
		0x0409: 1252, 0x0407: 1252, 0x0411: 932, 0x0412: 949, 0x0804: 936, 0x1004: 936, 0x0404: 950, 0x0C04: 950, 0x1404: 950,
		0x0419: 1251, 0x0C1A: 1251, 0x081A: 1250, 0x0408: 1253, 0x041F: 1254, 0x040D: 1255, 0x0401: 1256, 0x0425: 1257,
		0x042A: 1258, 0x041E: 874, 0: 1252, 0x10407: 1252, 0xFFFFFFFF: 1252,
	} {
		if got := FromLCID(lcid); got != want {
			t.Errorf("FromLCID(%#x) = %d, want %d", lcid, got, want)
		}
	}
}

func TestUTF16RoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "abc", "é日😀", "\x00a"} {
		if got := DecodeUTF16(EncodeUTF16(s)); got != s {
			t.Errorf("DecodeUTF16(EncodeUTF16(%q)) = %q", s, got)
		}
	}
}

// TestAppendUTF16 compares with the standard library, for text of all lengths that
// changes between US-ASCII and other characters.
func TestAppendUTF16(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain text", "é", "aébß", "日本 and 日本", "😀x😀", "a\xffb\xc3", "\xed\xa0\x80", strings.Repeat("Привет, мир. ", 99)} {
		var want []byte
		for _, u := range utf16.Encode([]rune(s)) {
			want = append(want, byte(u), byte(u>>8))
		}
		if got := EncodeUTF16(s); string(got) != string(want) {
			t.Errorf("EncodeUTF16(%q) = % X, want % X", s, got, want)
		}
		if got := AppendUTF16([]byte("kept"), s); string(got) != "kept"+string(want) {
			t.Errorf("AppendUTF16(%q) = % X, want % X", s, got, want)
		}
	}
}

// FuzzDecode holds every page to valid UTF-8 output, whole and streamed.
func FuzzDecode(f *testing.F) {
	f.Add(uint16(1252), []byte("\x80"))
	f.Add(uint16(65000), []byte("+2D3eAA-a+"))
	f.Add(uint16(50225), []byte("\x1b$)C\x0e\x30\x21\x0f\x1b$"))
	f.Add(uint16(1200), []byte("\x00\xd8\x00"))
	f.Fuzz(func(t *testing.T, cp uint16, b []byte) {
		s, _ := Decode(int(cp), b)
		if !utf8.ValidString(s) {
			t.Errorf("Decode(%d, %q) = %q, not UTF-8", cp, b, s)
		}
		got, err := io.ReadAll(NewReader(int(cp), iotest.HalfReader(bytes.NewReader(b))))
		if err != nil || !utf8.Valid(got) {
			t.Errorf("NewReader(%d, %q) = %q, %v", cp, b, got, err)
		}
	})
}

// FuzzRoundTrip: what a page can encode it decodes to the same text.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint16(65000), "a+b~é😀")
	f.Add(uint16(50220), "日本a")
	f.Add(uint16(52936), "中~a")
	f.Fuzz(func(t *testing.T, cp uint16, s string) {
		if cp != UTF7 && cp != 1200 && cp != 1201 && cp != UTF8 {
			return // multi-byte pages map some characters to look-alikes
		}
		b, ok := Encode(int(cp), s)
		if got, ok2 := Decode(int(cp), b); ok && (got != s || !ok2) {
			t.Errorf("page %d: %q through %q gives %q", cp, s, b, got)
		}
	})
}

func TestWide(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"": 0, "<": 0, "<p>x": 0, "\x00\x00\x00\x00": 0, "x\x00": 0, "x\x00\x00\x00": 0,
		"<\x00p\x00": UTF16LE, "\x00<\x00p": UTF16BE, "\xFF\xFE\x1F\x04": UTF16LE, "\xFE\xFF\x04\x1F": UTF16BE, "\xEF\xBB\xBF<": 0,
	} {
		if got := Wide([]byte(in)); got != want {
			t.Errorf("Wide(%q) = %d, want %d", in, got, want)
		}
	}
}
