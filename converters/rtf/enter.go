package rtf

// enter makes the group one of destination d.
func (p *parser) enter(d dest) {
	if len(p.stack) <= 1 {
		// QUIRK: a destination outside any group of its own would swallow the
		// whole document.
		return
	}
	from := p.st.dest
	switch d {
	case destKeep:
		return
	case destNested:
		p.st.nested = true
		return
	case destResult:
		if from == destBody {
			p.st.dest = p.result()
			return
		}
	case destNote, destShape:
		if p.enterFlow(d) {
			return
		}
	}
	p.st.dest = p.resolve(d, from)
}

// enterFlow begins a note or text box and reports whether it is text.
func (p *parser) enterFlow(d dest) bool {
	if p.st.dest != destBody || p.st.hidden {
		return false
	}
	if !p.native || p.st.flow >= maxFlows {
		return true
	}
	p.flush()
	p.st.flow++
	kind := flowBox
	if d == destNote {
		kind = p.noteKind()
		p.st.note = kind
		p.notes[kind].n = min(p.notes[kind].n+1, maxNote)
	}
	p.sink.begin(kind)
	return true
}

// maxFlows bounds the depth of notes and text boxes within each other.
// Deeper ones are part of the one around them.
const maxFlows = 8

// resolve returns where the text of a group goes whose destination d begins
// within destination from.
func (p *parser) resolve(d, from dest) dest {
	body := from == destBody
	switch d {
	case destTag:
		if body && !p.native {
			p.st.off = false
			return destTag
		}
	case destUd:
		if from == destUpr {
			return destBody
		}
	case destUpr:
		if body {
			return destUpr
		}
		return from
	case destInst:
		p.inst = p.inst[:0]
		if body {
			return destInst
		}
		return from
	case destFonts, destColors:
		if body {
			return d
		}
		return from
	case destList:
		return p.resolveItem(body)
	case destPict:
		if (body || from == destProp) && !p.st.off {
			return p.beginPict()
		}
	case destPage:
		if body && !p.st.off {
			p.info.Warnings |= WarnPage
		}
	default:
		return p.resolveLook(d, from)
	}
	return destSkip
}

// resolveItem is resolve for the bullet or number of a paragraph, which a text
// shows where it stands.
func (p *parser) resolveItem(body bool) dest {
	switch {
	case !p.native || !body:
		return destSkip
	case p.format == nil:
		return destBody
	}
	p.flush()
	p.item, p.isItem = p.item[:0], true
	return destItem
}

// resolveLook is resolve for what only NativeHTML follows.
func (p *parser) resolveLook(d, from dest) dest {
	if p.format == nil {
		return destSkip
	}
	parent := destBody
	switch d {
	case destProp:
		if from == destProp {
			return d
		}
	case destLevelText:
		parent = destLists
	case destPnBefore, destPnAfter:
		parent = destPn
	case destStyles, destLists, destPn, destMark:
	default:
		return destSkip
	}
	if from != parent {
		return destSkip
	}
	switch d {
	case destPn:
		p.pn = pnFormatting{}
	case destMark:
		p.flush()
		p.name = p.name[:0]
	}
	return d
}
