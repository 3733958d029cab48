package rtf

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// sink takes what is visible in a document.
type sink interface {
	// text takes UTF-8 that is not empty. tag tells that it is part of an
	// HTML tag.
	text(s string, tag bool, f charFormat)
	// ascii is text for US-ASCII without zeros, which b holds until it returns.
	ascii(b []byte, tag bool, f charFormat)
	// char takes a character that a control word stands for.
	char(s string, tag bool, f charFormat)
	// mark takes a structural element.
	mark(m mark, tag bool)
	// begin and end enclose the text of a note or text box.
	begin(kind flowKind)
	end()
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

	native bool        // read as an RTF reader does, lists included
	format *htmlWriter // follows how things look; nil if nobody does

	one  [1]byte // the byte of a token that is one
	skip int32   // fallback characters still to be passed over
	pending

	codePage int
	cpSet    bool // by \ansicpg, which wins over \ansi and the like
	defFont  int32
	fonts    fontTable
	colors   colorTable

	inst  []byte   // instruction of the latest field
	links []string // targets of links
	notes noteNumbers

	formatting
}

// formatting is what only NativeHTML keeps.
type formatting struct {
	look  look
	looks []look
	edges []*border // what border words change

	styles    styleSheet
	plain     int32  // font of text without one, or defaultFont
	plainSize uint16 // its size, or 0
	tabs      int32  // \deftab, in twips
	lists     listTable
	pn        pnFormatting
	rows      [2]*rowFormat // of tables, and of tables within tables
	item      []byte        // bullet or number of the paragraph under way
	isItem    bool          // it has one
	name      []byte        // of the place being defined
	pict      picture
}

func newParser(rtf []byte, s sink, out *output) *parser {
	return &parser{
		lex: lexer{buf: rtf, pos: start(rtf)}, sink: s, out: out,
		st: state{uc: 1, font: defaultFont}, codePage: defaultPage, notes: newNoteNumbers(),
		formatting: formatting{plain: defaultFont, tabs: 720},
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
	return &FormatError{int64(p.lex.pos), "output", fmt.Sprintf("more than %d bytes", limits.RTFOutput.Int()), ErrTooLarge}
}

// summary returns the Info of the finished run.
func (p *parser) summary(k Kind) Info {
	p.info.Kind, p.info.CodePage = k, p.codePage
	return p.info
}

// token handles what is neither a brace nor the end.
func (p *parser) token(t *token) {
	first := p.st.first
	p.st.first = false
	switch p.st.dest {
	case destSkip:
		return
	case destPict:
		if t.kind == tokText || t.kind == tokBin {
			p.pict.data(t)
			return
		}
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
		if t.sym == '*' {
			// QUIRK: writers put \* in the middle of a group, where it means
			// nothing.
			p.st.star = first
			return
		}
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
	case destStyles:
		p.styles.text(b)
	case destLevelText:
		for _, c := range b {
			p.lists.char(rune(c))
		}
	default:
		if p.st.visible() {
			p.addBytes(b)
		}
	}
}

// symbol handles a backslash and one byte.
func (p *parser) symbol(t *token) {
	switch t.sym {
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
	a, known := words[string(t.text)]
	if !known && p.format != nil {
		a, known = lookWords[string(t.text)]
	}
	if p.st.star {
		p.st.star = false
		if !known || !p.afterStar(a) {
			a = action{op: opDest, dest: destSkip}
		}
	}
	if known || a.op == opDest {
		p.perform(t, a)
		return
	}
	p.skip = max(p.skip-1, 0)
}

// afterStar reports whether a means something behind \*.
func (p *parser) afterStar(a action) bool {
	switch a.op {
	case opDest, opAttach:
		return true
	case opStyle:
		return p.st.dest == destStyles
	}
	return false
}
