package session

import (
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// QueryFlags are those of QueryRows.
type QueryFlags uint32

// NoAdvance is TBL_NOADVANCE: QueryRows leaves the position where it was.
const NoAdvance QueryFlags = 0x1

// QueryRows returns up to n rows from the position on and moves it behind them;
// with n below 0 it goes back that many rows first and stays there. Every row
// has the columns in order, those without a value as in GetProps. n of 0 is
// MAPI_E_INVALID_PARAMETER. No rows mean the end of the table.
func (t *Table) QueryRows(n int, flags QueryFlags) ([]mapi.Props, error) {
	if err := t.begin(); err != nil {
		return nil, err
	}
	defer t.m.end()
	if err := checkFlags(flags, NoAdvance); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, mapi.ErrInvalidParameter
	}
	from, to := t.pos, t.pos
	if n > 0 {
		to += min(n, len(t.rows)-t.pos)
	} else {
		from -= min(-n, t.pos)
	}
	if flags&NoAdvance == 0 {
		t.pos = from
		if n > 0 {
			t.pos = to
		}
	}
	columns := t.chosen(false)
	var out []mapi.Props
	for _, row := range t.rows[from:to] {
		out = append(out, t.cells(row, columns))
	}
	return out, nil
}

// A Bookmark is a place in a table.
type Bookmark uint32

// The bookmarks that every table has; CreateBookmark makes others.
const (
	Beginning Bookmark = iota // BOOKMARK_BEGINNING
	Current                   // BOOKMARK_CURRENT
	End                       // BOOKMARK_END
	firstMark
)

// maxMarks is how many bookmarks a table can have at a time.
const maxMarks = 1 << 10

// mark is what a bookmark made by CreateBookmark points to.
type mark struct {
	row mapi.Value // what the row is known by; nil for the end of the table
	at  int        // where it was
}

// CreateBookmark marks the position. The bookmark stays with its row while others
// come and go; when the row itself goes it stands for what is in its place.
// Restrict and SortTable free all bookmarks. More than 1,024 at a time are
// MAPI_E_NOT_ENOUGH_MEMORY.
func (t *Table) CreateBookmark() (Bookmark, error) {
	if err := t.begin(); err != nil {
		return 0, err
	}
	defer t.m.end()
	if len(t.marks) >= maxMarks {
		return 0, mapi.ErrNotEnoughMemory
	}
	if t.marks == nil {
		t.marks, t.nextMark = make(map[Bookmark]mark), max(t.nextMark, firstMark)
	}
	m := mark{at: t.pos}
	if t.pos < len(t.rows) {
		m.row = t.kind.id(t.rows[t.pos])
	}
	b := t.nextMark
	t.nextMark++
	t.marks[b] = m
	return b, nil
}

// FreeBookmark ends a bookmark that CreateBookmark made; another one is
// MAPI_E_INVALID_BOOKMARK.
func (t *Table) FreeBookmark(b Bookmark) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.m.end()
	if _, ok := t.marks[b]; !ok {
		return mapi.ErrInvalidBookmark
	}
	delete(t.marks, b)
	return nil
}

// row returns where the row of a bookmark is.
func (t *Table) row(m mark) int {
	if m.row == nil {
		return len(t.rows)
	}
	if i := slices.IndexFunc(t.rows, func(r mapi.Props) bool { return t.kind.id(r) == m.row }); i >= 0 {
		return i
	}
	return min(m.at, len(t.rows))
}

// place returns the row of a bookmark.
func (t *Table) place(b Bookmark) (int, error) {
	switch b {
	case Beginning:
		return 0, nil
	case Current:
		return t.pos, nil
	case End:
		return len(t.rows), nil
	}
	if m, ok := t.marks[b]; ok {
		return t.row(m), nil
	}
	return 0, mapi.ErrInvalidBookmark
}

// SeekRow moves the position n rows from a bookmark, as far as there are rows,
// and returns by how many. An unknown bookmark is MAPI_E_INVALID_BOOKMARK.
func (t *Table) SeekRow(from Bookmark, n int) (int, error) {
	if err := t.begin(); err != nil {
		return 0, err
	}
	defer t.m.end()
	at, err := t.place(from)
	if err != nil {
		return 0, err
	}
	n = max(-at, min(n, len(t.rows)-at))
	t.pos = at + n
	return n, nil
}

// FindRow moves the position to the first row that matches, from a bookmark on
// or, with backward, before it. If there is none it returns MAPI_E_NOT_FOUND and
// the position stays. Other errors are those of SeekRow and Restrict.
func (t *Table) FindRow(r Restriction, from Bookmark, backward bool) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.m.end()
	if r == nil {
		return mapi.ErrInvalidParameter
	}
	if err := check(r, 0); err != nil {
		return err
	}
	at, err := t.place(from)
	if err != nil {
		return err
	}
	step := 1
	if backward {
		at, step = at-1, -1
	}
	for ; at >= 0 && at < len(t.rows); at += step {
		if r.match(t.rows[at]) {
			t.pos = at
			return nil
		}
	}
	return mapi.ErrNotFound
}
