package rtf

// defaultFont stands for the font that \deff names.
const defaultFont = -1

// Bits of charFormat.flags.
const (
	chrBold = 1 << iota
	chrItalic
	chrStrike
	chrStrike2
	chrCaps
	chrSmallCaps
	chrSuper
	chrSub
	chrShadow
	chrHidden
)

// Kinds of underline; charFormat.under.
const (
	underNone = iota
	underSingle
	underDouble
	underDotted
	underDashed
	underWavy
	underThick
)

// charFormat is the formatting of a character. The zero value is plain.
type charFormat struct {
	flags  uint16 // chrBold …
	under  uint8  // kind of underline
	size   uint16 // half points; 0 is the default
	color  uint16 // index in the colour table; 0 is automatic
	back   uint16 // index in the colour table; 0 is none
	raise  int16  // half points above the base line
	expand int16  // twips between characters
	font   int32  // font number plus one; 0 is the default
	link   int32  // index in parser.links plus one; 0 is none
}

func (f charFormat) is(flag uint16) bool { return f.flags&flag != 0 }

func (f *charFormat) set(flag uint16, on bool) {
	f.flags &^= flag
	if on {
		f.flags |= flag
	}
}

// Values of align.
const (
	alignNone = iota // as the direction has it
	alignLeft
	alignCenter
	alignRight
	alignJustify
)

// Sides of a paragraph or cell; sideH and sideV are the lines between the cells
// of a table.
const (
	sideTop = iota
	sideRight
	sideBottom
	sideLeft
	sideH
	sideV
)

// Border styles.
const (
	brdrNone = iota
	brdrSolid
	brdrDouble
	brdrDotted
	brdrDashed
	brdrGroove
	brdrInset
	brdrOutset
)

// border is a line along a side.
type border struct {
	style uint8  // brdrNone …
	set   bool   // something is said about it
	width uint16 // twips
	space uint16 // twips between it and the text
	color uint16 // index in the colour table
}

// shading is the ground of a paragraph or cell.
type shading struct {
	fore, back uint16 // indexes in the colour table; 0 is automatic
	percent    uint16 // hundredths of a percent of the foreground
}

// paraFormat is the formatting of a paragraph. Lengths are twips.
type paraFormat struct {
	align uint8
	rtl   bool
	table bool  // \intbl
	depth uint8 // \itap: tables around it
	level uint8 // \ilvl

	list                  int32 // \ls; 0 is none
	left, right, first    int32
	before, after         int32
	line                  int32 // \sl
	mult                  bool  // line is in 240ths of a line
	autoBefore, autoAfter bool
	shade                 shading
	border                [4]border
	pageBreak             bool
	leftSet               bool  // \li or \fi is given
	style                 int32 // \s
	contextual            bool  // no space between it and others of its style
	stops                 tabStops
}

// tableDepth returns how many tables the paragraph says are around it.
func (f *paraFormat) tableDepth() int {
	if !f.table {
		return 0
	}
	return max(1, int(f.depth))
}

// look is the formatting in force, which a group inherits and its end restores.
type look struct {
	chr charFormat
	par paraFormat
}

// cellFormat is the definition of a table cell. Lengths are twips.
type cellFormat struct {
	right  int32 // its right edge
	border [4]border
	shade  shading
	pad    padding
	vmerge uint8 // mergeFirst …
	hmerge uint8
	valign uint8 // 0 is top, 1 the middle, 2 the bottom
	turned bool  // its text runs from top to bottom
}

// padding is the space within a cell, by side.
type padding struct {
	len [4]int32
	set [4]bool
}

func (p *padding) change(side int32, n int32) {
	p.len[side], p.set[side] = max(n, 0), true
}

// How a cell is merged with its neighbours.
const (
	mergeFirst = 1
	mergeNext  = 2
)

// rowFormat is the definition of a table row. Lengths are twips.
type rowFormat struct {
	left, gap int32
	height    int32 // negative: exactly
	align     uint8
	rtl       bool
	border    [6]border
	pad       padding
	autofit   bool // columns grow with what is in them
	cells     []cellFormat
	next      cellFormat // the cell being defined
}

// maxCells bounds the cells that one row defines (RTF 1.9.1 allows 63).
const maxCells = 1024
