package rtf

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
			p.pass(a.s, p.st.dest, p.look.chr, true)
		}
	case opMark:
		p.structure(mark(a.arg))
	case opNote:
		p.noteNumber()
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
	if p.st.dest != destBody && p.st.dest != destTag || !p.st.visible() {
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
	if p.st.flow == 0 && p.format == nil {
		p.info.Placeholders = append(p.info.Placeholders, len(p.out.buf))
	}
	p.skip = 1
}

// setState carries out a control word that shows nothing itself.
func (p *parser) setState(t *token, a action) {
	switch a.op {
	case opHTMLRTF:
		p.st.off = !p.native && t.param(1) != 0
	case opFont:
		p.setFont(t)
	case opPlain:
		p.st.font, p.st.hidden = defaultFont, false
		p.resetChr()
	case opUC:
		p.st.uc = min(max(t.param(1), 0), 1<<16)
	case opCodePage:
		p.setPage(t, int(a.arg))
	case opDefFont:
		p.defFont = t.param(0)
	case opCharset, opFontPage:
		p.setFontPage(t, a.op)
	case opColor:
		if p.st.dest == destColors {
			p.colors.component(a.arg, t.param(0))
		}
	case opField:
		p.inst = p.inst[:0]
	case opObject:
		if p.st.visible() {
			p.info.Objects++
		}
	case opHidden:
		p.hide(t, a.arg)
	case opNoteFormat, opNoteStart:
		p.notes.set(t, a)
	default:
		if p.format != nil {
			p.setLook(t, a)
		}
	}
}

// What opHidden hides.
const (
	hiddenRevision = iota // \deleted
	hiddenText            // \v
)

// hide carries out \v and \deleted. A reader may choose to see hidden text, so
// NativeHTML keeps it in what is not displayed.
func (p *parser) hide(t *token, what int32) {
	if what == hiddenText && p.format != nil {
		p.setLook(t, action{op: opChr, arg: chrFlag + chrHidden})
		return
	}
	p.st.hidden = t.param(1) != 0 && p.native
}

// setPage sets the code page of the document; arg is that of the word, or
// negative for the parameter.
func (p *parser) setPage(t *token, arg int) {
	if arg >= 0 {
		if !p.cpSet {
			p.codePage = arg
		}
		return
	}
	cp := int(t.param(0))
	if cp == 0 {
		cp = defaultPage
	}
	if !usable(cp) {
		p.info.Warnings |= WarnCodePage
		cp = defaultPage
	}
	p.codePage, p.cpSet = cp, true
}

// setFont selects a font, or begins the definition of one.
func (p *parser) setFont(t *token) {
	if p.st.dest == destFonts {
		p.fonts.endName()
		p.fonts.define(t.param(0))
		return
	}
	if p.format != nil {
		switch p.st.dest {
		case destStyles:
			p.styles.record(t, action{op: opFont})
			return
		case destLists:
			p.lists.setFont(t.param(0))
			return
		}
		p.look.chr.font = max(t.param(0), -1) + 1
	}
	p.st.font = t.param(0)
}

// setFontPage sets the charset of the font being defined.
func (p *parser) setFontPage(t *token, o op) {
	if p.st.dest != destFonts {
		return
	}
	if o == opFontPage {
		p.fonts.page(int(t.param(0)))
		return
	}
	p.fonts.charset(int(t.param(1)))
}
