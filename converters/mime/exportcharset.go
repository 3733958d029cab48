package mime

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A bodyPage is a character set that bodies are written in.
type bodyPage struct {
	cp       int
	name     string // of the character set; a set that all readers agree on
	mail     int    // the page that mail has in place of this one; 0 for itself
	portable func(encoded []byte, text string) bool
}

// bodyPages are the character sets of bodies. Left out are those that are no
// superset of US-ASCII, and those that mail programs are known not to have; text
// in them is written in UTF-8.
//
// QUIRK: programs read the same name by different tables, the small one of the
// standard and the larger one of a vendor. Text is written in a character set
// only as far as all of them agree.
var bodyPages = []bodyPage{
	{cp: codepage.UTF8, name: "utf-8", portable: always},
	{cp: codepage.ASCII, name: "us-ascii", portable: always},
	{cp: 1250, name: "windows-1250", portable: noC1}, {cp: 1251, name: "windows-1251", portable: noC1},
	{cp: 1252, name: "windows-1252", portable: noC1}, {cp: 1253, name: "windows-1253", portable: noC1},
	{cp: 1254, name: "windows-1254", portable: noC1}, {cp: 1255, name: "windows-1255", portable: without("\u05BA")},
	{cp: 1256, name: "windows-1256", portable: noC1}, {cp: 1257, name: "windows-1257", portable: noC1},
	{cp: 1258, name: "windows-1258", portable: noC1},
	{cp: 28591, name: "iso-8859-1", portable: noC1}, {cp: 28592, name: "iso-8859-2", portable: noC1},
	{cp: 28593, name: "iso-8859-3", portable: noC1}, {cp: 28594, name: "iso-8859-4", portable: noC1},
	{cp: 28595, name: "iso-8859-5", portable: noC1}, {cp: 28597, name: "iso-8859-7", portable: noC1},
	{cp: 28599, name: "iso-8859-9", portable: noC1}, {cp: 28603, name: "iso-8859-13", portable: noC1},
	{cp: 28605, name: "iso-8859-15", portable: noC1},
	{cp: 20866, name: "koi8-r", portable: noC1}, {cp: 21866, name: "koi8-u", portable: without("Ўў")},
	{cp: 936, name: "gbk", portable: pairs(inGBK)}, {cp: 54936, name: "gb18030", portable: noPrivate},
	{cp: 950, name: "big5", portable: pairs(inBig5)},
	{cp: 949, name: "euc-kr", portable: pairs(inKSX1001)}, {cp: 51949, name: "euc-kr", portable: pairs(inKSX1001)},
	{cp: 932, name: "shift_jis", mail: 50220, portable: inJISX0208}, {cp: 51932, name: "euc-jp", portable: inJISX0208},
	{cp: 50220, name: "iso-2022-jp", portable: inJISX0208}, {cp: 50221, name: "iso-2022-jp", mail: 50220, portable: inJISX0208},
	{cp: 50222, name: "iso-2022-jp", mail: 50220, portable: inJISX0208},
}

// bodyPageOf returns the row of a code page, nil when bodies are not written in
// it.
func bodyPageOf(cp int) *bodyPage {
	for i := range bodyPages {
		if bodyPages[i].cp == cp {
			return &bodyPages[i]
		}
	}
	return nil
}

// bodyPageNamed returns the row of a character set, by any name, or nil.
func bodyPageNamed(name string) *bodyPage {
	cp, ok := charset.CodePage(name)
	if !ok {
		return nil
	}
	return bodyPageOf(cp)
}

// BodyCharsets returns the names of the character sets that
// ExportOptions.Charset takes, each once, UTF-8 first.
func BodyCharsets() []string {
	var names []string
	for _, p := range bodyPages {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// inCharset returns the text, which is UTF-8, in the character set that the
// options ask for, else in that of the message, else in UTF-8
// ([MS-OXCMAIL] 2.1.3.3), and its name.
func (o *object) inCharset(subtype string, text []byte) (_ []byte, name string) {
	p := bodyPageNamed(o.e.opt.Charset)
	if o.e.opt.Charset == "" {
		if p = bodyPageOf(o.ownPage()); p != nil && p.mail != 0 {
			p = bodyPageOf(p.mail)
		}
	}
	if p == nil || p.cp == codepage.UTF8 {
		return text, "utf-8"
	}
	relabelled := text
	if subtype == "html" {
		relabelled = charset.RelabelHTMLAs(p.name, text)
	}
	if isPlainASCII(relabelled) {
		return relabelled, p.name
	}
	s := string(relabelled)
	encoded, ok := codepage.Encode(p.cp, s)
	if !ok || !p.portable(encoded, s) {
		return text, "utf-8"
	}
	return encoded, p.name
}

// isPlainASCII reports whether text is the same in all of bodyPages: US-ASCII
// without the escapes of ISO 2022.
func isPlainASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf || c == escape {
			return false
		}
	}
	return true
}

// ownPage returns the code page of the message for Internet mail, 0 when it
// names none.
func (o *object) ownPage() int {
	if cp, ok := o.m.Props.Int32(proptag.InternetCodepage); ok && cp > 0 {
		return int(cp)
	}
	cp, _ := o.m.Props.Int32(proptag.MessageCodepage)
	return int(cp)
}

func always([]byte, string) bool { return true }

// noC1 reports whether the text has no character for which single-byte pages
// have no byte that all readers agree on: U+0080 to U+009F.
func noC1(_ []byte, text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 && r < 0xA0 })
}

// without is noC1 for a page whose tables disagree about some more characters.
func without(chars string) func([]byte, string) bool {
	return func(_ []byte, text string) bool { return noC1(nil, text) && !strings.ContainsAny(text, chars) }
}

// noPrivate reports whether the text has no character for private use, which
// the editions of GB 18030 place differently.
func noPrivate(_ []byte, text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Co, r) })
}

// pairs makes a test of text of a test of each character of two bytes.
func pairs(in func(lead, trail byte) bool) func([]byte, string) bool {
	return func(encoded []byte, _ string) bool {
		for i := 0; i < len(encoded); i++ {
			if encoded[i] < 0x80 {
				continue
			}
			if i+1 == len(encoded) || !in(encoded[i], encoded[i+1]) {
				return false
			}
			i++
		}
		return true
	}
}

// inGBK takes the characters of GBK, without those for private use.
func inGBK(lead, trail byte) bool {
	switch {
	case lead >= 0x81 && lead <= 0xA0, lead >= 0xB0 && lead <= 0xF7:
		return true
	case lead == 0xA1 || lead == 0xA3, lead == 0xA2 && trail >= 0xB1, lead == 0xA4 || lead == 0xA5:
		return trail >= 0xA1
	}
	return (lead >= 0xAA && lead <= 0xAF || lead >= 0xF8 && lead <= 0xFD) && trail < 0xA1
}

// inBig5 takes the ideographs of Big5 and the punctuation that every table has.
func inBig5(lead, trail byte) bool {
	switch {
	case lead >= 0xA4 && lead <= 0xC5, lead == 0xC6 && trail <= 0x7E, lead >= 0xC9 && lead <= 0xF8, lead == 0xF9 && trail <= 0xD5:
		return true
	case lead == 0xA1:
		return bytes.IndexByte([]byte("\x40\x41\x42\x43\x46\x47\x48\x49\x4B\x5D\x5E\x71\x72\x75\x76\x79\x7A"), trail) >= 0
	}
	return false
}

// inKSX1001 takes the characters of KS X 1001 as of 1987.
func inKSX1001(lead, trail byte) bool {
	return lead >= 0xA1 && trail >= 0xA1 && (lead != 0xA2 || trail < 0xE6) && (lead != 0xA1 || trail != 0xAD) && (lead != 0xA4 || trail != 0xD4)
}

// ambiguousJapanese are the characters of JIS X 0208, and their look-alikes,
// that tables map differently.
const ambiguousJapanese = "～〜∥‖－−￠¢￡£￢¬＼―—￣‾¥"

// inJISX0208 takes US-ASCII and the characters of JIS X 0208 that all tables map
// alike. It looks at the text in Shift_JIS, where the rows of vendors stand
// apart.
func inJISX0208(_ []byte, text string) bool {
	shift, ok := codepage.Encode(932, text)
	return ok && !strings.ContainsAny(text, ambiguousJapanese) && pairs(func(lead, trail byte) bool {
		return lead >= 0x81 && lead <= 0x84 || lead >= 0x88 && lead <= 0x9F || lead >= 0xE0 && lead <= 0xE9 || lead == 0xEA && trail <= 0xA4
	})(shift, "")
}
