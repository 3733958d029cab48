package charset

import (
	"bytes"
	"regexp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// htmlPrescan is how much of a document FromHTML looks at, in bytes. HTML
// demands 1024; Office writes style sheets before the declaration.
const htmlPrescan = 4096

var (
	commentPattern = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	metaPattern    = regexp.MustCompile(`(?is)<meta\s[^>]*>`)
	xmlPattern     = regexp.MustCompile(`(?is)^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]{1,64})["']`)
	charsetPattern = regexp.MustCompile(`(?is)[\s;"'/]charset\s*=\s*["']?\s*([A-Za-z0-9._:$-]{1,64})`)
)

// FromHTML returns the character set that an HTML document declares for
// itself: by a byte order mark, else by the first meta element, with charset
// or http-equiv, else by an XML declaration. It is "" when nothing in the
// first 4096 bytes declares one.
//
// A declaration of UTF-16 found by reading bytes is wrong by construction and
// is reported as utf-8 (HTML 13.2.3.2).
func FromHTML(b []byte) (name string) {
	if cp := bomPage(b); cp != 0 {
		return Name(cp)
	}
	b = b[:min(len(b), htmlPrescan)]
	bare := commentPattern.ReplaceAll(b, nil)
	for _, tag := range metaPattern.FindAll(bare, -1) {
		if m := charsetPattern.FindSubmatch(tag); m != nil {
			return declared(m[1])
		}
	}
	if m := xmlPattern.FindSubmatch(bare); m != nil {
		return declared(m[1])
	}
	return ""
}

func declared(name []byte) string {
	s := string(bytes.ToLower(name))
	if cp, ok := CodePage(s); ok && (cp == codepage.UTF16LE || cp == codepage.UTF16BE) {
		return Name(codepage.UTF8)
	}
	return s
}
