package rtf

import (
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// open begins a group, which inherits the state.
func (p *parser) open() {
	p.skip = 0
	if len(p.stack) >= limits.RTFDepth.Int() {
		p.extra++
		p.info.Warnings |= WarnDepth
		return
	}
	p.stack = append(p.stack, p.st)
	if p.format != nil {
		p.looks = append(p.looks, p.look)
	}
	p.st.star, p.st.first = false, true
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
	old := p.st
	p.st = p.stack[top]
	p.stack = p.stack[:top]
	if p.format != nil {
		p.look = p.looks[top]
		p.looks, p.edges = p.looks[:top], p.edges[:0]
	}
	p.leave(&old)
	return false
}

// leave ends what the group with state old was the destination of.
func (p *parser) leave(old *state) {
	if old.flow != p.st.flow {
		p.flush()
		p.sink.end()
	}
	if old.dest == destStyles {
		p.styles.end()
	}
	if old.dest == p.st.dest && old.dest != destFonts {
		return
	}
	switch old.dest {
	case destFonts:
		p.fonts.endName()
	case destStyles:
		p.plainSize, p.plain = p.styles.defaults()
	case destPict:
		p.endPict()
	case destMark:
		p.flush()
		p.format.place(string(p.name))
	case destItem, destPnBefore, destPnAfter:
		p.flush()
	}
}
