package rtf

import "fmt"

// sink takes what is visible in a document.
type sink interface {
	// text takes UTF-8 that is not empty. tag tells that it is part of an
	// HTML tag.
	text(s string, tag bool, f charFormat)
	// char takes a character that a control word stands for.
	char(s string, tag bool, f charFormat)
	// mark takes a structural element.
	mark(m mark, tag bool)
}

// parser drives a sink through a document.
type parser struct {
	lex   lexer
	sink  sink
	out   *output
	info  Info
	st    state
	stack []state
	extra int // open groups beyond MaxDepth

	native bool // read as an RTF reader does, lists included
	format bool // follow character formats

	one  [1]byte // the byte of a token that is one
	skip int32   // fallback characters still to be passed over
	pending

	codePage int
	cpSet    bool // by \ansicpg, which wins over \ansi and the like
	defFont  int32
	fonts    fontTable
	colors   colorTable

	inst   []byte   // instruction of the latest field
	links  []string // targets of links
	rowDef bool     // a table row is defined and not ended
}

func newParser(rtf []byte, s sink, out *output) *parser {
	return &parser{
		lex: lexer{buf: rtf, pos: start(rtf)}, sink: s, out: out,
		st: state{uc: 1, font: defaultFont}, codePage: defaultPage,
	}
}

// run reads the document up to the end of its outermost group.
func (p *parser) run() error {
	for !p.out.full {
		t := p.lex.next()
		switch t.kind {
		case tokEOF:
			p.flush()
			p.info.Warnings |= WarnTruncated
			return p.outErr()
		case tokOpen:
			p.open()
		case tokClose:
			if p.close() {
				p.flush()
				return p.outErr()
			}
		default:
			if p.extra == 0 {
				p.token(&t)
			}
		}
	}
	return p.outErr()
}

func (p *parser) outErr() error {
	if !p.out.full {
		return nil
	}
	return &FormatError{int64(p.lex.pos), "output", fmt.Sprintf("more than %d bytes", MaxOutput), ErrTooLarge}
}

// result returns the Info of the finished run.
func (p *parser) result(k Kind) Info {
	p.info.Kind, p.info.CodePage = k, p.codePage
	return p.info
}

// open begins a group, which inherits the state.
func (p *parser) open() {
	p.skip = 0
	if len(p.stack) >= MaxDepth {
		p.extra++
		p.info.Warnings |= WarnDepth
		return
	}
	p.stack = append(p.stack, p.st)
	p.st.star = false
}

// close ends a group and reports whether it was the outermost one.
func (p *parser) close() bool {
	p.skip = 0
	if p.extra > 0 {
		p.extra--
		return false
	}
	top := len(p.stack) - 1
	if top <= 0 {
		// QUIRK: writers of encapsulated HTML let RTF that they hide close
		// more groups than it opens.
		return !p.st.off
	}
	if p.st.dest == destFonts {
		p.fonts.endName()
	}
	p.st = p.stack[top]
	p.stack = p.stack[:top]
	return false
}

// token handles what is neither a brace nor the end.
func (p *parser) token(t *token) {
	if p.st.dest == destSkip {
		return
	}
	switch t.kind {
	case tokText:
		p.text(t.text)
	case tokHex:
		p.one[0] = t.sym
		p.text(p.one[:])
	case tokBin:
		p.skip = max(p.skip-1, 0)
	case tokSymbol:
		p.symbol(t)
	case tokWord:
		p.word(t)
	}
}

// text passes over fallback characters and routes the rest.
func (p *parser) text(b []byte) {
	if p.skip > 0 {
		n := min(int(p.skip), len(b))
		p.skip -= int32(n)
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	p.st.star = false
	switch p.st.dest {
	case destFonts:
		p.fonts.text(b)
	case destColors:
		p.colors.text(b)
	default:
		if p.st.visible() {
			p.addBytes(b)
		}
	}
}

// symbol handles a backslash and one byte.
func (p *parser) symbol(t *token) {
	switch t.sym {
	case '*':
		p.st.star = true
		return
	case '\\', '{', '}':
		p.one[0] = t.sym
		p.text(p.one[:])
		return
	}
	if a, ok := symbols[t.sym]; ok {
		p.perform(t, a)
	}
}

// word handles a control word.
func (p *parser) word(t *token) {
	a, known := words[string(t.word)]
	if p.st.star {
		p.st.star = false
		if !known || a.op != opDest && a.op != opAttach {
			a = action{op: opDest, dest: destSkip}
		}
	}
	if known || a.op == opDest {
		p.perform(t, a)
		return
	}
	p.skip = max(p.skip-1, 0)
}

// perform carries out a control word or symbol.
//
// Each counts as one fallback character behind \uN (RTF 1.9.1, Unicode).
//
// QUIRK: writers forget the fallback, so only what stands for a character is
// passed over for it; anything else still takes effect.
func (p *parser) perform(t *token, a action) {
	if p.skip > 0 {
		p.skip--
		if a.op == opChar {
			return
		}
	}
	switch a.op {
	case opDest:
		p.enter(a.dest)
	case opChar:
		if p.st.visible() {
			p.flush()
			p.pass(a.s, p.st.dest, p.st.chr, true)
		}
	case opMark:
		p.structure(mark(a.arg))
	case opAttach:
		p.attach()
	case opUnicode:
		p.unicode(t)
	default:
		p.setState(t, a)
	}
}

// structure passes a mark on.
func (p *parser) structure(m mark) {
	if m == markRow {
		p.rowDef = false
	}
	if p.st.dest == destInst || !p.st.visible() {
		return
	}
	p.flush()
	p.sink.mark(m, p.st.dest == destTag)
}

// attach notes an attachment placeholder. One character behind it stands in
// for the attachment and is passed over.
func (p *parser) attach() {
	if p.st.dest != destBody || p.st.off {
		return
	}
	p.flush()
	p.sink.mark(markPlace, false)
	p.info.Placeholders = append(p.info.Placeholders, len(p.out.buf))
	p.skip = 1
}

// enter makes the group one of destination d.
func (p *parser) enter(d dest) {
	if len(p.stack) <= 1 {
		// QUIRK: a destination outside any group of its own would swallow the
		// whole document.
		return
	}
	from := p.st.dest
	switch d {
	case destTag:
		if from == destBody && !p.native {
			p.st.dest, p.st.off = destTag, false
			return
		}
		d = destSkip
	case destUd:
		d = destSkip
		if from == destUpr {
			d = destBody
		}
	case destResult:
		if from == destBody {
			p.st.chr.link = p.link()
			return
		}
		d = destSkip
	case destList:
		if p.native {
			return
		}
		d = destSkip
	case destPict:
		if from == destBody && !p.st.off {
			p.info.Pictures++
		}
		d = destSkip
	case destInst:
		p.inst = p.inst[:0]
	case destKeep:
		return
	}
	if from == destBody || d == destSkip || from == destUpr && d == destBody {
		p.st.dest = d
	}
}
