package rfc5322

import (
	"bytes"
	"strings"
)

// An Address is one entry of an address list, or an empty group.
type Address struct {
	Name  string // display name, decoded; "" when there is none
	Addr  string // addr-spec, or whatever stood in its place; "" for a bare name or an empty group
	Group string // name of the group the entry belongs to; "" outside of groups
}

// ParseAddressList reads an address list (RFC 5322 3.4). It never fails:
// whatever is no address becomes an entry with a Name alone. An empty group
// yields one Address with only Group set.
//
// QUIRK: accepted are semicolons between addresses, missing angle brackets,
// addresses in brackets within brackets, "mailto:" and "smtp:" prefixes,
// blanks in addresses, source routes, encoded words anywhere, raw 8-bit text
// and quotes or comments that never end.
//
// At most MaxAddresses are returned; what comes after them is not read.
func ParseAddressList(raw []byte) []Address {
	p := addressParser{in: raw}
	for p.pos < len(p.in) {
		if len(p.list) >= MaxAddresses {
			return p.list[:MaxAddresses]
		}
		p.step()
	}
	p.endEntry()
	p.endGroup()
	return p.list
}

// MaxAddresses bounds a list of addresses.
const MaxAddresses = 100_000

// piece is a run of an entry between blanks and specials.
type piece struct {
	text   string // raw; a quoted string without its quotes
	quoted bool
	blank  bool // white space or a comment stood before it
}

type addressParser struct {
	in   []byte
	pos  int
	list []Address

	phrase   []piece
	comment  string // the last one of the entry
	angle    string // what stood in angle brackets
	hasAngle bool
	named    int  // pieces before the angle brackets
	blank    bool // white space since the last piece

	group      string
	inGroup    bool
	groupStart int // len(list) where the group began

	literalQuote, literalParen bool // no closing one follows: they are text
}

// step consumes one token.
func (p *addressParser) step() {
	rest := p.in[p.pos:]
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0:
		p.pos++
		p.blank = true
	case c == ',' || c == ';':
		p.pos++
		p.endEntry()
		if c == ';' {
			p.endGroup()
		}
	case c == '"' && !p.literalQuote:
		if !p.quotedString(rest) {
			p.literalQuote = true
		}
	case c == '(' && !p.literalParen:
		if !p.skipComment(rest) {
			p.literalParen = true
		}
	case c == '<':
		p.angleAddr(rest)
	case c == ':' && p.colon():
		p.pos++
	case c == '>':
		p.pos++ // stray
	default:
		p.atom(rest)
	}
}

// add appends a piece and moves n bytes on.
func (p *addressParser) add(text string, quoted bool, n int) {
	p.phrase = append(p.phrase, piece{text, quoted, p.blank})
	p.blank = false
	p.pos += n
}

// colon starts a group when the entry so far is a name. It is false when the
// colon is text.
func (p *addressParser) colon() bool {
	if p.hasAngle || p.inGroup || len(p.phrase) == 0 {
		return len(p.phrase) == 0 && !p.hasAngle
	}
	last := p.phrase[len(p.phrase)-1]
	if len(p.phrase) == 1 && !last.quoted && isScheme(last.text) {
		p.phrase = p.phrase[:0]
		return true
	}
	for _, w := range p.phrase {
		if !w.quoted && strings.Contains(w.text, "@") {
			return false
		}
	}
	p.group, p.inGroup, p.groupStart = phraseText(p.phrase), true, len(p.list)
	p.reset()
	return true
}

// isScheme reports whether s is an address type written before an address.
func isScheme(s string) bool {
	return strings.EqualFold(s, "mailto") || strings.EqualFold(s, "smtp")
}

// atom reads an encoded word or a run of other characters.
func (p *addressParser) atom(b []byte) {
	if _, n := encodedWordAt(b); n > 0 {
		p.add(string(b[:n]), false, n)
		return
	}
	literal := false // inside a domain literal
	for i := range len(b) {
		c := b[i]
		switch {
		case literal:
			literal = c != ']'
			continue
		case c == '[' && i > 0 && b[i-1] == '@' && bytes.IndexByte(b[i:min(len(b), i+80)], ']') > 0:
			literal = true
			continue
		case i == 0 || c != '=' && atext[c]:
			continue // whatever the first one is, it is text
		case strings.IndexByte(" \t\r\n\x00,;<>:", c) >= 0,
			c == '"' && !p.literalQuote, c == '(' && !p.literalParen,
			c == '=' && i+1 < len(b) && b[i+1] == '?':
			p.add(string(b[:i]), false, i)
			return
		}
	}
	p.add(string(b), false, len(b))
}

func (p *addressParser) reset() {
	p.phrase, p.comment, p.angle, p.hasAngle, p.blank = p.phrase[:0], "", "", false, false
}

// endEntry appends the entry read so far, if there is one.
func (p *addressParser) endEntry() {
	var a Address
	switch {
	case p.hasAngle:
		a.Addr = cleanAddr(p.angle)
		a.Name = phraseText(p.phrase)
		if a.Name == "" && a.Addr == "" {
			p.reset()
			return // <>
		}
	case len(p.phrase) > 0:
		a.Name, a.Addr = splitBare(p.phrase)
	case p.comment == "":
		p.reset()
		return
	}
	if a.Name == "" && p.comment != "" {
		a.Name = DecodeText([]byte(p.comment))
	}
	if a.Name != "" || a.Addr != "" {
		a.Group = p.group
		p.list = append(p.list, a)
	}
	p.reset()
}

// endGroup leaves a group and records it when it was empty.
func (p *addressParser) endGroup() {
	if p.inGroup && len(p.list) == p.groupStart && p.group != "" {
		p.list = append(p.list, Address{Group: p.group})
	}
	p.inGroup, p.group = false, ""
}
