package rtf

// op is what a control word does.
type op uint8

const (
	opIgnore   op = iota
	opDest        // begins destination dest
	opChar        // stands for the characters s
	opMark        // structural mark arg, for the sink
	opHTMLRTF     // \htmlrtf
	opFont        // \fN
	opPlain       // \plain
	opUC          // \ucN
	opUnicode     // \uN
	opCodePage    // the document code page is arg, or the parameter
	opDefFont     // \deffN
	opCharset     // \fcharsetN
	opFontPage    // \cpgN
	opColor       // colour component arg
	opAttach      // \objattph
	opField       // \field
	opObject      // \object
	opFormat      // character format arg
	opPard        // \pard
	opAlign       // alignment arg
	opInTable     // \intbl
	opRowDef      // \trowd
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
	markPlace // an attachment placeholder is about to follow
)

// Character formats, the argument of opFormat.
const (
	fmtBold = iota
	fmtItalic
	fmtUnderline
	fmtUnderlineOff
	fmtStrike
	fmtHidden
	fmtCaps
	fmtSuper
	fmtSub
	fmtNoSuperSub
	fmtSize
	fmtColor
	fmtBackground
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
	"htmltag":  {op: opDest, dest: destTag}, // [MS-OXRTFEX] 2.1.3.1.4
	"fonttbl":  {op: opDest, dest: destFonts},
	"colortbl": {op: opDest, dest: destColors},
	"fldinst":  {op: opDest, dest: destInst},
	"fldrslt":  {op: opDest, dest: destResult},
	"upr":      {op: opDest, dest: destUpr},
	"ud":       {op: opDest, dest: destUd},
	"pntext":   {op: opDest, dest: destList},
	"listtext": {op: opDest, dest: destList},
	"pict":     {op: opDest, dest: destPict},

	// Destinations that are not part of the text, even without \*.
	"mhtmltag":           {op: opDest, dest: destSkip}, // [MS-OXRTFEX] 2.1.3.1.5
	"stylesheet":         {op: opDest, dest: destSkip},
	"info":               {op: opDest, dest: destSkip},
	"generator":          {op: opDest, dest: destSkip},
	"header":             {op: opDest, dest: destSkip},
	"headerl":            {op: opDest, dest: destSkip},
	"headerr":            {op: opDest, dest: destSkip},
	"headerf":            {op: opDest, dest: destSkip},
	"footer":             {op: opDest, dest: destSkip},
	"footerl":            {op: opDest, dest: destSkip},
	"footerr":            {op: opDest, dest: destSkip},
	"footerf":            {op: opDest, dest: destSkip},
	"filetbl":            {op: opDest, dest: destSkip},
	"listtable":          {op: opDest, dest: destSkip},
	"listoverridetable":  {op: opDest, dest: destSkip},
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
	"bkmkstart":          {op: opDest, dest: destSkip},
	"bkmkend":            {op: opDest, dest: destSkip},
	"annotation":         {op: opDest, dest: destSkip},
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
	"sp":                 {op: opDest, dest: destSkip},
	"pntxta":             {op: opDest, dest: destSkip},
	"pntxtb":             {op: opDest, dest: destSkip},
	"shppict":            {op: opDest, dest: destKeep},
	"shpinst":            {op: opDest, dest: destKeep},
	"shptxt":             {op: opDest, dest: destKeep},
	"nonesttables":       {op: opDest, dest: destSkip},
	"nesttableprops":     {op: opDest, dest: destKeep},
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
	"par":      {op: opMark, arg: int32(markPar)},
	"sect":     {op: opMark, arg: int32(markPar)},
	"page":     {op: opMark, arg: int32(markPar)},
	"line":     {op: opMark, arg: int32(markLine)},
	"softline": {op: opMark, arg: int32(markLine)},
	"tab":      {op: opMark, arg: int32(markTab)},
	"cell":     {op: opMark, arg: int32(markCell)},
	"row":      {op: opMark, arg: int32(markRow)},
	"nestcell": {op: opMark, arg: int32(markNestCell)},
	"nestrow":  {op: opMark, arg: int32(markNestRow)},

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
	"pard":     {op: opPard},
	"ql":       {op: opAlign, arg: alignLeft},
	"qc":       {op: opAlign, arg: alignCenter},
	"qr":       {op: opAlign, arg: alignRight},
	"qj":       {op: opAlign, arg: alignJustify},
	"intbl":    {op: opInTable},
	"trowd":    {op: opRowDef},

	// Character formats.
	"b":          {op: opFormat, arg: fmtBold},
	"i":          {op: opFormat, arg: fmtItalic},
	"ul":         {op: opFormat, arg: fmtUnderline},
	"uld":        {op: opFormat, arg: fmtUnderline},
	"uldash":     {op: opFormat, arg: fmtUnderline},
	"uldashd":    {op: opFormat, arg: fmtUnderline},
	"uldashdd":   {op: opFormat, arg: fmtUnderline},
	"uldb":       {op: opFormat, arg: fmtUnderline},
	"ulth":       {op: opFormat, arg: fmtUnderline},
	"ulw":        {op: opFormat, arg: fmtUnderline},
	"ulwave":     {op: opFormat, arg: fmtUnderline},
	"ulnone":     {op: opFormat, arg: fmtUnderlineOff},
	"strike":     {op: opFormat, arg: fmtStrike},
	"striked":    {op: opFormat, arg: fmtStrike},
	"v":          {op: opFormat, arg: fmtHidden},
	"deleted":    {op: opFormat, arg: fmtHidden},
	"caps":       {op: opFormat, arg: fmtCaps},
	"super":      {op: opFormat, arg: fmtSuper},
	"sub":        {op: opFormat, arg: fmtSub},
	"nosupersub": {op: opFormat, arg: fmtNoSuperSub},
	"fs":         {op: opFormat, arg: fmtSize},
	"cf":         {op: opFormat, arg: fmtColor},
	"cb":         {op: opFormat, arg: fmtBackground},
	"chcbpat":    {op: opFormat, arg: fmtBackground},
	"highlight":  {op: opFormat, arg: fmtBackground},
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
