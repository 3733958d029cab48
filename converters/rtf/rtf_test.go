package rtf

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// head begins a document as Outlook does when it encapsulates HTML.
const head = `{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidis \deff0{\fonttbl` + "\r\n" +
	`{\f0\fswiss\fcharset0 Arial;}{\f1\fmodern Courier New;}{\f2\fnil\fcharset2 Symbol;}` +
	`{\f3\fswiss\fcharset204 Arial CYR;}{\f4\fnil\fcharset128 MS Gothic;}{\f5\fnil\cpg936 SimSun{\*\falt Alt;};}` +
	`{\f6\fnil Arial CE;}}` + "\r\n" +
	`{\colortbl\red0\green0\blue0;\red0\green0\blue255;}` + "\r\n" +
	`\uc1\pard\plain\deftab360 \f0\fs24` + "\r\n"

func TestDetect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		want Kind
	}{
		{"html", head + "}", KindHTML},
		{"text with more words than the rule allows", `{\rtf1\ansi\fbidis\ansicpg1252\deff0\deftab720\x\y\z\w\fromtext {`, KindText},
		{"native", `{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}x}`, KindNative},
		{"mark behind a group", `{\rtf1{\fonttbl}\fromhtml1 }`, KindNative},
		{"mark behind text", `{\rtf1 x\fromhtml1 }`, KindNative},
		{"byte order mark", "\xEF\xBB\xBF{\\rtf1\\fromtext}", KindText},
		{"empty", "", KindNative},
		{"not rtf", "hello", KindNative},
		{"cut short", `{\rtf1`, KindNative},
	}
	for _, tt := range tests {
		if got := Detect([]byte(tt.in)); got != tt.want {
			t.Errorf("%s: Detect() = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"tags and text", `{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0`, `<p>Hello</p>`},
		{"line ends and tabs in tags", "{\\*\\htmltag0 a\\par\r\nb\\tab c\\line}", "a\r\nb\tc\r\n"},
		{"escapes in tags", `{\*\htmltag0 \{\}\\ <>&}`, `{}\ <>&`},
		{"bare markup outside tags", `a<b&c>d`, `a&lt;b&amp;c&gt;d`},
		{"braces outside tags", `\{a\}\\`, `{a}\`},
		{"characters outside tags", `\lquote\rquote\ldblquote\rdblquote\bullet\endash\emdash\~\_\-x`, `&lsquo;&rsquo;&ldquo;&rdquo;&bull;&ndash;&mdash;&nbsp;&shy;&shy;x`},
		{"characters inside tags", `{\*\htmltag0 \lquote\~}`, "\u2018\u00A0"},
		{"mhtmltag is skipped", `{\*\mhtmltag84 <a href="cid:1">{\b x}}{\*\htmltag84 <a href="x">}`, `<a href="x">`},
		{"unknown destination is skipped", `{\*\foo bar{\*\htmltag0 x}}y`, "y"},
		{"htmlrtf holds within its group", `{\htmlrtf a{b\htmlrtf0 c}d}e`, "ce"},
		{"braces within htmlrtf", `\htmlrtf {\htmlrtf0 a\htmlrtf }\htmlrtf0 b`, "ab"},
		{"htmlrtf1 and htmlrtf0", `\htmlrtf1 a\htmlrtf0 b`, "b"},
		{"tag within htmlrtf", `\htmlrtf a{\*\htmltag0 <b>}c\htmlrtf0 d`, "<b>d"},
		{"hidden RTF closes too many groups", `a\htmlrtf }\htmlrtf0 b\htmlrtf }\htmlrtf0 c`, "abc"},
		{"field shows its result", `\htmlrtf {\field{\*\fldinst{HYPERLINK "x"}}{\fldrslt \htmlrtf0 a\htmlrtf }}\htmlrtf0 b`, "ab"},
		{"list mark is skipped", `{\pntext\f2\'B7\tab}x`, "x"},
		{"byte of the document page", `\'e9`, "é"},
		{"byte of a Cyrillic font", `\f3 \'cf\'f0\plain \'e9`, "Прé"},
		{"byte of a font known by its name", `\f6 \'e8`, "č"},
		{"byte in a tag is of the document page", `\f3 {\*\htmltag0 \'e9}`, "é"},
		{"font set within htmlrtf", `\htmlrtf\f3\htmlrtf0 \'cf`, "П"},
		{"font restored by its group", `{\f3 \'cf}\'cf`, "ПÏ"},
		{"double bytes", `\f4 \'93\'fa\'96\'7b`, "日本"},
		{"trail byte as text", `\f4 \'96{`, "\uFFFD"},
		{"trail byte as plain text", `\f4 \'83A\'83\\x`, "アソx"},
		{"double byte split by a group", `\f4 \'93{}\'fa`, "日"},
		{"double byte split by a word and a line end", "\\f4 \\'93\\b\r\n\\'fa", "日"},
		{"page by cpg", `\f5 \'c4\'e3`, "你"},
		{"raw bytes", "\xe9", "é"},
		{"unicode", `\u8364 ?\u-10179?\u-8704?x`, "€😀x"},
		{"unicode, fallback of two bytes", `{\uc2\u26085\'93\'fa}\u233 ex`, "日éx"},
		{"unicode, no fallback", `{\uc0\u233 e}`, "ée"},
		{"unicode, fallback is a word", `\u8212\emdash x`, "—x"},
		{"unicode, word behind it takes effect", `\u233\par x`, "é\r\nx"},
		{"unicode, fallback ends at a brace", `{\u233}x`, "éx"},
		{"unicode, lone surrogate", `\u55357?x`, "\uFFFDx"},
		{"unicode, whole code point", `\u128512?`, "😀"},
		{"binary is passed over", "a\\bin3 }}}b", "ab"},
		{"binary as fallback", "\\u233\\bin3 }}}b", "éb"},
		{"zero bytes vanish", "a\x00b", "ab"},
		{"hex without digits", `\'zz`, "zz"},
		{"meta", `{\*\htmltag161 <META content="text/html; charset=windows-1251" http-equiv=x>}`, `<META content="text/html; charset=utf-8" http-equiv=x>`},
		{"meta of HTML 5", `{\*\htmltag161 <meta charset='gb2312'/><meta name=x>}`, `<meta charset='utf-8'/><meta name=x>`},
		{"meta cut short", `{\*\htmltag161 <meta charset=}`, `<meta charset=`},
		{"picture", `{\pict\pngblip 0102}x`, "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, info, err := HTML([]byte(head + tt.in + "}\x00 trailing"))
			if err != nil || info.Kind != KindHTML {
				t.Fatalf("HTML() error = %v, kind %v", err, info.Kind)
			}
			if tt.name == "trail byte as text" {
				return // the brace stays open: only required not to hang
			}
			if got != tt.want {
				t.Errorf("HTML(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCodePages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		page           int
		warn           Warning
	}{
		{"default", `{\rtf1\fromtext \'e9}`, "é", 1252, 0},
		{"ansicpg", `{\rtf1\ansi\ansicpg1251\fromtext \'ef}`, "п", 1251, 0},
		{"ansicpg wins over mac", `{\rtf1\ansicpg1251\mac\fromtext \'ef}`, "п", 1251, 0},
		{"pc", `{\rtf1\pc\fromtext \'82}`, "é", 437, 0},
		{"ansicpg 0", `{\rtf1\ansicpg0\fromtext \'e9}`, "é", 1252, 0},
		{"ansicpg unknown", `{\rtf1\ansicpg4711\fromtext \'e9}`, "é", 1252, WarnCodePage},
		{"ansicpg UTF-16", `{\rtf1\ansicpg1200\fromtext \'e9}`, "é", 1252, WarnCodePage},
		{"UTF-8", `{\rtf1\ansicpg65001\fromtext \'c3\'a9}`, "é", 65001, 0},
		{"UTF-8 that is none", `{\rtf1\ansicpg65001\fromtext a\'a0b}`, "a\u00A0b", 65001, 0},
		{"deff", `{\rtf1\fromtext\deff7{\fonttbl{\f7\fcharset161 x;}}\'e1}`, "α", 1252, 0},
		{"fcharset 1 is the document page", `{\rtf1\ansicpg1251\fromtext{\fonttbl{\f0\fcharset1 x;}}\f0\'ef}`, "п", 1251, 0},
		{"code page as charset", `{\rtf1\fromtext{\fonttbl{\f0\fcharset1251 x;}}\f0\'ef}`, "п", 1252, 0},
		{"fonts without groups", `{\rtf1\fromtext{\fonttbl\f0\fcharset0 x;\f1\fcharset204 y;}\f1\'ef}`, "п", 1252, 0},
		{"not closed", `{\rtf1\fromtext a`, "a", 1252, WarnTruncated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, info, err := Text([]byte(tt.in))
			if err != nil || got != tt.want || info.CodePage != tt.page || info.Warnings != tt.warn {
				t.Errorf("Text(%q) = %q, %+v, %v; want %q, page %d, warnings %b", tt.in, got, info, err, tt.want, tt.page, tt.warn)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"encapsulated text", `{\rtf1\ansi\fromtext \fbidis \deff0{\fonttbl{\f0\fswiss Arial;}}\uc1\pard\plain\deftab360 \f0\fs20 a\par` + "\r\n" + `<b>\tab\{c\}\par }`, "a\r\n<b>\t{c}\r\n"},
		{"what surrounds the text", `{\rtf1{\stylesheet{\s0 Normal;}}{\info{\title T}}{\header h}{\footerr f}{\*\generator g;}x}`, "x"},
		{"line, section, page", `{\rtf1 a\line b\sect\page d}`, "a\r\nb\r\n\r\nd"},
		{"table", `{\rtf1\trowd\cellx1\intbl a\cell b\cell\row\pard c}`, "a\tb\t\r\nc"},
		{"list text", `{\rtf1{\listtext\f1 1.\tab}a\par}`, "1.\ta\r\n"},
		{"bullet of a font of symbols", `{\rtf1{\fonttbl{\f1\fcharset2 Symbol;}}{\pntext\f1\'b7\tab}a}`, "•\ta"},
		{"bullet in the private use area", `{\rtf1{\listtext\u-3913 ?\tab}a}`, "•\ta"},
		{"nested table", `{\rtf1\trowd\intbl a\itap2{b\nestcell}{\*\nesttableprops\trowd c\nestrow}{\nonesttables\par}\cell\row}`, "ab\tc\r\n\t\r\n"},
		{"field", `{\rtf1{\field{\*\fldinst{ HYPERLINK "http://x/" }}{\fldrslt{\ul link}}}.}`, "link."},
		{"picture", `{\rtf1{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict 00}}x}`, "x"},
		{"hidden text", `{\rtf1 a{\v b}\v c\v0 d}`, "ad"},
		{"unicode part of upr", `{\rtf1{\upr{ansi}{\*\ud{\u1087?}}}x}`, "пx"},
		{"upr within info", `{\rtf1{\info{\upr{a}{\*\ud b}}}x}`, "x"},
		{"object shows its result", `{\rtf1{\object\objemb{\*\objclass C}{\*\objdata 0102}{\result{r}}}x}`, "rx"},
		{"placeholder", `{\rtf1 a{\objattph  {\b }}b\objattph\'20c}`, "abc"},
		{"encapsulated html as seen by an RTF reader", head + `{\*\htmltag64 <p>}\htmlrtf{\b\htmlrtf0 a\htmlrtf\par}\htmlrtf0 }`, "a\r\n"},
		{"no-break characters", `{\rtf1 a\~b\_c\-d}`, "a\u00A0b\u2011c\u00ADd"},
		{"backslash and line end", "{\\rtf1 a\\\r\nb\\\nc}", "a\r\nb\r\nc"},
		{"colours", `{\rtf1{\colortbl;\red1\green2\blue3;}x}`, "x"},
		{"destination outside a group of its own", `{\rtf1\info x}`, "x"},
		{"footnote", `{\rtf1 a{\super\chftn}{\footnote {\super\chftn} note}b\par c}`, "a1b\r\nc\r\n1 note\r\n"},
		{"endnote", `{\rtf1 a{\super\chftn}{\footnote\ftnalt{\super\chftn} end}b{\super\chftn}{\footnote{\super\chftn} foot}{\*\x}\chftn{\footnote\ftnalt\chftn}}`, "aib1ii\r\n1 foot\r\ni end\r\nii\r\n"},
		{"numbers of notes", `{\rtf1\ftnnchi\ftnstart2\aftnnauc\aftnstart3 \chftn{\footnote a}\chftn{\footnote\ftnalt b}\saftnnalc\chftn{\footnote\ftnalt\chftn}\sftnstart5\chftn{\footnote}}`, "†Cd††\r\na\r\nb\r\nd\r\n"},
		{"hidden footnote", `{\rtf1 a{\v\chftn{\footnote\plain b}}c}`, "ac"},
		{"text box", `{\rtf1 a{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt box\par}}{\shprslt twice}}b\par c}`, "ab\r\nbox\r\nc"},
		{"text box in the last paragraph", `{\rtf1 a{\shptxt box}}`, "a\r\nbox\r\n"},
		{"mark in the middle of a group", `{\rtf1{a\*\b b}{c \*\x d}}`, "abc d"},
		{"fonts of symbols", `{\rtf1{\fonttbl{\f1\fcharset2 Symbol;}{\f2\fcharset2 Wingdings;}{\f3 ZapfDingbats;}{\f4\fcharset2 Other;}}\f1 ab\f2\'fc\f3 A\f4\'b7}`, "αβ✓✡•"},
		{"symbol field", `{\rtf1{\field{\*\fldinst SYMBOL 252 \\f "Wingdings"}{\fldrslt x}}}`, "✓"},
		{"nothing behind the document", `{\rtf1 x}y{z}`, "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := Text([]byte(tt.in))
			if err != nil || got != tt.want {
				t.Errorf("Text(%q) = %q, %v, want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	const marks = `{\objattph  {}}`
	got, info, err := HTML([]byte(head + `{\*\htmltag161 <meta charset=windows-1251>}a` + marks + `b{\*\htmltag161 <meta charset=x>}` + marks + "}"))
	if err != nil || info.Charset != "windows-1251" || len(info.Placeholders) != 2 {
		t.Fatalf("HTML() = %q, %+v, %v", got, info, err)
	}
	if before := got[:info.Placeholders[0]]; before != "<meta charset=utf-8>a" {
		t.Errorf("first placeholder behind %q", before)
	}
	if after := got[info.Placeholders[1]:]; after != "" {
		t.Errorf("second placeholder before %q", after)
	}
	got, info, _ = NativeHTML([]byte(`{\rtf1 a\par`+marks+"}"), NativeOptions{})
	if len(info.Placeholders) != 1 || !strings.HasSuffix(got[:info.Placeholders[0]], `<p style="margin:0;font-size:12pt">`) {
		t.Errorf("placeholder alone in a paragraph: %q, %+v", got, info)
	}
	got, info, _ = NativeHTML([]byte(`{\rtf1 a`+marks+`{\pict 00}{\object{\result r}}}`), NativeOptions{})
	if info.Pictures != 1 || info.Objects != 1 || len(info.Placeholders) != 1 || !strings.HasSuffix(got[:info.Placeholders[0]], `<p style="margin:0;font-size:12pt">a`) {
		t.Errorf("NativeHTML() = %q, %+v", got, info)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	var fe *FormatError
	for _, in := range []string{"", "x", "{", `{\rt`} {
		_, _, e1 := HTML([]byte(in))
		_, _, e2 := Text([]byte(in))
		_, _, e3 := NativeHTML([]byte(in), NativeOptions{})
		for _, err := range []error{e1, e2, e3} {
			if !errors.Is(err, ErrNotRTF) || !errors.As(err, &fe) || err.Error() == "" {
				t.Errorf("%q: error = %v, want ErrNotRTF", in, err)
			}
		}
	}
	if _, _, err := HTML([]byte(`{\rtf1 x}`)); !errors.Is(err, ErrNotEncapsulated) {
		t.Errorf("HTML(native) error = %v", err)
	}
}

func TestOutputLimit(t *testing.T) {
	t.Parallel()
	o := output{buf: make([]byte, limits.RTFOutput.Int()-1)}
	o.write("ab")
	if !o.full || len(o.buf) != limits.RTFOutput.Int()-1 {
		t.Errorf("full %v, %d bytes", o.full, len(o.buf))
	}
}

// TestHostile tempts the parser to look again and again, which would run into
// the time limit of go test, and holds the depth bounded.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 200_000
	bodies := map[string]string{
		"open braces":        strings.Repeat("{", 2*n),
		"braces":             strings.Repeat("{", n) + "x" + strings.Repeat("}", n),
		"pairs":              strings.Repeat("{}", n),
		"closed tags":        strings.Repeat(`{\*\htmltag a}`, n/4),
		"fonts":              "{\\fonttbl" + strings.Repeat(`{\f1\fcharset2 a;}`, n/4) + "}",
		"fields":             strings.Repeat(`{\field{\*\fldinst HYPERLINK "a`, n/8),
		"metas":              strings.Repeat(`{\*\htmltag <meta}`, n/8),
		"metas with charset": strings.Repeat(`{\*\htmltag <meta charset=a>}\objattph `, n/8),
		"formats":            strings.Repeat(`\b a\b0 b`, n/8),
		"units":              strings.Repeat(`\u-10179`, n/4),
		"lead bytes":         `{\fonttbl{\f0\fcharset128 a;}}\f0` + strings.Repeat(`\'81`, n/2),
		"cells":              strings.Repeat(`\trowd\intbl\cell\row`, n/8),
		"backslashes":        strings.Repeat(`\`, n),
		"digits":             `\b` + strings.Repeat("9", n),
		"footnotes":          strings.Repeat(`{\footnote a`, n/8),
		"text boxes":         strings.Repeat(`{\shptxt a}`, n/8),
		"binary":             strings.Repeat(`\bin99999999999`, n/8),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := []byte(`{\rtf1\fromhtml1 ` + body)
			convertAll(t, in)
		})
	}
	_, info, _ := Text([]byte(`{\rtf1 a` + strings.Repeat("{", 2*limits.RTFDepth.Int()) + "b" + strings.Repeat("}", 2*limits.RTFDepth.Int()) + "c}"))
	if info.Warnings != WarnDepth {
		t.Errorf("warnings %b, want WarnDepth", info.Warnings)
	}
}

// convertAll runs every conversion and checks what holds for any input.
func convertAll(t *testing.T, in []byte) {
	t.Helper()
	for name, f := range map[string]func([]byte) (string, Info, error){"HTML": HTML, "Text": Text, "NativeHTML": native} {
		got, info, err := f(in)
		var fe *FormatError
		if err != nil && !errors.As(err, &fe) {
			t.Fatalf("%s error %T", name, err)
		}
		if !utf8.ValidString(got) {
			t.Fatalf("%s gives invalid UTF-8 %q", name, got)
		}
		last := 0
		for _, at := range info.Placeholders {
			if at < last || at > len(got) {
				t.Fatalf("%s: placeholders %v in %d bytes", name, info.Placeholders, len(got))
			}
			last = at
		}
	}
}

func FuzzConvert(f *testing.F) {
	f.Add([]byte(head + `{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 a\'e9\u8364 ?{\*\mhtmltag x}}\htmlrtf0 }`))
	f.Add([]byte(head + `{\*\htmltag161 <meta charset=x>}\objattph \f4\'93\'fa}`))
	f.Add([]byte(`{\rtf1\ansi\ansicpg932\fromtext \'93\'fa\par\tab\bin2 }}}`))
	f.Add([]byte(`{\rtf1\trowd\intbl a\cell\row\pard{\field{\*\fldinst HYPERLINK \\l "x"}{\fldrslt\b\fs3\cf1 y}}{\upr{a}{\*\ud b}}}`))
	f.Add([]byte(`{\rtf1{\colortbl;\red1;}{\pict\bin3 abc}\v a\v0 b\u55357`))
	f.Fuzz(convertAll)
}
