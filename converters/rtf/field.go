package rtf

import (
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// maxLinks bounds the links kept; further ones are text.
const maxLinks = 1 << 20

// result begins the result of a field and returns where its text goes.
func (p *parser) result() dest {
	p.flush()
	if s := fieldSymbol(string(p.inst)); s != "" && p.native {
		p.inst = p.inst[:0]
		if p.st.visible() {
			p.pass(s, destBody, p.look.chr, true)
		}
		return destSkip
	}
	p.look.chr.link = p.link()
	return destBody
}

// link returns the number of the link that the latest field instruction makes:
// an index in links plus one, or the link around it if the field is none.
func (p *parser) link() int32 {
	url := hyperlink(string(p.inst))
	p.inst = p.inst[:0]
	if url == "" || p.format == nil || len(p.links) >= maxLinks {
		return p.look.chr.link
	}
	p.links = append(p.links, url)
	return int32(len(p.links))
}

// hyperlink returns the target of a HYPERLINK instruction, or "" if inst is
// another field or its target is not one to follow. The switch \l names a place
// in the target, \o, \t and \s take an argument of no interest here.
func hyperlink(inst string) string {
	word, rest := nextArgument(inst)
	if !strings.EqualFold(word, "HYPERLINK") {
		return ""
	}
	url, place := "", ""
	for rest != "" {
		word, rest = nextArgument(rest)
		switch word {
		case `\l`:
			place, rest = nextArgument(rest)
		case `\o`, `\t`, `\s`:
			_, rest = nextArgument(rest)
		default:
			if url == "" && !strings.HasPrefix(word, `\`) {
				url = word
			}
		}
	}
	if place != "" {
		url += "#" + place
	}
	if !safeURL(url) {
		return ""
	}
	return url
}

// fieldSymbol returns the character of a SYMBOL instruction, or "" if inst is
// another field. Its result repeats the character or is empty.
func fieldSymbol(inst string) string {
	word, rest := nextArgument(inst)
	if !strings.EqualFold(word, "SYMBOL") {
		return ""
	}
	code, rest := nextArgument(rest)
	n, err := strconv.ParseUint(code, 0, 16)
	if err != nil || n < ' ' {
		return ""
	}
	family := symbolNone
	for rest != "" {
		word, rest = nextArgument(rest)
		if word == `\f` {
			word, rest = nextArgument(rest)
			family = symbolFontOf(word)
		}
	}
	if c := family.char(byte(n)); c != 0 && (n < 0x100 || n>>8 == 0xF0) {
		return string(c)
	}
	if n < 0x100 {
		s, _ := codepage.Decode(defaultPage, []byte{byte(n)})
		return s
	}
	return string(rune(n))
}

// nextArgument splits the first argument off s: what quotes enclose, or what
// precedes a space.
func nextArgument(s string) (arg, rest string) {
	s = strings.TrimLeft(s, " \t\r\n\u00A0")
	if after, ok := strings.CutPrefix(s, `"`); ok {
		arg, rest, _ = strings.Cut(after, `"`)
		return arg, rest
	}
	i := strings.IndexAny(s, " \t\r\n\"")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// safeSchemes are the schemes of links that run nothing.
var safeSchemes = map[string]bool{
	"http": true, "https": true, "mailto": true, "ftp": true, "file": true,
	"tel": true, "sip": true, "sips": true, "news": true, "nntp": true,
	"cid": true, "callto": true, "im": true, "webcal": true, "notes": true,
	"onenote": true, "outlook": true, "ldap": true, "sms": true, "xmpp": true,
}

// safeURL reports whether url has a safe scheme or none.
func safeURL(url string) bool {
	i := strings.IndexAny(url, ":/?#")
	if i < 0 || url[i] != ':' {
		return url != ""
	}
	return safeSchemes[strings.ToLower(strings.TrimSpace(url[:i]))]
}
