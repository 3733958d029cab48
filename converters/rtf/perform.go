package rtf

// setState carries out a control word that shows nothing itself.
func (p *parser) setState(t *token, a action) {
	switch a.op {
	case opHTMLRTF:
		p.st.off = !p.native && t.param(1) != 0
	case opFont:
		p.setFont(t)
	case opPlain:
		p.st.font = defaultFont
		p.st.chr = charFormat{link: p.st.chr.link, table: p.st.chr.table}
		p.st.hidden = false
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
	case opFormat:
		p.setFormat(t, int(a.arg))
	default:
		p.setParagraph(a)
	}
}

// setParagraph carries out paragraph and table properties.
func (p *parser) setParagraph(a action) {
	switch a.op {
	case opPard:
		p.st.chr.table, p.st.align = false, alignLeft
	case opAlign:
		p.st.align = uint8(a.arg)
	case opInTable:
		p.st.chr.table = p.format
	case opRowDef:
		p.rowDef = true
	}
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

// setFormat changes the character format.
func (p *parser) setFormat(t *token, which int) {
	on := t.param(1) != 0
	if which == fmtHidden {
		p.st.hidden = on && p.native
		return
	}
	if !p.format {
		return
	}
	f := &p.st.chr
	switch which {
	case fmtUnderlineOff:
		f.set(fmtUnderline, false)
	case fmtSuper, fmtSub:
		f.set(fmtSuper, false)
		f.set(fmtSub, false)
		f.set(which, on)
	case fmtNoSuperSub:
		f.set(fmtSuper, false)
		f.set(fmtSub, false)
	case fmtSize:
		f.size = clamp(t.param(0))
	case fmtColor:
		f.color = clamp(t.param(0))
	case fmtBackground:
		f.back = clamp(t.param(0))
	default:
		f.set(which, on)
	}
}

// clamp fits n in a uint16.
func clamp(n int32) uint16 { return uint16(min(max(n, 0), 1<<16-1)) }
