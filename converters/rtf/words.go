package rtf

// op is what a control word does.
type op uint8

const (
	opIgnore     op = iota
	opDest          // begins destination dest
	opChar          // stands for the characters s
	opMark          // structural mark arg, for the sink
	opHTMLRTF       // \htmlrtf
	opFont          // \fN
	opPlain         // \plain
	opUC            // \ucN
	opUnicode       // \uN
	opCodePage      // the document code page is arg, or the parameter
	opDefFont       // \deffN
	opCharset       // \fcharsetN
	opFontPage      // \cpgN
	opColor         // colour component arg
	opAttach        // \objattph
	opField         // \field
	opObject        // \object
	opHidden        // text that is not shown
	opNote          // the automatic number of a note
	opNoteFormat    // how notes of kind arg>>8 are numbered: \levelnfc arg
	opNoteStart     // the first number of notes of kind arg

	// The rest matter to NativeHTML alone.
	opPard   // \pard
	opTabs   // \deftab
	opFamily // font family arg
	opChr    // character property arg
	opPar    // paragraph property arg
	opRow    // table row or cell property arg
	opBorder // border property arg
	opStyle  // style arg
	opList   // list table property arg
	opPn     // old list property arg
	opPict   // picture property arg
)

// action is a row of the control word table.
type action struct {
	op   op
	arg  int32
	dest dest
	s    string
}

// mark is a structural element between pieces of text.
type mark uint8

const (
	markPar mark = iota
	markLine
	markTab
	markCell
	markRow
	markNestCell
	markNestRow
	markPage  // a page ends
	markPlace // an attachment placeholder is about to follow
)

// words is the table of control words; a word that is not in it is ignored, or
// if \* precedes it, its group is.
var words = map[string]action{
	// Header: RTF 1.9.1, Character Set.
	"ansi":    {op: opCodePage, arg: 1252},
	"mac":     {op: opCodePage, arg: 10000},
	"pc":      {op: opCodePage, arg: 437},
	"pca":     {op: opCodePage, arg: 850},
	"ansicpg": {op: opCodePage, arg: -1},
	"deff":    {op: opDefFont},

	// Destinations that the parser reads.
	"htmltag":           {op: opDest, dest: destTag}, // [MS-OXRTFEX] 2.1.3.1.4
	"fonttbl":           {op: opDest, dest: destFonts},
	"colortbl":          {op: opDest, dest: destColors},
	"fldinst":           {op: opDest, dest: destInst},
	"fldrslt":           {op: opDest, dest: destResult},
	"upr":               {op: opDest, dest: destUpr},
	"ud":                {op: opDest, dest: destUd},
	"pntext":            {op: opDest, dest: destList},
	"listtext":          {op: opDest, dest: destList},
	"pict":              {op: opDest, dest: destPict},
	"footnote":          {op: opDest, dest: destNote},
	"shptxt":            {op: opDest, dest: destShape},
	"dptxbxtext":        {op: opDest, dest: destShape},
	"sp":                {op: opDest, dest: destProp},
	"sv":                {op: opDest, dest: destProp},
	"bkmkstart":         {op: opDest, dest: destMark},
	"stylesheet":        {op: opDest, dest: destStyles},
	"listtable":         {op: opDest, dest: destLists},
	"listoverridetable": {op: opDest, dest: destLists},
	"leveltext":         {op: opDest, dest: destLevelText},
	"pn":                {op: opDest, dest: destPn},
	"pntxta":            {op: opDest, dest: destPnAfter},
	"pntxtb":            {op: opDest, dest: destPnBefore},
	"header":            {op: opDest, dest: destPage},
	"headerl":           {op: opDest, dest: destPage},
	"headerr":           {op: opDest, dest: destPage},
	"headerf":           {op: opDest, dest: destPage},
	"footer":            {op: opDest, dest: destPage},
	"footerl":           {op: opDest, dest: destPage},
	"footerr":           {op: opDest, dest: destPage},
	"footerf":           {op: opDest, dest: destPage},
	"annotation":        {op: opDest, dest: destPage},

	// Destinations that are not part of the text, even without \*.
	"mhtmltag":           {op: opDest, dest: destSkip}, // [MS-OXRTFEX] 2.1.3.1.5
	"info":               {op: opDest, dest: destSkip},
	"generator":          {op: opDest, dest: destSkip},
	"filetbl":            {op: opDest, dest: destSkip},
	"revtbl":             {op: opDest, dest: destSkip},
	"rsidtbl":            {op: opDest, dest: destSkip},
	"xmlnstbl":           {op: opDest, dest: destSkip},
	"latentstyles":       {op: opDest, dest: destSkip},
	"themedata":          {op: opDest, dest: destSkip},
	"colorschememapping": {op: opDest, dest: destSkip},
	"datastore":          {op: opDest, dest: destSkip},
	"nonshppict":         {op: opDest, dest: destSkip},
	"objdata":            {op: opDest, dest: destSkip},
	"objclass":           {op: opDest, dest: destSkip},
	"objname":            {op: opDest, dest: destSkip},
	"panose":             {op: opDest, dest: destSkip},
	"falt":               {op: opDest, dest: destSkip},
	"fontemb":            {op: opDest, dest: destSkip},
	"fontfile":           {op: opDest, dest: destSkip},
	"bkmkend":            {op: opDest, dest: destSkip},
	"atnid":              {op: opDest, dest: destSkip},
	"atnauthor":          {op: opDest, dest: destSkip},
	"atntime":            {op: opDest, dest: destSkip},
	"xe":                 {op: opDest, dest: destSkip},
	"tc":                 {op: opDest, dest: destSkip},
	"rxe":                {op: opDest, dest: destSkip},
	"txe":                {op: opDest, dest: destSkip},
	"ftnsep":             {op: opDest, dest: destSkip},
	"ftnsepc":            {op: opDest, dest: destSkip},
	"ftncn":              {op: opDest, dest: destSkip},
	"aftnsep":            {op: opDest, dest: destSkip},
	"aftnsepc":           {op: opDest, dest: destSkip},
	"aftncn":             {op: opDest, dest: destSkip},
	"template":           {op: opDest, dest: destSkip},
	"private":            {op: opDest, dest: destSkip},
	"pgptbl":             {op: opDest, dest: destSkip},
	"shppict":            {op: opDest, dest: destKeep},
	"do":                 {op: opDest, dest: destKeep},
	"shprslt":            {op: opDest, dest: destSkip}, // the shape again, for older readers
	"sn":                 {op: opDest, dest: destSkip},
	"listname":           {op: opDest, dest: destSkip},
	"levelnumbers":       {op: opDest, dest: destSkip},
	"wgrffmtfilter":      {op: opDest, dest: destSkip},
	"blipuid":            {op: opDest, dest: destSkip},
	"picprop":            {op: opDest, dest: destSkip},
	"shpinst":            {op: opDest, dest: destKeep},
	"nonesttables":       {op: opDest, dest: destSkip},
	"nesttableprops":     {op: opDest, dest: destNested},
	"pnseclvl":           {op: opDest, dest: destSkip},

	// Characters [MS-OXRTFEX] 2.2.3.2.
	"lquote":    {op: opChar, s: "\u2018"},
	"rquote":    {op: opChar, s: "\u2019"},
	"ldblquote": {op: opChar, s: "\u201C"},
	"rdblquote": {op: opChar, s: "\u201D"},
	"bullet":    {op: opChar, s: "\u2022"},
	"endash":    {op: opChar, s: "\u2013"},
	"emdash":    {op: opChar, s: "\u2014"},
	"emspace":   {op: opChar, s: "\u2003"},
	"enspace":   {op: opChar, s: "\u2002"},
	"qmspace":   {op: opChar, s: "\u2005"},
	"zwj":       {op: opChar, s: "\u200D"},
	"zwnj":      {op: opChar, s: "\u200C"},
	"zwbo":      {op: opChar, s: "\u200B"},
	"zwnbo":     {op: opChar, s: "\u2060"},
	"ltrmark":   {op: opChar, s: "\u200E"},
	"rtlmark":   {op: opChar, s: "\u200F"},

	// Structure.
	"chftn":    {op: opNote},
	"par":      {op: opMark, arg: int32(markPar)},
	"sect":     {op: opMark, arg: int32(markPar)},
	"page":     {op: opMark, arg: int32(markPage)},
	"column":   {op: opMark, arg: int32(markPage)},
	"line":     {op: opMark, arg: int32(markLine)},
	"softline": {op: opMark, arg: int32(markLine)},
	"lbr":      {op: opMark, arg: int32(markLine)},
	"tab":      {op: opMark, arg: int32(markTab)},
	"cell":     {op: opMark, arg: int32(markCell)},
	"row":      {op: opMark, arg: int32(markRow)},
	"nestcell": {op: opMark, arg: int32(markNestCell)},
	"nestrow":  {op: opMark, arg: int32(markNestRow)},

	// Numbers of notes, in the document and in a section.
	"ftnnar":     {op: opNoteFormat, arg: noteFoot + formatDigits},
	"ftnnruc":    {op: opNoteFormat, arg: noteFoot + formatUpperRoman},
	"ftnnrlc":    {op: opNoteFormat, arg: noteFoot + formatLowerRoman},
	"ftnnauc":    {op: opNoteFormat, arg: noteFoot + formatUpper},
	"ftnnalc":    {op: opNoteFormat, arg: noteFoot + formatLower},
	"ftnnchi":    {op: opNoteFormat, arg: noteFoot + formatChicago},
	"ftnstart":   {op: opNoteStart, arg: int32(flowFootnote)},
	"sftnnar":    {op: opNoteFormat, arg: noteFoot + formatDigits},
	"sftnnruc":   {op: opNoteFormat, arg: noteFoot + formatUpperRoman},
	"sftnnrlc":   {op: opNoteFormat, arg: noteFoot + formatLowerRoman},
	"sftnnauc":   {op: opNoteFormat, arg: noteFoot + formatUpper},
	"sftnnalc":   {op: opNoteFormat, arg: noteFoot + formatLower},
	"sftnnchi":   {op: opNoteFormat, arg: noteFoot + formatChicago},
	"sftnstart":  {op: opNoteStart, arg: int32(flowFootnote)},
	"aftnnar":    {op: opNoteFormat, arg: noteEnd + formatDigits},
	"aftnnruc":   {op: opNoteFormat, arg: noteEnd + formatUpperRoman},
	"aftnnrlc":   {op: opNoteFormat, arg: noteEnd + formatLowerRoman},
	"aftnnauc":   {op: opNoteFormat, arg: noteEnd + formatUpper},
	"aftnnalc":   {op: opNoteFormat, arg: noteEnd + formatLower},
	"aftnnchi":   {op: opNoteFormat, arg: noteEnd + formatChicago},
	"aftnstart":  {op: opNoteStart, arg: int32(flowEndnote)},
	"saftnnar":   {op: opNoteFormat, arg: noteEnd + formatDigits},
	"saftnnruc":  {op: opNoteFormat, arg: noteEnd + formatUpperRoman},
	"saftnnrlc":  {op: opNoteFormat, arg: noteEnd + formatLowerRoman},
	"saftnnauc":  {op: opNoteFormat, arg: noteEnd + formatUpper},
	"saftnnalc":  {op: opNoteFormat, arg: noteEnd + formatLower},
	"saftnnchi":  {op: opNoteFormat, arg: noteEnd + formatChicago},
	"saftnstart": {op: opNoteStart, arg: int32(flowEndnote)},

	// State.
	"htmlrtf":  {op: opHTMLRTF}, // [MS-OXRTFEX] 2.1.3.1.3
	"f":        {op: opFont},
	"plain":    {op: opPlain},
	"uc":       {op: opUC},
	"u":        {op: opUnicode},
	"fcharset": {op: opCharset},
	"cpg":      {op: opFontPage},
	"red":      {op: opColor, arg: 16},
	"green":    {op: opColor, arg: 8},
	"blue":     {op: opColor, arg: 0},
	"objattph": {op: opAttach},
	"field":    {op: opField},
	"object":   {op: opObject},

	// Text that is not shown.
	"v":       {op: opHidden, arg: hiddenText},
	"deleted": {op: opHidden},
}

// symbols is the table of control symbols; others are ignored.
var symbols = map[byte]action{
	'~':  {op: opChar, s: "\u00A0"},
	'_':  {op: opChar, s: "\u2011"},
	'-':  {op: opChar, s: "\u00AD"},
	'\t': {op: opMark, arg: int32(markTab)},
	'\r': {op: opMark, arg: int32(markPar)}, // RTF 1.9.1: the same as \par
	'\n': {op: opMark, arg: int32(markPar)},
}
