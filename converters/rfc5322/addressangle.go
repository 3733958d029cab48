package rfc5322

import (
	"bytes"
	"slices"
)

// angleAddr reads "<…>". Without a closing bracket the address ends before
// the next separator or bracket.
func (p *addressParser) angleAddr(b []byte) {
	i := 1
	for i < len(b) && (b[i] == '<' || b[i] == ' ') { // QUIRK: <<a@b>>
		i++
	}
	end, next := angleEnd(b, i)
	if p.hasAngle && len(bytes.TrimSpace(p.in[p.pos+i:p.pos+end])) == 0 {
		p.pos += next
		return
	}
	if p.hasAngle { // a second one without a separator
		rest := slices.Clone(p.phrase[p.named:])
		p.phrase = p.phrase[:p.named]
		p.endEntry()
		p.phrase = append(p.phrase, rest...)
	}
	p.angle, p.hasAngle, p.named = string(b[i:end]), true, len(p.phrase)
	p.blank = true
	p.pos += next
}

// angleEnd returns where the content of an angle address that starts at i ends
// and where reading goes on.
func angleEnd(b []byte, i int) (end, next int) {
	separator, route, literalQuote := -1, i < len(b) && b[i] == '@', false
	for j := i; j < len(b); j++ {
		switch b[j] {
		case '>':
			if separator >= 0 && bytes.IndexByte(b[separator:j], '@') >= 0 {
				return separator, separator // the separator was one
			}
			return j, j + 1
		case '"':
			if literalQuote {
				continue
			}
			_, n := quoted(b[j:min(len(b), j+maxAddress)])
			j += max(n-1, 0)
			literalQuote = n == 0
		case '<':
			if separator >= 0 {
				return separator, separator
			}
			return j, j
		case ':':
			route = false
		case ',', ';':
			if separator < 0 && !route {
				separator = j
			}
		}
		if j-i > maxAddress && separator >= 0 {
			break
		}
	}
	if separator >= 0 {
		return separator, separator
	}
	return len(b), len(b)
}

// maxAddress bounds how far the end of an address is looked for, in bytes.
const maxAddress = 2000
