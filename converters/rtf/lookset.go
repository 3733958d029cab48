package rtf

// setLook carries out a control word of lookWords.
func (p *parser) setLook(t *token, a action) {
	switch {
	case p.st.dest == destStyles:
		p.styles.record(t, a)
		return
	case p.st.dest == destLists && a.op != opList:
		p.setListWord(t, a)
		return
	}
	switch a.op {
	case opPard:
		p.resetPara()
	case opTabs:
		p.tabs = min(max(length(t), 0), maxLen)
	case opFamily:
		p.fonts.family(a.arg)
	case opChr:
		p.setChr(t, a.arg)
	case opPar:
		p.setPar(t, a.arg)
	case opRow:
		p.setRow(t, a.arg)
	case opBorder:
		p.setBorder(t, a.arg)
	case opStyle:
		p.setStyle(t, a.arg)
	case opList:
		p.lists.word(a.arg, t.param(0))
	case opPn:
		p.setPn(t, a.arg)
	case opPict:
		p.pict.word(a.arg, t)
	}
}

// setListWord carries out a formatting word within the list tables.
func (p *parser) setListWord(t *token, a action) {
	switch {
	case a.op != opPar:
	case a.arg == parList:
		p.lists.numbered(t.param(0))
	case a.arg == parLeft || a.arg == parFirst:
		p.lists.indent(a.arg, length(t))
	}
}

// resetPara is \pard.
func (p *parser) resetPara() {
	p.look.par = paraFormat{}
	p.edges = p.edges[:0]
	if p.st.dest == destBody {
		p.pn = pnFormatting{}
	}
}

// resetChr is \plain.
func (p *parser) resetChr() {
	p.look.chr = charFormat{link: p.look.chr.link}
}

// setChr changes the character format.
func (p *parser) setChr(t *token, arg int32) {
	f := &p.look.chr
	switch {
	case arg&chrUnder != 0:
		f.under = uint8(arg)
		if t.param(1) == 0 {
			f.under = underNone
		}
		return
	case arg&chrFlag != 0:
		flag := uint16(arg)
		if flag&(chrSuper|chrSub) != 0 {
			f.set(chrSuper|chrSub, false)
		}
		f.set(flag, t.param(1) != 0)
		return
	}
	switch arg {
	case chrSize:
		f.size = clamp(t.param(24), 0, maxSize)
	case chrColor:
		f.color = clamp(t.param(0), 0, maxColors)
	case chrBack:
		f.back = clamp(t.param(0), 0, maxColors)
	case chrUp:
		f.raise = int16(clamp(t.param(6), 0, maxSize))
	case chrDown:
		f.raise = -int16(clamp(t.param(6), 0, maxSize))
	case chrExpand:
		f.expand = int16(min(max(t.param(0), -100), 400) * 5)
	case chrExpandTwips:
		f.expand = int16(min(max(t.param(0), -500), 2000))
	case chrNoSuperSub:
		f.set(chrSuper|chrSub, false)
		f.raise = 0
	}
}

const (
	maxSize = 3276   // half points, what Word allows
	maxLen  = 31_680 // twips, the longest that Word allows: 22 inches
)

// clamp fits n between low and high, which are those of an uint16.
func clamp(n, low, high int32) uint16 { return uint16(min(max(n, low), high)) }

// length returns the parameter of t as a length in twips.
func length(t *token) int32 { return min(max(t.param(0), -maxLen), maxLen) }

// setPar changes the paragraph format.
func (p *parser) setPar(t *token, arg int32) {
	f := &p.look.par
	switch {
	case arg&parAlign != 0:
		f.align = uint8(arg)
		return
	case arg&parBorder != 0:
		p.edges = append(p.edges[:0], &f.border[arg&^parBorder])
		*p.edges[0] = border{set: true}
		return
	}
	switch arg {
	case parLeft:
		f.left, f.leftSet = length(t), true
	case parRight:
		f.right = length(t)
	case parFirst:
		f.first, f.leftSet = length(t), true
	case parBefore:
		f.before = max(length(t), 0)
	case parAfter:
		f.after = max(length(t), 0)
	case parAutoBefore:
		f.autoBefore = t.param(1) != 0
	case parAutoAfter:
		f.autoAfter = t.param(1) != 0
	case parLine:
		f.line = length(t)
	case parMult:
		f.mult = t.param(1) != 0
	case parRTL, parLTR:
		f.rtl = arg == parRTL
	default:
		p.setParMore(t, arg)
	}
}

// maxTables bounds the depth of tables within tables; deeper ones are part of
// the cell around them.
const maxTables = 8

func (p *parser) setParMore(t *token, arg int32) {
	f := &p.look.par
	switch arg {
	case parTable:
		f.table = true
	case parDepth:
		f.depth = uint8(clamp(t.param(1), 0, maxTables))
		f.table = f.depth > 0
	case parList:
		f.list = max(t.param(0), 0)
	case parLevel:
		f.level = uint8(clamp(t.param(0), 0, maxLevel))
	case parBack:
		f.shade.back = clamp(t.param(0), 0, maxColors)
	case parFore:
		f.shade.fore = clamp(t.param(0), 0, maxColors)
	case parPercent:
		f.shade.percent = clamp(t.param(0), 0, 10_000)
	case parStop:
		f.stops.add(length(t))
	case parStopAround:
		f.stops.kind = tabAround
	case parStopBefore:
		f.stops.kind = tabBefore
	case parContextual:
		f.contextual = true
	case parPage:
		f.pageBreak = t.param(1) != 0
	case parBox:
		p.edges = p.edges[:0]
		for i := range f.border {
			f.border[i] = border{set: true}
			p.edges = append(p.edges, &f.border[i])
		}
	}
}

// setBorder changes the sides named last.
func (p *parser) setBorder(t *token, arg int32) {
	for _, b := range p.edges {
		switch {
		case arg&brdrStyle != 0:
			b.style = uint8(arg)
		case arg == brdrWidth:
			b.width = clamp(t.param(0), 0, 255)
		case arg == brdrColor:
			b.color = clamp(t.param(0), 0, maxColors)
		case arg == brdrSpace:
			b.space = clamp(t.param(0), 0, 620)
		case arg == brdrThick:
			b.style, b.width = brdrSolid, max(b.width, 30)
		case arg == brdrHair:
			b.style, b.width = brdrSolid, 5
		}
	}
}

// row returns the row definition that control words change: those of nested
// tables stand in a group of their own.
func (p *parser) rowDef() *rowFormat {
	at := &p.rows[0]
	if p.st.nested {
		at = &p.rows[1]
	}
	if *at == nil {
		*at = &rowFormat{}
	}
	return *at
}

// setRow changes the definition of a table row or its next cell.
func (p *parser) setRow(t *token, arg int32) {
	if arg == rowBegin {
		i := 0
		if p.st.nested {
			i = 1
		}
		p.rows[i], p.edges = &rowFormat{}, p.edges[:0]
		return
	}
	r := p.rowDef()
	switch {
	case arg&rowBorder != 0:
		p.edges = append(p.edges[:0], &r.border[arg&^rowBorder])
		*p.edges[0] = border{set: true}
		return
	case arg&celBorder != 0:
		p.edges = append(p.edges[:0], &r.next.border[arg&^celBorder])
		*p.edges[0] = border{set: true}
		return
	case arg&rowPad != 0:
		r.pad.change(arg&^rowPad, length(t))
		return
	case arg&celPad != 0:
		r.next.pad.change(arg&^celPad, length(t))
		return
	}
	switch arg {
	case rowLeft:
		r.left = length(t)
	case rowGap:
		r.gap = max(length(t), 0)
	case rowHeight:
		r.height = length(t)
	case rowCenter:
		r.align = alignCenter
	case rowRight:
		r.align = alignRight
	case rowAutofit:
		r.autofit = t.param(1) != 0
	case rowRTL:
		r.rtl = t.param(1) != 0
	default:
		p.setCell(t, r, arg)
	}
}

func (p *parser) setCell(t *token, r *rowFormat, arg int32) {
	c := &r.next
	switch arg {
	case celEnd:
		if len(r.cells) < maxCells {
			c.right = min(max(t.param(0), -maxLen), 4*maxLen)
			r.cells = append(r.cells, *c)
		}
		*c, p.edges = cellFormat{}, p.edges[:0]
	case celFirstV:
		c.vmerge = mergeFirst
	case celNextV:
		c.vmerge = mergeNext
	case celFirstH:
		c.hmerge = mergeFirst
	case celNextH:
		c.hmerge = mergeNext
	case celMiddle:
		c.valign = 1
	case celBottom:
		c.valign = 2
	case celTurned:
		c.turned = true
	case celBack:
		c.shade.back = clamp(t.param(0), 0, maxColors)
	case celFore:
		c.shade.fore = clamp(t.param(0), 0, maxColors)
	case celPercent:
		c.shade.percent = clamp(t.param(0), 0, 10_000)
	}
}
