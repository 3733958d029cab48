package rtf

import (
	"bytes"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// maxStyleWords bounds the control words kept of one style.
const maxStyleWords = 64

// styleWord is a control word of a style.
type styleWord struct {
	a action
	t token
}

// styleKey tells styles apart: paragraph and character styles are numbered
// together in RTF, but writers number them apart.
type styleKey struct {
	chr bool
	n   int32
}

// styleSheet holds what each style says.
//
// A style is the words that define it: using it carries them out. They are all
// that it says; those of the style it is based on are repeated. So is what the
// style says in the formatting of text that uses it (RTF 1.9.1, Style Sheet),
// as far as the text does not deviate.
type styleSheet struct {
	defs map[styleKey][]styleWord
	key  styleKey
	cur  []styleWord
	busy bool // a style is being used
}

// record takes a word of the style sheet.
func (s *styleSheet) record(t *token, a action) {
	switch {
	case a.op == opStyle:
		s.key = styleKey{a.arg == styleChr, t.param(0)}
	case a.op == opPar && (a.arg == parList || a.arg == parLevel):
		// Paragraphs repeat these where they are numbered.
	case a.op == opChr, a.op == opPar, a.op == opBorder, a.op == opFont:
		if len(s.cur) < maxStyleWords {
			s.cur = append(s.cur, styleWord{a, token{has: t.has, num: t.num}})
		}
	}
}

// text takes the name of a style; a semicolon ends its definition.
func (s *styleSheet) text(b []byte) {
	if bytes.IndexByte(b, ';') >= 0 {
		s.end()
	}
}

func (s *styleSheet) end() {
	if s.defs == nil {
		s.defs = make(map[styleKey][]styleWord)
	}
	if len(s.cur) > 0 && len(s.defs) < limits.RTFStyles.Int() {
		s.defs[s.key] = s.cur
	}
	s.cur, s.key = nil, styleKey{}
}

// setStyle uses a style.
func (p *parser) setStyle(t *token, arg int32) {
	if p.styles.busy {
		return
	}
	if arg == stylePar {
		p.look.par.style = t.param(0)
	}
	p.styles.busy = true
	for _, w := range p.styles.defs[styleKey{arg == styleChr, t.param(0)}] {
		if w.a.op == opFont {
			p.setFont(&w.t)
			continue
		}
		p.setLook(&w.t, w.a)
	}
	p.styles.busy = false
}

// defaults gives plain text the size and font of the style that paragraphs have
// by default.
func (s *styleSheet) defaults() (size uint16, font int32) {
	font = defaultFont
	for _, w := range s.defs[styleKey{}] {
		switch {
		case w.a.op == opFont:
			font = w.t.param(0)
		case w.a.op == opChr && w.a.arg == chrSize:
			size = clamp(w.t.param(24), 0, maxSize)
		}
	}
	return size, font
}
