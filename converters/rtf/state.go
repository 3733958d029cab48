package rtf

// dest is the destination that text of a group goes to.
type dest uint8

const (
	destBody      dest = iota
	destTag            // {\*\htmltag}: HTML, copied as it is
	destInst           // {\*\fldinst}: the instruction of a field
	destFonts          // font table
	destColors         // colour table
	destStyles         // style sheet
	destLists          // list table, list override table
	destLevelText      // {\leveltext}: the text of a number
	destItem           // {\listtext}, {\pntext}: the bullet or number of an item
	destPn             // {\*\pn}: an old list
	destPnBefore       // {\pntxtb}
	destPnAfter        // {\pntxta}
	destMark           // {\*\bkmkstart}: the name of a place
	destPict           // {\pict}: the data of a picture
	destProp           // {\sp}: a property of a shape, which may be a picture
	destUpr            // {\upr}: a copy for readers without Unicode
	destSkip           // text nobody sees

	// The rest resolve to one of the above when a group enters them.
	destResult // {\fldrslt}: what a field shows
	destUd     // {\*\ud}: the Unicode part of {\upr}
	destList   // the bullet or number of a list item
	destNote   // {\footnote}: text of its own, at the end
	destShape  // {\shptxt}: text of its own, behind the paragraph
	destPage   // a header, footer or comment
	destNested // {\*\nesttableprops}: the row of a nested table
	destKeep   // a group that is kept although \* precedes it
)

// state is what a group inherits and its end restores.
type state struct {
	dest   dest
	off    bool     // within \htmlrtf [MS-OXRTFEX] 2.1.3.1.3
	first  bool     // nothing of the group has been read
	star   bool     // \* was the last token
	hidden bool     // \deleted, or \v where it is left out
	nested bool     // within {\*\nesttableprops}
	flow   uint16   // notes and text boxes around
	note   flowKind // the innermost note around, or flowBox
	uc     int32    // fallback characters behind \uN
	font   int32    // font number, or defaultFont
}

// visible reports whether text goes anywhere.
//
// An htmltag within \htmlrtf counts: the mark hides only what RTF readers see.
func (s *state) visible() bool {
	switch s.dest {
	case destBody:
		return !s.off && !s.hidden
	case destTag, destInst, destItem, destMark, destPnBefore, destPnAfter:
		return !s.off
	}
	return false
}
