package rtf

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// pending collects characters until something else follows, since a character
// may be spread over several tokens: the bytes of a double-byte one, or the
// two halves of a surrogate pair. At most one of bytes and units is not empty.
type pending struct {
	key   pendingKey
	bytes []byte   // in code page key.cp
	units []uint16 // UTF-16

	asciiPage int  // a code page, or 0
	asciiIn   bool // bytes below 0x80 are US-ASCII in it
}

// pendingKey is what characters collected together have in common.
type pendingKey struct {
	cp   int
	dest dest
	font int32 // of symbols, else 0
	chr  charFormat
}

// maxPending bounds the bytes and units collected at a time, so that the
// output limit holds early.
const maxPending = 1 << 20

// addBytes collects visible bytes in the code page that applies.
func (p *parser) addBytes(b []byte) {
	key := pendingKey{cp: p.codePage, dest: p.st.dest, chr: p.look.chr}
	if key.dest != destTag {
		key.cp = p.fontPage()
		if key.cp == symbolPage {
			key.font = p.fontNumber()
		}
	}
	if key != p.key || len(p.units) > 0 {
		p.flush()
		p.key = key
	}
	p.bytes = append(p.bytes, b...)
	if len(p.bytes) >= maxPending && b[len(b)-1] < utf8.RuneSelf {
		p.flush()
	}
}

// unicode collects the code unit of \uN.
//
// QUIRK: numbers above 65535 are taken for whole code points.
func (p *parser) unicode(t *token) {
	p.skip = p.st.uc
	if p.st.dest == destLevelText {
		p.lists.char(rune(uint16(t.param(' '))))
		return
	}
	if !p.st.visible() {
		return
	}
	key := pendingKey{dest: p.st.dest, chr: p.look.chr}
	if p.native && p.fontPage() == symbolPage {
		key.font = p.fontNumber()
	}
	if key != p.key || len(p.bytes) > 0 {
		p.flush()
		p.key = key
	}
	n := t.param(' ')
	if n > 0xFFFF {
		p.units = utf16.AppendRune(p.units, rune(n))
	} else if uint16(n) != 0 {
		p.units = append(p.units, uint16(n))
	}
	if len(p.units) >= maxPending && !utf16.IsSurrogate(rune(uint16(n))) {
		p.flush()
	}
}

// flush decodes what is pending and passes it on.
func (p *parser) flush() {
	var s string
	switch {
	case len(p.bytes) > 0:
		if p.flushASCII() {
			return
		}
		s = p.decode(p.key.cp, p.key.font, p.bytes)
		p.bytes = p.bytes[:0]
	case len(p.units) > 0:
		s = string(utf16.Decode(p.units))
		if p.native {
			s = p.fonts.private(p.key.font, s)
		}
		p.units = p.units[:0]
	default:
		return
	}
	if s != "" {
		p.pass(s, p.key.dest, p.key.chr, false)
	}
}

// flushASCII passes pending bytes on if they need no decoding, and reports
// whether it did. Most bytes of a body are such.
func (p *parser) flushASCII() bool {
	if p.key.dest != destBody && p.key.dest != destTag || !p.hasASCII(p.key.cp) {
		return false
	}
	for _, c := range p.bytes {
		if c == 0 || c >= utf8.RuneSelf {
			return false
		}
	}
	p.sink.ascii(p.bytes, p.key.dest == destTag, p.key.chr)
	p.bytes = p.bytes[:0]
	return true
}

// hasASCII reports whether a code page has US-ASCII in single bytes.
func (p *parser) hasASCII(cp int) bool {
	if cp != p.asciiPage {
		p.asciiPage, p.asciiIn = cp, cp != symbolPage && codepage.HasASCII(cp)
	}
	return p.asciiIn
}

// maxInst bounds the length of a field instruction, in bytes.
const maxInst = 1 << 16

// pass hands s to destination d; char tells that a control word stands for it.
func (p *parser) pass(s string, d dest, f charFormat, char bool) {
	switch {
	case d == destInst:
		if len(p.inst)+len(s) <= maxInst {
			p.inst = append(p.inst, s...)
		}
	case d == destItem:
		p.item = appendShort(p.item, s)
	case d == destMark:
		p.name = appendShort(p.name, s)
	case d == destPnBefore:
		p.pn.before = string(appendShort([]byte(p.pn.before), s))
	case d == destPnAfter:
		p.pn.after = string(appendShort([]byte(p.pn.after), s))
	case char:
		p.sink.char(s, d == destTag, f)
	default:
		p.sink.text(s, d == destTag, f)
	}
}

// maxShort bounds bullets, numbers and the names of places, in bytes.
const maxShort = 256

// appendShort appends s to b if the two are short.
func appendShort(b []byte, s string) []byte {
	if len(b)+len(s) > maxShort {
		return b
	}
	return append(b, s...)
}

// decode converts bytes of a code page to UTF-8; zero bytes vanish.
func (p *parser) decode(cp int, font int32, b []byte) string {
	if cp == symbolPage {
		return p.fonts.decodeSymbol(font, b, p.native)
	}
	if cp == codepage.UTF8 && !utf8.Valid(b) {
		// QUIRK: Outlook writes 1252 in documents that claim UTF-8, such as
		// \'a0 for a no-break space.
		cp = defaultPage
	}
	s, ok := codepage.Decode(cp, b)
	if !ok {
		p.info.Warnings |= WarnBytes
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}
