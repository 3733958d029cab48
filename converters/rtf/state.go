package rtf

// dest is the destination that text of a group goes to.
type dest uint8

const (
	destBody   dest = iota
	destTag         // {\*\htmltag}: HTML, copied as it is
	destInst        // {\*\fldinst}: the instruction of a field
	destFonts       // font table
	destColors      // colour table
	destUpr         // {\upr}: a copy for readers without Unicode
	destSkip        // text nobody sees

	// The rest resolve to one of the above when a group enters them.
	destResult // {\fldrslt}: what a field shows
	destUd     // {\*\ud}: the Unicode part of {\upr}
	destList   // the bullet or number of a list item
	destPict   // a picture
	destKeep   // a group that is kept although \* precedes it
)

// defaultFont stands for the font that \deff names.
const defaultFont = -1

// Values of align.
const (
	alignLeft = iota
	alignCenter
	alignRight
	alignJustify
)

// charFormat is the formatting of a character. The zero value is plain.
type charFormat struct {
	flags uint16 // bit per fmtBold … fmtSub
	size  uint16 // half points; 0 is the default
	color uint16 // index in the colour table; 0 is automatic
	back  uint16 // index in the colour table; 0 is none
	link  int32  // index in parser.links plus one; 0 is none
	table bool   // the paragraph is part of a table
}

func (f charFormat) is(flag int) bool { return f.flags>>flag&1 != 0 }

func (f *charFormat) set(flag int, on bool) {
	f.flags &^= 1 << flag
	if on {
		f.flags |= 1 << flag
	}
}

// state is what a group inherits and its end restores.
type state struct {
	dest   dest
	off    bool  // within \htmlrtf [MS-OXRTFEX] 2.1.3.1.3
	star   bool  // \* was the last token
	hidden bool  // \v or \deleted
	align  uint8 // paragraph alignment
	uc     int32 // fallback characters behind \uN
	font   int32 // font number, or defaultFont
	chr    charFormat
}

// visible reports whether text goes anywhere.
//
// An htmltag within \htmlrtf counts: the mark hides only what RTF readers see.
func (s *state) visible() bool {
	switch s.dest {
	case destBody:
		return !s.off && !s.hidden
	case destTag, destInst:
		return !s.off
	}
	return false
}
