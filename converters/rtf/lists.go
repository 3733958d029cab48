package rtf

import "github.com/oxbridge-mail/oxbridge/sdk/limits"

const (
	maxLevel     = 8  // levels are 0 to 8
	maxLevelText = 64 // characters of the text of a number
)

// List table properties, the argument of opList.
const (
	listBegin = iota
	listLevelBegin
	listFormat
	listStart
	listID
	listOverride
	listOverrideLevel
	listOverrideFormat
	listOverrideStart
)

// listLevel is a level of a list.
type listLevel struct {
	format      int32  // \levelnfc
	start       int32  // its first number
	text        []rune // its length, then characters; 0 to 8 stand for numbers
	font        int32  // of the text, for bullets
	left, first int32  // twips
	indented    bool
}

// list is a list of the list table, or what an override makes of one.
type list struct {
	id     int32
	levels []*listLevel
	// of an override
	own [maxLevel + 1]*listLevel
	at  int // level being defined
	// of a list under way
	count [maxLevel + 1]int32
	begun [maxLevel + 1]bool
}

// listTable holds the lists of a document.
type listTable struct {
	lists     map[int32]*list // by \listid
	overrides map[int32]*list // by \ls
	cur       *list
	level     *listLevel
	override  bool
}

// word takes a control word of the tables.
func (lt *listTable) word(arg, n int32) {
	switch arg {
	case listBegin:
		lt.cur, lt.level, lt.override = &list{}, nil, false
	case listOverride:
		lt.cur, lt.level, lt.override = &list{at: -1}, nil, true
	}
	if lt.cur == nil {
		return
	}
	switch arg {
	case listLevelBegin:
		lt.addLevel()
	case listFormat:
		if lt.level != nil {
			lt.level.format = n
		}
	case listStart:
		if lt.level != nil {
			lt.level.start = n
		}
	case listID:
		lt.named(n)
	case listOverrideLevel:
		if lt.override {
			lt.cur.at = min(lt.cur.at+1, maxLevel)
			lt.level = nil
		}
	case listOverrideStart:
		if lt.override && lt.cur.at >= 0 && lt.level == nil {
			lt.level = &listLevel{format: formatUnknown, start: 1}
			lt.cur.own[lt.cur.at] = lt.level
		}
	}
}

// addLevel begins the next level of a list, or one that an override replaces.
func (lt *listTable) addLevel() {
	lt.level = &listLevel{start: 1}
	if !lt.override {
		if len(lt.cur.levels) <= maxLevel {
			lt.cur.levels = append(lt.cur.levels, lt.level)
		}
		return
	}
	if lt.cur.at >= 0 {
		lt.cur.own[lt.cur.at] = lt.level
	}
}

// named takes \listid: the name of a list, or that of the one overridden.
func (lt *listTable) named(id int32) {
	lt.cur.id = id
	if lt.override || len(lt.lists) >= limits.RTFLists.Int() {
		return
	}
	if lt.lists == nil {
		lt.lists = make(map[int32]*list)
	}
	lt.lists[id] = lt.cur
}

// numbered takes \ls within an override: the number that paragraphs use.
func (lt *listTable) numbered(ls int32) {
	if lt.cur == nil || !lt.override || len(lt.overrides) >= limits.RTFLists.Int() {
		return
	}
	if lt.overrides == nil {
		lt.overrides = make(map[int32]*list)
	}
	lt.overrides[ls] = lt.cur
	if l := lt.lists[lt.cur.id]; l != nil {
		lt.cur.levels = l.levels
	}
}

// char takes a character of \leveltext.
func (lt *listTable) char(r rune) {
	if lt.level != nil && len(lt.level.text) < maxLevelText {
		lt.level.text = append(lt.level.text, r)
	}
}

// indent takes \li or \fi within a level.
func (lt *listTable) indent(arg, n int32) {
	switch {
	case lt.level == nil:
	case arg == parLeft:
		lt.level.left, lt.level.indented = n, true
	case arg == parFirst:
		lt.level.first, lt.level.indented = n, true
	}
}

// setFont takes \f within a level.
func (lt *listTable) setFont(n int32) {
	if lt.level != nil {
		lt.level.font = n
	}
}

// levelOf returns level n of list ls as the override has it, or nil.
func (lt *listTable) levelOf(ls int32, n int) *listLevel {
	l := lt.overrides[ls]
	if l == nil {
		return nil
	}
	var base *listLevel
	if n < len(l.levels) {
		base = l.levels[n]
	}
	switch own := l.own[n]; {
	case own == nil:
		return base
	case own.format == formatUnknown && base != nil:
		merged := *base
		merged.start = own.start
		return &merged
	default:
		return own
	}
}

// counters returns the list whose numbers ls counts in: overrides of one list
// count together unless they begin anew.
func (lt *listTable) counters(ls int32) *list {
	l := lt.overrides[ls]
	if l == nil {
		return nil
	}
	for _, own := range l.own {
		if own != nil {
			return l
		}
	}
	if base := lt.lists[l.id]; base != nil {
		return base
	}
	return l
}

// next counts an item of list ls and returns its number and its text, which is
// empty if the level has none.
func (lt *listTable) next(ls int32, n int) (number int32, text string) {
	level, c := lt.levelOf(ls, n), lt.counters(ls)
	if level == nil || c == nil {
		return 0, ""
	}
	for i := 0; i < n; i++ {
		if !c.begun[i] { // a level that is passed over counts as begun
			if up := lt.levelOf(ls, i); up != nil {
				c.count[i], c.begun[i] = up.start, true
			}
		}
	}
	if !c.begun[n] {
		c.count[n], c.begun[n] = level.start, true
	} else if c.count[n] < 1<<30 {
		c.count[n]++
	}
	for i := n + 1; i <= maxLevel; i++ {
		c.begun[i] = false
	}
	return c.count[n], lt.format(ls, level, c)
}

// format returns the text of a number.
func (lt *listTable) format(ls int32, level *listLevel, c *list) string {
	if len(level.text) == 0 || level.format == formatNone && level.text[0] == 0 {
		return ""
	}
	var out []byte
	for _, r := range level.text[1:min(len(level.text), 1+max(int(level.text[0]), 0))] {
		if r > maxLevel {
			out = append(out, string(r)...)
			continue
		}
		format := level.format
		if of := lt.levelOf(ls, int(r)); of != nil {
			format = of.format
		}
		out = append(out, formatNumber(format, c.count[r])...)
	}
	return string(out)
}
