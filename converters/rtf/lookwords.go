package rtf

// Character properties, the argument of opChr.
const (
	chrFlag  = 1 << 16 // plus a flag
	chrUnder = 1 << 17 // plus a kind of underline
	chrSize  = iota
	chrColor
	chrBack
	chrUp
	chrDown
	chrExpand
	chrExpandTwips
	chrNoSuperSub
)

// Paragraph properties, the argument of opPar.
const (
	parAlign  = 1 << 16 // plus an alignment
	parBorder = 1 << 17 // plus a side
	parLeft   = iota
	parRight
	parFirst
	parBefore
	parAfter
	parAutoBefore
	parAutoAfter
	parLine
	parMult
	parRTL
	parLTR
	parTable
	parDepth
	parList
	parLevel
	parBack
	parFore
	parPercent
	parBox
	parPage
	parContextual
	parStop
	parStopAround
	parStopBefore
)

// Row and cell properties, the argument of opRow.
const (
	rowBorder = 1 << 16 // plus a side
	celBorder = 1 << 17 // plus a side
	rowPad    = 1 << 18 // plus a side
	celPad    = 1 << 19 // plus a side
	rowBegin  = iota
	rowLeft
	rowGap
	rowHeight
	rowCenter
	rowRight
	rowRTL
	celEnd
	celFirstV
	celNextV
	celFirstH
	celNextH
	celMiddle
	celBottom
	celBack
	celFore
	celPercent
	celTurned
	rowAutofit
)

// Border properties, the argument of opBorder.
const (
	brdrStyle = 1 << 16 // plus a style
	brdrWidth = iota
	brdrColor
	brdrSpace
	brdrThick
	brdrHair
)

// Styles, the argument of opStyle.
const (
	stylePar = iota
	styleChr
)

// lookWords is the table of the control words that change how things look,
// which only NativeHTML follows.
var lookWords = map[string]action{
	"pard":   {op: opPard},
	"deftab": {op: opTabs},

	// RTF 1.9.1, Font Table.
	"fnil":    {op: opFamily, arg: familyNone},
	"froman":  {op: opFamily, arg: familySerif},
	"fswiss":  {op: opFamily, arg: familySans},
	"fmodern": {op: opFamily, arg: familyMono},
	"fscript": {op: opFamily, arg: familyCursive},
	"fdecor":  {op: opFamily, arg: familyFantasy},
	"ftech":   {op: opFamily, arg: familyNone},
	"fbidi":   {op: opFamily, arg: familyNone},

	// RTF 1.9.1, Font (Character) Formatting Properties.
	"b":          {op: opChr, arg: chrFlag + chrBold},
	"i":          {op: opChr, arg: chrFlag + chrItalic},
	"strike":     {op: opChr, arg: chrFlag + chrStrike},
	"striked":    {op: opChr, arg: chrFlag + chrStrike2},
	"caps":       {op: opChr, arg: chrFlag + chrCaps},
	"scaps":      {op: opChr, arg: chrFlag + chrSmallCaps},
	"super":      {op: opChr, arg: chrFlag + chrSuper},
	"sub":        {op: opChr, arg: chrFlag + chrSub},
	"shad":       {op: opChr, arg: chrFlag + chrShadow},
	"nosupersub": {op: opChr, arg: chrNoSuperSub},
	"ul":         {op: opChr, arg: chrUnder + underSingle},
	"ulw":        {op: opChr, arg: chrUnder + underSingle},
	"uldb":       {op: opChr, arg: chrUnder + underDouble},
	"uld":        {op: opChr, arg: chrUnder + underDotted},
	"uldash":     {op: opChr, arg: chrUnder + underDashed},
	"uldashd":    {op: opChr, arg: chrUnder + underDashed},
	"uldashdd":   {op: opChr, arg: chrUnder + underDashed},
	"ulldash":    {op: opChr, arg: chrUnder + underDashed},
	"ulth":       {op: opChr, arg: chrUnder + underThick},
	"ulthd":      {op: opChr, arg: chrUnder + underDotted},
	"ulthdash":   {op: opChr, arg: chrUnder + underDashed},
	"ulthdashd":  {op: opChr, arg: chrUnder + underDashed},
	"ulthdashdd": {op: opChr, arg: chrUnder + underDashed},
	"ulthldash":  {op: opChr, arg: chrUnder + underDashed},
	"ulwave":     {op: opChr, arg: chrUnder + underWavy},
	"ulhwave":    {op: opChr, arg: chrUnder + underWavy},
	"ululdbwave": {op: opChr, arg: chrUnder + underWavy},
	"ulnone":     {op: opChr, arg: chrUnder + underNone},
	"fs":         {op: opChr, arg: chrSize},
	"cf":         {op: opChr, arg: chrColor},
	"cb":         {op: opChr, arg: chrBack},
	"chcbpat":    {op: opChr, arg: chrBack},
	"highlight":  {op: opChr, arg: chrBack},
	"up":         {op: opChr, arg: chrUp},
	"dn":         {op: opChr, arg: chrDown},
	"expnd":      {op: opChr, arg: chrExpand},
	"expndtw":    {op: opChr, arg: chrExpandTwips},

	// RTF 1.9.1, Paragraph Formatting Properties.
	"ql":              {op: opPar, arg: parAlign + alignLeft},
	"qc":              {op: opPar, arg: parAlign + alignCenter},
	"qr":              {op: opPar, arg: parAlign + alignRight},
	"qj":              {op: opPar, arg: parAlign + alignJustify},
	"qd":              {op: opPar, arg: parAlign + alignJustify},
	"qt":              {op: opPar, arg: parAlign + alignJustify},
	"li":              {op: opPar, arg: parLeft},
	"ri":              {op: opPar, arg: parRight},
	"fi":              {op: opPar, arg: parFirst},
	"sb":              {op: opPar, arg: parBefore},
	"sa":              {op: opPar, arg: parAfter},
	"sbauto":          {op: opPar, arg: parAutoBefore},
	"saauto":          {op: opPar, arg: parAutoAfter},
	"sl":              {op: opPar, arg: parLine},
	"slmult":          {op: opPar, arg: parMult},
	"rtlpar":          {op: opPar, arg: parRTL},
	"ltrpar":          {op: opPar, arg: parLTR},
	"intbl":           {op: opPar, arg: parTable},
	"itap":            {op: opPar, arg: parDepth},
	"ls":              {op: opPar, arg: parList},
	"ilvl":            {op: opPar, arg: parLevel},
	"cbpat":           {op: opPar, arg: parBack},
	"cfpat":           {op: opPar, arg: parFore},
	"shading":         {op: opPar, arg: parPercent},
	"brdrt":           {op: opPar, arg: parBorder + sideTop},
	"brdrr":           {op: opPar, arg: parBorder + sideRight},
	"brdrb":           {op: opPar, arg: parBorder + sideBottom},
	"brdrl":           {op: opPar, arg: parBorder + sideLeft},
	"box":             {op: opPar, arg: parBox},
	"contextualspace": {op: opPar, arg: parContextual},
	"pagebb":          {op: opPar, arg: parPage},
	"tx":              {op: opPar, arg: parStop},
	"tqr":             {op: opPar, arg: parStopBefore},
	"tqc":             {op: opPar, arg: parStopAround},
	"tqdec":           {op: opPar, arg: parStopBefore},
	"s":               {op: opStyle, arg: stylePar},
	"cs":              {op: opStyle, arg: styleChr},
	"brdrs":           {op: opBorder, arg: brdrStyle + brdrSolid},
	"brdrth":          {op: opBorder, arg: brdrThick},
	"brdrhair":        {op: opBorder, arg: brdrHair},
	"brdrsh":          {op: opBorder, arg: brdrStyle + brdrSolid},
	"brdrdb":          {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrtriple":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrdot":         {op: opBorder, arg: brdrStyle + brdrDotted},
	"brdrdash":        {op: opBorder, arg: brdrStyle + brdrDashed},
	"brdrdashsm":      {op: opBorder, arg: brdrStyle + brdrDashed},
	"brdrdashd":       {op: opBorder, arg: brdrStyle + brdrDashed},
	"brdrdashdd":      {op: opBorder, arg: brdrStyle + brdrDashed},
	"brdrwavy":        {op: opBorder, arg: brdrStyle + brdrSolid},
	"brdrwavydb":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrtnthsg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrthtnsg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrtnthmg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrthtnmg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrtnthlg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdrthtnlg":      {op: opBorder, arg: brdrStyle + brdrDouble},
	"brdremboss":      {op: opBorder, arg: brdrStyle + brdrGroove},
	"brdrengrave":     {op: opBorder, arg: brdrStyle + brdrGroove},
	"brdrinset":       {op: opBorder, arg: brdrStyle + brdrInset},
	"brdroutset":      {op: opBorder, arg: brdrStyle + brdrOutset},
	"brdrnone":        {op: opBorder, arg: brdrStyle + brdrNone},
	"brdrnil":         {op: opBorder, arg: brdrStyle + brdrNone},
	"brdrw":           {op: opBorder, arg: brdrWidth},
	"brdrcf":          {op: opBorder, arg: brdrColor},
	"brsp":            {op: opBorder, arg: brdrSpace},

	// RTF 1.9.1, Table Definitions.
	"trowd":     {op: opRow, arg: rowBegin},
	"trleft":    {op: opRow, arg: rowLeft},
	"trgaph":    {op: opRow, arg: rowGap},
	"trrh":      {op: opRow, arg: rowHeight},
	"trqc":      {op: opRow, arg: rowCenter},
	"trqr":      {op: opRow, arg: rowRight},
	"rtlrow":    {op: opRow, arg: rowRTL},
	"taprtl":    {op: opRow, arg: rowRTL},
	"trpaddt":   {op: opRow, arg: rowPad + sideTop},
	"trpaddr":   {op: opRow, arg: rowPad + sideRight},
	"trpaddb":   {op: opRow, arg: rowPad + sideBottom},
	"trpaddl":   {op: opRow, arg: rowPad + sideLeft},
	"trbrdrt":   {op: opRow, arg: rowBorder + sideTop},
	"trbrdrr":   {op: opRow, arg: rowBorder + sideRight},
	"trbrdrb":   {op: opRow, arg: rowBorder + sideBottom},
	"trbrdrl":   {op: opRow, arg: rowBorder + sideLeft},
	"trbrdrh":   {op: opRow, arg: rowBorder + sideH},
	"trbrdrv":   {op: opRow, arg: rowBorder + sideV},
	"clbrdrt":   {op: opRow, arg: celBorder + sideTop},
	"clbrdrr":   {op: opRow, arg: celBorder + sideRight},
	"clbrdrb":   {op: opRow, arg: celBorder + sideBottom},
	"clbrdrl":   {op: opRow, arg: celBorder + sideLeft},
	"cellx":     {op: opRow, arg: celEnd},
	"clvmgf":    {op: opRow, arg: celFirstV},
	"clvmrg":    {op: opRow, arg: celNextV},
	"clmgf":     {op: opRow, arg: celFirstH},
	"clmrg":     {op: opRow, arg: celNextH},
	"clvertalc": {op: opRow, arg: celMiddle},
	"clvertalb": {op: opRow, arg: celBottom},
	"cltxtbrl":  {op: opRow, arg: celTurned},
	"cltxtbrlv": {op: opRow, arg: celTurned},
	"cltxbtlr":  {op: opRow, arg: celTurned},
	"trautofit": {op: opRow, arg: rowAutofit},
	// QUIRK: Word takes \clpadt for the left and \clpadl for the top, and so
	// does everybody.
	"clpadt":  {op: opRow, arg: celPad + sideLeft},
	"clpadl":  {op: opRow, arg: celPad + sideTop},
	"clpadr":  {op: opRow, arg: celPad + sideRight},
	"clpadb":  {op: opRow, arg: celPad + sideBottom},
	"clcbpat": {op: opRow, arg: celBack},
	"clcfpat": {op: opRow, arg: celFore},
	"clshdng": {op: opRow, arg: celPercent},

	// RTF 1.9.1, List Table and List Override Table.
	"list":                {op: opList, arg: listBegin},
	"listlevel":           {op: opList, arg: listLevelBegin},
	"levelnfc":            {op: opList, arg: listFormat},
	"levelnfcn":           {op: opList, arg: listFormat},
	"levelstartat":        {op: opList, arg: listStart},
	"listid":              {op: opList, arg: listID},
	"listoverride":        {op: opList, arg: listOverride},
	"lfolevel":            {op: opList, arg: listOverrideLevel},
	"listoverrideformat":  {op: opList, arg: listOverrideFormat},
	"listoverridestartat": {op: opList, arg: listOverrideStart},

	// RTF 1.9.1, Bullets and Numbering (Word 6.0 and Word 95).
	"pnlvlblt":  {op: opPn, arg: pnBullet},
	"pnlvlbody": {op: opPn, arg: pnBody},
	"pnlvlcont": {op: opPn, arg: pnContinue},
	"pnlvl":     {op: opPn, arg: pnLevel},
	"pncard":    {op: opPn, arg: pnFormat + 0},
	"pndec":     {op: opPn, arg: pnFormat + 0},
	"pnucrm":    {op: opPn, arg: pnFormat + 1},
	"pnlcrm":    {op: opPn, arg: pnFormat + 2},
	"pnucltr":   {op: opPn, arg: pnFormat + 3},
	"pnlcltr":   {op: opPn, arg: pnFormat + 4},
	"pnord":     {op: opPn, arg: pnFormat + 5},
	"pnordt":    {op: opPn, arg: pnFormat + 5},
	"pnstart":   {op: opPn, arg: pnStart},

	// RTF 1.9.1, Pictures.
	"emfblip":   {op: opPict, arg: pictEMF},
	"pngblip":   {op: opPict, arg: pictPNG},
	"jpegblip":  {op: opPict, arg: pictJPEG},
	"macpict":   {op: opPict, arg: pictMac},
	"wmetafile": {op: opPict, arg: pictWMF},
	"dibitmap":  {op: opPict, arg: pictDIB},
	"wbitmap":   {op: opPict, arg: pictDDB},
	"picw":      {op: opPict, arg: pictWidth},
	"pich":      {op: opPict, arg: pictHeight},
	"picwgoal":  {op: opPict, arg: pictWidthGoal},
	"pichgoal":  {op: opPict, arg: pictHeightGoal},
	"picscalex": {op: opPict, arg: pictScaleX},
	"picscaley": {op: opPict, arg: pictScaleY},
	"piccropl":  {op: opPict, arg: pictCropX},
	"piccropr":  {op: opPict, arg: pictCropX},
	"piccropt":  {op: opPict, arg: pictCropY},
	"piccropb":  {op: opPict, arg: pictCropY},
}
